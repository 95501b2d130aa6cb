"""The import walls of the design (section 6): what each part of the code may know."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("bot", "cogs", "db", "tests", "scripts")  # the last two are not part of what is run
# Whoever has these still cannot write a query: what may be had, and where.
_NO_QUERIES = {
    "sqlalchemy.ext.asyncio.AsyncSession": "bot.services",
    "sqlalchemy.exc.SQLAlchemyError": "bot",
    "sqlalchemy.exc.DBAPIError": "bot",
}


@dataclass(frozen=True)
class Import:
    """One name that a module takes from elsewhere. ``lazy`` means inside a function."""

    name: str
    lazy: bool


def modules() -> Iterator[tuple[str, str]]:
    """Name and source of every module of the project."""
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            names = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(names).removesuffix(".__init__"), path.read_text(encoding="utf-8")


def breaches(module: str, source: str) -> list[str]:
    """What this module does that it may not."""
    tree = ast.parse(source)
    found = [
        f"{module} imports {imported.name}"
        for imported in imports(tree, module)
        if not _may_import(module, imported)
    ]
    if module.startswith("db.repositories") and _calls(tree, "commit"):
        found.append(f"{module} commits")
    if not _is(module, "db", "tests") and _writes_sql(tree):
        found.append(f"{module} writes SQL")
    if not _is(module, "bot.app", "cogs", "tests") and any(name.startswith("cogs.") for name in _texts(tree)):
        found.append(f"{module} names a cog")
    return found


def imports(tree: ast.AST, module: str, *, lazy: bool = False) -> Iterator[Import]:
    """Everything a module imports, with full names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module)
            yield from (Import(f"{base}.{alias.name}", lazy) for alias in node.names)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from imports(node, module, lazy=inside)


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    return ".".join([*module.split(".")[: -node.level], *([node.module] if node.module else [])])


def _is(module: str, *parts: str) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def _may_import(module: str, imported: Import) -> bool:
    """The rules, one a line: who (not) → what (not)."""
    name = imported.name
    if _is(module, "tests", "scripts"):
        return True
    if _is(name, "bot.play"):
        return _is(module, "bot.play") or (module == "bot.cli" and imported.lazy)
    if _is(name, "simcord"):
        return _is(module, "bot.play")
    if _is(name, "tests"):
        return False
    if _is(module, "db"):
        return not _is(name, "discord", "bot", "cogs")
    if _is(name, "cogs"):
        return _is(module, "cogs")
    if _is(name, "sqlalchemy"):
        return name in _NO_QUERIES and _is(module, _NO_QUERIES[name])
    if _is(name, "db.repositories"):
        return _is(module, "bot.services")
    if _is(module, "bot.services"):
        return not _is(name, "discord", "apscheduler")
    return True


def _calls(tree: ast.AST, method: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
        for node in ast.walk(tree)
    )


def _writes_sql(tree: ast.AST) -> bool:
    starts = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "PRAGMA ")
    return any(text.startswith(starts) for text in _texts(tree))


def _texts(tree: ast.AST) -> list[str]:
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]

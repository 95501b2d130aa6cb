"""Write the hashed requirement files from pyproject.toml: ``make lock`` (needs uv on the PATH)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMON = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "-q",
]
FILES = {
    "base.txt": [],
    "postgresql.txt": ["--extra", "postgresql"],
    "play.txt": ["--extra", "play"],
    "dev.txt": ["--extra", "postgresql", "--extra", "play", "--group", "dev"],
}


def main() -> int:
    for name, extras in FILES.items():
        target = ROOT / "requirements" / name
        command = ["uv", "pip", "compile", "pyproject.toml", *COMMON, *extras, "-o", str(target)]
        if "--upgrade" in sys.argv:
            command.append("--upgrade")
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

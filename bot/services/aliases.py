"""Random names for askers: never derived from anyone, never used twice in a server."""

import secrets

_FIRST = (
    "Rolig", "Sej", "Stille", "Vild", "Hurtig", "Stærk", "Snu", "Fri", "Glad", "Modig", "Skarp", "Vågen",
    "Frisk", "Rå", "Klog", "Tro", "Stolt", "Åben", "Kold", "Varm", "Mørk", "Lys", "Blå", "Grøn", "Rød",
    "Grå", "Sort", "Hvid", "Ung", "Gammel", "Høj", "Lille", "Stor", "Let", "Tung", "Blød", "Hård", "Dyb",
    "Bred", "Lang",
)  # fmt: skip
_SECOND = (
    "Ulv", "Ravn", "Falk", "Bjørn", "Ræv", "Los", "Hjort", "Ugle", "Ørn", "Odder", "Grævling", "Hare",
    "Svane", "Krage", "Haj", "Hval", "Sæl", "Laks", "Gedde", "Tiger", "Løve", "Panter", "Puma", "Gepard",
    "Tyr", "Vædder", "Hingst", "Elg", "Bison", "Måge", "Terne", "Svale", "Spurv", "Drossel", "Lærke",
    "Stær", "Allike", "Mår", "Ilder", "Hermelin",
)  # fmt: skip


def looks_like_alias(name: str) -> bool:
    """Whether a player could be taken for an asker under this name."""
    words = name.casefold().split()
    first, second = ({word.casefold() for word in words_of} for words_of in (_FIRST, _SECOND))
    return len(words) > 1 and words[0] in first and words[1] in second


def new_alias() -> str:
    """One of 1.44 million names, drawn at random."""
    number = 100 + secrets.randbelow(900)
    return f"{secrets.choice(_FIRST)} {secrets.choice(_SECOND)} {number}"

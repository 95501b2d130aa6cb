"""Sets as numbers: whatever has a number of its own is a bit."""


def numbers_of(bits: int) -> list[int]:
    """Which bits are set, from the lowest; the first has the number 0."""
    found: list[int] = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found

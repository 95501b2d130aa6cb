"""What `/mod audit verify` answers."""

from bot.services.audit import Verdict
from bot.services.reveals import Yearly
from bot.texts import Texts


def verdict(texts: Texts, found: Verdict, yearly: Yearly) -> str:
    """Whether the record is whole, and how often this year somebody saw who asked."""
    if found.whole:
        text = texts("audit.whole", entries=found.entries, fingerprint=found.fingerprint or "–")
    else:
        text = texts("audit.broken", entry=found.broken_at, fault=texts(f"audit.fault_{found.fault}"))
    reasons = ", ".join(
        f"{texts(f'reveal.reason_{reason}')}: {number}" for reason, number in yearly.opened.items()
    )
    counted = texts("audit.yearly", total=yearly.total, requested=yearly.requested, alone=yearly.alone)
    return "\n".join(part for part in (text, counted, reasons) if part)

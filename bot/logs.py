"""Where the log goes."""

import logging
import sys

from bot.config import LoggingSettings


def configure(settings: LoggingSettings) -> None:
    """Log to standard error; libraries never below INFO: their debug output holds who did what."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for ours in ("bot", "cogs", "db"):
        logging.getLogger(ours).setLevel(settings.level)
    # They write a line for each turn of each sweep, and for each start.
    for chatty in ("apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

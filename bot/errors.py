"""What may be told to a member. Every other exception is a fault of ours and is reported as one."""

from sqlalchemy.exc import SQLAlchemyError

# What a database that is locked, full or gone raises; PostgreSQL's driver also raises bare OSErrors.
DATABASE_FAULTS = (SQLAlchemyError, OSError)


class MemberError(Exception):
    """Something the member can understand and act on.

    ``key`` names a text in the catalogue below ``error.``; ``values`` fill its placeholders.
    ``typed`` is what he had written, so that it can be given back to him.
    """

    def __init__(self, key: str, *, typed: str | None = None, **values: object) -> None:
        super().__init__(key)
        self.key = f"error.{key}"
        self.values = values
        self.typed = typed

    def with_typed(self, typed: str) -> "MemberError":
        """The same refusal, carrying what the member had written."""
        self.typed = typed
        return self


class StartError(Exception):
    """The bot cannot start; the message says what is wrong and what to do."""

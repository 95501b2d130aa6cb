"""The tables. No column names an asker: he is only in `Question.seal`, under a key kept elsewhere."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.types import Base, RowId, choice

TOKEN = String(22)


class QuestionState(StrEnum):
    """Where a question is on its way."""

    DRAFT = "draft"
    QUEUED = "queued"
    OPEN = "open"
    SOLVED = "solved"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    GONE = "gone"


class PostKind(StrEnum):
    """What kind of message the bot owes Discord."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    ANSWER = "answer"
    COACH_CARD = "coach_card"
    CASE = "case"
    CASE_NOTE = "case_note"
    LINE = "line"


class PostState(StrEnum):
    """Whether Discord has it yet."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    """How a player is shown on the board."""

    PLAYER_NAME = "player_name"
    DISCORD_NAME = "discord_name"
    HIDDEN = "hidden"


class SummonState(StrEnum):
    """The life of one call for a coach."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CLOSED = "closed"


class RevealState(StrEnum):
    """The life of one request to see who is behind a question."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    OPENED = "opened"
    EXPIRED = "expired"


class RevealReason(StrEnum):
    """The closed list of reasons."""

    LIFE_IN_DANGER = "life_in_danger"
    CHILD_ABUSE = "child_abuse"
    THREAT = "threat"
    COURT_ORDER = "court_order"


class LineSender(StrEnum):
    """Which end of a line wrote."""

    ASKER = "asker"
    COACH = "coach"


class Guild(Base):
    """A server's own settings."""

    __tablename__ = "guilds"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(8))
    coach_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    # Where moderators are told of what waits for them.
    staff_channel_id: Mapped[int | None] = mapped_column(BigInteger)


class Forum(Base):
    """A forum channel that holds questions, with the ids of its status tags."""

    __tablename__ = "forums"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"), index=True)
    channel_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    tag_unanswered: Mapped[int] = mapped_column(BigInteger)
    tag_answered: Mapped[int] = mapped_column(BigInteger)
    tag_coach: Mapped[int] = mapped_column(BigInteger)
    tag_solved: Mapped[int] = mapped_column(BigInteger)


class Topic(Base):
    """What a question can be about; shown as a forum tag. Removed topics stay for old questions."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("forum_id", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id"), index=True)
    name: Mapped[str] = mapped_column(String(20))
    tag_id: Mapped[int] = mapped_column(BigInteger)
    active: Mapped[bool] = mapped_column(default=True)

    forum: Mapped[Forum] = relationship(lazy="raise")


class Question(Base):
    """A question from preview to end. ``appearance`` is what Discord should show, ``shown`` what it shows."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("guild_id", "alias"),
        # The clean-up and appearance sweeps look only at what is not settled.
        Index(
            "ix_questions_unsettled",
            "id",
            postgresql_where=text("appearance <> shown"),
            sqlite_where=text("appearance <> shown"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    form: Mapped[str] = mapped_column(TOKEN, unique=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"), index=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    alias: Mapped[str] = mapped_column(String(40))
    wants_coach: Mapped[bool]
    state: Mapped[QuestionState] = mapped_column(choice(QuestionState), index=True)
    hidden: Mapped[bool] = mapped_column(default=False)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    thread_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    appearance: Mapped[str] = mapped_column(String(24), default="")
    shown: Mapped[str] = mapped_column(String(24), default="")
    # The newest answer the asker has looked at, so that his inbox can say what is new.
    looked_answer_id: Mapped[int] = mapped_column(RowId, default=0)
    # The id of a message he wrote here under his own name, sealed: in clear it would say who asked.
    disclosed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # All times of a question are rounded to the hour: an exact one could be matched with who was online.
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    # When it ended; the clock of the seal runs from here.
    closed_at: Mapped[datetime | None] = mapped_column(index=True)

    topic: Mapped[Topic] = relationship(lazy="raise")


class Player(Base):
    """A member who answers. Found by keyed hash; the seal lets the board show a Discord name."""

    __tablename__ = "players"
    __table_args__ = (UniqueConstraint("guild_id", "member_key"), UniqueConstraint("guild_id", "name_key"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"))
    member_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str | None] = mapped_column(String(32))
    name_key: Mapped[str | None] = mapped_column(String(64))
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility))
    created_at: Mapped[datetime]


class Coach(Base):
    """A vetted adult. Coaches are known people, so their Discord id stands in clear."""

    __tablename__ = "coaches"
    __table_args__ = (UniqueConstraint("guild_id", "user_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"))
    user_id: Mapped[int] = mapped_column(BigInteger)
    member_key: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    name: Mapped[str] = mapped_column(String(32))
    age: Mapped[int]
    topics: Mapped[str] = mapped_column(String(100))
    experience: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Summon(Base):
    """One asker calling one coach onto one question, and their private line."""

    __tablename__ = "summons"
    __table_args__ = (
        Index(
            "uq_summons_running",
            "question_id",
            unique=True,
            postgresql_where=text("state IN ('pending', 'accepted')"),
            sqlite_where=text("state IN ('pending', 'accepted')"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    case_code: Mapped[str] = mapped_column(String(8), unique=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    coach_id: Mapped[int] = mapped_column(ForeignKey("coaches.id"), index=True)
    state: Mapped[SummonState] = mapped_column(choice(SummonState), index=True)
    thread_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    # Its private thread shall be deleted; `thread_id` is None when it is.
    forgotten: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship(lazy="raise")
    coach: Mapped[Coach] = relationship(lazy="raise")


class Post(Base):
    """A message the bot owes Discord: reserved here first, its id recorded after.

    ``lease_until`` is set while a process is sending it. A row whose lease ran out may or may not
    have reached Discord, so the sender looks for ``token`` there before it sends again.
    """

    __tablename__ = "posts"
    __table_args__ = (
        Index(
            "ix_posts_due",
            "due_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    form: Mapped[str | None] = mapped_column(TOKEN, unique=True)
    kind: Mapped[PostKind] = mapped_column(choice(PostKind))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    summon_id: Mapped[int | None] = mapped_column(ForeignKey("summons.id"), index=True)
    body: Mapped[str | None] = mapped_column(Text)
    # A picture that goes with an answer, already made anew from its pixels; dropped once it is sent.
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[PostState] = mapped_column(choice(PostState))
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    created_at: Mapped[datetime]

    question: Mapped[Question] = relationship(lazy="raise")
    summon: Mapped[Summon | None] = relationship(lazy="raise")


class Answer(Base):
    """What someone else wrote in a question's thread, natively or under his player name."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    player_id: Mapped[int] = mapped_column(ForeignKey("players.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), unique=True)
    message_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    # The name it was published under; None is a message written natively under the Discord name.
    player_name: Mapped[str | None] = mapped_column(String(32))
    removed: Mapped[bool] = mapped_column(default=False)
    shown_removed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    question: Mapped[Question] = relationship(lazy="raise")
    player: Mapped[Player] = relationship(lazy="raise")
    post: Mapped[Post | None] = relationship(lazy="raise")


class Vote(Base):
    """One member saying that one answer was an assist; taken back by deleting the row."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("answer_id", "giver_key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    giver_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]


class LedgerEntry(Base):
    """Append-only. For one (question, player) pair the odd ``seq`` are credits, the even withdrawals.

    The unique constraint makes two processes that settle the same pair at once write one row.
    """

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("question_id", "player_id", "seq"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    player_id: Mapped[int] = mapped_column(ForeignKey("players.id"), index=True)
    seq: Mapped[int]
    # A withdrawal takes from the month that its credit was counted in.
    month: Mapped[str] = mapped_column(String(7))
    created_at: Mapped[datetime]


class Tally(Base):
    """A player's assists in a period ("all" or "2026-11"), kept in the ledger row's own transaction."""

    __tablename__ = "tallies"
    __table_args__ = (Index("ix_tallies_board", "guild_id", "period", "assists"),)

    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    player_id: Mapped[int] = mapped_column(ForeignKey("players.id"), primary_key=True)
    assists: Mapped[int]


class LineMessage(Base):
    """A message on the private line, sealed. ``post_id`` is its way to the coach, if it goes there."""

    __tablename__ = "line_messages"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    form: Mapped[str] = mapped_column(TOKEN, unique=True)
    summon_id: Mapped[int] = mapped_column(ForeignKey("summons.id"), index=True)
    sender: Mapped[LineSender] = mapped_column(choice(LineSender))
    sealed_body: Mapped[bytes] = mapped_column(LargeBinary)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class Follower(Base):
    """A member who wants to hear of new answers to somebody's question; unlinkable like an asker."""

    __tablename__ = "followers"
    __table_args__ = (UniqueConstraint("question_id", "follower_key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    # `Identity.follower_key`: another one in each question.
    follower_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    looked_answer_id: Mapped[int] = mapped_column(RowId, default=0)

    question: Mapped[Question] = relationship(lazy="raise")


class Preference(Base):
    """Whether a member wants direct messages; no row means no."""

    __tablename__ = "preferences"
    __table_args__ = (UniqueConstraint("guild_id", "member_key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"))
    member_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    direct_messages: Mapped[bool] = mapped_column(default=False)
    # Discord refused the last one (50007): the inbox says so.
    refused: Mapped[bool] = mapped_column(default=False)


class Notice(Base):
    """ "Der er nyt til dig", owed to the asker of a question or to one of its followers."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    # None: the asker.
    follower_id: Mapped[int | None] = mapped_column(ForeignKey("followers.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class Reveal(Base):
    """Breaking the glass: one request to open who is behind one question, under two people's eyes."""

    __tablename__ = "reveals"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(TOKEN, unique=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    reason: Mapped[RevealReason] = mapped_column(choice(RevealReason))
    explanation: Mapped[str] = mapped_column(Text)
    state: Mapped[RevealState] = mapped_column(choice(RevealState), index=True)
    # A lone moderator opened it because life was in danger; somebody else must look at it afterwards.
    emergency: Mapped[bool] = mapped_column(default=False)
    # Moderators are known people: their Discord ids stand in clear.
    requested_by: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    reviewed_by: Mapped[int | None] = mapped_column(BigInteger)
    review: Mapped[str | None] = mapped_column(Text)
    # Telling him would be dangerous: written down, with the reason in the explanation.
    silent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    # When he was told, rounded to the month: two that were told in one hour would be of one boy.
    told_at: Mapped[datetime | None]
    # The message in the moderators' channel, and what it shows now ("" is nothing yet).
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    shown: Mapped[str] = mapped_column(String(24), default="")
    posted_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]

    question: Mapped[Question] = relationship(lazy="raise")


class AuditEntry(Base):
    """Append-only. Each entry's ``mac`` covers the one before it: a change, a gap or a swap shows."""

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("guild_id", "seq"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    # A moderator's or manager's Discord id; None is the bot itself.
    actor: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(40))
    # An opaque token of what was acted on; never a member.
    subject: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The newest entry of a server's chain, so that cutting off its end shows."""

    __tablename__ = "audit_heads"

    guild_id: Mapped[int] = mapped_column(ForeignKey("guilds.id"), primary_key=True)
    seq: Mapped[int]
    # Where the chain begins after old entries were dropped by the retention clock.
    first_seq: Mapped[int] = mapped_column(default=1)
    first_mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class KeyCheck(Base):
    """What proves at start that the keys are the ones this database was made with."""

    __tablename__ = "key_checks"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary(32))

"""privacy"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "key_checks",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_key_checks")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_audit_guild_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("guild_id", "seq", name=op.f("uq_audit_guild_id_seq")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("first_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_audit_heads_guild_id")),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "preferences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("member_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("direct_messages", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_preferences_guild_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferences")),
        sa.UniqueConstraint("guild_id", "member_key", name=op.f("uq_preferences_guild_id_member_key")),
    )
    op.create_table(
        "followers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follower_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("looked_answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_followers_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followers")),
        sa.UniqueConstraint(
            "question_id", "follower_key", name=op.f("uq_followers_question_id_follower_key")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_followers_token")),
    )
    op.create_table(
        "reveals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.String(length=24), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_reveals_guild_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_reveals_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveals")),
        sa.UniqueConstraint("token", name=op.f("uq_reveals_token")),
    )
    with op.batch_alter_table("reveals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reveals_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reveals_state"), ["state"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("follower_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["follower_id"], ["followers.id"], name=op.f("fk_notices_follower_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_notices_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_follower_id"), ["follower_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_question_id"), ["question_id"], unique=False)

    # Not in a batch: that makes the table anew, which SQLite refuses while other rows point at it.
    op.add_column("guilds", sa.Column("staff_channel_id", sa.BigInteger(), nullable=True))
    op.add_column("posts", sa.Column("picture", sa.LargeBinary(), nullable=True))
    op.add_column(
        "summons", sa.Column("forgotten", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.add_column(
        "questions",
        sa.Column(
            "looked_answer_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            server_default="0",
        ),
    )
    op.add_column("questions", sa.Column("disclosed", sa.LargeBinary(), nullable=True))
    op.add_column("questions", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_questions_closed_at"), "questions", ["closed_at"], unique=False)

    _forget_the_minutes()
    _start_the_clocks()


def _forget_the_minutes() -> None:
    """Of what somebody did unseen only the hour is kept from now on; what was kept before is rounded too."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in (
        ("questions", ("created_at", "published_at")),
        ("posts", ("created_at",)),
        ("votes", ("created_at",)),
        ("summons", ("created_at", "decided_at", "closed_at")),
        ("line_messages", ("created_at",)),
    ):
        for column in columns:
            # SQLite holds a time as a text that begins with the hour.
            hour = (
                f"substr({column}, 1, 13) || ':00:00.000000'" if sqlite else f"date_trunc('hour', {column})"
            )
            op.execute(sa.text(f"UPDATE {table} SET {column} = {hour} WHERE {column} IS NOT NULL"))
    op.execute(sa.text("UPDATE posts SET due_at = created_at WHERE state != 'pending'"))


def _start_the_clocks() -> None:
    """Questions that ended before there was a clock: it starts now."""
    questions = sa.table(
        "questions", sa.column("state", sa.String()), sa.column("closed_at", sa.DateTime(timezone=True))
    )
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    ended = questions.c.state.in_(["solved", "withdrawn", "failed", "gone"])
    op.execute(questions.update().where(ended).values(closed_at=now))


def downgrade() -> None:
    op.drop_index(op.f("ix_questions_closed_at"), "questions")
    for table, column in (
        ("questions", "closed_at"),
        ("questions", "disclosed"),
        ("questions", "looked_answer_id"),
        ("summons", "forgotten"),
        ("posts", "picture"),
        ("guilds", "staff_channel_id"),
    ):
        op.drop_column(table, column)

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notices_question_id"))
        batch_op.drop_index(batch_op.f("ix_notices_follower_id"))
        batch_op.drop_index(batch_op.f("ix_notices_due_at"))

    op.drop_table("notices")
    with op.batch_alter_table("reveals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reveals_state"))
        batch_op.drop_index(batch_op.f("ix_reveals_question_id"))

    op.drop_table("reveals")
    op.drop_table("followers")
    op.drop_table("preferences")
    op.drop_table("audit_heads")
    op.drop_table("audit")
    op.drop_table("key_checks")

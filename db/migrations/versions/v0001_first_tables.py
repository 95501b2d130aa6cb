"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "guilds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("coach_channel_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guilds")),
    )
    op.create_table(
        "coaches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("member_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("topics", sa.String(length=100), nullable=False),
        sa.Column("experience", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_coaches_guild_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaches")),
        sa.UniqueConstraint("guild_id", "user_id", name=op.f("uq_coaches_guild_id_user_id")),
        sa.UniqueConstraint("token", name=op.f("uq_coaches_token")),
    )
    with op.batch_alter_table("coaches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coaches_member_key"), ["member_key"], unique=False)

    op.create_table(
        "forums",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_unanswered", sa.BigInteger(), nullable=False),
        sa.Column("tag_answered", sa.BigInteger(), nullable=False),
        sa.Column("tag_coach", sa.BigInteger(), nullable=False),
        sa.Column("tag_solved", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_forums_guild_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forums")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_forums_channel_id")),
    )
    with op.batch_alter_table("forums", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forums_guild_id"), ["guild_id"], unique=False)

    op.create_table(
        "players",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("member_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=True),
        sa.Column("name_key", sa.String(length=64), nullable=True),
        sa.Column("visibility", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_players_guild_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_players")),
        sa.UniqueConstraint("guild_id", "member_key", name=op.f("uq_players_guild_id_member_key")),
        sa.UniqueConstraint("guild_id", "name_key", name=op.f("uq_players_guild_id_name_key")),
        sa.UniqueConstraint("token", name=op.f("uq_players_token")),
    )
    op.create_table(
        "tallies",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("player_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assists", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_tallies_guild_id")),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name=op.f("fk_tallies_player_id")),
        sa.PrimaryKeyConstraint("guild_id", "period", "player_id", name=op.f("pk_tallies")),
    )
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.create_index("ix_tallies_board", ["guild_id", "period", "assists"], unique=False)

    op.create_table(
        "topics",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("forum_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["forum_id"], ["forums.id"], name=op.f("fk_topics_forum_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("forum_id", "name", name=op.f("uq_topics_forum_id_name")),
        sa.UniqueConstraint("token", name=op.f("uq_topics_token")),
    )
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topics_forum_id"), ["forum_id"], unique=False)

    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("form", sa.String(length=22), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("alias", sa.String(length=40), nullable=False),
        sa.Column("wants_coach", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("appearance", sa.String(length=24), nullable=False),
        sa.Column("shown", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_questions_guild_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_questions_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("form", name=op.f("uq_questions_form")),
        sa.UniqueConstraint("guild_id", "alias", name=op.f("uq_questions_guild_id_alias")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_questions_thread_id")),
        sa.UniqueConstraint("token", name=op.f("uq_questions_token")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_questions_guild_id"), ["guild_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_questions_state"), ["state"], unique=False)
        batch_op.create_index(
            "ix_questions_unsettled",
            ["id"],
            unique=False,
            postgresql_where=sa.text("appearance <> shown"),
            sqlite_where=sa.text("appearance <> shown"),
        )

    op.create_table(
        "ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("player_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["guilds.id"], name=op.f("fk_ledger_guild_id")),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name=op.f("fk_ledger_player_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_ledger_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint(
            "question_id", "player_id", "seq", name=op.f("uq_ledger_question_id_player_id_seq")
        ),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_player_id"), ["player_id"], unique=False)

    op.create_table(
        "summons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("case_code", sa.String(length=8), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("coach_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_summons_coach_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_summons_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summons")),
        sa.UniqueConstraint("case_code", name=op.f("uq_summons_case_code")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_summons_thread_id")),
        sa.UniqueConstraint("token", name=op.f("uq_summons_token")),
    )
    with op.batch_alter_table("summons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_summons_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_summons_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_summons_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_summons_running",
            ["question_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('pending', 'accepted')"),
            sqlite_where=sa.text("state IN ('pending', 'accepted')"),
        )

    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("form", sa.String(length=22), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("summon_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_posts_question_id")),
        sa.ForeignKeyConstraint(["summon_id"], ["summons.id"], name=op.f("fk_posts_summon_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("form", name=op.f("uq_posts_form")),
        sa.UniqueConstraint("message_id", name=op.f("uq_posts_message_id")),
        sa.UniqueConstraint("token", name=op.f("uq_posts_token")),
    )
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_posts_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(batch_op.f("ix_posts_question_id"), ["question_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posts_summon_id"), ["summon_id"], unique=False)

    op.create_table(
        "answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("player_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("player_name", sa.String(length=32), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("shown_removed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["player_id"], ["players.id"], name=op.f("fk_answers_player_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_answers_post_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_answers_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("message_id", name=op.f("uq_answers_message_id")),
        sa.UniqueConstraint("post_id", name=op.f("uq_answers_post_id")),
        sa.UniqueConstraint("token", name=op.f("uq_answers_token")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_player_id"), ["player_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_question_id"), ["question_id"], unique=False)

    op.create_table(
        "line_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form", sa.String(length=22), nullable=False),
        sa.Column("summon_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sender", sa.String(length=24), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_line_messages_post_id")),
        sa.ForeignKeyConstraint(["summon_id"], ["summons.id"], name=op.f("fk_line_messages_summon_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_messages")),
        sa.UniqueConstraint("form", name=op.f("uq_line_messages_form")),
        sa.UniqueConstraint("post_id", name=op.f("uq_line_messages_post_id")),
    )
    with op.batch_alter_table("line_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_messages_summon_id"), ["summon_id"], unique=False)

    op.create_table(
        "votes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("giver_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_votes_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint("answer_id", "giver_key", name=op.f("uq_votes_answer_id_giver_key")),
    )


def downgrade() -> None:

    op.drop_table("votes")
    with op.batch_alter_table("line_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_messages_summon_id"))

    op.drop_table("line_messages")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answers_question_id"))
        batch_op.drop_index(batch_op.f("ix_answers_player_id"))

    op.drop_table("answers")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posts_summon_id"))
        batch_op.drop_index(batch_op.f("ix_posts_question_id"))
        batch_op.drop_index(
            "ix_posts_due",
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )

    op.drop_table("posts")
    with op.batch_alter_table("summons", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_summons_running",
            postgresql_where=sa.text("state IN ('pending', 'accepted')"),
            sqlite_where=sa.text("state IN ('pending', 'accepted')"),
        )
        batch_op.drop_index(batch_op.f("ix_summons_state"))
        batch_op.drop_index(batch_op.f("ix_summons_question_id"))
        batch_op.drop_index(batch_op.f("ix_summons_coach_id"))

    op.drop_table("summons")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_player_id"))

    op.drop_table("ledger")
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_questions_unsettled",
            postgresql_where=sa.text("appearance <> shown"),
            sqlite_where=sa.text("appearance <> shown"),
        )
        batch_op.drop_index(batch_op.f("ix_questions_state"))
        batch_op.drop_index(batch_op.f("ix_questions_guild_id"))

    op.drop_table("questions")
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topics_forum_id"))

    op.drop_table("topics")
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.drop_index("ix_tallies_board")

    op.drop_table("tallies")
    op.drop_table("players")
    with op.batch_alter_table("forums", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forums_guild_id"))

    op.drop_table("forums")
    with op.batch_alter_table("coaches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coaches_member_key"))

    op.drop_table("coaches")
    op.drop_table("guilds")

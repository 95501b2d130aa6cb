"""What managers set up in a server: language, coach channel, forums and topics."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Settings
from bot.errors import MemberError
from bot.services.audit import SERVER, Action, AuditService
from bot.services.identity import new_token
from bot.services.wording import clean_line
from db.engine import Database
from db.models import Forum, Topic
from db.repositories import guilds

TOPIC_MAX = 20
# A select menu in the form holds 25 options.
TOPICS_PER_SERVER = 25
# Discord allows 20 tags in a forum; four of them show the status.
TOPICS_PER_FORUM = 16


@dataclass(frozen=True)
class StatusTags:
    """The ids of the four tags that show where a question stands."""

    unanswered: int
    answered: int
    coach: int
    solved: int


class ServerService:
    """A server's own settings. ``actor`` is the manager, for the audit; None is the bot itself."""

    def __init__(self, database: Database, settings: Settings, audit: AuditService) -> None:
        self._database = database
        self._audit = audit
        self._default_language = settings.server.language

    async def language(self, guild_id: int | None) -> str:
        """The language the server reads; the default outside a server and before set-up."""
        if guild_id is None:
            return self._default_language
        async with self._database.read() as session:
            guild = await guilds.get(session, guild_id)
        return guild.language if guild else self._default_language

    async def set_language(self, guild_id: int, language: str, actor: int | None = None) -> None:
        """Change the language."""
        async with self._database.write() as session:
            await guilds.ensure(session, guild_id, self._default_language)
            await guilds.set_language(session, guild_id, language)
            await self._audit.append(
                session, guild_id, actor, Action.LANGUAGE_SET, SERVER, {"language": language}
            )

    async def set_coach_channel(self, guild_id: int, channel_id: int, actor: int | None = None) -> None:
        """Say where the private threads of coaches are made."""
        async with self._database.write() as session:
            await guilds.ensure(session, guild_id, self._default_language)
            await guilds.set_coach_channel(session, guild_id, channel_id)
            await self._audit.append(
                session, guild_id, actor, Action.COACH_CHANNEL_SET, SERVER, {"channel": channel_id}
            )

    async def set_staff_channel(self, guild_id: int, channel_id: int, actor: int | None = None) -> None:
        """Say where moderators are told of what waits for them."""
        async with self._database.write() as session:
            await guilds.ensure(session, guild_id, self._default_language)
            await guilds.set_staff_channel(session, guild_id, channel_id)
            await self._audit.append(
                session, guild_id, actor, Action.STAFF_CHANNEL_SET, SERVER, {"channel": channel_id}
            )

    async def staff_channel(self, guild_id: int) -> int | None:
        """Where moderators are told of what waits for them, if that is set."""
        async with self._database.read() as session:
            guild = await guilds.get(session, guild_id)
        return guild.staff_channel_id if guild else None

    async def check_topics(
        self, guild_id: int, channel_id: int, names: str, status_names: Sequence[str] = ()
    ) -> list[str]:
        """Split and check a list such as ``Girls, School``; ``status_names`` are taken by the status tags.

        Raises MemberError when a name is too long or there are too many; carries what was typed.
        """
        try:
            wanted = [clean_line(part, TOPIC_MAX) for part in names.split(",") if part.strip()]
        except MemberError as error:
            raise error.with_typed(names) from None
        unique = list({name.casefold(): name for name in wanted}.values())
        if not unique:
            raise MemberError("empty", typed=names)
        for name in unique:
            if name.casefold() in {word.casefold() for word in status_names}:
                raise MemberError("topic_is_status", typed=names, topic=name)
        async with self._database.read() as session:
            forum = await guilds.forum_by_channel(session, channel_id)
            known = await self._known(session, forum)
            in_forum = {name.casefold() for name, topic in known.items() if topic.active}
            new = {name.casefold() for name in unique} - in_forum
            spelled = {name.casefold(): name for name in known}
            total = await guilds.count_topics(session, guild_id) + len(new)
        if total > TOPICS_PER_SERVER or len(in_forum | new) > TOPICS_PER_FORUM:
            raise MemberError(
                "too_many_topics", typed=names, forum=TOPICS_PER_FORUM, server=TOPICS_PER_SERVER
            )
        # A topic that is there already, perhaps removed, is the same one in any spelling.
        return [spelled.get(name.casefold(), name) for name in unique]

    async def save_forum(
        self,
        guild_id: int,
        channel_id: int,
        status: StatusTags,
        topics: dict[str, int],
        actor: int | None = None,
    ) -> None:
        """Record a forum and its topics by tag id; what is there already is kept and updated."""
        async with self._database.write() as session:
            await guilds.ensure(session, guild_id, self._default_language)
            forum = await guilds.forum_by_channel(session, channel_id)
            if forum is None:
                forum = Forum(guild_id=guild_id, channel_id=channel_id)
                session.add(forum)
            forum.tag_unanswered, forum.tag_answered = status.unanswered, status.answered
            forum.tag_coach, forum.tag_solved = status.coach, status.solved
            await session.flush()
            known = await self._known(session, forum)
            for name, tag_id in topics.items():
                topic = known.get(name)
                if topic is None:
                    session.add(
                        Topic(token=new_token(), forum_id=forum.id, name=name, tag_id=tag_id, active=True)
                    )
                else:
                    topic.tag_id, topic.active = tag_id, True
            detail = {"channel": channel_id, "topics": ", ".join(topics)}
            await self._audit.append(session, guild_id, actor, Action.FORUM_SAVED, SERVER, detail)

    async def status_tags(self, guild_id: int) -> dict[int, StatusTags]:
        """The status tags of each forum, by its channel."""
        async with self._database.read() as session:
            found = await guilds.forums(session, guild_id)
        return {
            forum.channel_id: StatusTags(
                forum.tag_unanswered, forum.tag_answered, forum.tag_coach, forum.tag_solved
            )
            for forum in found
        }

    async def forum_gone(self, channel_id: int) -> None:
        """No new questions about the topics of a forum that is gone; nothing happens for other channels."""
        async with self._database.write() as session:
            forum = await guilds.forum_by_channel(session, channel_id)
            if forum is not None:
                await guilds.deactivate_topics(session, forum.id)

    async def remove_topic(self, guild_id: int, token: str, actor: int | None = None) -> str:
        """No new questions about it. Returns its name; raises MemberError ``topic_gone``."""
        async with self._database.write() as session:
            topic = await guilds.topic_by_token(session, guild_id, token)
            if topic is None:
                raise MemberError("topic_gone")
            await guilds.deactivate_topic(session, topic.id)
            await self._audit.append(session, guild_id, actor, Action.TOPIC_REMOVED, topic.token)
            return topic.name

    async def _known(self, session: AsyncSession, forum: Forum | None) -> dict[str, Topic]:
        if forum is None:
            return {}
        return {topic.name: topic for topic in await guilds.forum_topics(session, forum.id)}

"""All services of one bot, built once from what they share."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.config import Settings
from bot.services.answers import AnswerService
from bot.services.assists import AssistService
from bot.services.coaches import CoachService
from bot.services.identity import Identity
from bot.services.inbox import InboxService
from bot.services.leaderboard import LeaderboardService
from bot.services.lines import LineService
from bot.services.moderation import ModerationService
from bot.services.players import PlayerService
from bot.services.publishing import PublishingService
from bot.services.questions import QuestionService
from bot.services.servers import ServerService
from bot.services.summons import SummonService
from db.engine import Database


@dataclass(frozen=True)
class Services:
    """What the cogs are given."""

    answers: AnswerService
    assists: AssistService
    coaches: CoachService
    inbox: InboxService
    leaderboard: LeaderboardService
    lines: LineService
    moderation: ModerationService
    players: PlayerService
    publishing: PublishingService
    questions: QuestionService
    servers: ServerService
    summons: SummonService


def build(database: Database, identity: Identity, clock: Clock, settings: Settings) -> Services:
    """Wire the services together."""
    timezone = settings.server.timezone
    language = settings.server.language
    players = PlayerService(database, identity, clock, language)
    answers = AnswerService(database, identity, clock, players, timezone)
    summons = SummonService(database, identity, clock, settings.coaches)
    return Services(
        answers=answers,
        assists=AssistService(database, identity, clock, answers, timezone),
        coaches=CoachService(database, identity, clock, language),
        inbox=InboxService(database, identity),
        leaderboard=LeaderboardService(database, identity, clock, timezone),
        lines=LineService(database, identity, clock),
        moderation=ModerationService(database, clock, timezone),
        players=players,
        publishing=PublishingService(database, identity, clock),
        questions=QuestionService(database, identity, clock, settings, summons),
        servers=ServerService(database, settings),
        summons=summons,
    )

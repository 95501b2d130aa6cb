"""All services of one bot, built once from what they share."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.config import Settings
from bot.services.answers import AnswerService
from bot.services.assists import AssistService
from bot.services.audit import AuditService
from bot.services.coaches import CoachService
from bot.services.disclosure import DisclosureService
from bot.services.following import FollowingService
from bot.services.identity import Identity
from bot.services.inbox import InboxService
from bot.services.leaderboard import LeaderboardService
from bot.services.lines import LineService
from bot.services.metering import MeteringService
from bot.services.moderation import ModerationService
from bot.services.mydata.erasing import ErasureService
from bot.services.mydata.exporting import ExportService
from bot.services.notices import NoticeService
from bot.services.players import PlayerService
from bot.services.publishing import PublishingService
from bot.services.questions import QuestionService
from bot.services.retention import RetentionService
from bot.services.reveals import RevealService
from bot.services.servers import ServerService
from bot.services.staffroom import StaffRoom
from bot.services.summons import SummonService
from bot.services.telltales import TelltaleService
from bot.services.upkeep import UpkeepService
from db.engine import Database


@dataclass(frozen=True)
class Services:
    """What the cogs are given."""

    answers: AnswerService
    assists: AssistService
    audit: AuditService
    coaches: CoachService
    disclosures: DisclosureService
    erasure: ErasureService
    export: ExportService
    following: FollowingService
    inbox: InboxService
    leaderboard: LeaderboardService
    lines: LineService
    metering: MeteringService
    moderation: ModerationService
    notices: NoticeService
    players: PlayerService
    publishing: PublishingService
    questions: QuestionService
    retention: RetentionService
    reveals: RevealService
    servers: ServerService
    staffroom: StaffRoom
    summons: SummonService
    telltales: TelltaleService
    upkeep: UpkeepService


def build(database: Database, identity: Identity, clock: Clock, settings: Settings) -> Services:
    """Wire the services together."""
    timezone = settings.server.timezone
    language = settings.server.language
    audit = AuditService(database, identity, clock)
    players = PlayerService(database, identity, clock, language)
    disclosures = DisclosureService(database, identity, settings.privacy)
    answers = AnswerService(database, identity, clock, players, disclosures, timezone)
    summons = SummonService(database, identity, clock, settings.coaches)
    reveals = RevealService(database, identity, clock, settings, audit)
    erasure = ErasureService(database, identity, clock, summons, disclosures)
    return Services(
        answers=answers,
        assists=AssistService(database, identity, clock, answers, timezone),
        audit=audit,
        coaches=CoachService(database, identity, clock, audit, language),
        disclosures=disclosures,
        erasure=erasure,
        export=ExportService(database, identity, clock, disclosures),
        following=FollowingService(database, identity),
        inbox=InboxService(database, identity, disclosures),
        leaderboard=LeaderboardService(database, identity, clock, timezone),
        lines=LineService(database, identity, clock),
        metering=MeteringService(identity),
        moderation=ModerationService(database, clock, timezone, audit),
        notices=NoticeService(database, identity, clock, settings.privacy),
        players=players,
        publishing=PublishingService(database, identity, clock),
        questions=QuestionService(database, identity, clock, settings, summons),
        retention=RetentionService(
            database, identity, clock, settings.privacy, summons, erasure, audit, reveals
        ),
        reveals=reveals,
        servers=ServerService(database, settings, audit),
        staffroom=StaffRoom(database, clock),
        summons=summons,
        telltales=TelltaleService(database, identity),
        upkeep=UpkeepService(database),
    )

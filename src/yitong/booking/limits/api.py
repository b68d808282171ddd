"""Routes of limits, bans, challenges and the risk board."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking.limits import bans, queries, regulating
from yitong.booking.limits.memory import memory_of
from yitong.booking.limits.proofs import bits_for, challenge_for
from yitong.booking.limits.queries import Span
from yitong.booking.limits.rules import Level
from yitong.booking.limits.schemas import (
    AppealRequest,
    Ban,
    BanDecision,
    ChallengeOnWire,
    LimitRuleChange,
    LimitRuleItem,
    RiskBoard,
    SignalItem,
)
from yitong.identity.service.citizens import USE_ACCOUNT
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_TAGS = ["limits and risk"]
First = Annotated[datetime | None, QueryParameter(name="from")]
Last = Annotated[datetime | None, QueryParameter(name="to")]
_MISSING = Bilingual("请指定就诊人或机构。", "Name a patient or an organization.")
_BACKWARDS = Bilingual("结束时间应晚于开始时间，且不超过 92 天。", "The end must follow the beginning within 92 days.")
_LONGEST = timedelta(days=92)


@get("/limit-rules", summary="The booking rules", tags=_TAGS)
async def limit_rules(
    tx: NamedDependency[Transaction], organization_id: FromQuery[UUID | None] = None
) -> Page[LimitRuleItem]:
    """Of the region, or of a hospital that may set some of them for itself."""
    return Page(await regulating.list_rules(tx, organization_id))


@put("/limit-rules/{code:str}", summary="Change a booking rule", tags=_TAGS)
async def change_limit_rule(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    data: JSONBody[LimitRuleChange],
) -> LimitRuleItem:
    """For the region, or for one hospital where the rule allows that; left out stays as it is."""
    async with platform.transaction(actor) as tx:
        changed = await regulating.change_rule(tx, code, data)
    await memory_of(platform).refresh()
    return changed


@get("/risk/board", summary="The risk board", tags=_TAGS)
async def risk_board(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    first: First = None,
    last: Last = None,
) -> RiskBoard:
    """Counts by rule and outcome, hours, accounts that draw attention, hand-overs; the last seven days by default."""
    await memory_of(tx.platform).fresh()  # what this process noticed since the last booking is written first
    return await queries.board(tx, organization_id, span_of(tx, first, last))


@get("/risk/signals", summary="What accounts did", tags=_TAGS)
async def risk_signals(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    first: First = None,
    last: Last = None,
    cursor: FromQuery[str | None] = None,
) -> Page[SignalItem]:
    """The newest first."""
    return await queries.signals(tx, organization_id, span_of(tx, first, last), cursor)


def span_of(tx: Transaction, first: datetime | None, last: datetime | None) -> Span:
    """The span asked for; the last seven days without one. Raises Problem ``validation-failed``."""
    end = _aware(last) if last is not None else tx.now + timedelta(seconds=1)
    begin = _aware(first) if first is not None else end - timedelta(days=7)
    if not timedelta() < end - begin <= _LONGEST:
        raise VALIDATION_FAILED(errors=[FieldError("to", "invalid", _BACKWARDS)])
    return Span(begin, end)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@get("/bans", summary="Booking bans", tags=_TAGS)
async def list_bans(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
    appealed: FromQuery[bool] = False,
) -> Page[Ban]:
    """Of a patient, or those that a hospital's missed visits led to; ``appealed`` for undecided appeals only."""
    if patient_id is not None:
        return Page(await bans.bans_of_patient(tx, patient_id))
    if organization_id is not None:
        return Page(await bans.bans_of_organization(tx, organization_id, open_appeals=appealed))
    raise VALIDATION_FAILED(errors=[FieldError("patient_id", "missing", _MISSING)])


@post("/bans/{ban_id:uuid}/appeal", status_code=200, summary="Appeal against a ban", tags=_TAGS)
async def appeal(tx: NamedDependency[Transaction], ban_id: FromPath[UUID], data: JSONBody[AppealRequest]) -> Ban:
    """The hospital sees it at once; again before the decision replaces the words."""
    return await bans.appeal(tx, ban_id, data.text)


@post("/bans/{ban_id:uuid}/decide", status_code=200, summary="Decide about a ban", tags=_TAGS)
async def decide(tx: NamedDependency[Transaction], ban_id: FromPath[UUID], data: JSONBody[BanDecision]) -> Ban:
    """Lift it now, or let it stand; with a reason."""
    return await bans.decide(tx, ban_id, lift=data.lift, reason=data.reason)


@get("/challenges", summary="What this session has to do before a confirmation", tags=_TAGS)
async def challenge(platform: NamedDependency[Platform], actor: NamedDependency[Actor]) -> ChallengeOnWire:
    """``ok``: nothing. ``challenge``: send ``X-Proof: challenge.nonce``, of which SHA-256 begins with
    ``difficulty_bits`` zero bits. ``code``: ask for a phone code with purpose ``booking`` and send
    ``X-Phone-Code: challenge_id.code``."""
    USE_ACCOUNT.check(actor)
    memory = memory_of(platform)
    await memory.fresh()
    suspect = memory.suspects.get(actor.id)
    if suspect is None or not platform.settings.risk_checks:
        return ChallengeOnWire(Level.OK.value)
    if suspect.level is not Level.CHALLENGE:
        return ChallengeOnWire(suspect.level.value)
    made = challenge_for(platform, actor, bits_for(memory, suspect))
    return ChallengeOnWire(suspect.level.value, made.text, made.bits, made.expires_at)


ROUTES: list[ControllerRouterHandler] = [
    limit_rules,
    change_limit_rule,
    risk_board,
    risk_signals,
    list_bans,
    appeal,
    decide,
    challenge,
]

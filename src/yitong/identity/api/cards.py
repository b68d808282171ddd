"""Routes of the health card, the hot one of scanning included."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from yitong.identity.schemas import cards as wire
from yitong.identity.service import card_checks, cards, terminals
from yitong.identity.states import CardState
from yitong.kernel.hot import HotRequest, HotRoute, Reply, decode
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

TAGS = ["card"]


@get("/patients/{patient_id:uuid}/card", tags=TAGS, summary="A health card")
async def see_card(tx: NamedDependency[Transaction], patient_id: FromPath[UUID]) -> wire.Card:
    """The card of oneself or a family member."""
    return await cards.see_card(tx, patient_id)


@post("/patients/{patient_id:uuid}/card/dynamic-code", status_code=200, tags=TAGS, summary="A code to show now")
async def show_code(tx: NamedDependency[Transaction], patient_id: FromPath[UUID]) -> wire.DynamicCode:
    """Made anew at every call; accepted once, for a few minutes."""
    return await cards.show_code(tx, patient_id)


@get("/patients/{patient_id:uuid}/card/static-code", tags=TAGS, summary="A code for paper")
async def print_code(tx: NamedDependency[Transaction], patient_id: FromPath[UUID]) -> wire.StaticCode:
    """Good only together with a code on the holder's phone."""
    return await cards.print_code(tx, patient_id)


@post("/patients/{patient_id:uuid}/card/freeze", status_code=200, tags=TAGS, summary="Freeze a card")
async def freeze(tx: NamedDependency[Transaction], patient_id: FromPath[UUID]) -> wire.Card:
    """Nobody can use it until it is unfrozen."""
    return await cards.change_state(tx, patient_id, CardState.FROZEN)


@post("/patients/{patient_id:uuid}/card/unfreeze", status_code=200, tags=TAGS, summary="Unfreeze a card")
async def unfreeze(tx: NamedDependency[Transaction], patient_id: FromPath[UUID]) -> wire.Card:
    """It can be used again."""
    return await cards.change_state(tx, patient_id, CardState.ACTIVE)


@post("/cards/verify", status_code=200, tags=TAGS, summary="Check and use up a scanned code")
async def verify(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[wire.Verification]
) -> wire.Verified:
    """Who stands before the scanner. A dynamic code counts once; a static one needs the second factor."""
    return await card_checks.verify_fast(platform, actor, data)


@post("/cards/static-challenge", status_code=202, tags=TAGS, summary="Send the second factor of a static code")
async def challenge(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[wire.StaticChallenge]
) -> wire.StaticChallengeSent:
    """Sends six digits to the holder's phone."""
    return await card_checks.challenge_static(platform, actor, data)


@get("/terminals/{terminal_id:uuid}/offline-key", tags=TAGS, summary="Keys to check codes with no network")
async def offline_key(tx: NamedDependency[Transaction], terminal_id: FromPath[UUID]) -> wire.OfflineKeys:
    """For the terminal itself; see the card-code rules for what such a key can and cannot do."""
    return await terminals.offline_keys(tx, terminal_id)


async def hot_verify(request: HotRequest) -> tuple[int, wire.Verified]:
    """The hot form of ``POST /api/cards/verify``."""
    given: wire.Verification = decode(request.body, wire.Verification)
    return 200, await card_checks.verify_fast(request.platform, request.actor, given)


def verify_at_once(request: HotRequest, reply: Reply) -> bool:
    """The form without a task; a static code, which needs its second factor, goes the other way."""
    given: wire.Verification = decode(request.body, wire.Verification)
    return card_checks.verify_at_once(request.platform, request.actor, given, reply)


ROUTES = [see_card, show_code, print_code, freeze, unfreeze, verify, challenge, offline_key]
HOT_ROUTES = [HotRoute("/api/cards/verify", hot_verify, verify_at_once)]

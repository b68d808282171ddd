"""The holder's side of the health card: look at it, show a code, freeze it; and the desk that prints one."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.queries.people import DOCUMENT, opened
from yitong.identity.rules.card_codes import static_text
from yitong.identity.schemas.cards import Card, DynamicCode, StaticCode
from yitong.identity.service.card_keys import code_keys
from yitong.identity.states import CARD, CardState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import ActorKind, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

SEE_CARD = action("card:card:see", "查看健康卡", "See a health card", {Role.PATIENT: Scope.OWN})
SHOW_CODE = action("card:code:show", "出示动态健康码", "Show a dynamic code", {Role.PATIENT: Scope.OWN})
PRINT_CODE = action(
    "card:static:print",
    "打印静态健康码",
    "Print a static code",
    {Role.PATIENT: Scope.OWN, Role.REGISTRAR: Scope.REGION, Role.HOSPITAL_ADMIN: Scope.REGION},
)
FREEZE_CARD = action(
    "card:state:change",
    "冻结、解冻健康卡",
    "Freeze and unfreeze a card",
    {Role.PATIENT: Scope.OWN, Role.PLATFORM_ADMIN: Scope.REGION},
)
STATIC_NOTE = Bilingual(
    "静态码适合打印使用；每次使用时还需核对发送到持卡人手机的验证码。",
    "A static code is meant for paper; each use also asks for a code sent to the holder's phone.",
)
_CARD = f"""
SELECT c.ecard_id, c.issued_at, c.state, c.version, p.name_sealed, p.phone_sealed, d.kind AS id_kind, d.value_sealed
FROM health_card c JOIN patient p ON p.id = c.patient_id {DOCUMENT} WHERE c.patient_id = :patient
"""  # noqa: S608


def short(ecard_id: str) -> str:
    """The first and last digits of a card number, enough to tell two cards apart."""
    return f"{ecard_id[:4]}…{ecard_id[-4:]}"


async def _row(tx: Transaction, patient_id: UUID, *, lock: bool = False) -> Any:
    statement = _CARD + " FOR UPDATE OF c" * lock
    row = (await tx.session.execute(text(statement), {"patient": patient_id})).one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


def _card(tx: Transaction, patient_id: UUID, row: Any, state: str) -> Card:
    plain = opened(tx.platform.sealer, patient_id, row)
    return Card(
        ecard_id=row.ecard_id,
        ecard_id_short=short(row.ecard_id),
        patient_id=patient_id,
        name_masked=plain.name_masked,
        id_number_masked=plain.id_number_masked,
        issued_at=row.issued_at,
        status=CardState(state).value,
    )


async def see_card(tx: Transaction, patient_id: UUID) -> Card:
    """The card of oneself or a family member. Raises Problem ``foreign-patient`` or ``not-found``."""
    SEE_CARD.check(tx.actor, patient_id=patient_id)
    row = await _row(tx, patient_id)
    return _card(tx, patient_id, row, row.state)


async def show_code(tx: Transaction, patient_id: UUID) -> DynamicCode:
    """A fresh dynamic code. Raises Problem ``foreign-patient``, ``not-found`` or ``card-frozen``."""
    SHOW_CODE.check(tx.actor, patient_id=patient_id)
    row = await _row(tx, patient_id)
    if row.state != CardState.ACTIVE:
        raise p.CARD_FROZEN()
    settings = tx.platform.settings
    made = tx.now.replace(microsecond=0)  # the code itself carries whole seconds
    return DynamicCode(
        text=code_keys(tx.platform.sealer, settings).make(row.ecard_id, made),
        issued_at=made,
        expires_at=made + timedelta(seconds=settings.card_accept_seconds),
        refresh_after_s=settings.card_display_seconds,
    )


async def print_code(tx: Transaction, patient_id: UUID) -> StaticCode:
    """The static code, for paper. Printing at a desk leaves an event. Raises Problem ``card-frozen`` and as above."""
    grant = PRINT_CODE.check(tx.actor, patient_id=patient_id)
    at_desk = tx.actor.kind is not ActorKind.CITIZEN
    if at_desk:
        await tx.open_patient_index()
    row = await _row(tx, patient_id)
    if row.state != CardState.ACTIVE:
        raise p.CARD_FROZEN()
    if at_desk:
        subject = Subject("health_card", patient_id, (await region_of(tx)).commission_id, patient_id)
        await record(tx, grant, IdentityEvent.CARD_PRINTED, subject)
    return StaticCode(static_text(row.ecard_id), STATIC_NOTE, _card(tx, patient_id, row, row.state))


async def change_state(tx: Transaction, patient_id: UUID, after: CardState) -> Card:
    """Freeze or unfreeze a card. Raises Problem ``foreign-patient``, ``not-found`` or ``wrong-state``."""
    grant = FREEZE_CARD.check(tx.actor, patient_id=patient_id)
    row = await _row(tx, patient_id, lock=True)
    before = CardState(row.state)
    CARD.check(before, after)
    await tx.session.execute(
        text("UPDATE health_card SET state = :state, version = version + 1 WHERE patient_id = :patient"),
        {"state": after.value, "patient": patient_id},
    )
    subject = Subject("health_card", patient_id, (await region_of(tx)).commission_id, patient_id)
    name = IdentityEvent.CARD_FROZEN if after is CardState.FROZEN else IdentityEvent.CARD_UNFROZEN
    event_id = await record(tx, grant, name, subject)
    await record_move(tx, grant, CARD, subject, before, after, sequence=row.version + 1, event_id=event_id)
    return _card(tx, patient_id, row, after.value)

"""Take part in a draw, withdraw, and see one's own request with what is needed to find it in the published file."""

import secrets
from typing import Any

import msgspec
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from yitong.booking import refusals as booking_refusals
from yitong.booking.desk import desk_of
from yitong.booking.draw import proof, refusals, rows
from yitong.booking.draw.actions import ASK, SEE_OWN, WITHDRAW
from yitong.booking.draw.events import DrawEvent
from yitong.booking.draw.model import DrawRequest
from yitong.booking.draw.rules import Person, Stratum, stratum_for
from yitong.booking.draw.schemas import AskBody, MyOffer, MyRequest
from yitong.booking.draw.states import DrawState
from yitong.kernel.clock import age_in_years, day_of
from yitong.kernel.crypto import sm3
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import ActorKind
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, Conflict, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_TAKING = (DrawState.ANNOUNCED.value, DrawState.OPEN.value)
_PERSON = text("""
SELECT p.birth_date, (
    SELECT i.value_hash FROM patient_identifier AS i WHERE i.patient_id = p.id ORDER BY i.kind, i.value_hash LIMIT 1
) AS document, (
    SELECT max(a.day) FROM appointment AS a WHERE a.organization_id = :organization AND a.patient_id = p.id
        AND a.department_id = :department AND a.state = 'fulfilled'
) AS seen, (
    SELECT count(*) FROM draw_result AS r
    JOIN draw AS d ON d.organization_id = r.organization_id AND d.id = r.draw_id
    WHERE r.organization_id = :organization AND r.patient_id = p.id AND d.department_id = :department
        AND d.drawn_at > CAST(:now AS timestamptz) - interval '90 days'
        AND NOT EXISTS (SELECT FROM draw_offer AS o JOIN draw AS e ON e.organization_id = o.organization_id
            AND e.id = o.draw_id
            WHERE o.organization_id = r.organization_id AND o.patient_id = p.id AND e.department_id = :department
                AND e.drawn_at > CAST(:now AS timestamptz) - interval '90 days')
) AS lost
FROM patient AS p WHERE p.id = :patient
""")
_UNSUITABLE = text("""
SELECT EXISTS (
    SELECT FROM slot AS s
    JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
    JOIN specialty AS y ON y.code = s.specialty_code
    JOIN patient AS p ON p.id = :patient
    WHERE s.organization_id = :organization AND s.id = ANY (:slots)
        AND (y.sex <> p.sex OR d.day < p.birth_date + make_interval(years => y.age_min)
            OR d.day >= p.birth_date + make_interval(years => y.age_max + 1)))
""")


async def ask(tx: Transaction, draw_id: UUID, request: AskBody, key: UUID) -> MyRequest:
    """Take part, or change one's choices: a second request of the same person takes the first one's place.

    Raises Problem ``draw-not-open``, ``draw-identity-used``, ``draw-identity-needed``, ``specialty-unsuitable``,
    ``validation-failed``, ``not-found`` and those of the permission check.
    """
    row = await rows.draw(tx, draw_id)
    ASK.check(tx.actor, organization_id=row["organization_id"], patient_id=request.patient_id)

    async def make() -> MyRequest:
        return await _ask(tx, draw_id, request)

    return await once(tx, key, request, MyRequest, make)


async def _ask(tx: Transaction, draw_id: UUID, request: AskBody) -> MyRequest:
    row = await rows.asking(tx, draw_id)
    _check_open(tx, row)
    organization_id, patient_id = row["organization_id"], request.patient_id
    grant = ASK.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    choices = [str(one) for one in request.choices]
    _check_choices(row, choices, {str(one["slot_id"]) for one in await rows.slots(tx, organization_id, [draw_id])})
    # The classes go by visits and draws of the person, whoever asks for them.
    await tx.open_region()
    unsuitable = await tx.session.execute(
        _UNSUITABLE, {"organization": organization_id, "slots": request.choices, "patient": patient_id}
    )
    if unsuitable.scalar_one():
        raise booking_refusals.SPECIALTY_UNSUITABLE()
    stratum, document = await _person(tx, row, patient_id)
    await tx.session.execute(
        text(
            "UPDATE draw_request SET withdrawn_at = :now WHERE organization_id = :organization AND draw_id = :draw"
            " AND patient_id = :patient AND withdrawn_at IS NULL"
        ),
        {"now": tx.now, "organization": organization_id, "draw": draw_id, "patient": patient_id},
    )
    salt, request_id = secrets.token_bytes(proof.SALT_BYTES), new_id()
    identity = proof.identity_of(salt, patient_id)
    try:
        await tx.session.execute(
            insert(DrawRequest).values(
                organization_id=organization_id,
                id=request_id,
                draw_id=draw_id,
                patient_id=patient_id,
                identity_hash=sm3(draw_id.bytes + document),
                requested_by=tx.actor.id,
                choices=choices,
                stratum=stratum,
                salt=salt,
                identity=identity,
                leaf=proof.leaf_of(str(draw_id), identity, stratum, choices),
                waitlist=request.waitlist,
                requested_at=tx.now,
            )
        )
    except IntegrityError as error:
        words = Bilingual("同一证件的另一份申请。", "Another request with the same identity document.")
        raise refusals.DRAW_IDENTITY_USED(conflict=Conflict("draw", str(draw_id), words)) from error
    subject = Subject("draw_request", request_id, organization_id, patient_id)
    await record(tx, grant, DrawEvent.REQUESTED, subject, {"draw_id": draw_id, "choices": len(choices)})
    return (await _described(tx, row, [patient_id], request_id))[0]


async def withdraw(tx: Transaction, draw_id: UUID, request_id: UUID) -> MyRequest:
    """Take no part after all; once more answers the same.

    Raises Problem ``draw-not-open`` after the closing, ``not-found`` and those of the permission check.
    """
    row = await rows.asking(tx, draw_id)
    found = await tx.session.execute(
        text("SELECT patient_id, withdrawn_at FROM draw_request WHERE id = :id AND draw_id = :draw"),
        {"id": request_id, "draw": draw_id},
    )
    own = found.one_or_none()
    if own is None:
        raise NOT_FOUND()
    grant = WITHDRAW.check(tx.actor, organization_id=row["organization_id"], patient_id=own.patient_id)
    if own.withdrawn_at is None:
        _check_open(tx, row)
        await tx.session.execute(
            text("UPDATE draw_request SET withdrawn_at = :now WHERE organization_id = :organization AND id = :id"),
            {"now": tx.now, "organization": row["organization_id"], "id": request_id},
        )
        subject = Subject("draw_request", request_id, row["organization_id"], own.patient_id)
        await record(tx, grant, DrawEvent.WITHDRAWN, subject, {"draw_id": draw_id})
    return (await _described(tx, row, [own.patient_id], request_id))[0]


async def mine(tx: Transaction, draw_id: UUID, patient_id: UUID | None) -> list[MyRequest]:
    """The requests of one's own people in a draw; staff of the hospital name the patient.

    Raises Problem ``not-found`` and those of the permission check.
    """
    row = await rows.draw(tx, draw_id)
    patients = [patient_id] if patient_id is not None else list(tx.actor.patient_ids)
    if not patients and tx.actor.kind is ActorKind.CITIZEN:
        return []
    for one in patients or [None]:
        SEE_OWN.check(tx.actor, organization_id=row["organization_id"], patient_id=one)
    return await _described(tx, row, patients, None) if patients else []


def _check_open(tx: Transaction, row: Any) -> None:
    if row["state"] not in _TAKING or not row["opens_at"] <= tx.now < row["closes_at"]:
        raise refusals.DRAW_NOT_OPEN(extra={"opens_at": row["opens_at"], "closes_at": row["closes_at"]})


def _check_choices(row: Any, choices: list[str], slots: set[str]) -> None:
    if len(choices) > row["choices_max"]:
        most = row["choices_max"]
        wrong = Bilingual(f"最多选择 {most} 个时段。", f"Choose at most {most} times.")
    elif len(set(choices)) < len(choices):
        wrong = Bilingual("同一时段只能选一次。", "Choose each time once.")
    elif not slots.issuperset(choices):
        wrong = Bilingual("所选时段不在本次抽签中。", "A chosen time is not part of this draw.")
    else:
        return
    raise VALIDATION_FAILED(errors=[FieldError("choices", "invalid", wrong)])


async def _person(tx: Transaction, row: Any, patient_id: UUID) -> tuple[str, bytes]:
    """The class somebody belongs to and the keyed hash of their identity document."""
    found = await tx.session.execute(
        _PERSON,
        {
            "organization": row["organization_id"],
            "department": row["department_id"],
            "patient": patient_id,
            "now": tx.now,
        },
    )
    one = found.one_or_none()
    if one is None:
        raise NOT_FOUND()
    if one.document is None:
        raise refusals.DRAW_IDENTITY_NEEDED()
    names = await desk_of(tx.platform).names.of(row["organization_id"])
    day = day_of(row["closes_at"], names.zone.key)
    person = Person(
        age_in_years(one.birth_date, day), (day - one.seen).days if one.seen is not None else None, one.lost
    )
    return stratum_for(person, msgspec.convert(row["strata"], list[Stratum])), bytes(one.document)


async def _described(tx: Transaction, row: Any, patients: list[UUID], request_id: UUID | None) -> list[MyRequest]:
    organization_id, draw_id = row["organization_id"], row["id"]
    await tx.open_region()  # the place in the list depends on everybody's leaves; only one's own is told
    found = await tx.session.execute(
        text(
            "SELECT q.*, r.rank, r.ticket FROM draw_request AS q"
            " LEFT JOIN draw_result AS r ON r.organization_id = q.organization_id AND r.draw_id = q.draw_id"
            " AND r.request_id = q.id"
            " WHERE q.organization_id = :organization AND q.draw_id = :draw AND q.patient_id = ANY (:patients)"
            " AND (CAST(:request AS uuid) IS NULL OR q.id = :request) ORDER BY q.requested_at, q.id"
        ),
        {"organization": organization_id, "draw": draw_id, "patients": patients, "request": request_id},
    )
    own = list(found.mappings())
    leaves: list[str] = []
    offers: dict[UUID, Any] = {}
    if row["requests_root"] is not None and own:
        leaves = [one["leaf"] for one in await rows.requests(tx, organization_id, draw_id)]
        offers = {one["request_id"]: one for one in await rows.offers(tx, organization_id, draw_id)}
    titles = {one.code: one.title for one in msgspec.convert(row["strata"], list[Stratum])}
    return [_my_request(row, one, leaves, offers.get(one["id"]), titles) for one in own]


def _my_request(row: Any, own: Any, leaves: list[str], offer: Any | None, titles: dict[str, Bilingual]) -> MyRequest:
    withdrawn = own["withdrawn_at"] is not None
    index = leaves.index(own["leaf"]) if leaves and not withdrawn else None
    state = "withdrawn" if withdrawn else "won" if offer is not None else "lost" if own["rank"] else "entered"
    return MyRequest(
        id=own["id"],
        draw_id=own["draw_id"],
        organization_id=own["organization_id"],
        patient_id=own["patient_id"],
        choices=[UUID(one) for one in own["choices"]],
        stratum=own["stratum"],
        stratum_title=titles[own["stratum"]],
        state=state,
        waitlist=own["waitlist"],
        requested_at=own["requested_at"],
        withdrawn_at=own["withdrawn_at"],
        salt=own["salt"].hex(),
        identity=own["identity"],
        leaf=own["leaf"],
        index=index,
        size=len(leaves) if index is not None else None,
        path=proof.path_of(leaves, index) if index is not None else None,
        root=row["requests_root"],
        rank=own["rank"],
        ticket=own["ticket"],
        offer=_my_offer(offer) if offer is not None else None,
    )


def _my_offer(row: Any) -> MyOffer:
    return MyOffer(
        row["sequence"],
        row["slot_id"],
        row["slot_start"],
        row["appointment_id"],
        row["outcome"],
        row["hold_expires_at"],
    )

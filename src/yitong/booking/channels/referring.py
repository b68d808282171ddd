"""A community health centre books a place at a hospital for its patient, out of the pool that is kept for referrals."""

from typing import Annotated

import msgspec

from yitong.booking.channels import refusals
from yitong.booking.channels.actions import REFER
from yitong.booking.channels.board import board_of
from yitong.booking.channels.opening import check_open
from yitong.booking.channels.taking import Taking, take_place
from yitong.booking.queries import appointments
from yitong.booking.schemas import Appointment
from yitong.booking.service.reading import worded
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_CHANNEL = "community"


class ReferralRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which place of which hospital for whom, by which community health centre, and why."""

    organization_id: UUID
    centre_id: UUID
    slot_id: UUID
    patient_id: UUID
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


async def refer(tx: Transaction, request: ReferralRequest, key: UUID) -> Appointment:
    """Book the place at once; the hospital's event says which centre referred and why.

    Raises Problem ``channel-foreign`` (the centre is no community health centre, or it refers to itself),
    ``channel-not-open``, ``not-released``, ``booking-closed``, what taking a place raises, and those of the permission
    check at the centre.
    """
    REFER.check(tx.actor, organization_id=request.centre_id)

    async def make() -> Appointment:
        return await _refer(tx, request)

    return await once(tx, key, request, Appointment, make)


async def _refer(tx: Transaction, request: ReferralRequest) -> Appointment:
    grant = REFER.check(tx.actor, organization_id=request.centre_id)
    centre = await board_of(tx.platform).of(request.centre_id)
    if not centre.community_centre or request.organization_id == request.centre_id:
        raise refusals.CHANNEL_FOREIGN(channel=_CHANNEL)
    await tx.open_patient_index()
    await check_open(tx, request.organization_id, request.slot_id, request.patient_id, _CHANNEL)
    payload = {"centre_id": request.centre_id, "reason": request.reason}
    taking = Taking(request.organization_id, request.slot_id, request.patient_id, _CHANNEL, payload)
    appointment_id = await take_place(tx, grant, taking)
    row = await appointments.one(tx, request.organization_id, appointment_id)
    if row is None:
        raise NOT_FOUND()
    return await worded(tx, row)

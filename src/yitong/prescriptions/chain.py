"""Prescriptions on the evidence chain: each event becomes the action of the contract that stands for it.

On the chain a prescription's wording is put up for review once; a refused one is replaced, so every round of review has
a name of its own there, and the first one's is the prescription's id. Digests are salted with a value that is derived
from the installation's key and never leaves it: nobody who reads the chain can try out patients or wordings.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from yitong.kernel.crypto import sm3
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction
from yitong.ledger.contract.actions import (
    Accept,
    Action,
    Close,
    Dispense,
    Expire,
    GiveBack,
    Issue,
    KeyRole,
    PartTerms,
    Release,
    Return,
    Reverse,
    Review,
    Revoke,
    Settle,
    Withdraw,
)
from yitong.ledger.encoding import salted
from yitong.ledger.tasks import Wish, ask
from yitong.prescriptions.circulation.chain_facts import accept_facts, disclosed_secret
from yitong.prescriptions.circulation.events import CirculationEvent
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.events import PrescriptionEvent

NAME = "ledger: prescriptions"


class Chained:
    """One event together with the names that its prescription and this round have on the chain."""

    def __init__(self, tx: Transaction, event: Recorded) -> None:
        said = event.payload
        about = said.get("prescription_id")
        self.tx = tx
        self.event = event
        self.said: Mapping[str, Any] = said
        self.prescription_id = event.subject_id if about is None else UUID(str(about))
        self.round = int(said["round"])

    @property
    def name(self) -> UUID:
        """The prescription's name on the chain in this round."""
        return chain_name(self.prescription_id, self.round)

    @property
    def part(self) -> int:
        return int(self.said["part"])

    def salted(self, digest: str) -> bytes:
        """The salted digest of something whose SM3 (hex) the event names."""
        return salted(self.salt, bytes.fromhex(digest))

    @property
    def salt(self) -> bytes:
        return self.tx.platform.sealer.lookup_hash("chain salt", str(self.prescription_id))

    def pharmacy(self) -> UUID:
        """The pharmacy that the event names."""
        return UUID(str(self.said["pharmacy_id"]))

    async def secret(self) -> bytes:
        """The secret of the custody that the event ended, which the chain makes public."""
        event = self.event
        return await disclosed_secret(self.tx, event.organization_id, event.subject_id, event.id)


Signs = tuple[UUID, KeyRole, Action]
"""Who signs with which of their keys, and what."""
Writer = Callable[[Chained], Awaitable[Signs]]


def chain_name(prescription_id: UUID, number: int) -> UUID:
    """What a prescription is called on the chain in its round ``number`` of review: by its id in the first."""
    if number <= 1:
        return prescription_id
    return UUID(bytes=sm3(prescription_id.bytes + number.to_bytes(4, "big"))[:16])


def milliseconds(moment: str) -> int:
    """An RFC 3339 moment as block times count."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


async def _issue(one: Chained) -> Signs:
    parts = [
        PartTerms(milliseconds(part["opens"]), milliseconds(part["closes"]), list(part["quantities"]))
        for part in one.said["parts"]
    ]
    patient = salted(one.salt, one.event.patient_id.bytes if one.event.patient_id else b"")
    replaces = chain_name(one.prescription_id, one.round - 1).bytes if one.round > 1 else b""
    issue = Issue(one.name.bytes, patient, one.salted(one.said["digest"]), parts, replaces)
    return one.event.organization_id, KeyRole.PRESCRIBE, issue


async def _review(one: Chained) -> Signs:
    approved = one.event.type == PrescriptionEvent.APPROVED.value
    review = Review(one.name.bytes, approved, one.salted(one.said["decision_digest"]))
    return one.event.organization_id, KeyRole.REVIEW, review


async def _release(one: Chained) -> Signs:
    to = one.said.get("to")
    named = b"" if to is None else UUID(str(to)).bytes
    release = Release(one.name.bytes, one.part, bytes.fromhex(one.said["access"]), named)
    return one.event.organization_id, KeyRole.PATIENT, release


async def _accept(one: Chained) -> Signs:
    facts = await accept_facts(one.tx, one.event.organization_id, one.event.id)
    accept = Accept(one.name.bytes, one.part, facts.code, facts.secret_digest)
    return one.pharmacy(), KeyRole.DISPENSE, accept


async def _give_back(one: Chained) -> Signs:
    give_back = GiveBack(one.name.bytes, one.part, await one.secret(), str(one.said["reason"]))
    return one.pharmacy(), KeyRole.DISPENSE, give_back


async def _dispense(one: Chained) -> Signs:
    secret = await one.secret() if one.said["last"] else b""
    quantities, content = list(one.said["quantities"]), one.salted(one.said["digest"])
    return one.pharmacy(), KeyRole.DISPENSE, Dispense(one.name.bytes, one.part, quantities, content, secret)


async def _close(one: Chained) -> Signs:
    close = Close(one.name.bytes, one.part, one.salted(one.said["digest"]), await one.secret())
    return one.pharmacy(), KeyRole.DISPENSE, close


async def _return(one: Chained) -> Signs:
    quantities = list(one.said["quantities"])
    back = Return(one.name.bytes, one.part, quantities, one.salted(one.said["digest"]))
    return one.pharmacy(), KeyRole.DISPENSE, back


async def _withdraw(one: Chained) -> Signs:
    return one.event.organization_id, KeyRole.PATIENT, Withdraw(one.name.bytes, one.part)


async def _revoke(one: Chained) -> Signs:
    revoke = Revoke(one.name.bytes, one.part, str(one.said["reason"]))
    return one.event.organization_id, KeyRole.PRESCRIBE, revoke


async def _expire(one: Chained) -> Signs:
    return one.event.organization_id, KeyRole.PRESCRIBE, Expire(one.name.bytes, one.part)


async def _settle(one: Chained) -> Signs:
    settle = Settle(one.name.bytes, one.part, one.salted(one.said["digest"]))
    return await _insurer(one.tx), KeyRole.SETTLE, settle


async def _reverse(one: Chained) -> Signs:
    reverse = Reverse(one.name.bytes, one.part, one.salted(one.said["digest"]))
    return await _insurer(one.tx), KeyRole.SETTLE, reverse


async def _insurer(tx: Transaction) -> UUID:
    """The region's insurer. Raises LookupError where the directory has none."""
    found = await tx.session.scalar(
        text(
            "SELECT id FROM organization WHERE kind IN ('insurance_office', 'insurer') AND active"
            " ORDER BY kind = 'insurance_office' DESC, code LIMIT 1"
        )
    )
    if found is None:
        raise LookupError("the directory has no insurer")
    return found


WRITERS: dict[StrEnum, Writer] = {
    PrescriptionEvent.SIGNED: _issue,
    PrescriptionEvent.RESUBMITTED: _issue,
    PrescriptionEvent.COUNTERSIGNED: _issue,
    PrescriptionEvent.APPROVED: _review,
    PrescriptionEvent.REFUSED: _review,
    CirculationEvent.RELEASED: _release,
    CirculationEvent.ACCEPTED: _accept,
    CirculationEvent.GIVEN_BACK: _give_back,
    DispensingEvent.DISPENSED: _dispense,
    DispensingEvent.CLOSED: _close,
    DispensingEvent.RETURNED: _return,
    CirculationEvent.WITHDRAWN: _withdraw,
    CirculationEvent.REVOKED: _revoke,
    CirculationEvent.EXPIRED: _expire,
    DispensingEvent.SETTLED: _settle,
    DispensingEvent.REVERSED: _reverse,
}
"""What each event becomes on the chain, in the order of a prescription's life."""
_BY_NAME = {event.value: writer for event, writer in WRITERS.items()}


@reactor(NAME, *WRITERS)
async def put_on_chain(tx: Transaction, event: Recorded) -> None:
    """Write down what the event wants on the chain; a job signs and hands it in. Harmless a second time."""
    one = Chained(tx, event)
    organization_id, role, action = await _BY_NAME[event.type](one)
    wish = Wish(
        organization_id,
        role,
        action,
        subject=one.name,
        about=one.prescription_id,
        number=str(one.said.get("number", "")),
        patient_id=event.patient_id,
    )
    await ask(tx, event, [wish])

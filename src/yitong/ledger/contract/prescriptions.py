"""Prescriptions on the chain: issued, reviewed, released, held by one pharmacy at a time, dispensed once, settled once.

Custody is an access code that leads to an exclusive secret. The code is the end of a chain of digests: each acceptance
discloses the digest's origin, which becomes the digest that the next code must lead to. The secret stays with the
holder and is disclosed when the custody ends.
"""

from collections.abc import Callable
from typing import Any

from yitong.ledger.contract.actions import (
    Accept,
    Close,
    Dispense,
    Expire,
    GiveBack,
    Issue,
    Kind,
    Release,
    Return,
    Reverse,
    Review,
    Revoke,
    Settle,
    Withdraw,
    name_of,
)
from yitong.ledger.contract.legal_moves import Relation, check_signer, check_state
from yitong.ledger.contract.records import (
    PARAMETERS,
    Organization,
    Parameters,
    PartRecord,
    PartState,
    Prescription,
    organization_key,
    part_key,
    prescription_key,
)
from yitong.ledger.contract.refusals import Refusal, Refused
from yitong.ledger.contract.view import Signer, View
from yitong.ledger.encoding import Purpose, digest

PartAction = Release | Accept | Dispense | Close | GiveBack | Return | Withdraw | Revoke | Expire | Settle | Reverse
_ENDED_UNUSED = (PartState.REJECTED, PartState.WITHDRAWN, PartState.REVOKED, PartState.EXPIRED)


def issue(view: View, signer: Signer, action: Issue) -> None:
    """A new prescription; one that replaces another needs that one to be the issuer's and ended without a hand-out."""
    check_signer("issue", signer)
    if action.replaces:
        _replace(view, signer, action.replaces)
    for terms in action.parts:
        if not terms.opens < terms.closes or terms.closes <= view.now:
            raise Refused(Refusal.BAD_WINDOW)
        if not all(terms.quantities):
            raise Refused(Refusal.BAD_QUANTITIES)
    view.add(
        prescription_key(action.prescription),
        Prescription(
            signer.organization_id,
            signer.key_id,
            action.subject,
            action.content,
            len(action.parts),
            action.replaces,
            False,
            b"",
            b"",
        ),
    )
    for number, terms in enumerate(action.parts, 1):
        nothing = [0] * len(terms.quantities)
        part = PartRecord(
            PartState.ISSUED,
            terms.opens,
            terms.closes,
            terms.quantities,
            nothing,
            nothing,
            b"",
            b"",
            b"",
            b"",
            0,
            b"",
        )
        view.put(part_key(action.prescription, number), part)


def _replace(view: View, signer: Signer, replaced: bytes) -> None:
    key = prescription_key(replaced)
    before = view.get(Prescription, key)
    if before.issuer != signer.organization_id:
        raise Refused(Refusal.NOT_YOURS)
    parts = [view.get(PartRecord, part_key(replaced, number)) for number in range(1, before.parts + 1)]
    if before.replaced or any(part.state not in _ENDED_UNUSED for part in parts):
        raise Refused(Refusal.ILLEGAL_MOVE)
    before.replaced = True
    view.put(key, before)


def review(view: View, signer: Signer, action: Review) -> None:
    """All parts that still wait are approved or rejected, by another key than the one that issued them."""
    row = check_signer("review", signer)
    key = prescription_key(action.prescription)
    found = view.get(Prescription, key)
    if found.issuer != signer.organization_id:
        raise Refused(Refusal.NOT_YOURS)
    if found.issuer_key == signer.key_id:
        raise Refused(Refusal.SAME_PERSON)
    keys = [part_key(action.prescription, number) for number in range(1, found.parts + 1)]
    parts = [(one, view.get(PartRecord, one)) for one in keys]
    waiting = [(one, part) for one, part in parts if part.state is PartState.ISSUED]
    if not waiting:
        check_state(row, parts[0][1].state)
    for one, part in waiting:
        part.state = PartState.APPROVED if action.approved else PartState.REJECTED
        view.put(one, part)
    found.review, found.reviewer_key = action.content, signer.key_id
    view.put(key, found)


def move_part(view: View, signer: Signer, action: PartAction) -> None:
    """Every move of a single part: the table first, then what the action itself asks for."""
    row = check_signer(name_of(action), signer)
    found = view.get(Prescription, prescription_key(action.prescription))
    key = part_key(action.prescription, action.part)
    part = view.get(PartRecord, key)
    if row.relation is Relation.ISSUER and found.issuer != signer.organization_id:
        raise Refused(Refusal.NOT_YOURS)
    check_state(row, part.state)
    if row.relation is Relation.HOLDER and part.holder != signer.organization_id:
        raise Refused(Refusal.NOT_YOURS)
    _MOVES[type(action)](view, signer, part, action)
    if part.state not in row.afters:
        raise AssertionError(f"{row.action} led to {part.state}, which the table does not know")
    view.put(key, part)


def _release(view: View, signer: Signer, part: PartRecord, action: Release) -> None:
    if view.now >= part.closes:
        raise Refused(Refusal.TOO_LATE)
    if action.to:
        to = view.get(Organization, organization_key(action.to))
        if to.kind not in (Kind.PHARMACY, Kind.HOSPITAL):
            raise Refused(Refusal.KIND_IMPOSSIBLE)
    part.state, part.access, part.to = PartState.RELEASED, action.access, action.to


def _accept(view: View, signer: Signer, part: PartRecord, action: Accept) -> None:
    mine = signer.organization_id
    if part.state is PartState.ACCEPTED:
        if part.holder != mine:
            raise Refused(Refusal.HELD)
        if action.code != part.access:
            raise Refused(Refusal.WRONG_CODE)
        if action.secret != part.secret:
            raise Refused(Refusal.WRONG_SECRET)
        return
    if view.now < part.opens:
        raise Refused(Refusal.TOO_EARLY)
    if view.now >= part.closes:
        raise Refused(Refusal.TOO_LATE)
    if part.to and part.to != mine:
        raise Refused(Refusal.OTHER_PHARMACY)
    if access_digest(action.code) != part.access:
        raise Refused(Refusal.WRONG_CODE)
    part.state, part.holder, part.secret = PartState.ACCEPTED, mine, action.secret
    part.access, part.since = action.code, view.now


def _dispense(view: View, signer: Signer, part: PartRecord, action: Dispense) -> None:
    if view.now >= _custody_ends(view, part):
        raise Refused(Refusal.TOO_LATE)
    if len(action.quantities) != len(part.quantities) or not any(action.quantities):
        raise Refused(Refusal.BAD_QUANTITIES)
    total = [before + more for before, more in zip(part.dispensed, action.quantities, strict=True)]
    if any(sum_ > allowed for sum_, allowed in zip(total, part.quantities, strict=True)):
        raise Refused(Refusal.TOO_MUCH)
    part.dispensed, part.content = total, action.content
    part.state = PartState.DISPENSING
    if action.secret:
        _end(part, action.secret)


def _close(view: View, signer: Signer, part: PartRecord, action: Close) -> None:
    part.content = action.content
    _end(part, action.secret)


def _end(part: PartRecord, secret: bytes) -> None:
    _disclosed(part, secret)
    part.state = PartState.DISPENSED


def _disclosed(part: PartRecord, secret: bytes) -> None:
    if secret_digest(secret) != part.secret:
        raise Refused(Refusal.WRONG_SECRET)


def _give_back(view: View, signer: Signer, part: PartRecord, action: GiveBack) -> None:
    _disclosed(part, action.secret)
    part.state, part.holder, part.secret, part.to, part.since = PartState.RELEASED, b"", b"", b"", 0


def _return(view: View, signer: Signer, part: PartRecord, action: Return) -> None:
    if len(action.quantities) != len(part.quantities) or not any(action.quantities):
        raise Refused(Refusal.BAD_QUANTITIES)
    total = [before + more for before, more in zip(part.returned, action.quantities, strict=True)]
    if any(sum_ > out for sum_, out in zip(total, part.dispensed, strict=True)):
        raise Refused(Refusal.TOO_MUCH)
    part.returned, part.content = total, action.content
    if total == part.dispensed:
        part.state = PartState.RETURNED


def _withdraw(view: View, signer: Signer, part: PartRecord, action: Withdraw) -> None:
    part.state = PartState.WITHDRAWN


def _revoke(view: View, signer: Signer, part: PartRecord, action: Revoke) -> None:
    part.state = PartState.DISPENSED if any(part.dispensed) else PartState.REVOKED


def _expire(view: View, signer: Signer, part: PartRecord, action: Expire) -> None:
    held = part.state in (PartState.ACCEPTED, PartState.DISPENSING)
    if view.now < (_custody_ends(view, part) if held else part.closes):
        raise Refused(Refusal.NOT_OVER)
    part.state = PartState.DISPENSED if any(part.dispensed) else PartState.EXPIRED


def _settle(view: View, signer: Signer, part: PartRecord, action: Settle) -> None:
    part.state, part.content = PartState.SETTLED, action.content


def _reverse(view: View, signer: Signer, part: PartRecord, action: Reverse) -> None:
    part.state, part.content = PartState.DISPENSED, action.content


def _custody_ends(view: View, part: PartRecord) -> int:
    """A part accepted in time may be handed out a while longer: somebody has to come, or a courier to arrive."""
    return part.closes + view.get(Parameters, PARAMETERS).custody_ms


def access_digest(code: bytes) -> bytes:
    """What a release holds of an access code (32 bytes); the code before a code in a patient's chain of codes."""
    return digest(Purpose.ACCESS, code)


def secret_digest(secret: bytes) -> bytes:
    """What an acceptance holds of the holder's secret (32 random bytes)."""
    return digest(Purpose.SECRET, secret)


_MOVES: dict[type[Any], Callable[[View, Signer, PartRecord, Any], None]] = {
    Release: _release,
    Accept: _accept,
    Dispense: _dispense,
    Close: _close,
    GiveBack: _give_back,
    Return: _return,
    Withdraw: _withdraw,
    Revoke: _revoke,
    Expire: _expire,
    Settle: _settle,
    Reverse: _reverse,
}

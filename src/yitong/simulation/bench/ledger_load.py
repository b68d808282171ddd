"""Six members whose prescriptions go the whole way: issued, reviewed, released, accepted, dispensed, settled."""

import os
import time
from collections.abc import Sequence
from typing import NamedTuple

from yitong.kernel.crypto import SM2PrivateKey, sm3
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import (
    Accept,
    Action,
    Admit,
    AdmitNode,
    Dispense,
    Enrol,
    Issue,
    KeyRole,
    Kind,
    PartTerms,
    Release,
    Review,
    Settle,
)
from yitong.ledger.contract.machine import Genesis
from yitong.ledger.contract.prescriptions import access_digest, secret_digest
from yitong.ledger.encoding import key_id

CHAIN = "bench"
_DAY = 86_400_000
_NAMES = ("commission", "insurer", "hospital one", "hospital two", "pharmacy one", "pharmacy two")
COMMISSION, INSURER, *_REST = (sm3(name.encode())[:16] for name in _NAMES)
HOSPITALS, PHARMACIES = _REST[:2], _REST[2:]
_KINDS = {
    COMMISSION: Kind.COMMISSION,
    INSURER: Kind.INSURER,
    **dict.fromkeys(HOSPITALS, Kind.HOSPITAL),
    **dict.fromkeys(PHARMACIES, Kind.PHARMACY),
}
_ROLES = {
    COMMISSION: [KeyRole.PATIENT],
    INSURER: [KeyRole.SETTLE],
    **{one: [KeyRole.PRESCRIBE, KeyRole.REVIEW] for one in HOSPITALS},
    **{one: [KeyRole.DISPENSE] for one in PHARMACIES},
}


class Race(NamedTuple):
    """A prescription up to its release, and what each of the pharmacies hands in for it."""

    prescription: bytes
    begun: list[bytes]
    accepted: list[bytes]


class Load:
    """Signs transactions in the order in which they have to be handed in."""

    def __init__(self) -> None:
        self._keys = {
            (member, role): SM2PrivateKey.generate()
            for member, roles in _ROLES.items()
            for role in [KeyRole.ADMIN, *roles]
        }
        self._names = {at: key_id(key.public_key.raw) for at, key in self._keys.items()}
        self._sequences = dict.fromkeys(self._keys, 0)
        self._number = 0
        self.last_prescription = b""

    def genesis(self, sealer: SM2PrivateKey | None, nodes: Sequence[AdmitNode] = ()) -> Genesis:
        """All six found the chain together; ``nodes`` are validators of a consensus engine, which needs no sealer."""
        members = [
            Admit(member, kind, kind.value, member == COMMISSION, self._keys[member, KeyRole.ADMIN].public_key.raw)
            for member, kind in _KINDS.items()
        ]
        key = b"" if sealer is None else sealer.public_key.raw
        return Genesis(CHAIN, int(time.time() * 1000), _DAY, members, list(nodes), key)

    def enrolments(self) -> list[bytes]:
        """Every member's working keys."""
        return [
            self._sign(member, KeyRole.ADMIN, Enrol(self._keys[member, role].public_key.raw, [role], 0))
            for member, roles in _ROLES.items()
            for role in roles
        ]

    def journeys(self, prescriptions: int) -> list[bytes]:
        """Six transactions a prescription."""
        return [raw for _ in range(prescriptions) for raw in self._journey()]

    def _journey(self) -> list[bytes]:
        self._number += 1
        hospital, pharmacy = HOSPITALS[self._number % 2], PHARMACIES[self._number // 2 % 2]
        self.last_prescription = rx = os.urandom(16)
        code, secret, salted = os.urandom(32), os.urandom(32), os.urandom(32)
        now = int(time.time() * 1000)
        return [
            self._sign(
                hospital,
                KeyRole.PRESCRIBE,
                Issue(rx, salted, salted, [PartTerms(now - _DAY, now + 3 * _DAY, [24, 2, 1])]),
            ),
            self._sign(hospital, KeyRole.REVIEW, Review(rx, True, salted)),
            self._sign(COMMISSION, KeyRole.PATIENT, Release(rx, 1, access_digest(code))),
            self._sign(pharmacy, KeyRole.DISPENSE, Accept(rx, 1, code, secret_digest(secret))),
            self._sign(pharmacy, KeyRole.DISPENSE, Dispense(rx, 1, [24, 2, 1], salted, secret)),
            self._sign(INSURER, KeyRole.SETTLE, Settle(rx, 1, salted)),
        ]

    def race(self) -> Race:
        """A prescription that is open to both pharmacies, and the acceptance of each."""
        rx, code, salted = os.urandom(16), os.urandom(32), os.urandom(32)
        now, hospital = int(time.time() * 1000), HOSPITALS[0]
        terms = [PartTerms(now - _DAY, now + 3 * _DAY, [10])]
        return Race(
            rx,
            [
                self._sign(hospital, KeyRole.PRESCRIBE, Issue(rx, salted, salted, terms)),
                self._sign(hospital, KeyRole.REVIEW, Review(rx, True, salted)),
                self._sign(COMMISSION, KeyRole.PATIENT, Release(rx, 1, access_digest(code))),
            ],
            [
                self._sign(one, KeyRole.DISPENSE, Accept(rx, 1, code, secret_digest(os.urandom(32))))
                for one in PHARMACIES
            ],
        )

    def _sign(self, member: bytes, role: KeyRole, action: Action) -> bytes:
        at = (member, role)
        self._sequences[at] += 1
        payload = actions.payload_of(CHAIN, self._names[at], self._sequences[at], action)
        return actions.signed_bytes(payload, self._keys[at].sign(payload))

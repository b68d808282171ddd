"""Signing as a practitioner: SM2 over the exact bytes, with keys that are sealed at rest and made at first use."""

from typing import Any

import msgspec
from sqlalchemy import insert, text

from yitong.kernel.crypto import SM2PrivateKey, SM2PublicKey, sm3
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.model import PrescriptionSignature
from yitong.prescriptions.people import Practitioner


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature says about which prescription."""

    organization_id: UUID
    prescription_id: UUID
    patient_id: UUID
    kind: str
    revision: int
    round: int
    content: msgspec.Struct
    decision: str | None = None


def canonical(content: msgspec.Struct) -> bytes:
    """The one form in which content is signed: JSON in UTF-8, keys sorted, no white space; whole numbers only."""
    return msgspec.json.encode(content, order="sorted")


def user_id(licence_no: str) -> bytes:
    """The signer's identity that SM2 mixes into the digest (GM/T 0009): the practitioner's licence number."""
    return licence_no.encode()


def genuine(statement: bytes, signature: bytes, public_key: bytes, licence_no: str) -> bool:
    """Whether exactly these bytes were signed with this key by this practitioner."""
    return SM2PublicKey(public_key).verify(statement, signature, user_id(licence_no))


class Signature(msgspec.Struct, frozen=True):
    """The exact bytes that were signed, their SM3 in hexadecimal, and the signature with the key it verifies under."""

    statement: bytes
    digest: str
    signature: bytes
    key_id: UUID


async def signed(tx: Transaction, who: Practitioner, content: msgspec.Struct) -> Signature:
    """Sign a statement as a practitioner; keeping it is the caller's."""
    statement = canonical(content)
    key_id, key = await _key(tx, who.practitioner_id)
    return Signature(statement, sm3(statement).hex(), key.sign(statement, user_id(who.licence_no)), key_id)


async def sign(tx: Transaction, who: Practitioner, said: Statement, event_id: UUID) -> str:
    """Sign a statement and keep it with its exact bytes; answers their SM3 in hexadecimal.

    A second decision in the same round fails on the unique index, whoever makes it.
    """
    made = await signed(tx, who, said.content)
    ordinal = await _next(tx, said)
    place = place_of(said.prescription_id, ordinal)
    await tx.session.execute(
        insert(PrescriptionSignature).values(
            organization_id=said.organization_id,
            prescription_id=said.prescription_id,
            ordinal=ordinal,
            patient_id=said.patient_id,
            kind=said.kind,
            revision=said.revision,
            round=said.round,
            decision=said.decision,
            practitioner_id=who.practitioner_id,
            key_id=made.key_id,
            digest=made.digest,
            signature=made.signature,
            signed_at=tx.now,
            event_id=event_id,
            statement_sealed=tx.platform.sealer.seal(made.statement.decode(), place),
        )
    )
    return made.digest


def place_of(prescription_id: UUID, ordinal: int) -> str:
    """The place that a sealed statement belongs to."""
    return f"prescription_signature.statement:{prescription_id}:{ordinal}"


async def _next(tx: Transaction, said: Statement) -> int:
    found = await tx.session.execute(
        text(
            "SELECT count(*) + 1 FROM prescription_signature"
            " WHERE organization_id = :organization AND prescription_id = :id"
        ),
        {"organization": said.organization_id, "id": said.prescription_id},
    )
    return found.scalar_one()


_PRESENT = text(
    "SELECT id, public_key, secret_sealed FROM practitioner_key WHERE practitioner_id = :id AND retired_at IS NULL"
)


async def _key(tx: Transaction, practitioner_id: UUID) -> tuple[UUID, SM2PrivateKey]:
    """The practitioner's present key; made at the first signature."""
    row: Any = (await tx.session.execute(_PRESENT, {"id": practitioner_id})).one_or_none()
    if row is None:
        made, key_id = SM2PrivateKey.generate(), new_id()
        await tx.session.execute(
            text(
                "INSERT INTO practitioner_key (id, practitioner_id, public_key, secret_sealed, made_at)"
                " VALUES (:id, :practitioner, :public, :secret, :now) ON CONFLICT DO NOTHING"
            ),
            {
                "id": key_id,
                "practitioner": practitioner_id,
                "public": made.public_key.raw,
                "secret": tx.platform.sealer.seal(made.to_hex(), f"practitioner_key.secret:{key_id}"),
                "now": tx.now,
            },
        )
        row = (await tx.session.execute(_PRESENT, {"id": practitioner_id})).one()  # another request's, if it was first
    secret = tx.platform.sealer.open(row.secret_sealed, f"practitioner_key.secret:{row.id}")
    return row.id, SM2PrivateKey(bytes.fromhex(secret), SM2PublicKey(row.public_key))

"""People as their own family and the staff see them."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text

from yitong.identity.schemas.people import Account, Member
from yitong.kernel.clock import age_in_years
from yitong.kernel.crypto import Masked, Sealer, mask
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

# A person may hold several documents; the one filed first under the lowest kind is shown.
DOCUMENT = (
    "LEFT JOIN LATERAL (SELECT kind, value_sealed FROM patient_identifier i WHERE i.patient_id = p.id"
    " ORDER BY kind, created_at LIMIT 1) d ON true"
)
_MEMBERS = f"""
SELECT f.patient_id, f.relation, f.guardian, p.name_sealed, p.sex, p.birth_date, p.phone_sealed,
       d.kind AS id_kind, d.value_sealed, c.state AS card_state
FROM family_member f JOIN patient p ON p.id = f.patient_id {DOCUMENT}
LEFT JOIN health_card c ON c.patient_id = p.id
WHERE f.account_id = :account AND f.ended_at IS NULL ORDER BY f.relation <> 'self', f.since, f.patient_id
"""  # noqa: S608


class Opened(NamedTuple):
    """A person's identifiers in plain text; lives as long as the answer that needs them."""

    name: str
    id_number: str
    phone: str | None

    @property
    def name_masked(self) -> str:
        return mask(Masked.NAME, self.name)

    @property
    def id_number_masked(self) -> str:
        return mask(Masked.ID_NUMBER, self.id_number)

    @property
    def phone_masked(self) -> str | None:
        return mask(Masked.PHONE, self.phone) if self.phone else None


def opened(sealer: Sealer, patient_id: UUID, row: Any) -> Opened:
    """Open a row with name_sealed, phone_sealed, id_kind and value_sealed."""
    number = row.value_sealed
    return Opened(
        name=sealer.open(row.name_sealed, f"patient.name:{patient_id}"),
        id_number=sealer.open(number, f"patient_identifier.value:{patient_id}:{row.id_kind}") if number else "",
        phone=sealer.open(row.phone_sealed, f"patient.phone:{patient_id}") if row.phone_sealed else None,
    )


async def members_of(tx: Transaction, account_id: UUID, today: date) -> list[Member]:
    """The people of an account, oneself first. The caller has opened the patient index."""
    rows = await tx.session.execute(text(_MEMBERS), {"account": account_id})
    members: list[Member] = []
    for row in rows:
        plain = opened(tx.platform.sealer, row.patient_id, row)
        members.append(
            Member(
                patient_id=row.patient_id,
                relation=row.relation,
                is_guardian=row.guardian,
                name=plain.name,
                name_masked=plain.name_masked,
                sex=row.sex,
                birth_date=row.birth_date,
                age_years=age_in_years(row.birth_date, today),
                id_kind=row.id_kind or "",
                id_number_masked=plain.id_number_masked,
                phone_masked=plain.phone_masked,
                card_status=row.card_state or "none",
            )
        )
    return members


async def account_of(tx: Transaction, account_id: UUID, today: date) -> Account | None:
    """An account with its people. The caller has opened the patient index."""
    found = await tx.session.execute(text("SELECT phone_sealed FROM account WHERE id = :id"), {"id": account_id})
    sealed = found.scalar_one_or_none()
    if sealed is None:
        return None
    members = await members_of(tx, account_id, today)
    own = next((member.patient_id for member in members if member.relation == "self"), None)
    phone = tx.platform.sealer.open(sealed, f"account.phone:{account_id}")
    return Account(account_id, mask(Masked.PHONE, phone), own, members, tx.platform.settings.family_cap)

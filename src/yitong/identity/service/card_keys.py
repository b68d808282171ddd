"""The region's card secrets, derived from the installation's look-up key so that no further secret has to be kept."""

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import insert

from yitong.identity.model import HealthCard
from yitong.identity.rules.card_codes import CodeKeys, ecard_id
from yitong.identity.rules.documents import Document
from yitong.identity.states import CardState
from yitong.kernel.crypto import Sealer
from yitong.kernel.ids import UUID
from yitong.kernel.settings import Settings
from yitong.kernel.text import normal_name
from yitong.kernel.transaction import Transaction

_keys: WeakKeyDictionary[Sealer, CodeKeys] = WeakKeyDictionary()


def code_keys(sealer: Sealer, settings: Settings) -> CodeKeys:
    """The keys that make and check dynamic codes; one object an installation."""
    found = _keys.get(sealer)
    if found is None:
        secret = sealer.lookup_hash("card-codes", settings.region_code)
        found = CodeKeys(secret, settings.region_code, settings.card_accept_seconds, settings.card_clock_skew_seconds)
        _keys[sealer] = found
    return found


def card_number(sealer: Sealer, region_code: str, document: Document, name: str) -> str:
    """The ecard id of a person in a region."""
    area_key = sealer.lookup_hash("card-area", region_code)
    return ecard_id(area_key, document.kind.value, document.number, normal_name(name))


def new_card(tx: Transaction, patient_id: UUID, document: Document, name: str) -> Any:
    """The statement that issues a person's card."""
    return insert(HealthCard).values(
        patient_id=patient_id,
        ecard_id=card_number(tx.platform.sealer, tx.platform.settings.region_code, document, name),
        issued_at=tx.now,
        state=CardState.ACTIVE.value,
        version=1,
    )

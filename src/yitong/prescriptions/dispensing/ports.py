"""What dispensing asks of the outside world: an insurer that settles a pharmacy's sale; a gateway plays the part.

All amounts are whole fen. Every method may raise ``GatewayRefused`` (nothing happened) or ``GatewayUnavailable`` (it
may have happened); asking again under the same ``invono`` answers the same settlement.
"""

from datetime import datetime
from typing import Literal, Protocol

import msgspec


class SaleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One drug of a sale; ``national_code`` is empty where the national list has none: self-paid in full."""

    number: str
    drug_code: str
    national_code: str
    name: str
    kind: str
    units: int
    amount_fen: int
    trace_codes: list[str]


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """What a pharmacy wants settled; ``credential`` as the national interface numbers them (01, 02, 03)."""

    fixmedins_code: str
    invono: str
    rxno: str
    patient_name: str
    credential_type: Literal["01", "02", "03"]
    credential: str
    card_serial: str = ""
    use_account: bool = True
    at: datetime
    lines: list[SaleLine]


class SaleSplit(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays how much of a sale."""

    total_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int
    balance_fen: int
    notes: list[str]


class SaleSettled(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement that the insurer made."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    at: datetime
    split: SaleSplit


class PharmacyInsurer(Protocol):
    """The insurer at a pharmacy's counter."""

    async def ask(self, sale: Sale) -> SaleSplit:
        """How a sale would be divided now (2101)."""
        ...

    async def settle(self, sale: Sale, agreed: SaleSplit) -> SaleSettled:
        """Settle (2102). Refused with reason ``split-changed`` when it would be divided otherwise by now."""
        ...

    async def reverse(self, sale: Sale, settled: SaleSettled) -> str:
        """Take a settlement back as a whole (2103); answers the reversal's number."""
        ...

"""Settlements whose answer was lost are carried on by the clock, under the number that they were asked with."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform
from yitong.prescriptions.dispensing import settling
from yitong.prescriptions.dispensing.actions import RESUME
from yitong.prescriptions.dispensing.ports import PharmacyInsurer, Sale, SaleSettled, SaleSplit
from yitong.prescriptions.dispensing.schemas import SettleRequest

log = structlog.get_logger(__name__)
PATIENCE = timedelta(seconds=60)
"""So long the counter itself may still be waiting for the answer."""
CREDENTIAL_GOOD_FOR = timedelta(minutes=25)
"""Vouchers run out after half an hour: a refusal later than this says nothing of the settlement."""
_DUE = text("SELECT * FROM drug_settlement WHERE state = 'asked' AND asked_at <= :until ORDER BY asked_at LIMIT 100")


@job("dispensing: settlements", every=timedelta(seconds=30))
async def resume(platform: Platform) -> int:
    """Ask again for every settlement whose answer did not come; answers how many are settled now."""
    if PharmacyInsurer not in platform.ports:
        return 0
    async with platform.transaction() as tx:
        await tx.open_region()
        rows = (await tx.session.execute(_DUE, {"until": tx.now - PATIENCE})).mappings().all()
        due = [(row, settling.sale_in(tx, row["id"], row["sale_sealed"])) for row in rows]
    return sum([await _carry(platform, row, sale) for row, sale in due])


async def _carry(platform: Platform, row: Any, sale: Sale) -> bool:
    part_id: UUID = row["part_id"]
    request = SettleRequest(
        organization_id=row["hospital_id"],
        pharmacy_id=row["organization_id"],
        credential_type=sale.credential_type,
        credential=sale.credential,
    )
    amounts = {name: row[name] for name in ("total_fen", "fund_fen", "account_fen", "cash_fen")}
    try:
        settled = await platform.port(PharmacyInsurer).settle(sale, SaleSplit(**amounts, balance_fen=0, notes=[]))
    except GatewayUnavailable:
        return False  # due again at the next turn
    except GatewayRefused as refusal:
        if platform.clock.now() - row["asked_at"] > CREDENTIAL_GOOD_FOR:
            log.warning("settlement.undecided", settlement_id=str(row["id"]), reason=refusal.reason)
            return False
        async with platform.transaction() as tx:
            await settling.refused(tx, part_id, request, row["id"], by=RESUME)
        return False
    return await _write(platform, row["id"], part_id, request, settled)


async def _write(platform: Platform, made: UUID, part_id: UUID, request: SettleRequest, settled: SaleSettled) -> bool:
    async with platform.transaction() as tx:
        await settling.finish(tx, part_id, request, made, settled, by=RESUME)
    return True

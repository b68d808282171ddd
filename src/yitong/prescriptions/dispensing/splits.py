"""Who pays how much of a sale, as the counter sees it."""

from yitong.kernel.text import Bilingual
from yitong.prescriptions.dispensing.ports import SaleSplit
from yitong.prescriptions.dispensing.schemas import SettlementView
from yitong.prescriptions.dispensing.states import SETTLEMENT, SettlementState


def view_of(split: SaleSplit, state: SettlementState | None = None, setl_id: str | None = None) -> SettlementView:
    """A split, of a settlement that was made or only asked about."""
    return SettlementView(
        state=state.value if state else None,
        state_text=Bilingual(*SETTLEMENT.words[state]) if state else None,
        setl_id=setl_id,
        total_fen=split.total_fen,
        fund_fen=split.fund_fen,
        account_fen=split.account_fen,
        cash_fen=split.cash_fen,
        notes=split.notes,
    )

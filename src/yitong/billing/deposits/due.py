"""When the bill of a stay is to be paid: once the patient leaves. Until then money is paid in advance."""

from sqlalchemy import text

from yitong.billing.charges.schemas import BillHeader
from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

STAY_RUNNING = problem_kind(
    "stay-running",
    409,
    Bilingual("患者还在住院，住院费用出院时结算。", "The stay goes on; its bill is paid when the patient leaves."),
    Bilingual("住院期间请缴预交金；需要结算时先办理出院。", "Pay a deposit meanwhile, or discharge the patient first."),
)


async def check_due(tx: Transaction, bill: BillHeader) -> None:
    """That a bill may be paid now: a stay's may not while lines are added to it every day.

    Raises Problem ``stay-running``.
    """
    if bill.kind != "inpatient":
        return
    running = await tx.session.execute(
        text("SELECT 1 FROM stay WHERE organization_id = :organization AND bill_id = :bill AND state = 'running'"),
        {"organization": bill.organization_id, "bill": bill.id},
    )
    if running.first() is not None:
        raise STAY_RUNNING()

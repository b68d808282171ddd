"""A settlement's fields to and from whole fen, and what is checked of each one that an insurer answers."""

from decimal import Decimal
from typing import Any

from yitong.billing.insurance.invariants import broken
from yitong.billing.ports import InsuranceSplit
from yitong.gateways.insurance.amounts import fen, yuan
from yitong.gateways.insurance.wire import SetlDetail, SetlInfo

# Two fields differ: the person's share by ratio is not on the wire, and the notes stand with the funds.
AMOUNTS = tuple(
    name for name in InsuranceSplit.__struct_fields__ if name not in ("notes", "pool_prop_selfpay", "oth_pay")
)
BETWEEN_NOTES = "；"


class Unsound(Exception):
    """An answer whose amounts do not add up; says which rule it breaks."""


def split_of(info: SetlInfo, details: list[SetlDetail]) -> InsuranceSplit:
    """The split that an answer tells. Raises Unsound when it breaks a rule of the interface."""
    try:
        amounts = {name: fen(getattr(info, name)) for name in AMOUNTS}
        amounts["oth_pay"] = fen(info.oth_pay) + fen(info.hifdm_pay)
        shares = sum(fen(one.fund_payamt) for one in details)
    except ValueError as error:
        raise Unsound(str(error)) from error
    amounts["pool_prop_selfpay"] = (
        amounts["inscp_scp_amt"] - amounts["act_pay_dedc"] - amounts["hifp_pay"] - amounts["hifob_pay"]
    )
    notes = [note for one in details for note in one.setl_proc_info.split(BETWEEN_NOTES) if note]
    made = InsuranceSplit(**amounts, notes=notes)
    wrong = broken(made)
    if details and shares != made.fund_pay_sumamt:
        wrong.append("the sum of fund_payamt = fund_pay_sumamt")
    if wrong:
        raise Unsound("; ".join(wrong))
    return made


def fields_of(split: InsuranceSplit) -> dict[str, Any]:
    """The split's amounts as the interface writes them, the pool's ratio among them."""
    base = split.inscp_scp_amt - split.act_pay_dedc
    ratio = Decimal(split.hifp_pay + split.hifob_pay) / base if base else Decimal(0)
    amounts = {name: yuan(getattr(split, name)) for name in AMOUNTS}
    return amounts | {"oth_pay": yuan(split.oth_pay), "pool_prop_selfpay": round(ratio, 4)}

"""What must hold of every answer in which an insurer divides a bill, whoever computed it."""

from yitong.billing.ports import InsuranceSplit

_AMOUNTS = tuple(name for name in InsuranceSplit.__struct_fields__ if name != "notes")


def broken(split: InsuranceSplit) -> list[str]:
    """The rules that a split breaks, each as a formula; empty when it is sound."""
    s = split
    funds = s.hifp_pay + s.cvlserv_pay + s.hifes_pay + s.hifmi_pay + s.hifob_pay + s.maf_pay + s.oth_pay
    classes = s.fulamt_ownpay_amt + s.overlmt_selfpay + s.preselfpay_amt + s.inscp_scp_amt
    rules = {
        "medfee_sumamt = fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_scp_amt": s.medfee_sumamt
        == classes,
        "fund_pay_sumamt = the sum of all funds": s.fund_pay_sumamt == funds,
        "medfee_sumamt = fund_pay_sumamt + psn_part_amt + hosp_part_amt": s.medfee_sumamt
        == s.fund_pay_sumamt + s.psn_part_amt + s.hosp_part_amt,
        "psn_part_amt = acct_pay + psn_cash_pay": s.psn_part_amt == s.acct_pay + s.psn_cash_pay,
        "acct_mulaid_pay <= acct_pay": s.acct_mulaid_pay <= s.acct_pay,
        "act_pay_dedc + pool_prop_selfpay <= inscp_scp_amt": s.act_pay_dedc + s.pool_prop_selfpay <= s.inscp_scp_amt,
    }
    negative = [f"{name} >= 0" for name in _AMOUNTS if getattr(s, name) < 0]
    return [rule for rule, holds in rules.items() if not holds] + negative

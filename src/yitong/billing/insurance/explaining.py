"""A divided bill in plain sentences: what each amount is and why it falls to whom it falls."""

import msgspec

from yitong.billing.ports import InsuranceSplit
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual


class Explained(msgspec.Struct, frozen=True):
    """One amount with its sentence; ``field`` is the insurance interface's name of it."""

    field: str
    amount_fen: int
    text: Bilingual


_SENTENCES: tuple[tuple[str, str, str], ...] = (
    ("fulamt_ownpay_amt", "医保目录外项目，全部自费 {0} 元", "Not in the insurance catalogue, all paid by you: ¥{0}"),
    ("overlmt_selfpay", "超过医保支付限价的部分自付 {0} 元", "Above the insurance's price limit, paid by you: ¥{0}"),
    ("preselfpay_amt", "乙类项目先行自付 {0} 元", "Class B items: the part you pay first is ¥{0}"),
    ("inscp_scp_amt", "符合医保报销范围的费用为 {0} 元", "Within what the insurance shares: ¥{0}"),
    ("act_pay_dedc", "起付线以内自付 {0} 元", "Within the deductible, paid by you: ¥{0}"),
    ("hifp_pay", "统筹基金支付 {0} 元", "The basic insurance fund pays ¥{0}"),
    ("hifob_pay", "职工大额医疗补助支付 {0} 元", "The employees' large-amount fund pays ¥{0}"),
    ("pool_prop_selfpay", "按比例或超过最高限额由个人负担 {0} 元", "Your share by ratio or beyond the ceiling: ¥{0}"),
    ("hifmi_pay", "居民大病保险支付 {0} 元", "The residents' serious-illness insurance pays ¥{0}"),
    ("hifes_pay", "企业补充医疗保险支付 {0} 元", "The enterprise supplement pays ¥{0}"),
    ("cvlserv_pay", "公务员医疗补助支付 {0} 元", "The civil servants' supplement pays ¥{0}"),
    ("maf_pay", "医疗救助支付 {0} 元", "Medical aid pays ¥{0}"),
    ("oth_pay", "其他基金支付 {0} 元", "Other funds pay ¥{0}"),
    ("hosp_part_amt", "医院负担 {0} 元", "The hospital bears ¥{0}"),
)
_LAST: tuple[tuple[str, str, str], ...] = (
    ("acct_mulaid_pay", "家庭共济账户支付 {0} 元", "The family account pays ¥{0}"),
    ("psn_cash_pay", "还需现金支付 {0} 元", "Left for you to pay: ¥{0}"),
)


def explain(split: InsuranceSplit) -> list[Explained]:
    """The sentences of a split in the order of the calculation, without empty amounts; the last is what is left."""
    told = [_sentence(split, *one) for one in _SENTENCES if getattr(split, one[0])]
    own = split.acct_pay - split.acct_mulaid_pay
    if own:
        text = Bilingual(
            f"个人账户支付 {yuan_text(own)} 元，余额 {yuan_text(split.balc)} 元",
            f"Your personal account pays ¥{yuan_text(own)}; ¥{yuan_text(split.balc)} stay on it",
        )
        told.append(Explained("acct_pay", own, text))
    return told + [_sentence(split, *one) for one in _LAST if getattr(split, one[0]) or one[0] == "psn_cash_pay"]


def _sentence(split: InsuranceSplit, field: str, zh: str, en: str) -> Explained:
    amount: int = getattr(split, field)
    return Explained(field, amount, Bilingual(zh.format(yuan_text(amount)), en.format(yuan_text(amount))))

"""What can mend a difference, what that would book, and the sentences that explain both."""

from typing import Literal

from yitong.billing.journal import accounts
from yitong.billing.reconciliation.comparing import Difference
from yitong.billing.reconciliation.sides import CASH, INSURER, effect
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual

Correction = Literal["book", "suspend", "adjust", "hand_over", "carry", "accept"]
CORRECTIONS: dict[Correction, Bilingual] = {
    "book": Bilingual("补记入账", "Book it now"),
    "suspend": Bilingual("挂账待查", "Book it as suspense"),
    "adjust": Bilingual("按对方金额调账", "Book the other side's amount"),
    "hand_over": Bilingual("转对方处理", "Hand over to the other side"),
    "carry": Bilingual("记为跨日，不调账", "Note as the other day's; nothing to book"),
    "accept": Bilingual("确认保留，不调账", "Leave as it is"),
}
SUSPENSE = "suspense"  # the account family of money whose owner is being looked for
PARTIES: dict[str, Bilingual] = {
    "wechat": Bilingual("微信支付", "WeChat Pay"),
    "alipay": Bilingual("支付宝", "Alipay"),
    "card": Bilingual("银行卡", "bank card"),
    "face": Bilingual("刷脸支付", "face payment"),
    "cash": Bilingual("现金", "cash"),
    INSURER: Bilingual("医保", "the insurer"),
}
_COVER = accounts.commercial("")
LINE_KINDS: dict[str, Bilingual] = {
    "payment": Bilingual("收款", "payment"),
    "refund": Bilingual("退款", "refund"),
    "settlement": Bilingual("医保结算", "settlement"),
    "reversal": Bilingual("医保结算撤销", "reversal"),
    "claim": Bilingual("商保赔付", "claim"),
    "cancellation": Bilingual("商保赔付撤销", "claim that was taken back"),
    "count": Bilingual("现金盘点", "cash count"),
}


def party_name(party: str) -> Bilingual:
    """What a party is called; a commercial insurer goes by its code."""
    if party.startswith(_COVER):
        code = party.removeprefix(_COVER)
        return Bilingual(f"商业保险 {code}", f"commercial insurer {code}")
    return PARTIES.get(party, Bilingual(party, party))


def corrections(difference: Difference) -> list[Correction]:
    """What can be done about a difference, the likeliest first."""
    if difference.key.party == CASH:  # there is nobody to hand it over to
        return ["adjust", "accept"] if difference.kind == "amount" else ["suspend", "accept"]
    known = difference.here is not None and difference.here.part_id is not None
    if difference.kind == "date":
        return ["carry", "accept"]
    if difference.kind == "missing_here":
        booked_nowhere = known and difference.here is not None and difference.here.account
        return ["book", "suspend", "accept"] if booked_nowhere else ["suspend", "hand_over", "accept"]
    if difference.kind in ("missing_there", "state"):
        return ["suspend", "hand_over", "accept"] if gap_of(difference) else ["hand_over", "accept"]
    # Fund and personal account may be divided otherwise while the sum agrees: then there is nothing to book.
    return ["adjust", "hand_over", "accept"] if gap_of(difference) else ["hand_over", "accept"]


def postings(difference: Difference, correction: Correction) -> list[tuple[str, int]]:
    """The journal's lines (account, fen; debit positive) that the correction books; none when it books nothing.

    All but ``book`` use the suspense account of the party: money is moved there until its owner is known. The lines add
    up to zero.
    """
    gap = gap_of(difference)
    if correction not in ("book", "suspend", "adjust") or gap == 0:
        return []
    party = _account(difference)
    other = f"{SUSPENSE}:{difference.key.party}"
    if correction == "book" and difference.here is not None and difference.here.patient_id is not None:
        other = f"patient:{difference.here.patient_id}"
    return [(party, gap), (other, -gap)]


def explain(difference: Difference) -> Bilingual:
    """The difference in a sentence, with amounts in yuan."""
    named, line = party_name(difference.key.party), LINE_KINDS[difference.key.kind]
    here = difference.here
    words = {
        "party_zh": named.zh,
        "party": named.en[:1].upper() + named.en[1:],
        "line_zh": line.zh,
        "line": line.en,
        "theirs": yuan_text(difference.there.amount if difference.there else 0),
        "ours": yuan_text(here.amount if here else 0),
        "booked": yuan_text((here.booked or 0) if here else 0),
        "window": difference.key.number.partition("/")[0],
        "gap": yuan_text(abs(gap_of(difference))),
    }
    template = _sentence(difference)
    return Bilingual(template.zh.format(**words), template.en.format(**words))


def _sentence(difference: Difference) -> Bilingual:
    here, there = difference.here, difference.there
    if difference.key.kind == "count":
        if there is None:
            return _NOT_COUNTED
        return _TOO_MUCH if gap_of(difference) > 0 else _TOO_LITTLE
    if difference.kind == "missing_here":
        return _UNBOOKED if here is not None else _UNKNOWN_HERE
    if difference.kind == "missing_there":
        return _UNKNOWN_THERE
    if difference.kind == "date":
        return _OTHER_DAY
    if difference.kind == "state":
        if there is None:
            return _DONE_NOWHERE
        return _FAILED_HERE if here is not None and here.state == "failed" else _PENDING_HERE
    if difference.listed_there > 1:
        return _TWICE_THERE
    if difference.listed_here > 1:
        return _TWICE_HERE
    if here is not None and there is not None and here.amount == here.booked == there.amount:
        return _OTHERWISE_DIVIDED
    return _OTHER_AMOUNT if here is not None and here.booked == here.amount else _BOOKED_WRONG


_NOT_COUNTED = Bilingual(
    "{window} 号窗口账面收取现金 {booked} 元，没有盘点记录。",
    "The journal has ¥{booked} in the till of window {window}; nobody counted it.",
)
_TOO_MUCH = Bilingual(
    "{window} 号窗口盘点现金 {theirs} 元，账面 {booked} 元，长款 {gap} 元。",
    "¥{theirs} were counted at window {window} where the journal has ¥{booked}: ¥{gap} too much.",
)
_TOO_LITTLE = Bilingual(
    "{window} 号窗口盘点现金 {theirs} 元，账面 {booked} 元，短款 {gap} 元。",
    "¥{theirs} were counted at window {window} where the journal has ¥{booked}: ¥{gap} too little.",
)
_UNKNOWN_HERE = Bilingual(
    "{party_zh}账单有一笔{line_zh} {theirs} 元，本院没有这个单号的任何记录。",
    "{party} lists a {line} of ¥{theirs}; nothing here has this number.",
)
_UNBOOKED = Bilingual(
    "{party_zh}的{line_zh} {theirs} 元在本院已完成，但总账没有记这一笔。",
    "{party}: a {line} of ¥{theirs} is done here, but the journal has no entry of it.",
)
_UNKNOWN_THERE = Bilingual(
    "本院总账记有{line_zh} {booked} 元，{party_zh}账单没有这一笔。",
    "The journal has a {line} of ¥{booked}; {party} does not list it.",
)
_DONE_NOWHERE = Bilingual(
    "本院显示{line_zh} {ours} 元已完成，但总账和{party_zh}都没有这一笔。",
    "A {line} of ¥{ours} counts as done here, but neither the journal nor {party} has it.",
)
_FAILED_HERE = Bilingual(
    "{party_zh}已有{line_zh} {theirs} 元，本院这笔显示为未成功。",
    "{party} has made the {line} of ¥{theirs}; here it counts as failed.",
)
_PENDING_HERE = Bilingual(
    "{party_zh}已有{line_zh} {theirs} 元，本院这笔还没有结果。",
    "{party} has made the {line} of ¥{theirs}; here its outcome is still open.",
)
_OTHER_AMOUNT = Bilingual(
    "同一笔{line_zh}，本院记 {booked} 元，{party_zh}记 {theirs} 元。",
    "The same {line} is ¥{booked} here and ¥{theirs} at {party}.",
)
_BOOKED_WRONG = Bilingual(
    "{line_zh}应为 {ours} 元，总账记了 {booked} 元，{party_zh}记 {theirs} 元。",
    "A {line} of ¥{ours} was booked as ¥{booked}; {party} has ¥{theirs}.",
)
_TWICE_THERE = Bilingual(
    "{party_zh}账单把同一笔{line_zh}列了不止一次，合计 {theirs} 元；本院记 {booked} 元。",
    "{party} lists the same {line} more than once, ¥{theirs} together; here it is ¥{booked}.",
)
_TWICE_HERE = Bilingual(
    "总账把同一笔{line_zh}记了不止一次，合计 {booked} 元；{party_zh}记 {theirs} 元。",
    "The journal has the same {line} more than once, ¥{booked} together; {party} has ¥{theirs}.",
)
_OTHERWISE_DIVIDED = Bilingual(
    "{line_zh}合计都是 {theirs} 元，但总费用或统筹基金与个人账户的划分不一致。",
    "Both sides have ¥{theirs} for the {line}, but total cost or the split between fund and account differs.",
)
_OTHER_DAY = Bilingual(
    "金额一致（{theirs} 元），但{line_zh}在两边记在不同的日期。",
    "The amounts agree (¥{theirs}), but the {line} stands on different days.",
)


def gap_of(difference: Difference) -> int:
    """By how much the journal would have to rise for the party's account to be what the party says."""
    there = effect(difference.key, difference.there.amount) if difference.there is not None else 0
    booked = difference.here.booked if difference.here is not None else None
    return there - effect(difference.key, booked or 0)


def _account(difference: Difference) -> str:
    if difference.here is not None and difference.here.account:
        return difference.here.account
    if difference.key.party.startswith(_COVER):
        return difference.key.party
    return INSURER + ":unknown" if difference.key.party == INSURER else f"channel:{difference.key.party}"

"""The chain's words in both languages: what was done, where a part stands, what became of a transaction."""

from yitong.kernel.text import Bilingual
from yitong.ledger.contract.records import PartState
from yitong.ledger.contract.refusals import OK, WORDS, Refusal

ACTION_WORDS = {
    "issue": Bilingual("开具", "issued"),
    "review": Bilingual("药师审核", "reviewed by a pharmacist"),
    "release": Bilingual("患者同意流转", "released by the patient"),
    "accept": Bilingual("药房接单", "accepted by a pharmacy"),
    "dispense": Bilingual("发药", "dispensed"),
    "close": Bilingual("完成", "closed"),
    "give_back": Bilingual("退回处方", "given back"),
    "return": Bilingual("退药", "goods returned"),
    "withdraw": Bilingual("患者撤回", "withdrawn by the patient"),
    "revoke": Bilingual("医生撤销", "revoked by the doctor"),
    "expire": Bilingual("过期", "expired"),
    "settle": Bilingual("医保结算", "settled by the insurer"),
    "reverse": Bilingual("撤销结算", "settlement reversed"),
    "propose": Bilingual("提议", "proposed"),
    "vote": Bilingual("表决", "voted"),
    "enrol": Bilingual("登记密钥", "key enrolled"),
    "retire": Bilingual("注销密钥", "key retired"),
    "grant_consent": Bilingual("患者授权", "consent granted"),
    "revoke_consent": Bilingual("撤回授权", "consent revoked"),
    "record_access": Bilingual("查阅记录", "record looked at"),
    "review_access": Bilingual("核查紧急查阅", "emergency access reviewed"),
    "recall": Bilingual("药品召回", "batch recalled"),
    "end_recall": Bilingual("结束召回", "recall ended"),
    "anchor": Bilingual("日志封存锚定", "event seal anchored"),
}
STATE_WORDS = {
    PartState.ISSUED: Bilingual("已开具", "issued"),
    PartState.APPROVED: Bilingual("审核通过", "approved"),
    PartState.REJECTED: Bilingual("审核不通过", "rejected"),
    PartState.RELEASED: Bilingual("流转中", "released"),
    PartState.ACCEPTED: Bilingual("药房已接单", "accepted"),
    PartState.DISPENSING: Bilingual("部分发药", "partly dispensed"),
    PartState.DISPENSED: Bilingual("已发药", "dispensed"),
    PartState.RETURNED: Bilingual("已退药", "returned"),
    PartState.SETTLED: Bilingual("已结算", "settled"),
    PartState.WITHDRAWN: Bilingual("患者已撤回", "withdrawn"),
    PartState.REVOKED: Bilingual("医生已撤销", "revoked"),
    PartState.EXPIRED: Bilingual("已过期", "expired"),
}
_OK = Bilingual("成功上链", "on the chain")
_WAITING = {
    "no-key": Bilingual("机构尚未加入存证链", "the organization is no member yet"),
    "no-block": Bilingual("等待出块", "no block came yet"),
}


def outcome_words(code: str) -> Bilingual:
    """What became of a transaction: done, the contract's reason to refuse, or why a task still waits."""
    if code == OK:
        return _OK
    if code in _WAITING:
        return _WAITING[code]
    try:
        return Bilingual(*WORDS[Refusal(code)])
    except ValueError:
        return Bilingual(code, code)

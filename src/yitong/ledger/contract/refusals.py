"""Why the contract refuses: stable codes with a sentence in both languages."""

from enum import StrEnum

OK = "ok"


class Refusal(StrEnum):
    """Inadmissible transactions leave no trace; refused ones use up the signer's sequence number only."""

    # inadmissible
    MALFORMED = "malformed"
    WRONG_CHAIN = "wrong-chain"
    UNKNOWN_KEY = "unknown-key"
    WRONG_SEQUENCE = "wrong-sequence"
    BAD_SIGNATURE = "bad-signature"
    # refused
    KEY_RETIRED = "key-retired"
    KEY_EXPIRED = "key-expired"
    SUSPENDED = "suspended"
    ROLE_MISSING = "role-missing"
    ROLE_IMPOSSIBLE = "role-impossible"
    KIND_IMPOSSIBLE = "kind-impossible"
    NOT_YOURS = "not-yours"
    UNKNOWN = "unknown"
    EXISTS = "exists"
    ILLEGAL_MOVE = "illegal-move"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    NOT_OVER = "not-over"
    BAD_WINDOW = "bad-window"
    BAD_QUANTITIES = "bad-quantities"
    TOO_MUCH = "too-much"
    WRONG_CODE = "wrong-code"
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - the name of a refusal
    HELD = "held"
    OTHER_PHARMACY = "other-pharmacy"
    SAME_PERSON = "same-person"
    NOT_SORTED = "not-sorted"
    BAD_KEY = "bad-key"
    ALREADY_VOTED = "already-voted"
    NO_CONSENT = "no-consent"
    OUT_OF_ORDER = "out-of-order"
    LAST_NODE = "last-node"


INADMISSIBLE = frozenset(
    {
        Refusal.MALFORMED,
        Refusal.WRONG_CHAIN,
        Refusal.UNKNOWN_KEY,
        Refusal.WRONG_SEQUENCE,
        Refusal.BAD_SIGNATURE,
    }
)
WORDS: dict[Refusal, tuple[str, str]] = {
    Refusal.MALFORMED: ("交易格式不规范", "the bytes are not a transaction in canonical form"),
    Refusal.WRONG_CHAIN: ("交易属于另一条链", "the transaction belongs to another chain"),
    Refusal.UNKNOWN_KEY: ("签名密钥未登记", "nobody has enrolled the signing key"),
    Refusal.WRONG_SEQUENCE: ("序号不连续或已使用", "the sequence number was used or is not the next one"),
    Refusal.BAD_SIGNATURE: ("签名无效", "the signature does not hold"),
    Refusal.KEY_RETIRED: ("密钥已注销", "the key has been retired"),
    Refusal.KEY_EXPIRED: ("密钥已过期", "the key's time is over"),
    Refusal.SUSPENDED: ("机构已暂停", "the organization is suspended"),
    Refusal.ROLE_MISSING: ("密钥没有此权限", "the key does not have the role for this"),
    Refusal.ROLE_IMPOSSIBLE: ("该类机构不能授予此权限", "an organization of this kind cannot give this role"),
    Refusal.KIND_IMPOSSIBLE: ("该类机构不能这样做", "an organization of this kind cannot do this"),
    Refusal.NOT_YOURS: ("不属于本机构", "this is another organization's"),
    Refusal.UNKNOWN: ("对象不存在", "there is no such thing on the chain"),
    Refusal.EXISTS: ("对象已存在", "it is on the chain already"),
    Refusal.ILLEGAL_MOVE: ("当前状态不允许此操作", "the state does not allow this move"),
    Refusal.TOO_EARLY: ("未到可用时间", "its time has not come"),
    Refusal.TOO_LATE: ("已超过有效期", "its time is over"),
    Refusal.NOT_OVER: ("有效期未过", "its time is not over yet"),
    Refusal.BAD_WINDOW: ("起止时间不正确", "the window does not open before it closes, or is past"),
    Refusal.BAD_QUANTITIES: ("数量与处方行不符", "the quantities do not fit the lines, or are all zero"),
    Refusal.TOO_MUCH: ("超过剩余数量", "more than what is left"),
    Refusal.WRONG_CODE: ("取药码不正确", "the access code is wrong"),
    Refusal.WRONG_SECRET: ("保管凭据不正确", "the secret of the custody is wrong"),
    Refusal.HELD: ("已被其他药房接单", "another pharmacy holds it"),
    Refusal.OTHER_PHARMACY: ("患者指定了其他药房", "the patient has named another pharmacy"),
    Refusal.SAME_PERSON: ("审方人不能是开方人", "who reviews must be another than who issued"),
    Refusal.NOT_SORTED: ("列表须排序且不重复", "a list is not sorted or names something twice"),
    Refusal.BAD_KEY: ("公钥不正确", "the public key is no point of the curve"),
    Refusal.ALREADY_VOTED: ("本机构已投票", "this organization has voted"),
    Refusal.NO_CONSENT: ("授权不覆盖此次访问", "the consent does not cover this access"),
    Refusal.OUT_OF_ORDER: ("封存编号不连续", "the seal is not the next one"),
    Refusal.LAST_NODE: ("不能移除最后一个节点", "the last node cannot be removed"),
}


class Refused(Exception):
    """Raised inside the contract; becomes the transaction's result."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code

"""The published table of legal moves of a prescription's part: the contract asks it, the docs print it."""

from enum import StrEnum
from typing import NamedTuple

from yitong.kernel.text import Bilingual
from yitong.ledger.contract.actions import KeyRole, Kind
from yitong.ledger.contract.records import PartState as S
from yitong.ledger.contract.refusals import Refusal, Refused
from yitong.ledger.contract.view import Signer


class Relation(StrEnum):
    """What the signer's organization has to be to the part."""

    ANY = "any"
    ISSUER = "issuer"
    HOLDER = "holder"


class LegalMove(NamedTuple):
    """An action, the states it may begin in (none: a new part), those it may lead to, and who may sign it."""

    action: str
    befores: tuple[S, ...]
    afters: tuple[S, ...]
    role: KeyRole | None  # None: whatever role the key has
    kinds: tuple[Kind, ...]
    relation: Relation
    condition: Bilingual


_ALL = tuple(Kind)
_PATIENTS = (Kind.COMMISSION, Kind.HOSPITAL)
_HANDS = (Kind.PHARMACY, Kind.HOSPITAL)

MOVES: tuple[LegalMove, ...] = (
    LegalMove(
        "issue",
        (),
        (S.ISSUED,),
        KeyRole.PRESCRIBE,
        (Kind.HOSPITAL,),
        Relation.ANY,
        Bilingual("编号未用过；每份有起止时间和数量", "new id; every part has a window and quantities"),
    ),
    LegalMove(
        "review",
        (S.ISSUED,),
        (S.APPROVED, S.REJECTED),
        KeyRole.REVIEW,
        (Kind.HOSPITAL,),
        Relation.ISSUER,
        Bilingual("审方密钥不同于开方密钥；各份一并审核", "another key than the issuer's; all parts together"),
    ),
    LegalMove(
        "release",
        (S.APPROVED, S.RELEASED),
        (S.RELEASED,),
        KeyRole.PATIENT,
        _PATIENTS,
        Relation.ANY,
        Bilingual("有效期未过；可指定药房；再次流转更换取药码", "before it closes; again to change code or pharmacy"),
    ),
    LegalMove(
        "accept",
        (S.RELEASED, S.ACCEPTED),
        (S.ACCEPTED,),
        KeyRole.DISPENSE,
        _HANDS,
        Relation.ANY,
        Bilingual(
            "在有效期内，取药码正确，未指定其他药房；已接单时仅同一药房可用同一凭据重复接单",
            "inside the window, right access code, no other pharmacy named; once accepted only the holder, with the"
            " same secret, again",
        ),
    ),
    LegalMove(
        "dispense",
        (S.ACCEPTED, S.DISPENSING),
        (S.DISPENSING, S.DISPENSED),
        KeyRole.DISPENSE,
        _HANDS,
        Relation.HOLDER,
        Bilingual("不超过剩余数量；保管期内；出示凭据即为最后一次", "no more than is left; the secret ends it"),
    ),
    LegalMove(
        "close",
        (S.DISPENSING,),
        (S.DISPENSED,),
        KeyRole.DISPENSE,
        _HANDS,
        Relation.HOLDER,
        Bilingual("出示凭据和签名回执", "with the secret and a signed receipt"),
    ),
    LegalMove(
        "give_back",
        (S.ACCEPTED,),
        (S.RELEASED,),
        KeyRole.DISPENSE,
        _HANDS,
        Relation.HOLDER,
        Bilingual("尚未发药；出示凭据；其他药房可接单", "before anything is handed out, with the secret"),
    ),
    LegalMove(
        "return",
        (S.DISPENSED,),
        (S.DISPENSED, S.RETURNED),
        KeyRole.DISPENSE,
        _HANDS,
        Relation.HOLDER,
        Bilingual("不超过已发数量；已结算的先撤销结算", "no more than was handed out; a settlement is reversed first"),
    ),
    LegalMove(
        "withdraw",
        (S.ISSUED, S.APPROVED, S.RELEASED),
        (S.WITHDRAWN,),
        KeyRole.PATIENT,
        _PATIENTS,
        Relation.ANY,
        Bilingual("药房接单之前", "before a pharmacy holds it"),
    ),
    LegalMove(
        "revoke",
        (S.ISSUED, S.APPROVED, S.RELEASED, S.ACCEPTED, S.DISPENSING),
        (S.REVOKED, S.DISPENSED),
        KeyRole.PRESCRIBE,
        (Kind.HOSPITAL,),
        Relation.ISSUER,
        Bilingual("已发部分不受影响，其余停止", "what was handed out stands, the rest stops"),
    ),
    LegalMove(
        "expire",
        (S.ISSUED, S.APPROVED, S.RELEASED, S.ACCEPTED, S.DISPENSING),
        (S.EXPIRED, S.DISPENSED),
        None,
        _ALL,
        Relation.ANY,
        Bilingual("有效期已过；已接单的保管期也已过", "its window is past; if held, the custody's time too"),
    ),
    LegalMove(
        "settle",
        (S.DISPENSED,),
        (S.SETTLED,),
        KeyRole.SETTLE,
        (Kind.INSURER,),
        Relation.ANY,
        Bilingual("一份只结算一次", "once a part"),
    ),
    LegalMove(
        "reverse",
        (S.SETTLED,),
        (S.DISPENSED,),
        KeyRole.SETTLE,
        (Kind.INSURER,),
        Relation.ANY,
        Bilingual("撤销结算", "takes the settlement back"),
    ),
)
MOVE_OF = {one.action: one for one in MOVES}


def check_signer(action: str, signer: Signer) -> LegalMove:
    """The row of the table for an action, when this signer may sign it. Raises Refused."""
    row = MOVE_OF[action]
    if row.role is not None and row.role not in signer.key.roles:
        raise Refused(Refusal.ROLE_MISSING)
    if signer.organization.kind not in row.kinds:
        raise Refused(Refusal.KIND_IMPOSSIBLE)
    return row


def check_state(row: LegalMove, before: S) -> None:
    """Raises Refused ``illegal-move`` when the row does not begin in this state."""
    if before not in row.befores:
        raise Refused(Refusal.ILLEGAL_MOVE)

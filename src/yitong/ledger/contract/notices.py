"""What members publish beside prescriptions: recalls of products, and the anchored seals of their event logs."""

from yitong.ledger.contract.actions import Anchor, EndRecall, KeyRole, Recall
from yitong.ledger.contract.members import need
from yitong.ledger.contract.records import RecallRecord, Seal, recall_key, seal_key
from yitong.ledger.contract.refusals import Refusal, Refused
from yitong.ledger.contract.view import Signer, View


def recall(view: View, signer: Signer, action: Recall) -> None:
    """A batch is called back."""
    need(signer, KeyRole.RECALL)
    record = RecallRecord(signer.organization_id, action.product, action.level, False)
    view.add(recall_key(action.recall), record)


def end_recall(view: View, signer: Signer, action: EndRecall) -> None:
    """A recall ends, by who began it."""
    need(signer, KeyRole.RECALL)
    found = view.get(RecallRecord, recall_key(action.recall))
    if found.organization != signer.organization_id:
        raise Refused(Refusal.NOT_YOURS)
    if found.ended:
        raise Refused(Refusal.ILLEGAL_MOVE)
    found.ended = True
    view.put(recall_key(action.recall), found)


def anchor(view: View, signer: Signer, action: Anchor) -> None:
    """The next seal of one of the member's logs; numbered from 1 without gaps, so none can be left out or replaced."""
    need(signer, KeyRole.ANCHOR)
    key = seal_key(signer.organization_id, action.log)
    before = view.find(Seal, key)
    if action.number != (before.number if before is not None else 0) + 1:
        raise Refused(Refusal.OUT_OF_ORDER)
    view.put(key, Seal(action.number, action.count, action.root))

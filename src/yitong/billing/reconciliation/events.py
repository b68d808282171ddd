"""What happens in a reconciliation, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class ReconciliationEvent(StrEnum):
    """Names in the event log."""

    COMPARED = "billing:reconciliation:compared"
    PROPOSED = "billing:difference:proposed"
    ASKED = "billing:difference:asked_again"
    SIGNED = "billing:difference:signed"
    SENT_BACK = "billing:difference:sent_back"
    COUNTED = "billing:cash_count:made"


declare_events(
    {
        ReconciliationEvent.COMPARED: (
            "对账 {day}：比对 {compared} 笔，差异 {differences} 笔",
            "{day} was reconciled: {compared} movements compared, {differences} differences",
        ),
        ReconciliationEvent.PROPOSED: ("提出差异处理意见", "A correction of a difference was proposed"),
        ReconciliationEvent.ASKED: ("就差异重新向对方查询", "The other side was asked again about a difference"),
        ReconciliationEvent.SIGNED: ("差异处理已复核", "The correction of a difference was signed off"),
        ReconciliationEvent.COUNTED: (
            "{window} 号窗口盘点现金 {amount} 元",
            "{amount} yuan were counted at window {window}",
        ),
        ReconciliationEvent.SENT_BACK: ("差异处理被退回", "The correction of a difference was sent back"),
    }
)

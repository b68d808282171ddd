"""What happens to bills, by name, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class BillEvent(StrEnum):
    """Names in the event log; subjects are bills."""

    CHARGED = "billing:bill:charged"
    COUNTERED = "billing:bill:countered"
    CLOSED = "billing:bill:closed"
    REOPENED = "billing:bill:reopened"
    INSURANCE_CHOSEN = "billing:bill:insurance_chosen"
    CARRIED_OVER = "billing:bill:carried_over"


declare_events(
    {
        BillEvent.CHARGED: (
            "账单 {bill_no} 计费 {lines} 项，共 {amount} 元",
            "{lines} lines of {amount} yuan were put on bill {bill_no}",
        ),
        BillEvent.COUNTERED: (
            "账单 {bill_no} 冲销 {lines} 项，共 {amount} 元",
            "{lines} lines of {amount} yuan of bill {bill_no} were taken back",
        ),
        BillEvent.CLOSED: ("账单 {bill_no} 已封账", "Bill {bill_no} takes no more lines"),
        BillEvent.REOPENED: ("账单 {bill_no} 恢复可记账", "Bill {bill_no} takes lines again"),
        BillEvent.INSURANCE_CHOSEN: (
            "账单 {bill_no} 的结算险种由 {before} 改为 {insutype}",
            "Bill {bill_no} is settled with insurance {insutype} instead of {before}",
        ),
        BillEvent.CARRIED_OVER: (
            "改约后沿用已缴的挂号费，账单 {bill_no}",
            "The fee that was paid goes with the appointment to its new time, bill {bill_no}",
        ),
    }
)

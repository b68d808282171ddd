"""What happens to stays' accounts and deposits."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class StayEvent(StrEnum):
    """Names in the event log; subjects are stays."""

    ADMITTED = "billing:stay:admitted"
    DEPOSIT_ASKED = "billing:stay:deposit_asked"
    BED_DAYS = "billing:stay:bed_days"
    DISCHARGED = "billing:stay:discharged"
    RESUMED = "billing:stay:resumed"
    SETTLED = "billing:stay:settled"
    DEPOSIT_RETURNED = "billing:stay:deposit_returned"
    COVER_WANTED = "billing:stay:insurance_wanted"
    COVER_ASKED = "billing:stay:insurance_asked"
    COVER_TOLD = "billing:stay:insurance_told"
    COVER_LOST = "billing:stay:insurance_lost"
    COVER_REFUSED = "billing:stay:insurance_refused"


declare_events(
    {
        StayEvent.ADMITTED: ("办理入院，账单 {bill_no}", "Admitted; the running bill is {bill_no}"),
        StayEvent.DEPOSIT_ASKED: ("请缴预交金 {amount} 元", "A deposit of {amount} yuan is asked for"),
        StayEvent.BED_DAYS: ("计床位费 {days} 日", "{days} bed-days were charged"),
        StayEvent.DISCHARGED: ("办理出院，停止记账", "Discharged; nothing more is charged"),
        StayEvent.RESUMED: ("撤销出院，恢复记账", "The discharge was withdrawn; charging goes on"),
        StayEvent.SETTLED: ("住院费用已结清", "The stay is settled"),
        StayEvent.COVER_WANTED: ("住院医保登记：{zh}", "Insurance of the stay: {en}"),
        StayEvent.COVER_ASKED: ("向医保平台发送 {message}", "{message} is sent to the insurer"),
        StayEvent.COVER_TOLD: ("医保平台已受理 {message}", "The insurer took {message}"),
        StayEvent.COVER_LOST: ("医保平台对 {message} 没有回音，稍后再问", "No answer to {message}; it is asked again"),
        StayEvent.COVER_REFUSED: ("医保平台未受理 {message}：{reason}", "The insurer refused {message}: {reason}"),
        StayEvent.DEPOSIT_RETURNED: (
            "退还剩余预交金 {amount} 元（窗口 {window}）",
            "{amount} yuan left of the deposit were given back at window {window}",
        ),
    }
)

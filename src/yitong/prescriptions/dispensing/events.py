"""What happens at pharmacies' counters and on the way; payloads hold counts and digests, never a name or a drug."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class DispensingEvent(StrEnum):
    """Names in the event log; subjects are parts, deliveries or reminders."""

    DISPENSED = "dispensing:part:dispensed"
    CLOSED = "dispensing:part:closed"
    RETURNED = "dispensing:part:goods_returned"
    SETTLEMENT_ASKED = "dispensing:settlement:asked"
    SETTLEMENT_REFUSED = "dispensing:settlement:refused"
    SETTLED = "dispensing:part:settled"
    REVERSED = "dispensing:part:settlement_reversed"
    SENT = "dispensing:delivery:sent"
    ARRIVED = "dispensing:delivery:arrived"
    FAILED = "dispensing:delivery:failed"
    REMINDER_SET = "dispensing:reminder:set"
    REMINDER_DUE = "dispensing:reminder:due"
    RECALL_SEARCHED = "dispensing:recall:searched"


_PART, _PART_EN = "处方 {number} 第 {part} 份", "part {part} of prescription {number}"

declare_events(
    {
        DispensingEvent.DISPENSED: (
            f"药房发药：{_PART}，回执 SM3 {{digest}}",
            f"Dispensed: {_PART_EN}, SM3 {{digest}}",
        ),
        DispensingEvent.CLOSED: (f"药房结单：{_PART}，回执 SM3 {{digest}}", f"Closed: {_PART_EN}, SM3 {{digest}}"),
        DispensingEvent.RETURNED: (f"退药：{_PART}，回执 SM3 {{digest}}", f"Came back: {_PART_EN}, SM3 {{digest}}"),
        DispensingEvent.SETTLEMENT_ASKED: (
            "药店向医保申请结算 {total_fen} 分",
            "A pharmacy asks the insurance to settle {total_fen} fen",
        ),
        DispensingEvent.SETTLEMENT_REFUSED: ("医保拒绝结算", "The insurance refused a settlement"),
        DispensingEvent.SETTLED: (f"医保结算：{_PART}", f"Settled with the insurance: {_PART_EN}"),
        DispensingEvent.REVERSED: (f"撤销医保结算：{_PART}", f"Settlement taken back: {_PART_EN}"),
        DispensingEvent.SENT: ("药品已交配送，第 {attempt} 次", "Goods went out, attempt {attempt}"),
        DispensingEvent.ARRIVED: ("药品已送达", "Goods were delivered"),
        DispensingEvent.FAILED: ("药品未送达：{reason}", "Goods could not be delivered: {reason}"),
        DispensingEvent.REMINDER_SET: ("用药提醒变更，每日 {times} 次", "A reminder was set, {times} times a day"),
        DispensingEvent.REMINDER_DUE: ("提醒用药", "A patient is reminded of a drug"),
        DispensingEvent.RECALL_SEARCHED: (
            "查询召回，涉及 {patients} 人",
            "A recall was searched, {patients} people concerned",
        ),
    }
)

"""What happens to prescriptions. Payloads name sheets by number and never say what stands on them."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class PrescriptionEvent(StrEnum):
    """Names in the event log; subjects are prescriptions, practitioners or pharmacies' drugs."""

    DRAFTED = "prescriptions:sheet:drafted"
    SAVED = "prescriptions:sheet:saved"
    DISCARDED = "prescriptions:sheet:discarded"
    SIGNED = "prescriptions:sheet:signed"
    RESUBMITTED = "prescriptions:sheet:resubmitted"
    COUNTERSIGNED = "prescriptions:sheet:countersigned"
    APPROVED = "prescriptions:sheet:approved"
    REFUSED = "prescriptions:sheet:refused"
    RELEASED = "prescriptions:sheet:released"
    WITHDRAWN = "prescriptions:sheet:withdrawn"
    EXPIRED = "prescriptions:sheet:expired"
    TAKEN = "prescriptions:sheet:taken"
    DONE = "prescriptions:sheet:dispensed"
    RIGHTS_GIVEN = "prescriptions:rights:given"
    STOCK_SET = "prescriptions:stock:set"


declare_events(
    {
        PrescriptionEvent.DRAFTED: ("新建处方 {number}", "Prescription {number} was begun"),
        PrescriptionEvent.SAVED: ("保存处方 {number}", "Prescription {number} was saved"),
        PrescriptionEvent.DISCARDED: ("作废处方草稿 {number}", "The draft of prescription {number} was discarded"),
        PrescriptionEvent.SIGNED: (
            "医师签发处方 {number}，SM3 {digest}",
            "Prescription {number} was signed, SM3 {digest}",
        ),
        PrescriptionEvent.RESUBMITTED: (
            "医师修改并重新签发处方 {number}（第 {revision} 版），SM3 {digest}",
            "Prescription {number} was changed and signed anew (revision {revision}), SM3 {digest}",
        ),
        PrescriptionEvent.COUNTERSIGNED: (
            "医师说明理由并再次签名，处方 {number}",
            "The doctor gave reasons and signed prescription {number} again",
        ),
        PrescriptionEvent.APPROVED: ("药师审核通过处方 {number}", "A pharmacist approved prescription {number}"),
        PrescriptionEvent.REFUSED: (
            "药师退回处方 {number}，理由 {count} 条",
            "A pharmacist refused prescription {number} for {count} reasons",
        ),
        PrescriptionEvent.RELEASED: (
            "处方 {number} 开放外配流转",
            "Prescription {number} was released to the region's pharmacies",
        ),
        PrescriptionEvent.WITHDRAWN: ("医师撤回处方 {number}", "The doctor withdrew prescription {number}"),
        PrescriptionEvent.EXPIRED: ("处方 {number} 已过有效期", "Prescription {number} ran out"),
        PrescriptionEvent.TAKEN: ("药房开始配药，处方 {number}", "A pharmacy has taken up prescription {number}"),
        PrescriptionEvent.DONE: ("处方 {number} 已取药", "Prescription {number} was dispensed"),
        PrescriptionEvent.RIGHTS_GIVEN: (
            "医师特殊处方权变更：{rights}",
            "A doctor's prescribing rights are now: {rights}",
        ),
        PrescriptionEvent.STOCK_SET: (
            "药房库存更新：{code} 为 {units}",
            "A pharmacy's stock of {code} was set to {units}",
        ),
    }
)

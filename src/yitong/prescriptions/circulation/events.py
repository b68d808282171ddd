"""What happens to parts and purchase requests; payloads hold numbers and digests, never a code, a secret or a drug."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class CirculationEvent(StrEnum):
    """Names in the event log; subjects are parts of prescriptions, or purchase requests."""

    RELEASED = "circulation:part:released"
    ACCEPTED = "circulation:part:accepted"
    GIVEN_BACK = "circulation:part:given_back"
    WITHDRAWN = "circulation:part:withdrawn"
    REVOKED = "circulation:part:revoked"
    EXPIRED = "circulation:part:expired"
    PUBLISHED = "circulation:request:published"
    UNPUBLISHED = "circulation:request:withdrawn"
    MATCHED = "circulation:request:matched"
    LAPSED = "circulation:request:lapsed"
    OFFERED = "circulation:offer:made"


_PART = "处方 {number} 第 {part} 份"
_PART_EN = "part {part} of prescription {number}"

declare_events(
    {
        CirculationEvent.RELEASED: (f"{_PART}开放流转", f"Released: {_PART_EN}"),
        CirculationEvent.ACCEPTED: (f"药房接单：{_PART}", f"A pharmacy took {_PART_EN}"),
        CirculationEvent.GIVEN_BACK: (
            f"药房退回：{_PART}，原因 {{reason}}",
            f"A pharmacy gave back {_PART_EN}: {{reason}}",
        ),
        CirculationEvent.WITHDRAWN: (f"患者撤回{_PART}", f"The patient withdrew {_PART_EN}"),
        CirculationEvent.REVOKED: (f"医师撤销{_PART}", f"The doctor revoked {_PART_EN}"),
        CirculationEvent.EXPIRED: (f"{_PART}已过期", f"Ran out: {_PART_EN}"),
        CirculationEvent.PUBLISHED: ("患者发布购药需求（{mode}）", "A patient published a purchase request ({mode})"),
        CirculationEvent.UNPUBLISHED: ("患者撤回购药需求", "A patient withdrew a purchase request"),
        CirculationEvent.MATCHED: ("购药需求已有药房接单", "A pharmacy got a purchase request"),
        CirculationEvent.LAPSED: ("购药需求已失效", "A purchase request lapsed"),
        CirculationEvent.OFFERED: ("药房报价 {total_fen} 分", "A pharmacy offered {total_fen} fen"),
    }
)

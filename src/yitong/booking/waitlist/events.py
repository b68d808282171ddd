"""What happens in waiting lists and to places on their way back, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class WaitlistEvent(StrEnum):
    """Names in the event log. Events of offers carry ``appointment_id``: the appointment that holds the place."""

    JOINED = "booking:waitlist:joined"
    LEFT = "booking:waitlist:left"
    ENDED = "booking:waitlist:ended"
    OFFER_MADE = "booking:offer:made"
    REPLACEMENT_MADE = "booking:offer:replacement_made"
    OFFER_TAKEN = "booking:offer:taken"
    OFFER_DECLINED = "booking:offer:declined"
    OFFER_EXPIRED = "booking:offer:expired"
    PLACE_RETURNED = "booking:place:returned"
    RULE_SET = "booking:return_rule:set"


declare_events(
    {
        WaitlistEvent.JOINED: ("加入候补", "Somebody joined the waiting list"),
        WaitlistEvent.LEFT: ("退出候补", "Somebody left the waiting list"),
        WaitlistEvent.ENDED: ("候补日期已过", "The days somebody waited for have passed"),
        WaitlistEvent.OFFER_MADE: ("候补有号，等待本人确认", "A place was offered to the next in the waiting list"),
        WaitlistEvent.REPLACEMENT_MADE: ("提供改约号源，等待本人确认", "Another place was offered instead"),
        WaitlistEvent.OFFER_TAKEN: ("本人已接受号源", "The offered place was taken"),
        WaitlistEvent.OFFER_DECLINED: ("本人谢绝号源", "The offered place was declined"),
        WaitlistEvent.OFFER_EXPIRED: ("未在时限内确认，号源已失效", "The offer ran out"),
        WaitlistEvent.PLACE_RETURNED: ("退回的号源重新放出", "A place that was given up can be booked again"),
        WaitlistEvent.RULE_SET: ("修改退号与候补规则", "The rules of returned places and offers were changed"),
    }
)

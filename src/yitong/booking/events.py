"""What happens in the pool, by name, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class BookingEvent(StrEnum):
    """Events of appointments and schedules."""

    HELD = "booking:appointment:held"
    BOOKED = "booking:appointment:booked"
    EXPIRED = "booking:appointment:expired"
    CANCELLED = "booking:appointment:cancelled"
    RESCHEDULED = "booking:appointment:rescheduled"
    PAYMENT_ASKED = "booking:appointment:payment_asked"
    LAPSED = "booking:appointment:lapsed"
    NO_SHOW = "booking:appointment:no_show"
    TEMPLATE_MADE = "booking:template:made"
    TEMPLATE_CHANGED = "booking:template:changed"
    EXCEPTION_MADE = "booking:exception:made"
    GENERATED = "booking:schedule:generated"
    BLOCKED = "booking:schedule:blocked"
    STOPPED = "booking:schedule:stopped"


declare_events(
    {
        BookingEvent.HELD: ("占住号源，等待确认", "A place was held and waits for confirmation"),
        BookingEvent.BOOKED: ("预约成功，序号 {number}", "Booked with number {number}"),
        BookingEvent.EXPIRED: ("占号超时未确认，号源已释放", "The hold ran out and the place was freed"),
        BookingEvent.CANCELLED: ("取消预约，号源已释放", "The appointment was cancelled and the place freed"),
        BookingEvent.RESCHEDULED: ("改约到新的时间", "The appointment was moved to another time"),
        BookingEvent.PAYMENT_ASKED: ("挂号费须在 {until} 前支付", "The fee is to be paid by {until}"),
        BookingEvent.LAPSED: (
            "挂号费逾时未付，预约失效，号源已释放",
            "The fee was not paid in time: the appointment lapsed and the place was freed",
        ),
        BookingEvent.NO_SHOW: ("就诊日结束仍未就诊，记为爽约", "Not seen by the end of the day: a no-show"),
        BookingEvent.TEMPLATE_MADE: ("新建排班模板", "A schedule template was made"),
        BookingEvent.TEMPLATE_CHANGED: ("修改排班模板", "A schedule template was changed"),
        BookingEvent.EXCEPTION_MADE: ("登记 {day} 的排班例外", "A schedule exception for {day} was made"),
        BookingEvent.GENERATED: (
            "生成 {schedules} 个班次、{slots} 个时段",
            "{schedules} sessions and {slots} slots were made",
        ),
        BookingEvent.BLOCKED: (
            "{blocked} 个班次因医生、团队或诊室已被占用而未生成",
            "{blocked} sessions were not made: their doctor, team or place is taken",
        ),
        BookingEvent.STOPPED: (
            "停诊，涉及 {affected} 个预约",
            "The session was stopped; {affected} appointments affected",
        ),
    }
)

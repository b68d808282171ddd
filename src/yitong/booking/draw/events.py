"""What happens in a draw. Events about a person name the request or the appointment, never a leaf."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class DrawEvent(StrEnum):
    """Names in the event log."""

    ANNOUNCED = "draw:draw:announced"
    OPENED = "draw:draw:opened"
    CLOSED = "draw:draw:closed"
    BEACON_FIXED = "draw:draw:beacon_fixed"
    DRAWN = "draw:draw:drawn"
    CANCELLED = "draw:draw:cancelled"
    RELEASED = "draw:draw:released"
    REQUESTED = "draw:request:made"
    WITHDRAWN = "draw:request:withdrawn"
    LOST = "draw:request:lost"
    OFFERED = "draw:offer:made"
    LAPSED = "draw:offer:lapsed"
    BLOCKED = "draw:offer:blocked"


declare_events(
    {
        DrawEvent.ANNOUNCED: ("公告抽签，种子承诺 {commitment}", "A draw was announced; its seed is {commitment}"),
        DrawEvent.OPENED: ("抽签开始接受申请", "The draw takes requests"),
        DrawEvent.CLOSED: ("抽签截止，{requests} 份申请，根 {root}", "Closed with {requests} requests, root {root}"),
        DrawEvent.BEACON_FIXED: ("登记公开数值 {value}", "The public value is {value}"),
        DrawEvent.DRAWN: ("已开奖，{won} 份中签，种子 {seed}", "Drawn: {won} won; the seed was {seed}"),
        DrawEvent.CANCELLED: ("抽签取消：{reason}", "The draw was cancelled: {reason}"),
        DrawEvent.RELEASED: (
            "{places} 个未领取的号源转为普通号源",
            "{places} places nobody in the draw wants went to everybody",
        ),
        DrawEvent.REQUESTED: ("申请参加抽签，{choices} 个志愿", "Asked for one of {choices} times in a draw"),
        DrawEvent.WITHDRAWN: ("撤回抽签申请", "Withdrew from a draw"),
        DrawEvent.LOST: ("本次抽签未中签，排在第 {rank} 位", "Won nothing in the draw; number {rank} in the order"),
        DrawEvent.OFFERED: ("中签，请在期限内确认", "A place was won and waits for confirmation"),
        DrawEvent.LAPSED: ("中签号源超时未确认，顺延给下一位", "The won place was not confirmed and goes on"),
        DrawEvent.BLOCKED: (
            "中签但当天该科室已有预约或已停诊，顺延给下一位",
            "The won place could not be given and goes on",
        ),
    }
)

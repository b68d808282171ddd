"""What a limit or a suspicion answers, with what to do next."""

from datetime import datetime
from zoneinfo import ZoneInfo

from yitong.booking.refusals import LIMIT_REACHED
from yitong.kernel.problems import Problem, problem_kind
from yitong.kernel.text import Bilingual

BOOKING_BANNED = problem_kind(
    "booking-banned",
    403,
    Bilingual(
        "因多次预约后未到，{until} 前不能在线预约。",
        "After several missed visits, booking online is closed until {until}.",
    ),
    Bilingual("可以提出申诉，或到医院窗口挂号。", "You can appeal, or register at the hospital's desk."),
)
TRANSFER_SUSPECTED = problem_kind(
    "transfer-suspected",
    403,
    Bilingual(
        "这个号刚由同一设备或账号的另一人取消，不能转给他人。",
        "This place was just given up from the same device or account for somebody else; places cannot be handed on.",
    ),
    Bilingual("请另选时段；如确属误判，请到医院窗口办理。", "Choose another time, or go to the hospital's desk."),
)
BOOKING_REFUSED = problem_kind(
    "booking-refused",
    403,
    Bilingual("您的预约行为存在异常，暂不能在线预约。", "Booking online is closed to this account for now."),
    Bilingual("请过一天再试，或到医院窗口挂号。", "Try again in a day, or register at the hospital's desk."),
)
PROOF_NEEDED = problem_kind(
    "proof-needed",
    428,
    Bilingual("需要先完成一次安全验证。", "A short check by your device is needed first."),
    Bilingual("应用会自动完成，请稍候。", "The app does it by itself; please wait a moment."),
    retry=True,
)
PROOF_WRONG = problem_kind(
    "proof-wrong",
    422,
    Bilingual("安全验证未通过、已使用或已过期。", "The check failed, was used before or has run out."),
    Bilingual("请重新提交，应用会再验证一次。", "Submit again; the app repeats the check."),
    retry=True,
)
PHONE_CODE_NEEDED = problem_kind(
    "phone-code-needed",
    428,
    Bilingual("需要先验证登录手机号。", "A code sent to your sign-in phone is needed first."),
    Bilingual("请获取短信验证码并填写后再确认。", "Ask for a text message with a code, enter it and confirm again."),
)
SLOT_TOKEN_NEEDED = problem_kind(
    "slot-token-needed",
    428,
    Bilingual("号源信息已过期，请重新查询后再预约。", "Look the time up again before booking it."),
    Bilingual("请返回号源列表刷新后再选。", "Go back to the list, refresh it and choose again."),
)
BAN_DECIDED = problem_kind(
    "ban-decided",
    409,
    Bilingual("这条限制已经处理过。", "This ban has been decided already."),
    Bilingual("请刷新后查看处理结果。", "Refresh to see the decision."),
)
BAN_NOT_OPEN = problem_kind(
    "ban-not-open",
    409,
    Bilingual("这条限制已经结束，无需申诉。", "This ban is over; there is nothing to appeal."),
    Bilingual("现在可以正常预约。", "You can book again."),
)


def banned(until: datetime, zone: str) -> Problem:
    """The refusal of a banned person; the document says in ``until`` when the ban ends."""
    local = until.astimezone(ZoneInfo(zone))
    return BOOKING_BANNED(until=f"{local:%Y-%m-%d %H:%M}", extra={"until": local})


def limit_reached(code: str, words: Bilingual, value: int) -> Problem:
    """The refusal by a rule; the document names it in ``rule`` and says it in ``limit``."""
    return LIMIT_REACHED(most=value, extra={"rule": code, "limit": words})

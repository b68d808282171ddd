"""The plain words of each step, in Chinese and English, for every way it can stand."""

from datetime import datetime
from zoneinfo import ZoneInfo

from yitong.booking.states import AppointmentState, QueueState
from yitong.journey.facts import VisitFacts
from yitong.journey.schemas import StepKey, StepState
from yitong.kernel.text import Bilingual

Words = tuple[Bilingual, Bilingual]
A = AppointmentState
_WEEKDAYS = "一二三四五六日"


def clock_text(moment: datetime, zone: str) -> str:
    """The time on the hospital's wall, 09:30."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def day_text(moment: datetime, zone: str) -> Bilingual:
    """The hospital's day: 11月23日 周一, Mon 23 Nov."""
    local = moment.astimezone(ZoneInfo(zone))
    return Bilingual(
        f"{local.month}月{local.day}日 周{_WEEKDAYS[local.weekday()]}", f"{local:%a} {local.day} {local:%b}"
    )


def when_text(visit: VisitFacts) -> Bilingual:
    """Day and time of a visit."""
    day, clock = day_text(visit.start_at, visit.zone), clock_text(visit.start_at, visit.zone)
    return Bilingual(f"{day.zh} {clock}", f"{day.en}, {clock}")


def whom_text(visit: VisitFacts) -> Bilingual:
    """Department and, when known, doctor."""
    if visit.practitioner is None:
        return visit.department
    return Bilingual(f"{visit.department.zh} {visit.practitioner}", f"{visit.department.en}, {visit.practitioner}")


def words(visit: VisitFacts, key: StepKey, state: StepState, now: datetime) -> Words:
    """Title and detail of a step."""
    match key:
        case StepKey.BOOKED:
            return _booked(visit, state)
        case StepKey.TRAVEL:
            return _travel(visit, state)
        case StepKey.CHECK_IN:
            return _check_in(visit, state)
        case StepKey.WAIT:
            return _wait(visit, state, now)
        case StepKey.CONSULTATION:
            return _consultation(visit, state)
        case StepKey.AFTER:
            return _after(visit, state)


def _booked(visit: VisitFacts, state: StepState) -> Words:
    when, whom = when_text(visit), whom_text(visit)
    what = Bilingual(f"{when.zh}，{whom.zh}", f"{when.en}, {whom.en}")
    if state is StepState.CURRENT:
        until = clock_text(visit.hold_expires_at, visit.zone) if visit.hold_expires_at else ""
        return Bilingual("确认预约", "Confirm your booking"), Bilingual(
            f"{what.zh}。号源为您保留到 {until}，请在此之前确认。",
            f"{what.en}. The place is kept for you until {until}.",
        )
    if state is StepState.DONE:
        return Bilingual("已预约", "Booked"), what
    if visit.rescheduled_to is not None:
        return Bilingual("已改约", "Moved"), Bilingual(
            "这次预约已改到新的时间。", "This booking was moved to another time."
        )
    if visit.stopped:
        return Bilingual("门诊已停诊", "The clinic was cancelled"), Bilingual(
            f"{what.zh} 的门诊已停诊，请改约其他时间或医生。",
            f"The clinic of {what.en} will not take place. Please choose another time or doctor.",
        )
    if visit.state is A.CANCELLED:
        return Bilingual("已取消", "Cancelled"), Bilingual(
            f"{what.zh} 的预约已取消，可重新预约。", f"The booking for {what.en} was cancelled. You can book again."
        )
    return Bilingual("占号已过期", "The place was not confirmed"), Bilingual(
        "没有在保留时间内确认，号源已放回，可重新预约。",
        "It was not confirmed in time and was given back. You can book again.",
    )


def _travel(visit: VisitFacts, state: StepState) -> Words:
    title = Bilingual("前往医院", "Go to the hospital")
    if state is StepState.DONE:
        return title, Bilingual(
            f"已到签到时间：{visit.organization.zh}", f"Check-in has opened at {visit.organization.en}"
        )
    day, opens = day_text(visit.check_in_from, visit.zone), clock_text(visit.check_in_from, visit.zone)
    return title, Bilingual(
        f"{day.zh} {opens} 起可以签到，请带好身份证件和电子健康卡。",
        f"Check-in opens on {day.en} at {opens}. Bring your identity document and your health card.",
    )


def _check_in(visit: VisitFacts, state: StepState) -> Words:
    title = Bilingual("到院签到", "Check in")
    until = clock_text(visit.check_in_until, visit.zone)
    match state:
        case StepState.DONE:
            return Bilingual("已签到", "Checked in"), Bilingual(
                f"您的号码是 {visit.number_text}。", f"Your number is {visit.number_text}."
            )
        case StepState.FAILED if visit.state is A.NO_SHOW:
            return Bilingual("未到诊", "Not attended"), Bilingual(
                "没有在就诊当天签到。如仍需就诊，请重新预约。",
                "You did not check in on the day. Book again if you still need it.",
            )
        case StepState.FAILED:
            return Bilingual("签到时间已过", "Check-in has closed"), Bilingual(
                f"签到已于 {until} 截止。请重新预约，或到服务台咨询。",
                f"Check-in closed at {until}. Book again, or ask at the service desk.",
            )
        case _:
            return title, Bilingual(
                f"到院后请在自助机扫电子健康卡，或在手机上签到，{until} 截止。",
                f"Scan your health card at a kiosk or check in on your phone, until {until}.",
            )


def _wait(visit: VisitFacts, state: StepState, now: datetime) -> Words:
    title, place, queue = Bilingual("候诊", "Wait to be called"), visit.place, visit.queue
    if state is StepState.DONE:
        return title, Bilingual("已叫到您的号。", "Your number was called.")
    if state is StepState.FAILED:
        reason = (
            ("本次门诊已停诊", "The clinic was stopped")
            if visit.stopped
            else ("当天未能就诊", "You were not seen that day")
        )
        return Bilingual("没有就诊", "Not seen"), Bilingual(
            f"{reason[0]}，请重新预约，或到服务台办理。", f"{reason[1]}. Book again, or ask at the service desk."
        )
    if state is StepState.UPCOMING:
        return title, Bilingual(f"签到后在{place.zh}候诊。", f"After check-in, wait at {place.en}.")
    if queue is not None and queue.state is QueueState.SKIPPED:
        return Bilingual("您已过号", "You missed your call"), Bilingual(
            f"请到{place.zh}的分诊台报到，护士会为您重新排队。",
            f"Report to the nurse at {place.en} to be queued again.",
        )
    if queue is None or queue.ahead is None:
        return title, Bilingual(f"请在{place.zh}候诊，留意叫号。", f"Wait at {place.en} and listen for your number.")
    minutes = None if queue.expected_at is None else max(0, round((queue.expected_at - now).total_seconds() / 60))
    zh, en = (f"，约 {minutes} 分钟", f", about {minutes} minutes") if minutes is not None else ("", "")
    if queue.ahead == 0:
        return title, Bilingual(f"下一位就是您{zh}，请在{place.zh}等候。", f"You are next{en}. Wait at {place.en}.")
    people = "person is" if queue.ahead == 1 else "people are"
    return title, Bilingual(
        f"前面还有 {queue.ahead} 位{zh}，请在{place.zh}候诊。",
        f"{queue.ahead} {people} before you{en}. Wait at {place.en}.",
    )


def _consultation(visit: VisitFacts, state: StepState) -> Words:
    title, place = Bilingual("就诊", "See the doctor"), visit.place
    match state:
        case StepState.DONE:
            return title, Bilingual("就诊已结束。", "The consultation is over.")
        case StepState.FAILED:
            return Bilingual("没有就诊", "Not seen"), Bilingual(
                "叫号后没有就诊，请重新预约，或到服务台办理。",
                "You were called but not seen. Book again, or ask at the service desk.",
            )
        case StepState.CURRENT if visit.state is A.CALLED:
            return Bilingual("请进诊室", "Please go in"), Bilingual(
                f"正在叫 {visit.number_text} 号，请到{place.zh}。",
                f"Number {visit.number_text} is called. Go to {place.en}.",
            )
        case StepState.CURRENT:
            return Bilingual("就诊中", "With the doctor"), Bilingual(
                "医生正在为您看诊，结束后会告诉您下一步。", "The doctor is seeing you. You will be told what is next."
            )
        case _:
            return title, Bilingual(f"叫到号后请到{place.zh}。", f"When called, go to {place.en}.")


def _after(visit: VisitFacts, state: StepState) -> Words:
    follow_up = visit.encounter.follow_up if visit.encounter else "none"
    if state is StepState.UPCOMING:
        return Bilingual("就诊之后", "Afterwards"), Bilingual(
            "医生会告诉您是否需要复诊。", "The doctor says whether to come again."
        )
    if state is StepState.CURRENT:
        return Bilingual("留院观察", "Stay for observation"), Bilingual(
            f"请留在{visit.department.zh}，听从护士安排。", f"Stay at {visit.department.en} and follow the nurse."
        )
    if follow_up == "return_visit":
        return Bilingual("就诊完成", "All done"), Bilingual(
            "医生建议复诊，可现在预约下次时间。", "The doctor advises a return visit; you can book it now."
        )
    return Bilingual("就诊完成", "All done"), Bilingual(
        "本次就诊已全部完成，请按医嘱休养，可以离院。", "Nothing more to do. Follow the doctor's advice; you may leave."
    )

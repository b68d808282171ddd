"""The words of each message: what happened, and what the patient does next."""

from datetime import datetime
from enum import StrEnum

import msgspec

from yitong.journey import step_words
from yitong.journey.facts import VisitFacts
from yitong.journey.schemas import MessageLink
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class NoticeKind(StrEnum):
    """What a message is about."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    CLINIC_STOPPED = "clinic_stopped"
    OFFERED = "offered"
    REPLACEMENT_OFFERED = "replacement_offered"
    OFFER_EXPIRED = "offer_expired"
    DRAW_WON = "draw_won"
    DRAW_LOST = "draw_lost"
    DRAW_BLOCKED = "draw_blocked"
    DRAW_CANCELLED = "draw_cancelled"
    BANNED = "banned"
    BAN_LIFTED = "ban_lifted"
    BAN_KEPT = "ban_kept"
    REMINDER = "reminder"
    CHECKED_IN = "checked_in"
    CALLED = "called"
    HANDED_OVER = "handed_over"
    MISSED = "missed"
    FINISHED = "finished"
    NO_SHOW = "no_show"
    PAYMENT_ASKED = "payment_asked"
    LAPSED = "lapsed"
    PRESCRIPTION_TAKEN = "prescription_taken"
    PRESCRIPTION_GIVEN_BACK = "prescription_given_back"
    PRESCRIPTION_DISPENSED = "prescription_dispensed"
    DELIVERY_SENT = "delivery_sent"
    DELIVERY_FAILED = "delivery_failed"
    MEDICATION_DUE = "medication_due"


class ChannelFields(msgspec.Struct, frozen=True):
    """What a message tells through a channel that has fields of its own instead of free text."""

    hospital: str
    patient: str  # masked
    at: datetime
    zone: str
    place: str
    note: str


class MessageText(msgspec.Struct, frozen=True):
    """The sealed content of a message."""

    title: Bilingual
    body: Bilingual
    fields: ChannelFields


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one patient is told: where it happened, in which words, and where it leads."""

    organization_id: UUID
    patient_id: UUID
    hospital: Bilingual
    at: datetime
    zone: str
    place: Bilingual
    title: Bilingual
    body: Bilingual
    link: MessageLink
    appointment_id: UUID | None = None


def said_of(kind: NoticeKind, visit: VisitFacts) -> Said:
    """What a patient is told about a visit."""
    title, body = _words(kind, visit)
    return Said(
        organization_id=visit.organization_id,
        patient_id=visit.patient_id,
        hospital=visit.organization,
        at=visit.start_at,
        zone=visit.zone,
        place=visit.place,
        title=title,
        body=body,
        link=link_of(kind, visit),
        appointment_id=visit.appointment_id,
    )


def message_text(said: Said, patient_masked: str) -> MessageText:
    """Title and body of a message to (or about) a patient."""
    fields = ChannelFields(
        hospital=said.hospital.zh,
        patient=patient_masked,
        at=said.at,
        zone=said.zone,
        place=said.place.zh,
        note=said.title.zh,
    )
    body = Bilingual(f"{patient_masked}：{said.body.zh}", f"{patient_masked}: {said.body.en}")
    return MessageText(said.title, body, fields)


def link_of(kind: NoticeKind, visit: VisitFacts) -> MessageLink:
    """Where a message leads: to the queue while waiting, to the journey afterwards, else to the appointment."""
    match kind:
        case NoticeKind.CHECKED_IN | NoticeKind.CALLED | NoticeKind.HANDED_OVER | NoticeKind.MISSED:
            return MessageLink("queue", visit.appointment_id, visit.organization_id)
        case NoticeKind.FINISHED:
            return MessageLink("journey", visit.patient_id, visit.organization_id)
        case _:
            return MessageLink("appointment", visit.appointment_id, visit.organization_id)


def _words(kind: NoticeKind, visit: VisitFacts) -> tuple[Bilingual, Bilingual]:
    when, whom, place, hospital = _parts(visit)
    opens, number = step_words.clock_text(visit.check_in_from, visit.zone), visit.number_text
    what = Bilingual(f"{hospital.zh} {whom.zh}，{when.zh}", f"{hospital.en}, {whom.en}, {when.en}")
    match kind:
        case NoticeKind.BOOKED:
            return Bilingual("预约成功", "Booked"), Bilingual(
                f"已预约 {what.zh}。{opens} 起可签到，地点：{place.zh}。",
                f"Booked: {what.en}. Check-in opens at {opens}, at {place.en}.",
            )
        case NoticeKind.CANCELLED:
            return Bilingual("预约已取消", "Booking cancelled"), Bilingual(
                f"{what.zh} 的预约已取消。如需就诊请重新预约。",
                f"Cancelled: {what.en}. Book again if you still need it.",
            )
        case NoticeKind.PAYMENT_ASKED:
            return Bilingual("请按时支付挂号费", "Please pay the fee in time"), Bilingual(
                f"{what.zh}：本院挂号费在到院前支付，逾时未付预约失效。请在账单中查看时限并支付。",
                f"{what.en}: the fee is paid before arrival; unpaid in time, the appointment lapses. Your bills say"
                " until when.",
            )
        case NoticeKind.LAPSED:
            return Bilingual("逾时未付，预约失效", "Not paid in time: the appointment lapsed"), Bilingual(
                f"{what.zh} 的挂号费未按时支付，预约已失效，没有扣款。如需就诊请重新预约。",
                f"The fee was not paid in time, so this appointment lapsed: {what.en}. Nothing was taken. Book again"
                " if you still need it.",
            )
        case NoticeKind.CLINIC_STOPPED:
            return Bilingual("停诊通知", "Clinic cancelled"), Bilingual(
                f"很抱歉，{what.zh} 的门诊停诊。请点开改约其他时间或医生。",
                f"Sorry, this clinic will not take place: {what.en}. Open to choose another time or doctor.",
            )
        case NoticeKind.OFFERED:
            until = _until(visit)
            return Bilingual("候补有号了", "A place has come free"), Bilingual(
                f"{what.zh} 有号，已为您保留{until.zh}。请点开确认；不需要请谢绝，好让给下一位。",
                f"A place for you: {what.en}, kept{until.en}. Take it, or decline so that the next can have it.",
            )
        case NoticeKind.REPLACEMENT_OFFERED:
            until = _until(visit)
            return Bilingual("停诊改约", "Another place for you"), Bilingual(
                f"原预约不能如期就诊，已为您保留 {what.zh}{until.zh}。请点开确认或谢绝。",
                f"Instead of your appointment we keep this one for you: {what.en}{until.en}. Take or decline it.",
            )
        case NoticeKind.DRAW_WON:
            until = _until(visit)
            return Bilingual("抽签中签了", "You have won a place"), Bilingual(
                f"{what.zh} 已为您保留{until.zh}。请点开确认，逾期将顺延给下一位。",
                f"A place for you: {what.en}, kept{until.en}. Open to confirm it, or it goes to the next in the draw.",
            )
        case NoticeKind.OFFER_EXPIRED:
            return Bilingual("号源已失效", "The offer has run out"), Bilingual(
                f"{what.zh} 的号未在时限内确认，已让给下一位。",
                f"Nobody answered in time: {what.en} has gone to the next person.",
            )
        case NoticeKind.REMINDER:
            return Bilingual("明日就诊提醒", "Your visit is tomorrow"), Bilingual(
                f"{what.zh}，{opens} 起可签到。请带好身份证件；来不了请提前取消。",
                f"{what.en}. Check-in opens at {opens}. Bring your identity document; cancel if you cannot come.",
            )
        case NoticeKind.CHECKED_IN:
            return Bilingual("签到成功", "Checked in"), Bilingual(
                f"您的号码是 {number}，请在{place.zh}候诊。", f"Your number is {number}. Wait at {place.en}."
            )
        case NoticeKind.CALLED:
            return Bilingual("请就诊", "It is your turn"), Bilingual(
                f"正在叫 {number} 号，请到{place.zh}。", f"Number {number} is called. Go to {place.en}."
            )
        case NoticeKind.HANDED_OVER:
            return Bilingual("诊室已变更", "Your room has changed"), Bilingual(
                f"您改到{place.zh}候诊，号码是 {number}，排队次序按原预约时段不变。",
                f"You wait at {place.en} now, number {number}; your place goes by your booked time as before.",
            )
        case NoticeKind.MISSED:
            return Bilingual("您已过号", "You missed your call"), Bilingual(
                f"{number} 号已过号，请到{place.zh}的分诊台报到。",
                f"Number {number} was skipped. Report to the nurse at {place.en}.",
            )
        case NoticeKind.FINISHED:
            return Bilingual("就诊完成", "Visit finished"), _after(visit)
        case NoticeKind.NO_SHOW:
            return Bilingual("未按时就诊", "Visit missed"), Bilingual(
                f"{what.zh} 未就诊，已记为爽约。如需就诊请重新预约。",
                f"You did not attend: {what.en}. Book again if you still need it.",
            )
        case _:
            raise ValueError(f"no visit stands behind a message of kind {kind}")


def _parts(visit: VisitFacts) -> tuple[Bilingual, Bilingual, Bilingual, Bilingual]:
    return step_words.when_text(visit), step_words.whom_text(visit), visit.place, visit.organization


def _until(visit: VisitFacts) -> Bilingual:
    """Until when a place is kept; nothing once it has been answered."""
    if visit.hold_expires_at is None:
        return Bilingual("", "")
    day = step_words.day_text(visit.hold_expires_at, visit.zone)
    clock = step_words.clock_text(visit.hold_expires_at, visit.zone)
    return Bilingual(f"至{day.zh} {clock}", f" until {day.en}, {clock}")


def _after(visit: VisitFacts) -> Bilingual:
    match visit.encounter.follow_up if visit.encounter else "none":
        case "return_visit":
            return Bilingual(
                "医生建议复诊，可现在预约下次时间。", "The doctor advises a return visit; you can book it now."
            )
        case "observe":
            return Bilingual(
                f"请留在{visit.department.zh}观察，听从护士安排。", f"Stay at {visit.department.en} for observation."
            )
        case _:
            return Bilingual("本次就诊已完成，请按医嘱休养，可以离院。", "Nothing more to do; you may leave.")


class Notice(msgspec.Struct, frozen=True):
    """One message on its way out: ``id`` stays the same over retries, ``recipient`` is the channel's own address."""

    id: UUID
    recipient: str
    fields: ChannelFields

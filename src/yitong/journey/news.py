"""Messages that no visit stands behind: a draw that was lost or called off, a ban made or decided."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from yitong.booking.draw.events import DrawEvent
from yitong.booking.limits.events import LimitEvent
from yitong.journey import step_words
from yitong.journey.notices import NoticeKind, Said
from yitong.journey.schemas import MessageLink
from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_DRAW = """
SELECT q.patient_id, w.id, w.organization_id, w.title->>'zh' AS title, w.title->>'en' AS title_en, w.cancelled_reason,
       q.waitlist, r.rank, o.name, o.name_en, o.zone, d.name AS place, d.name_en AS place_en
  FROM draw_request q
  JOIN draw w ON w.organization_id = q.organization_id AND w.id = q.draw_id
  JOIN organization o ON o.id = w.organization_id
  JOIN department d ON d.organization_id = w.organization_id AND d.id = w.department_id
  LEFT JOIN draw_result r ON r.organization_id = q.organization_id AND r.draw_id = q.draw_id AND r.request_id = q.id
 WHERE q.organization_id = :organization AND q.withdrawn_at IS NULL
"""
_REQUEST = text(_DRAW + " AND q.id = :id")
_ALL_REQUESTS = text(_DRAW + " AND q.draw_id = :id ORDER BY q.id")
_BAN = text("""
SELECT b.patient_id, b.id, b.organization_id, b.until, b.counted, b.lifted, b.decision, o.name, o.name_en, o.zone,
       o.name AS place, o.name_en AS place_en
  FROM booking_ban b JOIN organization o ON o.id = b.organization_id
 WHERE b.organization_id = :organization AND b.id = :id
""")


async def of(tx: Transaction, event: Recorded) -> list[tuple[NoticeKind, Said]]:
    """Who is told what about an event of a draw or a ban; nobody when its rows are gone.

    Raises ValueError for an event that nobody is told of in this way.
    """
    match event.type:
        case DrawEvent.LOST.value:
            kind, found, words = NoticeKind.DRAW_LOST, _REQUEST, _lost
        case DrawEvent.BLOCKED.value:
            kind, found, words = NoticeKind.DRAW_BLOCKED, _REQUEST, _blocked
        case DrawEvent.CANCELLED.value:
            kind, found, words = NoticeKind.DRAW_CANCELLED, _ALL_REQUESTS, _cancelled
        case LimitEvent.BANNED.value:
            kind, found, words = NoticeKind.BANNED, _BAN, _banned
        case LimitEvent.DECIDED.value:
            lifted = event.payload.get("lifted") is True
            kind, found, words = (NoticeKind.BAN_LIFTED if lifted else NoticeKind.BAN_KEPT), _BAN, _decided
        case _:
            raise ValueError(f"no message is made of {event.type}")
    rows = await tx.session.execute(found, {"organization": event.organization_id, "id": event.subject_id})
    leads_to = "ban" if found is _BAN else "draw"
    return [(kind, _said(event, row, leads_to, *words(row))) for row in rows.mappings()]


def _said(event: Recorded, row: Mapping[Any, Any], leads_to: str, title: Bilingual, body: Bilingual) -> Said:
    patient_id: UUID = row["patient_id"]
    return Said(
        organization_id=row["organization_id"],
        patient_id=patient_id,
        hospital=Bilingual(row["name"], row["name_en"]),
        at=event.at,
        zone=row["zone"],
        place=Bilingual(row["place"], row["place_en"]),
        title=title,
        body=body,
        link=MessageLink(leads_to, row["id"], row["organization_id"]),
    )


def _what(row: Mapping[Any, Any]) -> Bilingual:
    return Bilingual(f"{row['name']} {row['title']}", f"{row['name_en']}, {row['title_en']}")


def _lost(row: Mapping[Any, Any]) -> tuple[Bilingual, Bilingual]:
    what, rank = _what(row), row["rank"]
    wait = (
        Bilingual("已按您的要求排入候补。", "You stand in the waiting list, as you asked.")
        if row["waitlist"]
        else Bilingual("也可以加入候补或约其他时间。", "You can also join the waiting list or choose another time.")
    )
    return Bilingual("这次没有中签", "Not drawn this time"), Bilingual(
        f"{what.zh}：抽出的顺序为第 {rank} 位，号已分完。有人放弃时按顺序递补，轮到您会再通知。"
        f"{wait.zh}点开可核对抽签。",
        f"{what.en}: you are number {rank} in the order and the places are gone. Places given up go down the order;"
        f" you are told when one comes to you. {wait.en} Open to check the draw.",
    )


def _blocked(row: Mapping[Any, Any]) -> tuple[Bilingual, Bilingual]:
    what = _what(row)
    return Bilingual("抽中的号未能留给您", "Your place could not be kept"), Bilingual(
        f"{what.zh}：抽中了您，但您当天在该科室已有预约或门诊已停诊，号已顺延给下一位。点开查看。",
        f"{what.en}: you were drawn, but you have a visit there that day already or the clinic was stopped."
        " The place went to the next person. Open to see it.",
    )


def _cancelled(row: Mapping[Any, Any]) -> tuple[Bilingual, Bilingual]:
    what, reason = _what(row), row["cancelled_reason"] or ""
    return Bilingual("抽签已取消", "The draw was cancelled"), Bilingual(
        f"{what.zh} 已取消：{reason}。这些号转为普通号源，可直接预约。",
        f"{what.en} was cancelled: {reason}. Its places can be booked like any other now.",
    )


def _banned(row: Mapping[Any, Any]) -> tuple[Bilingual, Bilingual]:
    until = _until(row)
    return Bilingual("网上预约已暂停", "Booking online is paused"), Bilingual(
        f"约了没来 {row['counted']} 次，{until.zh} 前不能在网上预约，仍可到医院窗口挂号。如有误，请点开申诉。",
        f"After {row['counted']} missed visits you cannot book online until {until.en}; the hospital's desk still"
        " registers you. If this is wrong, open to appeal.",
    )


def _decided(row: Mapping[Any, Any]) -> tuple[Bilingual, Bilingual]:
    said, until = row["decision"] or "", _until(row)
    if row["lifted"]:
        return Bilingual("申诉通过，限制已解除", "Your appeal was granted"), Bilingual(
            f"现在可以正常预约。{row['name']}的说明：{said}", f"You can book again. {row['name_en']} says: {said}"
        )
    return Bilingual("申诉未通过", "Your appeal was not granted"), Bilingual(
        f"限制维持到 {until.zh}，其间仍可到医院窗口挂号。{row['name']}的说明：{said}",
        f"Booking online stays closed until {until.en}; the hospital's desk still registers you."
        f" {row['name_en']} says: {said}",
    )


def _until(row: Mapping[Any, Any]) -> Bilingual:
    day, clock = step_words.day_text(row["until"], row["zone"]), step_words.clock_text(row["until"], row["zone"])
    return Bilingual(f"{day.zh} {clock}", f"{day.en}, {clock}")

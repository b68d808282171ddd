"""A room that calls nobody for a while: the reason, in both languages where it is a usual one."""

from yitong.booking.queue.rows import SessionRow
from yitong.booking.queue.schemas import Pause

# The usual reasons; the staff may write another, which is then shown as it was written.
USUAL = {
    "抢救患者": "an emergency is being treated",
    "医生会诊": "the doctor is consulting on another patient",
    "医生查房": "the doctor is on the ward",
    "短暂休息": "a short break",
    "设备故障": "a device is out of order",
    "系统故障": "a computer problem",
    "诊室消毒": "the room is being disinfected",
}


def pause_of(one: SessionRow) -> Pause | None:
    """The running pause of a session's room."""
    if one.paused_at is None or one.paused_reason is None:
        return None
    return Pause(one.paused_reason, USUAL.get(one.paused_reason, one.paused_reason), one.paused_at, one.paused_until)

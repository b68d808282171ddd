"""Why a place is refused, with what to do next."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

SLOT_TAKEN = problem_kind(
    "slot-taken",
    409,
    Bilingual("这个时段的号刚刚约满了。", "This time has just been taken."),
    Bilingual("可以改选下面推荐的时段，或换一天再看。", "Choose one of the times offered, or look at another day."),
)
SLOT_PAST = problem_kind(
    "slot-past",
    422,
    Bilingual("这个时段已经过去，不能再预约。", "This time has passed and can no longer be booked."),
    Bilingual("请选择还没开始的时段。", "Choose a time that has not begun."),
)
SLOT_STOPPED = problem_kind(
    "slot-stopped",
    409,
    Bilingual("该班次已停诊，不能预约。", "This session has been stopped and cannot be booked."),
    Bilingual("请选择其他班次。", "Choose another session."),
)
SLOT_NOT_FOUND = problem_kind(
    "slot-not-found",
    404,
    Bilingual("没有找到这个时段。", "There is no such time at this hospital."),
    Bilingual("号源可能已调整，请重新查询。", "Times may have changed; search again."),
)
SPECIALTY_UNSUITABLE = problem_kind(
    "specialty-unsuitable",
    422,
    Bilingual("就诊人的性别或年龄不在该科室的接诊范围内。", "This clinic does not see patients of that sex or age."),
    Bilingual("请核对就诊人，或选择其他科室。", "Check the patient, or choose another department."),
)
DUPLICATE_BOOKING = problem_kind(
    "duplicate-booking",
    409,
    Bilingual(
        "这位就诊人当天在该科室已有预约。", "This patient already has an appointment in that department on that day."
    ),
    Bilingual(
        "可以改约或取消原来的预约，或换一天。", "Move or cancel the existing appointment, or choose another day."
    ),
)
HOLD_EXPIRED = problem_kind(
    "hold-expired",
    410,
    Bilingual("占号已超时，号源已释放。", "The hold has run out and the place was freed."),
    Bilingual("请重新选择时段。", "Choose a time again."),
)
CANCEL_TOO_LATE = problem_kind(
    "cancel-too-late",
    409,
    Bilingual("距就诊时间不足 {minutes} 分钟，不能在线取消或改约。", "Too late: less than {minutes} minutes are left."),
    Bilingual("如不能就诊，请联系医院窗口。", "If you cannot come, tell the hospital's desk."),
)
PLANNED_TOGETHER = problem_kind(
    "planned-together",
    409,
    Bilingual(
        "检查之间有先后与间隔要求，不能单独改期。", "Examinations depend on each other and do not move one by one."
    ),
    Bilingual("请在“检查安排”中重新安排。", "Plan them again under Examinations."),
)
SAME_SLOT = problem_kind(
    "same-slot",
    422,
    Bilingual("改约的时段与原预约相同。", "The new time is the one already booked."),
    Bilingual("请选择另一个时段。", "Choose another time."),
)
CHANNEL_NOT_OPEN = problem_kind(
    "channel-not-open",
    403,
    Bilingual("这个号源为其他预约渠道保留。", "This place is kept for people who book another way."),
    Bilingual("请选择其他时段，或到医院窗口办理。", "Choose another time, or ask at the hospital's desk."),
)
NOT_RELEASED = problem_kind(
    "not-released",
    409,
    Bilingual("这个时段还没有放号。", "This time has not been released yet."),
    Bilingual("请在放号时间之后再来预约。", "Come back when it is released."),
)
BOOKING_CLOSED = problem_kind(
    "booking-closed",
    409,
    Bilingual("这个时段的线上预约已截止。", "Booking this way has closed for this time."),
    Bilingual("请选择更晚的时段，或到医院窗口办理。", "Choose a later time, or ask at the hospital's desk."),
)
LIMIT_REACHED = problem_kind(
    "limit-reached",
    409,
    Bilingual("已达到预约上限（{most} 个）。", "The limit of {most} is reached."),
    Bilingual("请先就诊或取消已有的预约，再预约新的。", "Use or cancel an existing appointment first."),
)

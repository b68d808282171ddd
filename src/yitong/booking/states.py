"""The legal life of an appointment and of a place in a queue."""

from enum import StrEnum

from yitong.kernel.states import machine


class AppointmentState(StrEnum):
    """Where an appointment stands (FHIR Appointment.status in brackets)."""

    HELD = "held"  # pending: a place is kept until the hold runs out
    BOOKED = "booked"  # booked
    CHECKED_IN = "checked_in"  # checked-in
    CALLED = "called"  # arrived
    IN_CONSULTATION = "in_consultation"  # arrived
    FULFILLED = "fulfilled"  # fulfilled
    CANCELLED = "cancelled"  # cancelled
    EXPIRED = "expired"  # cancelled: nobody confirmed the hold in time
    NO_SHOW = "no_show"  # noshow


class QueueState(StrEnum):
    """Where somebody stands in the queue of a session."""

    WAITING = "waiting"
    CALLED = "called"
    SKIPPED = "skipped"  # called and not there; comes back with return
    IN_CONSULTATION = "in_consultation"
    FINISHED = "finished"  # may come back the same day with results
    LEFT = "left"  # gave the appointment up after checking in


A = AppointmentState
APPOINTMENT = machine(
    "appointment",
    begins=[A.HELD, A.BOOKED],
    moves={
        A.HELD: [A.BOOKED, A.CANCELLED, A.EXPIRED],
        A.BOOKED: [A.CHECKED_IN, A.CANCELLED, A.NO_SHOW],
        A.CHECKED_IN: [A.CALLED, A.CANCELLED, A.NO_SHOW],
        A.CALLED: [A.IN_CONSULTATION, A.CHECKED_IN, A.NO_SHOW],
        A.IN_CONSULTATION: [A.FULFILLED],
    },
    words={
        A.HELD: ("待确认", "held"),
        A.BOOKED: ("已预约", "booked"),
        A.CHECKED_IN: ("已签到", "checked in"),
        A.CALLED: ("已叫号", "called"),
        A.IN_CONSULTATION: ("就诊中", "in consultation"),
        A.FULFILLED: ("已就诊", "seen"),
        A.CANCELLED: ("已取消", "cancelled"),
        A.EXPIRED: ("占号已过期", "hold expired"),
        A.NO_SHOW: ("爽约", "no-show"),
    },
)
# States in which an appointment takes up a place.
OCCUPYING = (A.HELD, A.BOOKED, A.CHECKED_IN, A.CALLED, A.IN_CONSULTATION, A.FULFILLED, A.NO_SHOW)
# States in which somebody is still expected; at most one such appointment a person, department and day.
ACTIVE = (A.HELD, A.BOOKED, A.CHECKED_IN, A.CALLED, A.IN_CONSULTATION)

Q = QueueState
QUEUE = machine(
    "queue_entry",
    begins=[Q.WAITING],
    moves={
        Q.WAITING: [Q.CALLED, Q.SKIPPED, Q.LEFT],
        Q.CALLED: [Q.IN_CONSULTATION, Q.SKIPPED, Q.WAITING],
        Q.SKIPPED: [Q.WAITING, Q.LEFT],
        Q.IN_CONSULTATION: [Q.FINISHED],
        Q.FINISHED: [Q.WAITING],
    },
    words={
        Q.WAITING: ("候诊中", "waiting"),
        Q.CALLED: ("已叫号", "called"),
        Q.SKIPPED: ("已过号", "missed"),
        Q.IN_CONSULTATION: ("就诊中", "in consultation"),
        Q.FINISHED: ("已就诊", "finished"),
        Q.LEFT: ("已退出", "left"),
    },
)

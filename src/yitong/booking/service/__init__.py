"""What people can do with the pool: one function each; the functions here are what neighbours may use."""

from yitong.booking.service.changing import cancel, reschedule
from yitong.booking.service.closing import mark_no_shows, sweep_holds
from yitong.booking.service.generation import Generated, generate, generate_ahead, generate_region
from yitong.booking.service.holding import confirm, hold
from yitong.booking.service.prepaid import ask_payment, lapse, payment_came, prepayment
from yitong.booking.service.reading import at_hospital, history, mine, show, worded

__all__ = [
    "Generated",
    "ask_payment",
    "at_hospital",
    "cancel",
    "confirm",
    "generate",
    "generate_ahead",
    "generate_region",
    "history",
    "hold",
    "lapse",
    "mark_no_shows",
    "mine",
    "payment_came",
    "prepayment",
    "reschedule",
    "show",
    "sweep_holds",
    "worded",
]

"""Why somebody cannot join a waiting list or answer an offer, with what to do next."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

OFFER_OVER = problem_kind(
    "offer-over",
    409,
    Bilingual("这个号源已经处理过，或已过确认时间。", "This offer was answered already, or has run out."),
    Bilingual("请在“我的预约”或“候补”中查看现在的情况。", "See your appointments or waiting lists for what holds now."),
)
ALREADY_WAITING = problem_kind(
    "already-waiting",
    409,
    Bilingual("这位就诊人已在该科室候补。", "This patient is already in that department's waiting list."),
    Bilingual("可以先退出原来的候补，再按新的条件加入。", "Leave the list first to join it with other wishes."),
)
WAITLIST_LIMIT = problem_kind(
    "waitlist-limit",
    409,
    Bilingual("每位就诊人最多同时候补 {most} 个科室。", "A patient can stand in {most} waiting lists at a time."),
    Bilingual("请先退出一个不再需要的候补。", "Leave a list you no longer need."),
)

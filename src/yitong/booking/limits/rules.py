"""Every rule with its default, as one table; what a score adds up to, and which level it means."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from yitong.kernel.text import Bilingual

MINUTE, HOUR, DAY = 60, 3600, 86_400


class RuleKind(StrEnum):
    """What a rule does."""

    CAP = "cap"  # counted exactly, inside the statement that holds the place
    LIMIT = "limit"  # counted from events; refuses the next hold
    CHANGE = "change"  # counted from events; refuses the next change
    BAN = "ban"
    SIGNAL = "signal"  # adds its weight to an account's score
    LEVEL = "level"  # the score from which something is asked
    RATE = "rate"  # requests of a window, per server process
    PREPAID = "prepaid"  # what has to be paid within the window, or the appointment lapses


class Rule(NamedTuple):
    """A rule in force: ``value`` things within ``window`` seconds; a signal adds ``weight`` points."""

    enabled: bool
    window: int
    value: int
    weight: int


class Declared(NamedTuple):
    """A rule as it is declared: who it counts, its default, and its words."""

    code: str
    kind: RuleKind
    subject: str
    default: Rule
    words: Bilingual
    per_hospital: bool = False  # a hospital may set its own


def _rule(
    code: str,
    kind: RuleKind,
    subject: str,
    window: int,
    value: int,
    zh: str,
    en: str,
    weight: int = 0,
    *,
    per_hospital: bool = False,
) -> Declared:
    return Declared(code, kind, subject, Rule(True, window, value, weight), Bilingual(zh, en), per_hospital)


_K = RuleKind
_ALL = (
    _rule(
        "person-outstanding",
        _K.CAP,
        "person",
        0,
        5,
        "每位就诊人尚未就诊的预约",
        "visits of one patient that still lie ahead",
        per_hospital=True,
    ),
    _rule(
        "person-day",
        _K.CAP,
        "person",
        DAY,
        2,
        "每位就诊人同一天的预约",
        "visits of one patient on one day",
        per_hospital=True,
    ),
    _rule(
        "account-day",
        _K.CAP,
        "account",
        DAY,
        6,
        "每个账号一天内的预约",
        "places one account books within a day",
        per_hospital=True,
    ),
    _rule(
        "person-department-week",
        _K.LIMIT,
        "department",
        7 * DAY,
        3,
        "每位就诊人七天内同一科室的预约",
        "places for one patient in one department within seven days",
    ),
    _rule(
        "account-burst",
        _K.LIMIT,
        "account",
        10 * MINUTE,
        8,
        "每个账号十分钟内的占号",
        "places one account holds within ten minutes",
    ),
    _rule(
        "phone-day",
        _K.LIMIT,
        "phone",
        DAY,
        8,
        "同一手机号就诊人一天内的占号",
        "places held within a day for patients of one phone",
    ),
    _rule("device-day", _K.LIMIT, "device", DAY, 10, "同一设备一天内的占号", "places held within a day on one device"),
    _rule(
        "block-hour",
        _K.LIMIT,
        "block",
        HOUR,
        10_000,
        "同一网段一小时内的占号",
        "places held within an hour from one address block",
    ),
    _rule(
        "cancels-month",
        _K.LIMIT,
        "person",
        30 * DAY,
        8,
        "每位就诊人三十天内取消的预约",
        "visits of one patient given up within thirty days",
    ),
    _rule(
        "changes-month",
        _K.CHANGE,
        "person",
        30 * DAY,
        6,
        "每位就诊人三十天内的改约",
        "visits of one patient moved within thirty days",
    ),
    _rule(
        "no-show", _K.BAN, "person", 90 * DAY, 3, "九十天内爽约达到此数即限制预约", "missed visits that lead to a ban"
    ),
    _rule("no-show-ban", _K.BAN, "person", 30 * DAY, 1, "爽约限制预约的时长", "how long a ban for missed visits lasts"),
    _rule(
        "transfer",
        _K.SIGNAL,
        "handover",
        30 * MINUTE,
        1,
        "同一账号或设备上一人取消、另一人随即占同一号源",
        "one gives a place up and another takes it, from the same account or device",
        60,
    ),
    _rule(
        "transfer-pair",
        _K.SIGNAL,
        "handover",
        30 * DAY,
        2,
        "同两个账号反复一退一占",
        "the same two accounts hand places on again and again",
        60,
    ),
    _rule(
        "transfer-block",
        _K.SIGNAL,
        "handover",
        10 * MINUTE,
        1,
        "同一网段内一退一占（仅作线索）",
        "a hand-over within one address block (a hint only)",
        15,
    ),
    _rule("risk-new-account", _K.SIGNAL, "account", DAY, 1, "新注册的账号", "the account is new", 15),
    _rule(
        "risk-device-accounts",
        _K.SIGNAL,
        "device",
        7 * DAY,
        4,
        "一台设备登录了多个账号",
        "many accounts on one device",
        30,
    ),
    _rule(
        "risk-block-accounts",
        _K.SIGNAL,
        "block",
        DAY,
        200,
        "一个网段登录了大量账号",
        "very many accounts from one address block",
        15,
    ),
    _rule("risk-burst", _K.SIGNAL, "account", MINUTE, 5, "短时间内连续占号", "holds in quick succession", 30),
    _rule("risk-cancels", _K.SIGNAL, "account", 7 * DAY, 3, "一周内多次取消", "several visits given up in a week", 20),
    _rule("risk-no-search", _K.SIGNAL, "account", 0, 1, "未查询号源直接占号", "a hold without having looked first", 10),
    _rule("risk-datacentre", _K.SIGNAL, "block", 0, 1, "从机房网段登录", "signed in from a hosting provider", 25),
    _rule("risk-memory", _K.LEVEL, "account", DAY, 0, "风险线索的有效期", "how long a signal counts"),
    _rule("level-challenge", _K.LEVEL, "account", 0, 40, "需设备完成安全验证的分值", "score that asks for a proof"),
    _rule("level-code", _K.LEVEL, "account", 0, 70, "需短信验证码的分值", "score that asks for a phone code"),
    _rule("level-refuse", _K.LEVEL, "account", 0, 100, "暂停在线预约的分值", "score that refuses"),
    _rule("rate-session", _K.RATE, "session", MINUTE, 600, "每个会话每分钟的请求", "requests of one session a minute"),
    _rule("rate-device", _K.RATE, "device", MINUTE, 900, "每台设备每分钟的请求", "requests of one device a minute"),
    _rule(
        "rate-block",
        _K.RATE,
        "block",
        MINUTE,
        60_000,
        "每个网段每分钟的请求",
        "requests from one address block a minute",
    ),
    Declared(
        "registration-prepaid",
        _K.PREPAID,
        "person",
        Rule(False, 30 * MINUTE, 0, 0),
        Bilingual(
            "挂号费在到院前支付，预约后逾时未付的预约失效",
            "the registration fee is paid before arrival; an appointment not paid in time lapses",
        ),
        per_hospital=True,
    ),
)
DECLARED: Mapping[str, Declared] = {one.code: one for one in _ALL}


class Level(StrEnum):
    """What a score leads to."""

    OK = "ok"
    CHALLENGE = "challenge"  # the device proves some work before a confirmation
    CODE = "code"  # a code on the sign-in phone before a confirmation
    REFUSE = "refuse"  # no holds online


def level_of(score: int, rules: Mapping[str, Rule]) -> Level:
    """The level of a score; a level that is switched off is skipped."""
    for level, code in (
        (Level.REFUSE, "level-refuse"),
        (Level.CODE, "level-code"),
        (Level.CHALLENGE, "level-challenge"),
    ):
        rule = rules[code]
        if rule.enabled and score >= rule.value:
            return level
    return Level.OK


def score_of(weights: Iterable[tuple[str, int]]) -> tuple[int, list[str]]:
    """The score and its reasons from (rule, weight) of every signal that still counts.

    A rule counts once, with its heaviest signal: ten warnings of one kind are no worse than one. At most 100.
    """
    heaviest: dict[str, int] = {}
    for code, weight in weights:
        heaviest[code] = max(weight, heaviest.get(code, 0))
    reasons = sorted(heaviest, key=lambda code: (-heaviest[code], code))
    return min(100, sum(heaviest.values())), reasons


def proof_bits(score: int, threshold: int, least: int) -> int:
    """Leading zero bits that a device of this score has to find: one more for each ten points above the threshold."""
    return least + max(0, score - threshold) // 10

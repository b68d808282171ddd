"""Whether a person may have an exam at all, and which places are open to them for it; a refusal names its rule."""

from collections.abc import Callable
from typing import NamedTuple

from yitong.planning.exams.lags import window_after_done
from yitong.planning.exams.model import DAY, ExamRule, Person, Place, Problem, Refusal, Request, Words

NOON = 720


class Filter(NamedTuple):
    """A rule that a place keeps or not, its name, and what to say when no place is left."""

    rule: str
    keeps: Callable[[Place], bool]
    words: Words


def clock(minute: int) -> str:
    """A minute of the plan as a clock time of its day."""
    return f"{minute % DAY // 60}:{minute % 60:02d}"


def contraindications(item: ExamRule, person: Person) -> list[tuple[str, Words]]:
    """Why this person must not have the exam: names of fields and sentences; empty when they may."""
    found: list[tuple[str, Words]] = []
    zh, en = item.name, item.name_en
    if item.sex is not None and item.sex != person.sex:
        sex = "女性" if item.sex == "female" else "男性"
        found.append(("sex", Words(f"{zh}只适用于{sex}", f"{en} is for {item.sex} patients only")))
    if not item.least_age <= person.age <= item.most_age:
        ages = f"{item.least_age}–{item.most_age}"
        found.append(("age", Words(f"{zh}适用年龄为{ages}岁", f"{en} is for ages {ages}")))
    if person.pregnant and item.pregnancy == "refused":
        found.append(("pregnancy", Words(f"妊娠期不做{zh}", f"{en} is not done in pregnancy")))
    if item.sedation and not person.escort:
        found.append(("escort", Words(f"{zh}需镇静，须有家属陪同", f"{en} needs sedation and so an escort")))
    for name, refused, has in (
        ("implants", item.refused_implants, person.implants),
        ("allergies", item.refused_allergies, person.allergies),
        ("conditions", item.refused_conditions, person.conditions),
    ):
        if both := sorted(set(refused) & set(has)):
            what = ", ".join(both)
            found.append((name, Words(f"{zh}禁忌：{what}", f"{en} is contraindicated: {what}")))
    return found


def warnings(item: ExamRule, person: Person) -> list[Words]:
    """What to ask the doctor about before the exam is done."""
    has = {*person.implants, *person.allergies, *person.conditions}
    said = [
        Words(f"{item.name}：有{one}，请先告知医生", f"{item.name_en}: tell the doctor about {one} first")
        for one in sorted(has & set(item.warned))
    ]
    if person.pregnant and item.pregnancy == "warned":
        said.append(Words(f"{item.name}：妊娠期请先咨询医生", f"{item.name_en}: ask the doctor first, in pregnancy"))
    return said


def latest_start(item: ExamRule, person: Person) -> int | None:
    """The latest minute of a day at which this person may begin the exam."""
    limits = [item.latest_for[one] for one in person.conditions if one in item.latest_for]
    if item.latest_start is not None:
        limits.append(item.latest_start)
    return min(limits, default=None)


def filters(problem: Problem, request: Request, item: ExamRule) -> list[Filter]:
    """Every rule that one place alone keeps or breaks, from the plainest to the person's own wishes."""
    person, now = problem.person, problem.now
    zh, en = item.name, item.name_en
    low, high, not_days = window_after_done(problem, item)
    latest = latest_start(item, person)
    fasting = item.fasting_hours * 60
    fasted = problem.rules.supper + fasting - DAY
    quotas = {"any", person.setting}
    meal = -DAY * 400 if person.last_meal is None else person.last_meal
    until = request.wanted_until
    after = item.duration_min + item.report_min
    keeps: list[tuple[str, Callable[[Place], bool], str, str]] = [
        (
            "device",
            lambda p: item.code in p.codes or item.device_class in p.device_classes,
            f"近期没有{zh}的号源",
            f"there is no place for {en}",
        ),
        ("duration", lambda p: p.end - p.start >= item.duration_min, f"{zh}的号源时长不足", f"{en}: places too short"),
        (
            "session-sex",
            lambda p: p.sex in (None, person.sex),
            f"{zh}没有适合该性别的专场号源",
            f"{en}: no session for this sex has a place",
        ),
        (
            "quota",
            lambda p: person.setting == "emergency" or p.quota in quotas,
            f"{zh}没有该类患者的号源",
            f"{en}: no place of this patient's quota",
        ),
        ("capacity", lambda p: p.capacity > 0, f"{zh}的号源已满", f"{en}: every place is taken"),
        ("now", lambda p: p.start - item.prep_min >= now, f"{zh}没有尚未开始的号源", f"{en}: all places are past"),
        (
            "prep_days",
            lambda p: p.start // DAY - now // DAY >= item.prep_days,
            f"{zh}需提前{item.prep_days}天准备",
            f"{en} needs {item.prep_days} days of preparation",
        ),
        (
            "fasting_hours",
            lambda p: not fasting or (p.start % DAY >= fasted and p.start - meal >= fasting),
            f"{zh}需空腹{item.fasting_hours}小时",
            f"{en} needs {item.fasting_hours} hours of fasting",
        ),
        (
            "latest_start",
            lambda p: latest is None or p.start % DAY <= latest,
            f"{zh}须在{clock(latest or 0)}前开始",
            f"{en} must begin by {clock(latest or 0)}",
        ),
        (
            "done",
            lambda p: low <= p.start <= high and p.start // DAY not in not_days,
            f"{zh}与已做检查的间隔不符",
            f"{en}: the interval to an exam already done does not fit",
        ),
        (
            "must",
            lambda p: not request.must or until is None or p.start + after <= until,
            f"{zh}的报告来不及在复诊前出具",
            f"{en}: no report before the return visit",
        ),
        ("wishes", lambda p: _wished(p, problem, item), f"{zh}没有符合意愿的号源", f"{en}: no place as wished"),
    ]
    return [Filter(rule, kept, Words(*words)) for rule, kept, *words in keeps]


def _wished(place: Place, problem: Problem, item: ExamRule) -> bool:
    wishes = problem.wishes
    arrive, leave = place.start - item.prep_min, place.start + item.duration_min + item.recovery_min
    return (
        (wishes.earliest is None or arrive >= wishes.earliest)
        and (wishes.latest is None or leave <= wishes.latest)
        and place.start // DAY not in wishes.not_days
        and (wishes.half is None or (place.start % DAY < NOON) == (wishes.half == "am"))
    )


def open_places(problem: Problem, request: Request, item: ExamRule) -> tuple[list[Place], Refusal | None]:
    """The places open to this person for the exam, or why there is none; the place held now comes first."""
    refused = contraindications(item, problem.person)
    if refused:
        return [], Refusal(request.id, item.code, *refused[0])
    held = [one.place for one in problem.fixed if one.request == request.id]
    left = held + [one for one in problem.places if one.id not in {place.id for place in held}]
    for rule, keeps, words in filters(problem, request, item):
        left = [place for place in left if keeps(place)]
        if not left:
            return [], Refusal(request.id, item.code, rule, words)
    return left, None

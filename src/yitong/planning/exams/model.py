"""What an exam plan is made of. Times are whole minutes from midnight of the plan's first day in the hospital's zone.

A person is taken up by an exam from `start - prep_min` to `end + recovery_min`, where `end` is `start + duration_min`.
"""

from typing import Literal

import msgspec

DAY = 1440

Sex = Literal["male", "female"]
Setting = Literal["outpatient", "inpatient", "emergency"]
Quota = Literal["any", "outpatient", "inpatient", "emergency"]
PairKind = Literal["order", "gap", "apart", "result"]


class Words(msgspec.Struct, frozen=True, gc=False):
    """One sentence in Chinese and in English."""

    zh: str
    en: str


class ExamRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One exam item: minutes and hours as named, minutes of a day for `latest_*`, years for ages.

    `device_class` and every one of `tags` can be named by pair rules beside `code`; so can the tags that follow from
    other fields (`tags_of`). Items with the same `shared` name and the same minutes may be done at one place at one
    time (several tubes at one blood drawing). `latest_for` narrows `latest_start` for people with a condition.
    `warned` are conditions, allergies and implants that only add a warning. `fill_min` is the drinking before an exam
    with a full bladder: an exam that allows no drink and is on the same day ends at least so long before.
    """

    code: str
    name: str
    name_en: str
    device_class: str
    duration_min: int
    tags: tuple[str, ...] = ()
    shared: str = ""
    prep_min: int = 0
    recovery_min: int = 0
    report_min: int = 0
    fasting_hours: int = 0
    drink: bool = True
    bladder: Literal["any", "full", "empty"] = "any"
    fill_min: int = 60
    prep_days: int = 0
    sedation: bool = False
    contrast: Literal["", "iodine", "gadolinium", "barium"] = ""
    sex: Sex | None = None
    least_age: int = 0
    most_age: int = 150
    pregnancy: Literal["allowed", "warned", "refused"] = "allowed"
    refused_implants: tuple[str, ...] = ()
    refused_allergies: tuple[str, ...] = ()
    refused_conditions: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    latest_start: int | None = None
    latest_for: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    preparation: str = ""
    preparation_en: str = ""


def tags_of(rule: ExamRule) -> set[str]:
    """Every name by which a pair rule can mean this item: code, device class, tags, and what follows from its fields:
    `fasting`, `no-drink`, `full-bladder`, `empty-bladder`, `bowel-preparation`, `sedation`, `contrast` and its agent.
    """
    found = {rule.code, rule.device_class, *rule.tags}
    follows = {
        "fasting": rule.fasting_hours > 0,
        "no-drink": not rule.drink,
        "full-bladder": rule.bladder == "full",
        "empty-bladder": rule.bladder == "empty",
        "bowel-preparation": rule.prep_days > 0,
        "sedation": rule.sedation,
        "contrast": bool(rule.contrast),
        rule.contrast or "contrast": bool(rule.contrast),
    }
    return found | {name for name, holds in follows.items() if holds}


class PairRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule between two different requests of a person; `first` and `then` name a code, a device class or a tag.

    `order`: `first` ends before `then` starts. `gap` with only `least`: if `first` is before `then`, at least so many
    minutes lie between its end and the start of `then`; the other way round is free. `gap` with `most`: `then` follows
    `first` after `least` to `most` minutes. `apart`: never on one day. `result`: the report of `first` is there before
    `then` starts, and `then` is not done when `first` is asked for and cannot be.
    """

    id: str
    first: str
    then: str
    kind: PairKind
    least: int = 0
    most: int | None = None
    source: str = ""
    words: Words = Words("", "")


class RuleBase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version of all rules. `supper`: minute of the day after which people asked to fast eat nothing more."""

    version: str
    items: tuple[ExamRule, ...]
    pairs: tuple[PairRule, ...] = ()
    supper: int = 20 * 60


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom the plan is for. `last_meal`: minute of a meal taken today, when it matters; `escort`: somebody comes along.

    Conditions, allergies and implants are the words of the rule base (`diabetes`, `renal-impairment`, `iodine`,
    `pacemaker` …).
    """

    sex: Sex
    age: int
    pregnant: bool = False
    implants: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    setting: Setting = "outpatient"
    escort: bool = True
    last_meal: int | None = None


class Place(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A free place on a device or in a room: it serves items by code or by device class; exams begin at `start`.

    `quota`: whose it is (`any`: everybody's; an emergency may take every place). `capacity`: how many may come.
    """

    id: str
    start: int
    end: int
    codes: tuple[str, ...] = ()
    device_classes: tuple[str, ...] = ()
    building: str = ""
    room: str = ""
    sex: Sex | None = None
    quota: Quota = "any"
    capacity: int = 1


class Walk(msgspec.Struct, frozen=True):
    """Minutes between two buildings, both ways; the way over other buildings counts when it is shorter."""

    a: str
    b: str
    minutes: int


class Request(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """An exam that is asked for. `wanted_until`: its report should be there by then (the return visit); with `must` it
    is left out rather than late.
    """

    id: str
    code: str
    wanted_until: int | None = None
    must: bool = False


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An exam that was done already (times may be negative): pair rules hold towards it."""

    code: str
    start: int
    end: int
    report_at: int


class Wishes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the person asks for; all of it is kept. `not_days`: numbers of days from 0; `half`: of the day at start."""

    earliest: int | None = None
    latest: int | None = None
    not_days: tuple[int, ...] = ()
    half: Literal["am", "pm"] | None = None
    most_trips: int | None = None


class Booking(msgspec.Struct, frozen=True, gc=False):
    """A request and the place it has already."""

    request: str
    place: Place


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a plan is made from. `now`: nothing begins earlier, days of preparation count from it.

    `fixed`: places the person has already, kept where possible. `inside_min`: from room to room in one building,
    `between_min`: between buildings for which no walk is known.
    """

    rules: RuleBase
    person: Person
    requests: tuple[Request, ...]
    places: tuple[Place, ...]
    walks: tuple[Walk, ...] = ()
    wishes: Wishes = Wishes()
    fixed: tuple[Booking, ...] = ()
    done: tuple[Done, ...] = ()
    now: int = 0
    inside_min: int = 3
    between_min: int = 10


class Choice(msgspec.Struct, frozen=True, gc=False):
    """Where and when one request is done; `arrive` is when its preparation on site begins."""

    request: str
    code: str
    place: str
    arrive: int
    start: int
    end: int
    report_at: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Choices by time; days of the visits; `finish`: the last report; `waiting`: minutes on site that are neither exam,
    preparation, recovery nor walk; ids of requests with a late report, of changed bookings; why it is so.
    """

    choices: tuple[Choice, ...]
    days: tuple[int, ...]
    finish: int
    waiting: int
    late: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reasons: tuple[Words, ...] = ()

    @property
    def trips(self) -> int:
        """How often the person comes."""
        return len(self.days)


class Refusal(msgspec.Struct, frozen=True):
    """A request that has no place in the plan, the name of the rule that is in the way, and a sentence."""

    request: str
    code: str
    rule: str
    words: Words


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The best plan (none when nothing can be placed), real alternatives, and what could not be placed."""

    best: Plan | None
    alternatives: tuple[Plan, ...] = ()
    refused: tuple[Refusal, ...] = ()

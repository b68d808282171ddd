"""What goes over the wire about examinations."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.booking.service.reading import Appointment
from yitong.kernel.ids import UUID
from yitong.planning.exams.examples import Example
from yitong.planning.exams.model import RuleBase
from yitong.planning.exams.model import Words as Sentence

Code = Annotated[str, Meta(min_length=1, max_length=40)]
Words = Annotated[str, Meta(max_length=1000)]
Facts = Annotated[list[Code], Meta(max_length=20)]
Urgency = Literal["routine", "urgent"]


class Clinical(msgspec.Struct, frozen=True, kw_only=True):
    """Why it is ordered, and what may stand against an examination of this person."""

    reason: Words = ""
    pregnant: bool = False
    implants: Facts = []
    allergies: Facts = []
    conditions: Facts = []


class ExamOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Examinations that a doctor orders for one person."""

    organization_id: UUID
    patient_id: UUID
    items: Annotated[list[Code], Meta(min_length=1, max_length=12)]
    encounter_id: UUID | None = None
    urgency: Urgency = "routine"
    clinical: Clinical = msgspec.field(default_factory=Clinical)
    wanted_until: datetime | None = None


class AtExamCentre(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hospital of the order in the path."""

    organization_id: UUID


class Recognisable(msgspec.Struct, frozen=True):
    """A valid result of the same examination from another hospital; its words are shown when it is taken."""

    organization_id: UUID
    organization_name: str
    organization_name_en: str
    report_id: UUID
    issued_at: datetime
    valid_until: datetime


class ExamRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An ordered examination with its appointment, if it has one."""

    id: UUID
    organization_id: UUID
    patient_id: UUID
    patient_name: str
    encounter_id: UUID | None
    item_code: str
    item_name: str
    item_name_en: str
    state: str
    urgency: str
    clinical: Clinical
    wanted_until: datetime | None
    ordered_at: datetime
    appointment: Appointment | None
    displaced: bool  # its session was stopped: it is to be planned again
    recognisable: list[Recognisable]
    report: "ReportView | None"


class ExamRequests(msgspec.Struct, frozen=True):
    """Orders of one person or hospital."""

    items: list[ExamRequest]


class RecogniseRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The report that shall stand for the order."""

    organization_id: UUID
    report_organization_id: UUID
    report_id: UUID


class ReportRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report as the examining doctor writes it."""

    organization_id: UUID
    conclusion: Annotated[str, Meta(min_length=1, max_length=4000)]
    recognised_by_others: bool = False


class ReportView(msgspec.Struct, frozen=True):
    """A report."""

    id: UUID
    organization_id: UUID
    conclusion: str
    recognised_by_others: bool
    issued_at: datetime


class ExamWishes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the person can come; days are the hospital's."""

    first: date | None = None
    last: date | None = None
    not_on: Annotated[list[date], Meta(max_length=31)] = []
    half: Literal["am", "pm"] | None = None
    fasted: bool = False  # the person has eaten nothing today; else a meal is taken to lie just behind
    most_trips: Annotated[int, Meta(ge=1, le=7)] | None = None


class ExamPlanRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan what is ordered for a person. What is booked stays where it can; ``again``: all of it may move."""

    organization_id: UUID
    patient_id: UUID
    wishes: ExamWishes = msgspec.field(default_factory=ExamWishes)
    again: bool = False


class PlannedExam(msgspec.Struct, frozen=True, kw_only=True):
    """One examination of a plan: the place, when to be there, and when the report is expected."""

    request_id: UUID
    item_code: str
    item_name: str
    item_name_en: str
    slot_id: UUID
    arrive_at: datetime
    start_at: datetime
    end_at: datetime
    report_at: datetime
    place: str
    place_en: str
    building: str
    preparation: str
    preparation_en: str
    changed: bool  # it is booked at another time now
    booked: bool  # and it is booked just so


class PlanOption(msgspec.Struct, frozen=True, kw_only=True):
    """One way to do all of it; ``waiting_min``: minutes on site between the examinations."""

    exams: list[PlannedExam]
    trips: int
    finish_at: datetime
    waiting_min: int
    late: list[UUID]
    reasons: list[Sentence]


class NotPlanned(msgspec.Struct, frozen=True):
    """An order that no plan has a place for, and the rule that is in the way."""

    request_id: UUID
    item_name: str
    item_name_en: str
    rule: str
    words: Sentence


class ExamPlans(msgspec.Struct, frozen=True):
    """The best plan first, then up to two others; what could not be placed; results elsewhere that may be enough."""

    plans: list[PlanOption]
    not_planned: list[NotPlanned]
    recognisable: list[Recognisable]


class ChosenPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order and the slot that was chosen for it."""

    request_id: UUID
    slot_id: UUID


class BookPlanRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan that was chosen: all of its places are booked, or none."""

    organization_id: UUID
    patient_id: UUID
    places: Annotated[list[ChosenPlace], Meta(min_length=1, max_length=12)]
    fasted: bool = False  # as the plan was asked for


class BookedPlan(msgspec.Struct, frozen=True):
    """The appointments of a booked plan, in order of time."""

    items: list[Appointment]


class DraftRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules and the examples that they have to keep."""

    organization_id: UUID
    rules: RuleBase
    examples: Annotated[list[Example], Meta(max_length=200)] = []
    note: Annotated[str, Meta(max_length=500)] = ""


class RulesVersion(msgspec.Struct, frozen=True):
    """A version of a hospital's rules."""

    number: int
    state: str
    note: str
    made_at: datetime
    published_at: datetime | None


class RulesView(msgspec.Struct, frozen=True, kw_only=True):
    """The rules in force (number 0: those that come with the platform), and the draft if there is one."""

    number: int
    rules: RuleBase
    examples: list[Example]
    draft: RuleBase | None
    draft_examples: list[Example]
    draft_version: int | None
    versions: list[RulesVersion]


class RulesTried(msgspec.Struct, frozen=True):
    """What came of trying rules: contradictions, examples that they do not keep, how many examples there are."""

    contradictions: list[Sentence]
    failed: list[Sentence]
    examples: int


class DeviceLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of device on one day: places, taken ones, and sessions that were stopped."""

    device_class: str
    service_name: str
    service_name_en: str
    day: date
    places: int
    taken: int
    stopped: int


class Waiting(msgspec.Struct, frozen=True):
    """How many days until the first open place of a kind of device; None: none within what is planned."""

    device_class: str
    days: int | None
    open_orders: int


class BoardView(msgspec.Struct, frozen=True):
    """Load of devices by day, and how long people wait."""

    loads: list[DeviceLoad]
    waiting: list[Waiting]


class ServedService(msgspec.Struct, frozen=True, kw_only=True):
    """A service for examinations and the kind of device its sessions are on."""

    service_id: UUID
    name: str
    name_en: str
    department_name: str
    department_name_en: str
    device_class: str | None


class ServedView(msgspec.Struct, frozen=True):
    """All services for examinations, and the kinds of devices that the rules know."""

    items: list[ServedService]
    device_classes: list[str]


class ServedRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The kind of device of a service's sessions; None takes the service out of planning."""

    organization_id: UUID
    device_class: Code | None

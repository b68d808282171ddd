"""The legal life of an order for an examination, and of a version of a hospital's rules."""

from enum import StrEnum

from yitong.kernel.states import machine


class RequestState(StrEnum):
    """Where an order stands (FHIR ServiceRequest.status: active, completed, revoked).

    Whether an active one is booked is what its appointment says; recognised: a result from elsewhere stands for it.
    """

    ACTIVE = "active"
    COMPLETED = "completed"
    REVOKED = "revoked"
    RECOGNISED = "recognised"


R = RequestState
REQUEST = machine(
    "service_request",
    begins=[R.ACTIVE],
    moves={R.ACTIVE: [R.COMPLETED, R.REVOKED, R.RECOGNISED], R.RECOGNISED: [R.ACTIVE]},
    words={
        R.ACTIVE: ("已开立", "ordered"),
        R.COMPLETED: ("已完成", "done"),
        R.REVOKED: ("已作废", "revoked"),
        R.RECOGNISED: ("已互认", "recognised from elsewhere"),
    },
)


class RulesState(StrEnum):
    """Where a version of the rules stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"
    DISCARDED = "discarded"


S = RulesState
RULES = machine(
    "exam_rules",
    begins=[S.DRAFT],
    moves={S.DRAFT: [S.PUBLISHED, S.DISCARDED], S.PUBLISHED: [S.RETIRED]},
    words={
        S.DRAFT: ("草稿", "draft"),
        S.PUBLISHED: ("生效", "in force"),
        S.RETIRED: ("已替换", "replaced"),
        S.DISCARDED: ("已放弃", "discarded"),
    },
)

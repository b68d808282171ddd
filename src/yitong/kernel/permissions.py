"""Who may do what: actors with roles, actions declared beside the service that does them, denied by default.

An :class:`Action` checked against an actor gives a :class:`Grant`, and writing an event needs a grant: a service that
changes something without having asked for permission does not type-check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from yitong.kernel.ids import UUID
from yitong.kernel.problems import FORBIDDEN, UNAUTHENTICATED, problem_kind
from yitong.kernel.text import Bilingual

FOREIGN_PATIENT = problem_kind(
    "foreign-patient",
    403,
    Bilingual("这位就诊人不在您的家庭成员中。", "This patient is not one of your family members."),
    Bilingual("请先在“家庭成员”中添加就诊人。", "Add the person to your family first."),
)


class ActorKind(StrEnum):
    """What sort of party acts."""

    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    STAFF = "staff"
    TERMINAL = "terminal"
    SYSTEM = "system"


class Role(StrEnum):
    """Every role of the platform; a staff member has roles at organizations."""

    PATIENT = "patient"
    DOCTOR = "doctor"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"  # reviews prescriptions, keeps the pharmacy's stock
    REGISTRAR = "registrar"
    SCHEDULER = "scheduler"
    CASHIER = "cashier"  # takes money at a window and gives it back
    FINANCE = "finance"  # reads the journal, reconciles, signs off
    HOSPITAL_ADMIN = "hospital_admin"
    REGULATOR = "regulator"
    PLATFORM_ADMIN = "platform_admin"
    KIOSK = "kiosk"
    HALL = "hall"
    HOSPITAL_SYSTEM = "hospital_system"
    SYSTEM = "system"


class Scope(StrEnum):
    """How far a role's permission reaches."""

    ANYONE = "anyone"  # no subject to compare: signing in, public data
    OWN = "own"  # the citizen's own person and family members
    ORGANIZATION = "organization"  # the organization the role was given at
    REGION = "region"


class RoleAt(msgspec.Struct, frozen=True, array_like=True):
    """A role and where it was given; without an organization it holds for the region."""

    role: Role
    organization_id: UUID | None = None
    department_id: UUID | None = None


class Actor(msgspec.Struct, frozen=True):
    """The party on whose behalf a request runs; carries no name, so it may be logged."""

    kind: ActorKind
    id: UUID
    roles: tuple[RoleAt, ...] = ()
    patient_ids: tuple[UUID, ...] = ()
    session_id: UUID | None = None
    practitioner_id: UUID | None = None

    @property
    def organization_ids(self) -> tuple[UUID, ...]:
        return tuple({role.organization_id for role in self.roles if role.organization_id is not None})

    def has(self, role: Role, organization_id: UUID | None = None) -> bool:
        return any(r.role is role and organization_id in (None, r.organization_id) for r in self.roles)


NOBODY = Actor(ActorKind.ANONYMOUS, UUID(int=0))
SYSTEM_ACTOR = Actor(ActorKind.SYSTEM, UUID(int=1), (RoleAt(Role.SYSTEM),))


@dataclass(frozen=True, slots=True)
class Grant:
    """Proof that an actor was allowed to do an action; made by :meth:`Action.check` only."""

    action: str
    actor: Actor
    organization_id: UUID | None
    patient_id: UUID | None


@dataclass(frozen=True, slots=True)
class Action:
    """Something a role may do within a scope. Names read area:thing:verb."""

    name: str
    text: Bilingual
    allow: Mapping[Role, Scope]

    def check(self, actor: Actor, *, organization_id: UUID | None = None, patient_id: UUID | None = None) -> Grant:
        """The grant for this actor on the subject's organization and patient.

        Raises Problem ``unauthenticated`` (nobody is signed in), ``foreign-patient`` (a citizen names somebody who is
        not in the family) or ``forbidden``.
        """
        if self.permits(actor, organization_id=organization_id, patient_id=patient_id):
            return Grant(self.name, actor, organization_id, patient_id)
        if actor.kind is ActorKind.ANONYMOUS:
            raise UNAUTHENTICATED()
        if actor.kind is ActorKind.CITIZEN and self.allow.get(Role.PATIENT) is Scope.OWN and patient_id is not None:
            raise FOREIGN_PATIENT()
        raise FORBIDDEN()

    def permits(self, actor: Actor, *, organization_id: UUID | None = None, patient_id: UUID | None = None) -> bool:
        """Whether any role of the actor reaches the subject."""
        for held in actor.roles:  # a plain loop: every request of a rush comes through here
            scope = self.allow.get(held.role)
            if scope is Scope.OWN:
                if patient_id is not None and patient_id in actor.patient_ids:
                    return True
            elif scope is Scope.ORGANIZATION:
                if organization_id is not None and held.organization_id == organization_id:
                    return True
            elif scope is not None:
                return True
        return actor.kind is ActorKind.ANONYMOUS and Scope.ANYONE in self.allow.values()


ACTIONS: dict[str, Action] = {}


def action(name: str, zh: str, en: str, allow: Mapping[Role, Scope]) -> Action:
    """Declare an action beside the service function that does it. Raises ValueError when the name is taken."""
    if name in ACTIONS:
        raise ValueError(f"action {name} is declared twice")
    declared = Action(name, Bilingual(zh, en), dict(allow))
    ACTIONS[name] = declared
    return declared


def permitted_actions(actor: Actor) -> list[str]:
    """Names of the actions that any role of the actor may do somewhere; screens show only these."""
    held = {role.role for role in actor.roles}
    return sorted(name for name, one in ACTIONS.items() if held & set(one.allow))


def matrix() -> list[dict[str, Any]]:
    """The whole permission table, a row an action, for ``yitong permissions``."""
    return [
        {"action": one.name, "zh": one.text.zh, "en": one.text.en, **{role.value: one.allow.get(role) for role in Role}}
        for one in sorted(ACTIONS.values(), key=lambda a: a.name)
    ]

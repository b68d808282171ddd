"""Who may do what: every scope against every sort of actor, and the whole table of actions."""

import pytest

from yitong import app
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import (
    ACTIONS,
    NOBODY,
    SYSTEM_ACTOR,
    Action,
    Actor,
    ActorKind,
    Role,
    RoleAt,
    Scope,
    action,
    matrix,
    permitted_actions,
)
from yitong.kernel.problems import Problem
from yitong.kernel.text import Bilingual

pytestmark = pytest.mark.unit
assert app.ROUTES, "importing the application declares every action"

HERE, THERE, MINE, FOREIGN = new_id(), new_id(), new_id(), new_id()
CITIZEN = Actor(ActorKind.CITIZEN, new_id(), (RoleAt(Role.PATIENT),), (MINE,))
NURSE = Actor(ActorKind.STAFF, new_id(), (RoleAt(Role.NURSE, HERE),))
TWO_HOUSES = Actor(ActorKind.STAFF, new_id(), (RoleAt(Role.DOCTOR, HERE), RoleAt(Role.NURSE, THERE)))
REGULATOR = Actor(ActorKind.STAFF, new_id(), (RoleAt(Role.REGULATOR, HERE),))


def allowing(**scopes: Scope) -> Action:
    return Action("test:it:do", Bilingual("做", "do"), {Role(role): scope for role, scope in scopes.items()})


@pytest.mark.parametrize(
    ("actor", "organization", "patient", "scopes", "allowed"),
    [
        (CITIZEN, None, MINE, {"patient": Scope.OWN}, True),
        (CITIZEN, HERE, MINE, {"patient": Scope.OWN}, True),
        (CITIZEN, None, FOREIGN, {"patient": Scope.OWN}, False),
        (CITIZEN, None, None, {"patient": Scope.OWN}, False),
        (CITIZEN, None, FOREIGN, {"patient": Scope.ANYONE}, True),
        (CITIZEN, HERE, MINE, {"nurse": Scope.ORGANIZATION}, False),
        (NURSE, HERE, None, {"nurse": Scope.ORGANIZATION}, True),
        (NURSE, HERE, FOREIGN, {"nurse": Scope.ORGANIZATION}, True),
        (NURSE, THERE, None, {"nurse": Scope.ORGANIZATION}, False),
        (NURSE, None, None, {"nurse": Scope.ORGANIZATION}, False),
        (NURSE, HERE, None, {"doctor": Scope.ORGANIZATION}, False),
        (NURSE, HERE, MINE, {"nurse": Scope.OWN}, False),
        (TWO_HOUSES, THERE, None, {"doctor": Scope.ORGANIZATION}, False),
        (TWO_HOUSES, THERE, None, {"nurse": Scope.ORGANIZATION}, True),
        (REGULATOR, THERE, None, {"regulator": Scope.REGION}, True),
        (REGULATOR, None, None, {"regulator": Scope.REGION}, True),
        (NOBODY, None, None, {"patient": Scope.ANYONE}, True),
        (NOBODY, HERE, MINE, {"patient": Scope.OWN, "nurse": Scope.ORGANIZATION}, False),
        (SYSTEM_ACTOR, HERE, None, {"system": Scope.REGION}, True),
        (SYSTEM_ACTOR, HERE, None, {"nurse": Scope.ORGANIZATION}, False),
        (NURSE, HERE, None, {}, False),
    ],
)
def test_a_role_reaches_as_far_as_its_scope(
    actor: Actor, organization: UUID | None, patient: UUID | None, scopes: dict[str, Scope], allowed: bool
) -> None:
    assert allowing(**scopes).permits(actor, organization_id=organization, patient_id=patient) is allowed


def test_a_grant_says_what_was_checked() -> None:
    grant = allowing(nurse=Scope.ORGANIZATION).check(NURSE, organization_id=HERE, patient_id=MINE)
    assert (grant.action, grant.actor, grant.organization_id, grant.patient_id) == ("test:it:do", NURSE, HERE, MINE)


@pytest.mark.parametrize(
    ("actor", "patient", "code"),
    [(NOBODY, MINE, "unauthenticated"), (CITIZEN, FOREIGN, "foreign-patient"), (NURSE, MINE, "forbidden")],
)
def test_refusals_say_why(actor: Actor, patient: UUID, code: str) -> None:
    with pytest.raises(Problem) as caught:
        allowing(patient=Scope.OWN).check(actor, organization_id=HERE, patient_id=patient)
    assert caught.value.code == code


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        action(next(iter(ACTIONS)), "再", "again", {})


def test_every_action_is_described_and_denies_by_default() -> None:
    assert len(ACTIONS) > 10
    strangers = Actor(ActorKind.STAFF, new_id())
    for name, one in ACTIONS.items():
        assert name.count(":") == 2
        assert one.text.zh
        assert one.text.en
        assert one.allow, f"{name} is allowed to nobody"
        assert not one.permits(strangers, organization_id=HERE, patient_id=MINE), "no role, no permission"


# A health card belongs to the region and to no hospital: any front desk may print its static code.
REGIONAL_AT_DESKS = {"card:static:print"}
# Done to one's own account before there is a patient to compare; somebody signed in, so not anyone.
# The last: whoever was shown a bill's code may pay it; the code is what permits it, and shows nothing of the patient.
ON_ONES_ACCOUNT = {"sign-in:account:use", "patient:person:register", "billing:payment:pay-shown"}


def test_no_hospital_role_reaches_beyond_its_hospital() -> None:
    inside = {Role.DOCTOR, Role.NURSE, Role.REGISTRAR, Role.SCHEDULER, Role.HOSPITAL_ADMIN, Role.KIOSK, Role.HALL}
    wide = {name for name, one in ACTIONS.items() if any(one.allow.get(role) is Scope.REGION for role in inside)}
    assert wide <= REGIONAL_AT_DESKS


def test_no_citizen_reaches_beyond_the_family() -> None:
    of_citizens = {name: one.allow[Role.PATIENT] for name, one in ACTIONS.items() if Role.PATIENT in one.allow}
    wide = {name for name, scope in of_citizens.items() if scope not in (Scope.OWN, Scope.ANYONE)}
    assert wide <= ON_ONES_ACCOUNT


def test_the_table_has_a_row_an_action_and_a_column_a_role() -> None:
    rows = matrix()
    assert [row["action"] for row in rows] == sorted(ACTIONS)
    assert set(rows[0]) == {"action", "zh", "en", *(role.value for role in Role)}
    assert permitted_actions(NOBODY) == []
    assert "queue:session:run" in permitted_actions(NURSE)
    assert "queue:session:run" not in permitted_actions(CITIZEN)

"""Tables of teams, extra places and what a stopped session owes its people."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class CareTeam(Base):
    """Several practitioners who see patients as one (FHIR CareTeam); a session may name it instead of a doctor."""

    __tablename__ = "care_team"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    department_id: Mapped[UUID]
    name: Mapped[str]
    name_en: Mapped[str]
    active: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        Index("ix_care_team_department", "organization_id", "department_id"),
        hospital(),
    )


class CareTeamMember(Base):
    """Somebody in a team; may come from any department of the hospital."""

    __tablename__ = "care_team_member"
    organization_id: Mapped[UUID]
    team_id: Mapped[UUID]
    practitioner_role_id: Mapped[UUID]
    lead: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "team_id", "practitioner_role_id"),
        ForeignKeyConstraint(["organization_id", "team_id"], ["care_team.organization_id", "care_team.id"]),
        ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"], ["practitioner_role.organization_id", "practitioner_role.id"]
        ),
        Index("uq_care_team_member_lead", "organization_id", "team_id", unique=True, postgresql_where="lead"),
        hospital(),
    )


class ExtraPlace(Base):
    """A place beyond the plan, made for one person: by whom and why."""

    __tablename__ = "extra_place"
    organization_id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    reason: Mapped[str]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "appointment_id"),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        ForeignKeyConstraint(["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"]),
        Index("ix_extra_place_schedule", "organization_id", "schedule_id"),
        hospital(private=True, patient="patient_id"),
    )


class StoppedVisit(Base):
    """An appointment whose session was stopped: whether its patient was offered another place, and when to try again.

    What became of the offer is read from the offered appointment; what became of the visit from the visit itself.
    """

    __tablename__ = "stopped_visit"
    organization_id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    stopped_at: Mapped[datetime]
    offered_id: Mapped[UUID | None]  # the appointment that keeps the offered place
    tries: Mapped[int]
    next_try_at: Mapped[datetime | None]  # null: nothing more to look for
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "appointment_id"),
        ForeignKeyConstraint(["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]),
        ForeignKeyConstraint(["organization_id", "offered_id"], ["appointment.organization_id", "appointment.id"]),
        ForeignKeyConstraint(["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"]),
        Index("ix_stopped_visit_schedule", "organization_id", "schedule_id"),
        Index("ix_stopped_visit_due", "next_try_at", postgresql_where="next_try_at IS NOT NULL"),
        hospital(private=True, patient="patient_id"),
    )

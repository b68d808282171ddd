"""Tables of payments: orders with the lines they pay, their parts, refunds with theirs, and what did not agree.

``number`` is what a part or a refund's part is called outside: never used for two different things, never changed.
A row is written before the call it speaks of; ``next_at`` says when somebody has to look at it again.
"""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital

Fen = Annotated[int, mapped_column(BigInteger)]
_OPEN_PART = "state IN ('due','asked','waiting','unknown','closing')"
_RESTS = "rest_of_id IS NOT NULL AND state NOT IN ('failed','refunded')"
_OPEN_REFUND = "state IN ('reversing','resettling','returning')"


def _of_order() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["organization_id", "order_id"], ["payment_order.organization_id", "payment_order.id"])


class PaymentOrder(Base):
    """One attempt to pay lines of a bill in parts."""

    __tablename__ = "payment_order"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    bill_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    payer_id: Mapped[UUID]  # the actor who confirmed it; need not be the patient
    total_fen: Mapped[Fen]
    refunded_fen: Mapped[Fen]  # value of the lines given back
    insutype: Mapped[str | None]
    insurance_sealed: Mapped[str | None]  # the InsuranceBill sent; context "payment_order.insurance:<id>"
    state: Mapped[str]
    version: Mapped[int]
    rest_of_id: Mapped[UUID | None]  # the order whose rest, owed since a refund, this one pays; it has no lines
    rest_refund_id: Mapped[UUID | None]  # the refund of that order that left it
    cancel_asked: Mapped[str | None]  # why no further part is to be begun
    failure: Mapped[str | None]  # stable code of what made it fail
    stuck: Mapped[str | None]  # stable code of what keeps it; visible at the desk
    next_at: Mapped[datetime | None]  # when somebody has to look at it again; none when it rests
    idempotency_key: Mapped[UUID]
    fingerprint: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("total_fen > 0", "total"),
        CheckConstraint("refunded_fen BETWEEN 0 AND total_fen", "refunded"),
        CheckConstraint(
            "state IN ('pre_settled','settling','settled','part_refunded','refunded','compensating','failed')", "state"
        ),
        CheckConstraint("(state = 'refunded') = (refunded_fen = total_fen)", "refunded_all"),
        CheckConstraint("(insutype IS NULL) = (insurance_sealed IS NULL)", "insurance"),
        # One confirmation of one payer makes one order.
        Index("uq_payment_order_key", "organization_id", "payer_id", "idempotency_key", unique=True),
        ForeignKeyConstraint(["organization_id", "rest_of_id"], ["payment_order.organization_id", "payment_order.id"]),
        CheckConstraint("(rest_of_id IS NULL) = (rest_refund_id IS NULL)", "rest"),
        # What a refund left is paid once.
        Index(
            "uq_payment_order_rest",
            "organization_id",
            "rest_of_id",
            "rest_refund_id",
            unique=True,
            postgresql_where=_RESTS,
        ),
        Index("ix_payment_order_bill", "organization_id", "bill_id"),
        Index("ix_payment_order_next", "next_at", postgresql_where="next_at IS NOT NULL"),
        Index("ix_payment_order_stuck", "organization_id", "created_at", postgresql_where="stuck IS NOT NULL"),
        Index("ix_payment_order_patient", "patient_id", "created_at"),
        hospital(private=True, patient="patient_id"),
    )


class PaymentLine(Base):
    """A charge line that an order pays; ``held`` while the order stands.

    What remains of a line of which a part was given back is a line of its own, charged when the refund is done.
    """

    __tablename__ = "payment_line"
    organization_id: Mapped[UUID]
    order_id: Mapped[UUID]
    charge_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    amount_fen: Mapped[Fen]
    held: Mapped[bool]
    remains_of: Mapped[UUID | None]  # the line that was confirmed, of which this one is what remains,
    cnt_milli: Mapped[int | None] = mapped_column(BigInteger)  # and how much that is
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "order_id", "charge_id"),
        _of_order(),
        CheckConstraint("(remains_of IS NULL) = (cnt_milli IS NULL) AND coalesce(cnt_milli, 1) > 0", "remains"),
        # Nobody pays a line twice, whoever else is paying it at the same moment.
        Index("uq_payment_line_held", "organization_id", "charge_id", unique=True, postgresql_where="held"),
        hospital(private=True, patient="patient_id"),
    )


class PaymentPart(Base):
    """One part of an order: what one party pays. ``refund_id`` names the refund that settled it anew."""

    __tablename__ = "payment_part"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    order_id: Mapped[UUID]
    refund_id: Mapped[UUID | None]
    patient_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    channel: Mapped[str]  # wechat, alipay, card, face, cash; insutype; insurer of commercial cover; deposit
    scene: Mapped[str | None]
    number: Mapped[str]  # payment_no or medins_setl_id
    amount_fen: Mapped[Fen]
    fund_fen: Mapped[Fen]  # of an insurer's part: from the funds,
    account_fen: Mapped[Fen]  # from the personal account, the family's included,
    hospital_fen: Mapped[Fen]  # and what the hospital bears, which is not in the amount
    refunded_fen: Mapped[Fen]  # given back or on its way back
    split: Mapped[dict[str, Any] | None]  # the insurer's, as expected and then as settled
    split_lines: Mapped[list[Any] | None]  # feedetl_sn of the lines that a refund settles anew
    mdtrt_id: Mapped[str | None]
    msgid: Mapped[str | None]  # of the message that asks an insurer to settle; written before it is sent
    undoing: Mapped[str | None]  # why that message is being reversed (2601): absent, silent
    claim_sealed: Mapped[str | None]  # the claim that a commercial insurer gets; context "payment_part.claim:<id>"
    payer_sealed: Mapped[str | None]  # context "payment_part.payer:<id>"
    opened_sealed: Mapped[str | None]  # what the payer's device needs; context "payment_part.opened:<id>"
    outside_no: Mapped[str | None]  # the other side's own number: setl_id, transaction_id, trade_no
    window: Mapped[str | None]  # where cash was taken
    state: Mapped[str]
    version: Mapped[int]
    attempts: Mapped[int]  # questions since the last answer
    asked_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # when the other side says it happened
    last_error: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        _of_order(),
        CheckConstraint("kind IN ('insurance','commercial','deposit','channel')", "kind"),
        CheckConstraint(
            "state IN ('due','asked','waiting','unknown','closing','done','failed','reversing','reversed')", "state"
        ),
        # What is settled or claimed anew after a refund is known when it is answered.
        CheckConstraint("amount_fen > 0 OR kind IN ('insurance','commercial') AND amount_fen = 0", "amount"),
        CheckConstraint(
            "kind <> 'insurance' AND fund_fen = 0 AND account_fen = 0 AND hospital_fen = 0"
            " OR kind = 'insurance' AND amount_fen = fund_fen + account_fen",
            "insurance",
        ),
        # Never more back than was paid, and nothing of what was not.
        CheckConstraint("refunded_fen BETWEEN 0 AND amount_fen", "refunded"),
        CheckConstraint("refunded_fen = 0 OR state IN ('done','reversing','reversed')", "refunded_done"),
        CheckConstraint("undoing IS NULL OR undoing IN ('absent','silent') AND msgid IS NOT NULL", "undoing"),
        CheckConstraint("state NOT IN ('done','reversing','reversed') OR done_at IS NOT NULL", "done_at"),
        CheckConstraint("fund_fen >= 0 AND account_fen >= 0 AND hospital_fen >= 0", "not_negative"),
        Index("uq_payment_part_seq", "organization_id", "order_id", "seq", unique=True),
        Index("uq_payment_part_number", "organization_id", "number", unique=True),
        Index("ix_payment_part_number", "number"),
        Index("ix_payment_part_done", "organization_id", "channel", "done_at"),
        Index("ix_payment_part_open", "organization_id", "order_id", postgresql_where=_OPEN_PART),
        hospital(private=True, patient="patient_id"),
    )


class Refund(Base):
    """Money of an order on its way back: asked for by somebody, or because a later part failed."""

    __tablename__ = "refund"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    order_id: Mapped[UUID]
    bill_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    kind: Mapped[str]
    amount_fen: Mapped[Fen]  # value of the lines given back; of a compensation: what had been paid
    reason: Mapped[str]
    asked_by: Mapped[UUID]
    window: Mapped[str | None]  # where cash is handed over at once
    state: Mapped[str]
    version: Mapped[int]
    failure: Mapped[str | None]
    owed_fen: Mapped[Fen]  # what the patient owes after the insurer settled anew, when that is more than was paid
    idempotency_key: Mapped[UUID | None]
    fingerprint: Mapped[str | None]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        _of_order(),
        CheckConstraint("kind IN ('refund','compensation')", "kind"),
        CheckConstraint("amount_fen >= 0 AND owed_fen >= 0", "amount"),
        CheckConstraint("state IN ('reversing','resettling','returning','done','failed')", "state"),
        CheckConstraint(f"({_OPEN_REFUND}) = (ended_at IS NULL)", "ended"),
        # An insurer takes back a settlement as a whole: two refunds of one order cannot be under way together.
        Index("uq_refund_open", "organization_id", "order_id", unique=True, postgresql_where=_OPEN_REFUND),
        Index("uq_refund_key", "organization_id", "asked_by", "idempotency_key", unique=True),
        Index("ix_refund_order", "organization_id", "order_id"),
        Index("ix_refund_patient", "patient_id", "asked_at"),
        hospital(private=True, patient="patient_id"),
    )


class RefundLine(Base):
    """A charge line that a refund gives back, or a part of its quantity; ``held`` unless the refund was refused."""

    __tablename__ = "refund_line"
    organization_id: Mapped[UUID]
    refund_id: Mapped[UUID]
    charge_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    amount_fen: Mapped[Fen]
    held: Mapped[bool]
    kept_id: Mapped[UUID | None]  # the line that what remains becomes, when only a part goes back,
    cnt_milli: Mapped[int | None] = mapped_column(BigInteger)  # and how much goes back
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "refund_id", "charge_id"),
        CheckConstraint("(kept_id IS NULL) = (cnt_milli IS NULL) AND coalesce(cnt_milli, 1) > 0", "part"),
        ForeignKeyConstraint(["organization_id", "refund_id"], ["refund.organization_id", "refund.id"]),
        # No line is given back twice.
        Index("uq_refund_line_held", "organization_id", "charge_id", unique=True, postgresql_where="held"),
        hospital(private=True, patient="patient_id"),
    )


class RefundPart(Base):
    """One amount on its way back to the party that paid the part ``part_id``."""

    __tablename__ = "refund_part"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    refund_id: Mapped[UUID]
    order_id: Mapped[UUID]
    part_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    channel: Mapped[str]
    number: Mapped[str]  # refund_no
    amount_fen: Mapped[Fen]
    state: Mapped[str]
    version: Mapped[int]
    attempts: Mapped[int]
    asked_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    outside_no: Mapped[str | None]  # of an insurer: the reversal's own setl_id
    window: Mapped[str | None]
    last_error: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        _of_order(),
        ForeignKeyConstraint(["organization_id", "refund_id"], ["refund.organization_id", "refund.id"]),
        ForeignKeyConstraint(["organization_id", "part_id"], ["payment_part.organization_id", "payment_part.id"]),
        CheckConstraint("kind IN ('insurance','commercial','deposit','channel')", "kind"),
        CheckConstraint("state IN ('due','asked','waiting','unknown','done','failed')", "state"),
        CheckConstraint("amount_fen > 0 OR kind = 'insurance' AND amount_fen = 0", "amount"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", "done_at"),
        Index("uq_refund_part_seq", "organization_id", "refund_id", "seq", unique=True),
        Index("uq_refund_part_number", "organization_id", "number", unique=True),
        Index("ix_refund_part_number", "number"),
        Index("ix_refund_part_part", "organization_id", "part_id"),
        Index("ix_refund_part_done", "organization_id", "channel", "done_at"),
        hospital(private=True, patient="patient_id"),
    )


class PaymentDifference(Base):
    """Something a channel or an insurer said that cannot be taken for the part it names; kept, never accepted."""

    __tablename__ = "payment_difference"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    number: Mapped[str]
    patient_id: Mapped[UUID | None]
    part_id: Mapped[UUID | None]
    channel: Mapped[str]
    source: Mapped[str]
    kind: Mapped[str]
    expected_fen: Mapped[Fen]
    found_fen: Mapped[Fen]
    found_state: Mapped[str]
    outside_no: Mapped[str]
    found_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("source IN ('notice','answer')", "source"),
        CheckConstraint("kind IN ('amount','state')", "kind"),
        # The same statement twice is one.
        Index(
            "uq_payment_difference",
            "organization_id",
            "number",
            "source",
            "kind",
            "found_fen",
            "found_state",
            unique=True,
        ),
        Index("ix_payment_difference_found", "organization_id", "found_at"),
        hospital(private=True, patient="patient_id"),
    )

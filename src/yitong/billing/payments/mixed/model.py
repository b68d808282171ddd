"""The table of mixed orders: one for each payment order that is paid with insurance inside WeChat."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital

CONTEXT = "mixed_payment.asked"  # sealing contexts: this and the next, with the order's id after a colon
ORDER_CONTEXT = "mixed_payment.order"


class MixedPayment(Base):
    """A mixed order. ``number`` is WeChat's out_trade_no, the same as the cash part's; the insurer knows the order by
    the number of the insurance part (medOrgOrd)."""

    __tablename__ = "mixed_payment"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    order_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    number: Mapped[str]
    asked_sealed: Mapped[str]  # who pays, for whom, by which permission, where: MixedFacts
    order_sealed: Mapped[str | None]  # the insurer's order (6201): a MobileOrder
    mix_trade_no: Mapped[str | None]  # WeChat's number
    page: Mapped[str | None]  # where it is paid in a browser; only the sandbox has such a page
    told_no: Mapped[str | None]  # the refund under which WeChat is told that the insurer took its part back
    told_at: Mapped[datetime | None]
    state: Mapped[str]
    version: Mapped[int]
    attempts: Mapped[int]  # questions since the last answer
    asked_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "order_id"], ["payment_order.organization_id", "payment_order.id"]),
        CheckConstraint("state IN ('due','ordering','ordered','opening','waiting','closing','paid','failed')", "state"),
        CheckConstraint("state NOT IN ('ordered','opening','waiting','paid') OR order_sealed IS NOT NULL", "ordered"),
        CheckConstraint("state NOT IN ('waiting','paid') OR mix_trade_no IS NOT NULL", "opened"),
        CheckConstraint("told_at IS NULL OR told_no IS NOT NULL", "told"),
        Index("uq_mixed_payment_order", "organization_id", "order_id", unique=True),
        Index("uq_mixed_payment_number", "organization_id", "number", unique=True),
        Index("ix_mixed_payment_number", "number"),
        hospital(private=True, patient="patient_id"),
    )

"""Which notices were seen, so that none is taken twice by being sent again word for word."""

from datetime import datetime

from sqlalchemy import PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.tables import Base, local


class SeenNotice(Base):
    """A notice's channel and the nonce of its signature; kept for as long as its age would let it be taken."""

    __tablename__ = "seen_notice"
    channel: Mapped[str]
    nonce: Mapped[str]
    at: Mapped[datetime]  # by the real clock, which signatures go by
    __table_args__ = (PrimaryKeyConstraint("channel", "nonce"), local())

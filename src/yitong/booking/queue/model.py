"""The queue's table; it stands with the other tables of the pool because it refers to them."""

from yitong.booking.model import QueueEntry

__all__ = ["QueueEntry"]

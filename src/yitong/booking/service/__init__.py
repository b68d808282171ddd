"""What people can do with the pool: one function each; the functions here are what neighbours may use."""

from yitong.booking.service.holding import confirm, hold

__all__ = ["confirm", "hold"]

"""Work outside of a request: periodic tasks and everything that leaves the house, run by procrastinate.

A job is a function registered with :func:`job`; its queue lives in the same PostgreSQL, in the schema ``jobs``. Every
job may run twice, so each is written to be harmless when it does.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from yitong.kernel.platform import Platform

Work = Callable[[Platform], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic piece of work: a stable name, how often it is due, and what to do."""

    name: str
    every: timedelta
    work: Work


JOBS: dict[str, Job] = {}


def job(name: str, *, every: timedelta) -> Callable[[Work], Work]:
    """Register periodic work. Raises ValueError when the name is taken."""

    def register(work: Work) -> Work:
        if name in JOBS:
            raise ValueError(f"job {name} is declared twice")
        JOBS[name] = Job(name, every, work)
        return work

    return register

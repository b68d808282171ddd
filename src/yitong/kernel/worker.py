"""The worker: reactors and procrastinate's jobs until told to stop, inside the web process or in one of its own."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import procrastinate
import structlog

from yitong.kernel.jobs import JOBS, Job
from yitong.kernel.platform import Platform
from yitong.kernel.reactors import run_reactors

log = structlog.get_logger(__name__)


def cron_of(every: timedelta) -> str:
    """A six-field cron line for an interval that divides a minute, an hour or a day.

    Raises ValueError for any other interval.
    """
    seconds = int(every.total_seconds())
    if 0 < seconds < 60 and 60 % seconds == 0:
        return f"* * * * * */{seconds}"
    minutes, rest = divmod(seconds, 60)
    if not rest and 0 < minutes < 60 and 60 % minutes == 0:
        return f"*/{minutes} * * * * 0"
    if not rest and minutes in (60, 24 * 60):
        return "7 * * * * 0" if minutes == 60 else "7 3 * * * 0"
    raise ValueError(f"no cron line for every {every}")


def jobs_app(platform: Platform) -> procrastinate.App:
    """Procrastinate on the platform's database with every registered job as a periodic task."""
    parts = urlsplit(platform.database.url)
    connector = procrastinate.PsycopgConnector(
        conninfo=urlunsplit(parts._replace(scheme="postgresql")),
        kwargs={"options": "-c search_path=jobs,public"},
        min_size=1,
        max_size=4,
    )
    app = procrastinate.App(connector=connector)
    for one in JOBS.values():
        _register(app, platform, one)
    return app


def _register(app: procrastinate.App, platform: Platform, one: Job) -> None:
    # A lock and a queueing lock under the job's name: never two at once, never a pile of missed turns.
    @app.periodic(cron=cron_of(one.every))
    @app.task(name=one.name, queueing_lock=one.name, lock=one.name, pass_context=False)
    async def run(timestamp: int) -> None:
        done: Any = await one.work(platform)
        log.debug("job.done", job=one.name, due=timestamp, result=done)


async def work(platform: Platform, stop: asyncio.Event) -> None:
    """Run reactors and jobs until ``stop`` is set."""
    app = jobs_app(platform)
    async with app.open_async():
        jobs = asyncio.create_task(
            app.run_worker_async(
                install_signal_handlers=False,
                listen_notify=False,
                fetch_job_polling_interval=1.0,
                concurrency=2,
                delete_jobs="successful",
                shutdown_graceful_timeout=5,
            ),
            name="jobs",
        )
        try:
            await run_reactors(platform, stop)
        finally:
            jobs.cancel()
            await asyncio.gather(jobs, return_exceptions=True)

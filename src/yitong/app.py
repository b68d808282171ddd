"""Assembly: the rooms become one web application."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
from litestar import Litestar, MediaType, Response, Router, get, head
from litestar.di import NamedDependency, Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.response import File, Redirect
from litestar.static_files import create_static_files_router  # pyright: ignore[reportUnknownVariableType]
from litestar.types import ASGIApp, ControllerRouterHandler

from yitong import __version__
from yitong.billing.charges import api as charges_api
from yitong.billing.charges import model as charges_model
from yitong.billing.charges import prepaid as charges_prepaid
from yitong.billing.charges import registration as charges_registration
from yitong.billing.claims import api as claims_api
from yitong.billing.claims import jobs as claims_jobs
from yitong.billing.claims import model as claims_model
from yitong.billing.deposits import api as deposits_api
from yitong.billing.deposits import jobs as deposits_jobs
from yitong.billing.deposits import model as deposits_model
from yitong.billing.insurance import api as insurance_api
from yitong.billing.insurance import model as insurance_model
from yitong.billing.invoices import api as invoices_api
from yitong.billing.invoices import model as invoices_model
from yitong.billing.invoices import reactors as invoices_reactors
from yitong.billing.journal import api as journal_api
from yitong.billing.journal import model as journal_model
from yitong.billing.payments import api as payments_api
from yitong.billing.payments import jobs as payments_jobs
from yitong.billing.payments import model as payments_model
from yitong.billing.payments import reactors as payments_reactors
from yitong.billing.payments.mixed import model as mixed_model
from yitong.billing.reconciliation import api as reconciliation_api
from yitong.billing.reconciliation import jobs as reconciliation_jobs
from yitong.billing.reconciliation import model as reconciliation_model
from yitong.booking import api as booking_api
from yitong.booking import events as booking_events
from yitong.booking import model as booking_model
from yitong.booking.availability import api as availability_api
from yitong.booking.channels import api as channels_api
from yitong.booking.channels import flows as channels_flows
from yitong.booking.channels import model as channels_model
from yitong.booking.draw import api as draw_api
from yitong.booking.draw import drawing as draw_jobs
from yitong.booking.draw import model as draw_model
from yitong.booking.draw import reactors as draw_reactors
from yitong.booking.limits import api as limits_api
from yitong.booking.limits import bans as limits_bans
from yitong.booking.limits import counting as limits_counting
from yitong.booking.limits import model as limits_model
from yitong.booking.limits.edge import Edge
from yitong.booking.queue import api as queue_api
from yitong.booking.queue import model as queue_model
from yitong.booking.reviews import api as reviews_api
from yitong.booking.reviews import model as reviews_model
from yitong.booking.schedules import api as schedules_api
from yitong.booking.schedules import model as schedules_model
from yitong.booking.schedules import rebooking
from yitong.booking.waitlist import api as waitlist_api
from yitong.booking.waitlist import jobs as waitlist_jobs
from yitong.booking.waitlist import model as waitlist_model
from yitong.directory import api as directory_api
from yitong.directory import model as directory_model
from yitong.gateways.fhir import model as fhir_model
from yitong.gateways.notify import api as notify_api
from yitong.gateways.notify import model as notify_model
from yitong.gateways.notify import seen as notify_seen
from yitong.identity import api as identity_api
from yitong.identity import jobs as identity_jobs
from yitong.identity import model as identity_model
from yitong.identity.service.sessions import watch_revocations
from yitong.journey import api as journey_api
from yitong.journey import jobs as journey_jobs
from yitong.journey import medicine_news as journey_medicines
from yitong.journey import model as journey_model
from yitong.journey import reactors as journey_reactors
from yitong.kernel import idempotency, reactors, web
from yitong.kernel.hot import HotRoutes
from yitong.kernel.metrics import exposition
from yitong.kernel.platform import Platform
from yitong.kernel.settings import Settings
from yitong.kernel.worker import work
from yitong.ledger import api as ledger_api
from yitong.ledger import jobs as ledger_jobs
from yitong.ledger import model as ledger_model
from yitong.ledger.opening import chain_opened
from yitong.prescriptions import api as prescriptions_api
from yitong.prescriptions import chain as prescriptions_chain
from yitong.prescriptions import jobs as prescriptions_jobs
from yitong.prescriptions import model as prescriptions_model
from yitong.prescriptions.circulation import api as circulation_api
from yitong.prescriptions.circulation import clock as circulation_clock
from yitong.prescriptions.circulation import model as circulation_model
from yitong.prescriptions.dispensing import api as dispensing_api
from yitong.prescriptions.dispensing import jobs as dispensing_jobs
from yitong.prescriptions.dispensing import model as dispensing_model
from yitong.prescriptions.dispensing import resuming as dispensing_resuming
from yitong.prescriptions.national import api as national_api
from yitong.prescriptions.national import carrying as national_carrying
from yitong.prescriptions.national import model as national_model
from yitong.prescriptions.national import reactors as national_reactors
from yitong.prescriptions.pharmacies import api as pharmacies_api
from yitong.prescriptions.pharmacies import model as pharmacies_model
from yitong.region import api as region_api
from yitong.visits import api as visits_api
from yitong.visits import model as visits_model
from yitong.visits.exams import api as exams_api
from yitong.visits.exams import model as exams_model

# Importing the rooms makes their tables, actions, events, reactors and jobs known.
TABLES = (
    idempotency,
    reactors,
    directory_model,
    identity_model,
    booking_model,
    channels_model,
    waitlist_model,
    limits_model,
    draw_model,
    schedules_model,
    queue_model,
    reviews_model,
    visits_model,
    exams_model,
    journey_model,
    insurance_model,
    fhir_model,
    charges_model,
    journal_model,
    invoices_model,
    deposits_model,
    claims_model,
    payments_model,
    mixed_model,
    reconciliation_model,
    notify_model,
    ledger_model,
    prescriptions_model,
    pharmacies_model,
    circulation_model,
    dispensing_model,
    national_model,
)
EVENTS = (booking_events,)
LISTENERS = (
    channels_flows,
    identity_jobs,
    journey_reactors,
    journey_medicines,
    journey_jobs,
    waitlist_jobs,
    limits_bans,
    limits_counting,
    draw_jobs,
    draw_reactors,
    rebooking,
    reconciliation_jobs,
    payments_jobs,
    payments_reactors,
    charges_registration,
    charges_prepaid,
    invoices_reactors,
    deposits_jobs,
    claims_jobs,
    notify_seen,
    ledger_jobs,
    prescriptions_chain,
    prescriptions_jobs,
    circulation_clock,
    dispensing_jobs,
    dispensing_resuming,
    national_carrying,
    national_reactors,
)
ROUTES: list[ControllerRouterHandler] = [
    *directory_api.ROUTES,
    *identity_api.ROUTES,
    *booking_api.ROUTES,
    *availability_api.ROUTES,
    *queue_api.ROUTES,
    *channels_api.ROUTES,
    *waitlist_api.ROUTES,
    *limits_api.ROUTES,
    *draw_api.ROUTES,
    *schedules_api.ROUTES,
    *reviews_api.ROUTES,
    *visits_api.ROUTES,
    *exams_api.ROUTES,
    *journey_api.ROUTES,
    *insurance_api.ROUTES,
    *region_api.ROUTES,
    *reconciliation_api.ROUTES,
    *payments_api.ROUTES,
    *charges_api.ROUTES,
    *journal_api.ROUTES,
    *invoices_api.ROUTES,
    *notify_api.ROUTES,
    *deposits_api.ROUTES,
    *claims_api.ROUTES,
    *prescriptions_api.ROUTES,
    *ledger_api.ROUTES,
    *pharmacies_api.ROUTES,
    *circulation_api.ROUTES,
    *dispensing_api.ROUTES,
    *national_api.ROUTES,
]
DEPENDENCIES = {
    "platform": Provide(web.provide_platform),
    "actor": Provide(web.provide_actor),
    "language": Provide(web.provide_language),
    "tx": Provide(web.provide_tx),
    "idempotency_key": Provide(web.provide_idempotency_key),
}
HOT = [*identity_api.HOT_ROUTES, *booking_api.HOT]


class Health(msgspec.Struct):
    """Whether the platform can do its work."""

    status: str
    version: str


@get("/health", exclude_from_auth=True, summary="Whether the platform can do its work")
async def health(platform: NamedDependency[Platform]) -> Health:
    """Asks the database for a sign of life; 503 with a problem document when it gives none."""
    async with platform.transaction():
        return Health("ok", __version__)


@get("/metrics", media_type=MediaType.TEXT, include_in_schema=False)
async def metrics() -> Response[bytes]:
    """Figures for Prometheus."""
    return Response(exposition(), media_type="text/plain; version=0.0.4")


def create_app(platform: Platform, *, with_worker: bool = False) -> ASGIApp:
    """The whole web application on a platform; ``with_worker`` as in :func:`create_web`."""
    return guarded(create_web(platform, with_worker=with_worker), platform)


def guarded(app: Litestar, platform: Platform) -> ASGIApp:
    """The ordinary application, serving this platform, behind the edge and the hot routes (when switched on)."""
    app.state.platform = platform
    return Edge(HotRoutes(app, platform, HOT, booking_api.PAGES) if platform.settings.hot_routes else app, platform)


def create_web(platform: Platform, *, with_worker: bool = False) -> Litestar:
    """The ordinary application on a platform; ``with_worker`` runs reactors and jobs beside it in the same process."""

    @contextlib.asynccontextmanager
    async def life(_: Litestar) -> AsyncGenerator[None]:
        stop = asyncio.Event()
        ended = asyncio.create_task(watch_revocations(platform), name="ended sessions")
        worker = asyncio.create_task(work(platform, stop)) if with_worker else None
        try:
            async with chain_opened(platform, writes=with_worker):
                yield
        finally:
            stop.set()
            ended.cancel()
            await asyncio.gather(ended, return_exceptions=True)
            if worker is not None:
                await asyncio.gather(worker, return_exceptions=True)
            await platform.close()

    pages = [page for name, folder in _pages(platform.settings).items() for page in _served(name, folder)]
    api = Router("/api", route_handlers=[health, *ROUTES])
    return Litestar(
        route_handlers=[api, metrics, front_door, *pages],
        lifespan=[life],
        dependencies=DEPENDENCIES,
        exception_handlers={Exception: web.answer_exception},
        request_max_body_size=platform.settings.body_limit_kb * 1024,
        openapi_config=openapi_config(),
        logging_config=None,
    )


@get("/", include_in_schema=False)
async def front_door() -> Redirect:
    """Whoever opens the bare address is most often a patient."""
    return Redirect("/patient/")


def _pages(settings: Settings) -> dict[str, Path]:
    """The built web applications by the path they are served under."""
    return {
        "patient": settings.web_path / "patient" / "dist" / "build" / "h5",
        "console": settings.web_path / "console" / "dist",
    }


def _served(name: str, folder: Path) -> list[ControllerRouterHandler]:
    if not (folder / "index.html").exists():
        return []  # a server without the pages still serves the interface

    @head(f"/{name}", include_in_schema=False)
    async def entry() -> File:
        """What a GET would send, without its content; the router below answers so for every other page by itself."""
        return File(folder / "index.html", media_type="text/html", content_disposition_type="inline")

    router = create_static_files_router(f"/{name}", directories=[folder], html_mode=True, include_in_schema=False)
    return [router, entry]


def interface_description() -> str:
    """The OpenAPI document as JSON, the same for the same code."""
    described = Litestar(
        route_handlers=[Router("/api", route_handlers=[health, *ROUTES])],
        dependencies=DEPENDENCIES,
        openapi_config=openapi_config(),
    )
    schema = msgspec.to_builtins(described.openapi_schema.to_schema())
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def openapi_config() -> OpenAPIConfig:
    """What the interface description says about itself."""
    scheme = SecurityScheme(type="http", scheme="bearer", description="A session or terminal token")
    return OpenAPIConfig(
        title="Yitong 医通",
        version=__version__,
        path="/api/schema",
        components=Components(security_schemes={"bearer": scheme}),
        security=[{"bearer": []}],
    )

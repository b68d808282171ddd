"""What operators watch, in Prometheus' form at ``/metrics``."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

REQUESTS = Counter("yitong_http_requests_total", "HTTP requests", ["route", "method", "status"])
SECONDS = Histogram(
    "yitong_http_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
PROBLEMS = Counter("yitong_problems_total", "Refusals by code", ["code"])
BATCH_SIZE = Histogram(
    "yitong_booking_batch_size", "Requests a booking batch", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
PARKED = Gauge("yitong_parked_events", "Events a reactor could not handle")


def exposition() -> bytes:
    """All figures in the text format that Prometheus reads."""
    return generate_latest(REGISTRY)

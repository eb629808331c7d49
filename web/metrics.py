"""GET /metrics: the desk for Prometheus, for whoever has the key."""

import asyncio
from collections.abc import Iterator
from hmac import compare_digest
from time import monotonic

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from data_access.clock import utc_now
from data_access.database import DatabaseAway
from data_access.figures import Figures, figures
from data_access.measures import registry
from data_access.settings import settings

KEPT_SECONDS = 10.0
DAY = 86_400


class OutOfTheDatabase(Collector):
    """The figures, read again when they are ten seconds old; none while the database is away."""

    def __init__(self) -> None:
        self._kept: Figures | None = None
        self._kept_until = 0.0

    def collect(self) -> Iterator[Metric]:
        """One family after the other; desk_database_up says whether there are any."""
        try:
            read = self._figures()
        except DatabaseAway:
            yield GaugeMetricFamily("desk_database_up", _UP, 0)
            return
        yield GaugeMetricFamily("desk_database_up", _UP, 1)
        yield from _accounts(read)
        yield from _work(read)

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering must not need the database."""
        return []

    def _figures(self) -> Figures:
        if self._kept is None or monotonic() >= self._kept_until:
            self._kept = figures(utc_now())
            self._kept_until = monotonic() + KEPT_SECONDS
        return self._kept


registry.register(OutOfTheDatabase())


async def metrics(request: Request) -> Response:
    """404 without DESK_METRICS_KEY, 401 without the right key, else every metric."""
    key = settings().metrics_key
    if key is None:
        return PlainTextResponse("Not found.\n", 404)
    if not compare_digest(_given(request).encode(), key.get_secret_value().encode()):
        return PlainTextResponse(
            "The key is missing or wrong.\n", 401, {"www-authenticate": "Bearer"}
        )
    text = await asyncio.to_thread(generate_latest, registry)
    headers = {"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"}
    return Response(text, headers=headers)


def _given(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.query_params.get("key", "")


_UP = "Whether the token database answers."


def _accounts(read: Figures) -> Iterator[Metric]:
    statuses = GaugeMetricFamily(
        "desk_authorizations", "Accounts of each status.", labels=["status"]
    )
    for status, number in read.statuses.items():
        statuses.add_metric([status.value], number)
    yield statuses
    bands = GaugeMetricFamily(
        "desk_authorizations_expiring", "Expiring accounts by days left, at most.", labels=["band"]
    )
    for days, number in read.bands.items():
        bands.add_metric([str(days)], number)
    yield bands
    if read.nearest_expiry is not None:
        yield GaugeMetricFamily(
            "desk_nearest_expiry_days",
            "Days until the next account expires.",
            (read.nearest_expiry - read.as_of).total_seconds() / DAY,
        )


def _work(read: Figures) -> Iterator[Metric]:
    renewals = GaugeMetricFamily(
        "desk_renewals", "Consents that came back, by what has become of them.", labels=["outcome"]
    )
    for outcome, number in read.renewals.items():
        renewals.add_metric([outcome], number)
    yield renewals
    probes = CounterMetricFamily("desk_probes", "Answers of probe runs.", labels=["result"])
    for result, number in read.probes.items():
        probes.add_metric([result], number)
    yield probes
    yield from _jobs(read)
    yield GaugeMetricFamily("desk_messages_waiting", "Messages to be sent.", read.waiting)
    ages = GaugeMetricFamily(
        "desk_source_age_seconds", "Age of what was last read of a source.", labels=["source"]
    )
    for source in read.sources:
        if source.read_at is not None:
            ages.add_metric([source.source], read.age(source.read_at).total_seconds())
    yield ages


def _jobs(read: Figures) -> Iterator[Metric]:
    done = GaugeMetricFamily(
        "desk_job_messages",
        "Messages of a job's runs in the last 24 hours.",
        labels=["job", "result"],
    )
    ages = GaugeMetricFamily(
        "desk_job_age_seconds", "Time since the last run of a job began.", labels=["job"]
    )
    for each in read.jobs:
        ages.add_metric([each.job], read.age(each.last_at).total_seconds())
        for result in ("sent", "failed", "left_out"):
            done.add_metric([each.job, result], getattr(each, result))
    yield from (done, ages)

"""Figures for operators, as Prometheus reads them."""

import asyncio
import ipaddress
import time
from collections.abc import Iterator, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

LAG_EVERY = 0.5


class _Fallbacks(Collector):
    """Operations that the engine left to the reference executor, counted where they happen."""

    def __init__(self, fell_back: Mapping[str, int]) -> None:
        self._fell_back = fell_back

    def collect(self) -> Iterator[CounterMetricFamily]:
        told = "Operations that the engine does not cover and the reference executor ran, by reason."
        family = CounterMetricFamily("centil_operations_by_reference", told, labels=["reason"])
        for reason, count in self._fell_back.items():
            family.add_metric([reason], count)
        yield family


class Metrics:
    """The figures of one process."""

    def __init__(self, fell_back: Mapping[str, int]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Fallbacks(fell_back))
        self.requests = Counter(
            "centil_requests", "Requests by method, route and status.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram("centil_request_seconds", "Time to answer, by route.", ("route",), registry=self.registry)
        self.lag = Gauge("centil_event_loop_lag_seconds", "How late the event loop was at its last look.", registry=self.registry)
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.in_flight = Gauge("centil_requests_in_flight", "Requests being worked on.", registry=self.registry)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request and the time it took; `route` is a pattern, so that there are few."""
        known = self._known.get((method, route, status))
        if known is None:
            known = self._known[method, route, status] = self.requests.labels(method, route, status), self.seconds.labels(route)
        known[0].inc()
        known[1].observe(seconds)

    async def watch_lag(self) -> None:
        """Measure how late the event loop is, for ever."""
        while True:
            due = time.perf_counter() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self.lag.set(max(time.perf_counter() - due, 0))

    async def answer(self, request: web.Request) -> web.Response:
        """Show the figures to this machine; others get 404."""
        peer = request.remote or "0.0.0.0"  # noqa: S104  stands for nobody
        forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers  # a proxy here asks for somebody else
        if forwarded or not ipaddress.ip_address(peer).is_loopback:
            raise web.HTTPNotFound
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

"""The wiring of a server: what is made at start, where each path leads, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial

from aiohttp import web

import domain.catalogue  # noqa: F401  what follows from events is known wherever something is written
from domain.kernel.clock import Clock
from domain.kernel.database import Database, Means, open_database
from domain.kernel.environment import Environment, Signer, Webhooks
from domain.kernel.jobs import JobQueue
from domain.kernel.ports import Ports
from domain.webhooks.fanout import fan_out
from gateway import apis, bodies, graph
from gateway.adapters.files import store
from gateway.adapters.mail import mailer
from gateway.adapters.payments import Stripe, payments
from gateway.adapters.typesetting import Typst
from gateway.adapters.webhooks import courier
from gateway.consoles import GraphiQL, Reference, home
from gateway.cors import allow_origins
from gateway.downloads import Downloads
from gateway.execution.run import Executor
from gateway.forgetting import Forgetting
from gateway.front import Front
from gateway.graphql import GraphQLEndpoint
from gateway.messages import ApiMessages
from gateway.metrics import Metrics
from gateway.middleware import Handler, around, set_headers
from gateway.pages import add_pages
from gateway.rest import RestApi
from gateway.settings import Settings
from gateway.stripe_webhook import StripeWebhook
from resolvers.schema import build


@dataclass(slots=True)
class Readiness:
    """Whether a server takes new work."""

    ready: bool = True


@dataclass(slots=True)
class Server:
    """A server's parts, as tests and the command line reach them."""

    settings: Settings
    database: Database
    ports: Ports
    front: Front
    app: web.Application
    endpoint: GraphQLEndpoint
    readiness: Readiness = field(default_factory=Readiness)

    def end_streams(self) -> None:
        """End the streams that are open; their clients go on elsewhere from the last event they saw."""
        self.endpoint.end_streams()


def environment(settings: Settings) -> Environment:
    retries = tuple(timedelta(seconds=seconds) for seconds in settings.webhook_retries)
    return Environment(
        settings.address,
        Signer(settings.signing_secret),
        settings.seller,
        settings.operator_email,
        Webhooks(retries, settings.webhook_loopback),
    )


async def open_for(settings: Settings, jobs: JobQueue, clock: Clock | None = None) -> Database:
    """Open the database that the settings name."""
    means = Means(clock or Clock(), jobs, environment(settings), followers=(fan_out,))
    url = settings.database.render_as_string(hide_password=False)
    return await open_database(url, means, pool_size=settings.database_pool, reads_behind_rls=settings.rls == "all")


def ports_for(settings: Settings, database: Database) -> Ports:
    """What jobs and downloads of this installation work with."""
    executor = partial(_executor, introspection=settings.introspection, suggestions=settings.suggestions)
    messages = ApiMessages(database, settings.address, executor)
    return Ports(database, mailer(settings), store(settings), Typst(), courier(settings), messages)


def make_server(settings: Settings, database: Database) -> Server:
    """Wire a server on an open database."""
    ports = ports_for(settings, database)
    executor = _executor(introspection=settings.introspection, suggestions=settings.suggestions)
    taking = payments(settings)
    front = Front(settings, database, executor, apis.facts(), taking)
    metrics = Metrics(executor.documents.engine.fell_back)
    app = web.Application(middlewares=[around(metrics)], client_max_size=bodies.LARGEST)
    app.on_response_prepare.append(set_headers)
    allow_origins(app, settings.cors_origins)
    endpoint = GraphQLEndpoint(front)
    server = Server(settings, database, ports, front, app, endpoint)
    for method in ("GET", "POST"):
        app.router.add_route(method, "/graphql", endpoint.handle)
    app.router.add_get("/health/live", _live)
    app.router.add_get("/health/ready", _ready(server))
    if settings.metrics:
        app.router.add_get("/metrics", metrics.answer)
    app.router.add_get("/", home(settings, next(iter(apis.DIALECTS.values()))))
    if settings.graphiql:
        GraphiQL(settings).mount(app)
    Reference(settings, apis.DIALECTS).mount(app)
    downloads = Downloads(front, ports)
    downloads.mount(app)
    for dialect in apis.DIALECTS.values():
        RestApi(front, dialect, downloads).mount(app)
    StripeWebhook(front).mount(app)
    add_pages(app, front)
    app.cleanup_ctx.append(_background(metrics, front, Forgetting(front)))
    return server


@cache
def _executor(*, introspection: bool, suggestions: bool) -> Executor:
    """The graph of this release, made once a process; all servers in it share the operations that were prepared."""
    return graph.executor(build(), introspection=introspection, suggestions=suggestions)


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


def _ready(server: Server) -> Handler:
    async def ready(_request: web.Request) -> web.Response:
        if not server.readiness.ready:
            return web.json_response({"status": "draining"}, status=503)
        return web.json_response({"status": "ready"})

    return ready


def _background(metrics: Metrics, front: Front, forgetting: Forgetting) -> Callable[[web.Application], AsyncIterator[None]]:
    async def background(_app: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(metrics.watch_lag()), asyncio.create_task(forgetting.watch())]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await front.authenticator.close()
        if isinstance(front.payments, Stripe):
            await front.payments.close()

    return background

"""The API's composition root: it wires the resources and the routes together."""

import gc
import socket
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from redis.asyncio import Redis

from app import db
from app.attendance.desk import ScanDesk
from app.crypto import Vault
from app.identity.passwords import PasswordHasher
from app.identity.tokens import AccessTokens
from app.limits import Limiter
from app.settings import Settings
from app.storage import open_storage
from mobile_api import (
    absences,
    activation,
    announcement_answers,
    announcements,
    attachments,
    attendance,
    auth,
    billing,
    cash,
    class_days,
    classes,
    closes,
    closures,
    completeness,
    consents,
    contact_groups,
    corrections,
    custody,
    deliveries,
    department_attachments,
    disputes,
    fee_boards,
    fee_exports,
    fee_items,
    fee_periods,
    fee_receipts,
    fee_setup,
    fee_waivers,
    feed,
    gate_staff,
    guardians,
    health,
    homework,
    imports,
    inbox,
    invoices,
    jobs,
    leave,
    life,
    me,
    money_reviews,
    monitor,
    openapi,
    paying,
    photos,
    pickups,
    places,
    push,
    reconciliations,
    refunds,
    register,
    remarks,
    reviews,
    schools,
    setup,
    staff,
    staff_hours,
    statements,
    stations,
    students,
    thread_care,
    thread_rules,
    threads,
    today,
    webhooks,
)
from mobile_api.bodies import MULTIPART, StrictRequest, body_of
from mobile_api.deps import (
    RULE,
    provide_caller,
    provide_locale,
    provide_now,
    provide_resources,
    provide_tx,
)
from mobile_api.idempotency import AnswerResponse
from mobile_api.problems import EXCEPTION_HANDLERS
from mobile_api.query_strings import require_well_formed
from mobile_api.resources import Resources, utc_now
from mobile_api.scan_door import ScanDoor
from mobile_api.streams import StreamHub
from mobile_api.web import DIST, WebDoor, warn_unless_built
from notifications.channels.sms import sms_sender
from notifications.one_time_codes import SmsCodes

MAX_BODY_BYTES = 1_000_000

CONTROLLERS: Sequence[Any] = [
    *health.HANDLERS,
    *openapi.HANDLERS,
    *auth.HANDLERS,
    *activation.HANDLERS,
    *me.HANDLERS,
    *push.HANDLERS,
    *consents.HANDLERS,
    *schools.HANDLERS,
    *setup.HANDLERS,
    *places.HANDLERS,
    *stations.HANDLERS,
    *classes.HANDLERS,
    *students.HANDLERS,
    *life.HANDLERS,
    *gate_staff.HANDLERS,
    *staff.HANDLERS,
    *staff_hours.HANDLERS,
    *guardians.HANDLERS,
    *custody.HANDLERS,
    *attendance.HANDLERS,
    *register.HANDLERS,
    *absences.HANDLERS,
    *disputes.HANDLERS,
    *corrections.HANDLERS,
    *reviews.HANDLERS,
    *leave.HANDLERS,
    *billing.HANDLERS,
    *invoices.HANDLERS,
    *closures.HANDLERS,
    *announcements.HANDLERS,
    *announcement_answers.HANDLERS,
    *contact_groups.HANDLERS,
    *remarks.HANDLERS,
    *homework.HANDLERS,
    *class_days.HANDLERS,
    *today.HANDLERS,
    *photos.HANDLERS,
    *pickups.HANDLERS,
    *imports.HANDLERS,
    *inbox.HANDLERS,
    *feed.HANDLERS,
    *threads.HANDLERS,
    *thread_care.HANDLERS,
    *thread_rules.HANDLERS,
    *deliveries.HANDLERS,
    *monitor.HANDLERS,
    *jobs.HANDLERS,
    *attachments.HANDLERS,
    *department_attachments.HANDLERS,
    *completeness.HANDLERS,
    *fee_setup.HANDLERS,
    *fee_items.HANDLERS,
    *fee_periods.HANDLERS,
    *fee_waivers.HANDLERS,
    *webhooks.HANDLERS,
    *paying.HANDLERS,
    *fee_receipts.HANDLERS,
    *fee_boards.HANDLERS,
    *statements.HANDLERS,
    *money_reviews.HANDLERS,
    *refunds.HANDLERS,
    *cash.HANDLERS,
    *closes.HANDLERS,
    *reconciliations.HANDLERS,
    *fee_exports.HANDLERS,
]


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncGenerator[Resources, None]:
    """Everything a running API holds; closed in the opposite order."""
    vault = Vault(settings.key_ring)
    pool = await db.create_pool(
        settings.require_database_url(), role=db.APP_ROLE, size=settings.db_pool_size
    )
    redis: Redis = Redis.from_url(
        settings.require_redis_url(), socket_timeout=2, socket_connect_timeout=1
    )
    resources = Resources(
        settings=settings,
        pool=pool,
        redis=redis,
        vault=vault,
        tokens=AccessTokens(vault),
        passwords=PasswordHasher(),
        limiter=Limiter(redis),
        desk=ScanDesk(pool, vault.ring, utc_now),
        streams=StreamHub(pool, settings.require_redis_url(), utc_now),
        storage=open_storage(settings),
        codes=SmsCodes(sms_sender(settings)),
    )
    try:
        yield resources
    finally:
        await resources.streams.close()
        if resources.codes is not None:
            await resources.codes.close()
        resources.passwords.close()
        await redis.aclose()
        await pool.close()


def create_app(
    resources: Resources | None = None, *, settings: Settings | None = None, web: Path = DIST
) -> Litestar:
    """The ASGI app, on given resources (tests) or on those that `settings` describe."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None, None]:
        if resources is not None:
            app.state.resources = resources
            yield
            return
        async with open_resources(settings or Settings()) as opened:
            app.state.resources = opened
            yield

    app = Litestar(
        route_handlers=CONTROLLERS,
        dependencies={
            "tx": Provide(provide_tx),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "now": Provide(provide_now, sync_to_thread=False),
            "resources": Provide(provide_resources, sync_to_thread=False),
            "locale": Provide(provide_locale, sync_to_thread=False),
        },
        request_class=StrictRequest,
        response_class=AnswerResponse,
        before_request=require_well_formed,
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=MAX_BODY_BYTES,
        lifespan=[lifespan],
        state=State({"resources": resources} if resources else {}),
        openapi_config=None,  # ours is read off the routes: mobile_api/openapi.py
        logging_config=None,
        debug=False,
    )
    _require_rules(app)
    in_force = resources.settings if resources else settings or Settings()
    pages = WebDoor(app.asgi_handler, in_force, dist=web)
    app.asgi_handler = ScanDoor(app, pages, max_body_bytes=MAX_BODY_BYTES)
    return app


def _require_rules(app: Litestar) -> None:
    """No route starts without a rule that says who may call it, no form without a bearer token."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            is_http = isinstance(handler, HTTPRouteHandler)
            if not is_http or "OPTIONS" in handler.http_methods:
                continue
            if RULE not in handler.opt:
                raise ImproperlyConfiguredException(f"{route.path} does not say who may call it")
            if body_of(handler)[1] == MULTIPART and handler.opt[RULE].is_public:
                raise ImproperlyConfiguredException(f"{route.path}: any page could send this form")


class _Server(uvicorn.Server):
    """Ends the live streams before it waits for running requests, of which they never end."""

    def __init__(self, config: uvicorn.Config, app: Litestar) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        resources: Resources = self._app.state.resources
        resources.streams.end_all()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM, then let running requests end."""
    # What start-up made lives as long as the process; scans make many short-lived objects.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    warn_unless_built()
    app = create_app(settings=settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=10,
        # Longer than a front's (Caddy: 120 s): who closes first answers a POST on its way with 502.
        timeout_keep_alive=180,
        server_header=False,
    )
    server = _Server(config, app)
    server.run()
    if not server.started:
        sys.exit(3)  # as uvicorn itself does

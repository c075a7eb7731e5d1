"""The worker's composition root: an arq worker whose jobs drain buckets of deliveries.

Beside it the runner of what schools hand in (app/jobs), which arq only wakes, the look for cut-offs
that are past (app/attendance/absence), the counts of schools' days (app/monitoring), the telling of
closures and announcements school by school (app/attendance/closures, app/contact_book), the taking
of money that gateways tell of (app/fees/receiving), the printing of receipts (app/fees/paper), and
the sweep of pictures that nobody points at (app/photos).

Redis, here Valkey, is only the bell. While it is away this process looks for due deliveries by
itself, once a second.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from arq import Retry, Worker, cron, func
from arq.connections import ArqRedis
from msgspec import msgpack
from redis.asyncio import Redis

from app import db
from app.attendance.absence import ticker
from app.attendance.absence.ticker import AbsenceTicker
from app.attendance.closures.fanout import keep_fanning_out
from app.attendance.plan import school_day
from app.contact_book.announcements.fanout import keep_publishing
from app.contact_book.completeness import rollup as book_weeks
from app.contact_book.daily.weekly import sum_up_due
from app.crypto import Vault
from app.fees.billing.works import billing_works
from app.fees.boards import rollup as fee_months
from app.fees.paper.printing import keep_printing
from app.fees.receiving.keeping import keep_receiving
from app.jobs import bell as job_bell
from app.jobs import runner as jobs
from app.jobs.runner import JobRunner
from app.monitoring.ticker import RollUpTicker
from app.photos.sweep import keep_sweeping
from app.push_key import PushKey, push_key
from app.schools.imports.works import import_works
from app.schools.setup import service as setup
from app.settings import BadSettings, Settings
from app.storage import open_storage
from app.tasks import end
from notifications import bells, counting, upkeep
from notifications.bells import VALKEY_ERRORS
from notifications.channels.base import PushSender
from notifications.channels.fcm import BadCredentials, FcmSender
from notifications.channels.sms import sms_sender
from notifications.channels.webpush import WebPushSender
from notifications.model import Channel
from notifications.process import guarded, is_set_within, run_until_stopped, utc_now
from notifications.rules import BUCKETS
from notifications.sending import LEASE_S, SendDesk
from notifications.text_alerts import TextAlerts

_POLL_S: Final = 0.05
_JOB_S: Final = 60
_AT_ONCE: Final = 32
_LAST_SENDS_S: Final = 12
_AWAY_POLL_S: Final = 1.0
_RETRY_S: Final = 1.0

_log = structlog.get_logger(__name__)


async def send_bucket(ctx: dict[str, Any], bucket: int) -> None:
    """Job: send what is due in the bucket. May run twice, and beside another of the same."""
    desk: SendDesk = ctx["desk"]
    try:
        await desk.drain(bucket)
    except Exception as error:
        if db.is_away(error):
            _log.warning("worker.postgres_away", error=type(error).__name__)
        else:
            _log.exception("worker.bug", bucket=bucket)
        # arq takes any other exception as the end of the job.
        raise Retry(defer=_RETRY_S) from None


async def look_after(ctx: dict[str, Any]) -> None:
    """Job: the day's upkeep."""
    desk: SendDesk = ctx["desk"]
    await upkeep.look_after(desk.pool, news_months=ctx["news_months"])


async def count_deliveries(ctx: dict[str, Any]) -> None:
    """Job: what became of today's news, school by school."""
    desk: SendDesk = ctx["desk"]
    now = utc_now()
    try:
        schools = await counting.count_again(desk.pool, days=[school_day(now)], now=now)
        _log.info("deliveries.counted", schools=schools)
    except Exception as error:  # five minutes later it is tried again
        _log.warning("deliveries.not_counted", error=type(error).__name__)


async def count_setups(ctx: dict[str, Any]) -> None:
    """Job: how far each school is with its set-up, for the department's view."""
    runner: JobRunner = ctx["jobs"]
    try:
        schools = await setup.count_again(runner.pool, now=datetime.now(UTC))
        _log.info("setup.counted", schools=schools)
    except Exception as error:  # an hour later it is tried again
        _log.warning("setup.not_counted", error=type(error).__name__)


async def sum_up_weeks(ctx: dict[str, Any]) -> None:
    """Job: each pupil's week in numbers, told on Saturday; else nothing is to do."""
    runner: JobRunner = ctx["jobs"]
    try:
        schools = await sum_up_due(runner.pool, now=utc_now())
        if schools:
            _log.info("weekly.told", schools=schools)
    except Exception as error:  # ten minutes later it goes on with the schools that are left
        _log.warning("weekly.not_told", error=type(error).__name__)


async def wake_jobs(ctx: dict[str, Any]) -> None:
    """Job: a school has handed in work. It is not done here: arq knows no progress and no death."""
    runner: JobRunner = ctx["jobs"]
    runner.wake()


async def ring_again(ctx: dict[str, Any]) -> None:
    """After a job: what was told while it ended had its bell refused, since the job still was."""
    kind, _, rest = str(ctx["job_id"]).partition(":")
    if kind != "send":
        return
    desk: SendDesk = ctx["desk"]
    bucket = int(rest.partition(":")[0])
    try:
        if not desk.is_stopping and await desk.is_due(bucket):
            await bells.ring_bucket(ctx["redis"], bucket)
    except Exception as error:  # it would end arq; the relay's sweep rings as well
        _log.warning("worker.not_rung", error=type(error).__name__)


def senders(settings: Settings) -> dict[Channel, PushSender]:
    """The ways out that settings alone give; a delivery on another one fails, with the reason.

    Raises:
        BadSettings: the service account or the endpoint cannot be used.
    """
    if settings.firebase_credentials is None:
        _log.warning("push.fcm_not_configured", set="FIREBASE_CREDENTIALS")
        return {}
    try:
        return {"fcm": FcmSender(settings.firebase_credentials, settings.fcm_endpoint)}
    except BadCredentials as error:
        raise BadSettings(str(error)) from None
    except ValueError as error:
        raise BadSettings(f"FCM_ENDPOINT: {error}") from None


def web_push(settings: Settings, pool: db.Pool) -> PushSender:
    """The way to browsers. It needs no account, only our own key, read when something is sent."""
    vault = Vault(settings.key_ring)

    async def load_key() -> PushKey:
        async with pool.acquire() as conn:
            return await push_key(conn, vault=vault)

    return WebPushSender(load_key, subject=settings.push_subject, hosts=settings.push_hosts)


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    lease_s: float = LEASE_S,
    job_lease_s: float = jobs.LEASE_S,
) -> None:
    """Send, and do jobs, until `stop` is set. A PostgreSQL or Valkey that is away is waited for."""
    logging.getLogger("arq").setLevel(logging.ERROR)  # it says two lines for every job
    async with (
        open_desk(settings, lease_s=lease_s) as desk,
        open_runner(settings, finder=desk.pool, lease_s=job_lease_s) as runner,
        open_ticking_pool(settings) as ticking,
    ):
        _log.info("worker.started")
        working = asyncio.create_task(runner.run(stop))
        try:
            await guarded(
                _send_until(stop, settings, desk, runner),
                desk.counts.say_each_minute(),
                keep_sweeping(desk.pool, open_storage(settings)),
                AbsenceTicker(ticking, clock=utc_now).keep_looking(),
                RollUpTicker(ticking, clock=utc_now).keep_counting(),
                keep_fanning_out(desk.pool, ticking, clock=utc_now),
                keep_publishing(desk.pool, ticking, clock=utc_now),
                book_weeks.keep_counting(ticking, clock=utc_now),
                keep_receiving(settings, desk.pool, clock=utc_now),
                keep_printing(settings, desk.pool, ticking, clock=utc_now),
                fee_months.keep_counting(ticking, clock=utc_now),
            )
        finally:
            stop.set()
            await working


@contextlib.asynccontextmanager
async def open_desk(settings: Settings, *, lease_s: float) -> AsyncIterator[SendDesk]:
    """The desk with its pool and its senders, closed at the end."""
    ways_out = senders(settings)
    by_sms = sms_sender(settings)
    pool = await db.create_pool(
        settings.require_database_url(), role=db.WORKER_ROLE, size=settings.db_pool_size
    )
    ways_out["web"] = web_push(settings, pool)
    texts = TextAlerts(pool, Vault(settings.key_ring), by_sms)
    desk = SendDesk(pool, ways_out, texts=texts, lease_s=lease_s)
    try:
        yield desk
    finally:
        for sender in ways_out.values():
            await sender.close()
        await texts.close()
        await pool.close()
        desk.counts.say()


@contextlib.asynccontextmanager
async def open_ticking_pool(settings: Settings) -> AsyncIterator[db.Pool]:
    """The pool of what is looked for each few seconds, under the app's role, school by school."""
    pool = await db.create_pool(
        settings.require_database_url(), role=db.APP_ROLE, size=ticker.CONNECTIONS
    )
    try:
        yield pool
    finally:
        await pool.close()


@contextlib.asynccontextmanager
async def open_runner(
    settings: Settings, *, finder: db.Pool, lease_s: float
) -> AsyncIterator[JobRunner]:
    """The runner of jobs with its pool under the app's role, its storage and its voice."""
    vault = Vault(settings.key_ring)
    pool = await db.create_pool(
        settings.require_database_url(), role=db.APP_ROLE, size=jobs.CONNECTIONS, command_s=120
    )
    redis: Redis = Redis.from_url(
        settings.require_redis_url(), socket_timeout=2, socket_connect_timeout=1
    )
    try:
        yield JobRunner(
            finder=finder,
            pool=pool,
            redis=redis,
            storage=open_storage(settings),
            vault=vault,
            works={**import_works(vault), **billing_works()},
            lease_s=lease_s,
        )
    finally:
        await redis.aclose()
        await pool.close()


async def _send_until(
    stop: asyncio.Event, settings: Settings, desk: SendDesk, runner: JobRunner
) -> None:
    while not stop.is_set():
        redis = bells.connect(settings)
        try:
            await _answer_bells(redis, stop, settings, desk, runner)
        except VALKEY_ERRORS as error:
            # arq gives up when Valkey is away for a moment; parents must not wait for it.
            _log.warning("worker.valkey_away", error=type(error).__name__)
            await _send_without_bells(redis, stop, desk)
        finally:
            await bells.hang_up(redis)
    desk.is_stopping = True


async def _answer_bells(
    redis: ArqRedis, stop: asyncio.Event, settings: Settings, desk: SendDesk, runner: JobRunner
) -> None:
    worker = arq_worker(redis, settings, desk, runner)
    working = asyncio.ensure_future(worker.async_run())
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        desk.is_stopping = stop.is_set()
        # arq ends by itself after this many jobs, with those that run, and with Valkey tidied up.
        worker.burst, worker.max_burst_jobs = True, 0
        # What is being sent is settled; what would take longer is left to its lease.
        await asyncio.wait({working, *worker.tasks.values()}, timeout=_LAST_SENDS_S)
        if working.done():
            working.result()
    finally:
        await end((stopping, working, *worker.tasks.values()))


def arq_worker(redis: ArqRedis, settings: Settings, desk: SendDesk, runner: JobRunner) -> Worker:
    """arq, told what STACK.md found: msgpack, no kept results, short timeouts."""
    return Worker(
        functions=[
            func(send_bucket, name=bells.SEND_BUCKET, timeout=_JOB_S, max_tries=5),
            func(wake_jobs, name=job_bell.WAKE, timeout=_JOB_S),
        ],
        # One job id for all workers, kept for a minute after: it runs once however many start.
        # 19:10 UTC is ten past two at night in Việt Nam.
        cron_jobs=[
            cron(
                look_after,
                name="look_after",
                hour=19,
                minute=10,
                run_at_startup=True,
                job_id="look-after",
                timeout=_JOB_S * 10,
            ),
            cron(
                count_setups,
                name="count_setups",
                minute=20,
                run_at_startup=True,
                job_id="count-setups",
                timeout=_JOB_S * 10,
            ),
            cron(
                sum_up_weeks,
                name="sum_up_weeks",
                minute=set(range(5, 60, 10)),
                run_at_startup=True,
                job_id="sum-up-weeks",
                timeout=_JOB_S * 10,
            ),
            cron(
                count_deliveries,
                name="count_deliveries",
                minute=set(range(2, 60, 5)),
                run_at_startup=True,
                job_id="count-deliveries",
                timeout=_JOB_S * 5,
            ),
        ],
        redis_pool=redis,
        queue_name=redis.default_queue_name,
        ctx={"desk": desk, "jobs": runner, "news_months": settings.news_kept_months},
        after_job_end=ring_again,
        handle_signals=False,
        max_jobs=_AT_ONCE,
        poll_delay=_POLL_S,
        keep_result=0,
        log_results=False,
        job_serializer=msgpack.encode,
        job_deserializer=msgpack.decode,
    )


async def _send_without_bells(redis: ArqRedis, stop: asyncio.Event, desk: SendDesk) -> None:
    while not await is_set_within(stop, _AWAY_POLL_S):
        for bucket in range(BUCKETS):
            try:
                await desk.drain(bucket)
            except Exception as error:
                _log.warning("worker.drain_failed", bucket=bucket, error=type(error).__name__)
        with contextlib.suppress(*VALKEY_ERRORS):
            await redis.ping()
            _log.info("worker.valkey_back")
            return


def main(
    settings: Settings, *, lease_s: float = LEASE_S, job_lease_s: float = jobs.LEASE_S
) -> None:
    """Work until SIGTERM or Ctrl-C. What a killed worker had in hand is anybody's after its lease.

    Raises:
        BadSettings: see `senders`; or there is no MASTER_KEY.
    """
    run_until_stopped(lambda stop: run(settings, stop, lease_s=lease_s, job_lease_s=job_lease_s))

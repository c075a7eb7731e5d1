"""What handlers ask for: the caller, a transaction scoped to the caller's schools, the time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from app import db, idempotency
from app.errors import Unauthenticated
from app.identity import sessions
from app.identity.model import Caller
from app.identity.queries import caller_of_session
from app.identity.tokens import BadAccessToken, Claims
from mobile_api.access import Who
from mobile_api.idempotency import Replay, answer_of, attempt_of
from mobile_api.resources import Resources, resources_of

AnyRequest = Request[Any, Any, Any]
Locale = Literal["vi", "en"]

# What a handler writes: `tx: Tx, caller: Me, now: Now`.
Tx = NamedDependency[SkipValidation[db.Conn]]
Me = NamedDependency[SkipValidation[Caller]]
Now = NamedDependency[SkipValidation[datetime]]
Res = NamedDependency[SkipValidation[Resources]]
Lang = NamedDependency[SkipValidation[Locale]]

RULE = "who"
# The department's people reach school tables only where a route says so (DESIGN 2.4).
DEPARTMENT_MAY_SEE_SCHOOL = "department_may_see_school"


class LoginNeeded(Unauthenticated):
    """Cần đăng nhập | Please log in"""


def locale_of(request: AnyRequest) -> Locale:
    """`en` only when Accept-Language prefers it; Vietnamese first."""
    header = request.headers.get("accept-language", "")
    return "en" if header.strip().lower().startswith("en") else "vi"


def claims_of(request: AnyRequest, resources: Resources) -> Claims:
    """The verified claims of the bearer token.

    Raises:
        LoginNeeded: no bearer token.
        BadAccessToken: it is not genuine or over.
    """
    return claims_in(request.headers.get("authorization", ""), resources)


def claims_in(authorization: str, resources: Resources) -> Claims:
    """The verified claims of an `Authorization` header; raises as `claims_of` does."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise LoginNeeded
    return resources.tokens.verify(token.strip(), now=resources.clock())


async def provide_tx(request: AnyRequest) -> AsyncGenerator[db.Conn, None]:
    """One transaction a request, committed before the response goes out.

    It authenticates, checks the route's rule and opens exactly the caller's rows. Acquire,
    begin and scope are one generator: Litestar closes several ones concurrently. Under an
    `Idempotency-Key` the answer is committed with it, or the one of before goes out.
    """
    resources = resources_of(request)
    rule: Who = request.route_handler.opt[RULE]
    if rule.is_public:
        async with resources.pool.acquire() as conn, conn.transaction():
            yield conn
        return
    claims = claims_of(request, resources)
    await resources.limiter.take_account(claims.account_id)
    attempt = await attempt_of(request, account_id=claims.account_id)
    answered = None
    async with resources.pool.acquire() as conn, conn.transaction():
        caller = await caller_of_session(conn, session_id=claims.session_id, now=resources.clock())
        if caller is None:
            raise BadAccessToken
        school_id = request.path_params.get("school_id")
        rule.check(caller, school_id)
        schools = set(caller.school_ids)
        if (
            request.route_handler.opt.get(DEPARTMENT_MAY_SEE_SCHOOL)
            and school_id in caller.department_school_ids
        ):
            schools.add(school_id)
        await db.scope(conn, schools=schools, accounts=[caller.account_id])
        request.state.caller = caller
        if attempt is not None:
            answered = await idempotency.claim(conn, vault=resources.vault, attempt=attempt)
        if answered is None:
            yield conn
        if answered is None and attempt is not None:
            answer = answer_of(request)
            await idempotency.keep(conn, vault=resources.vault, attempt=attempt, answer=answer)
    await _note_heard(caller, claims, resources)
    if answered is not None:
        raise Replay(answered)


async def _note_heard(caller: Caller, claims: Claims, resources: Resources) -> None:
    """Once after each refresh, and after the request's own transaction: it must hold up nobody."""
    made_at = caller.unheard_since
    if made_at is None or claims.issued_at < int(made_at.timestamp()):
        return
    async with resources.pool.acquire() as conn:
        await sessions.note_heard(
            conn, session_id=caller.session_id, refreshed_at=made_at, now=resources.clock()
        )


# For handlers that must hold no connection for long: the same, around a part of their work.
open_tx = asynccontextmanager(provide_tx)


def provide_caller(request: AnyRequest, tx: Tx) -> Caller:
    """The caller; it depends on `tx`, which has authenticated it."""
    caller: Caller = request.state.caller
    return caller


def provide_now(request: AnyRequest) -> datetime:
    return resources_of(request).clock()


def provide_resources(request: AnyRequest) -> Resources:
    return resources_of(request)


def provide_locale(request: AnyRequest) -> Locale:
    return locale_of(request)

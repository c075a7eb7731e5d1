"""Logging in and out: passwords, refresh tokens, one-time codes, sessions, screens."""

from typing import Annotated, Any
from uuid import UUID

import structlog
from litestar import Request, Response, delete, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie, ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import CookieParameter, FromPath, JSONBody
from msgspec import Meta, Struct

from app.errors import NotFound
from app.identity import displays, service, sessions
from app.identity.metrics import CODES
from app.identity.model import Account, Device, LoggedIn, Platform, Purpose, SessionInfo
from app.identity.otp import CODE_S
from app.identity.service import BadRefreshToken, Desk
from app.identity.tokens import ACCESS_TOKEN_S
from app.limits import address_key
from app.paging import Page
from mobile_api.access import PUBLIC, SIGNED_IN
from mobile_api.consents import EntryConsents, wishes_of
from mobile_api.deps import Lang, Me, Now, Res, Tx
from mobile_api.inputs import Phone, ShortName
from mobile_api.openapi import FAILS, REFRESH_COOKIE_SCHEME
from mobile_api.resources import Resources

log = structlog.get_logger()

REFRESH_COOKIE = "ct_refresh"
_COOKIE_PATH = "/v1/auth"
NO_STORE = {"Cache-Control": "no-store"}
LETS_IN = {"who": PUBLIC, FAILS: (401, 422, 429, 503)}
SETS_COOKIE = [
    ResponseHeader(
        name="Set-Cookie",
        description="a browser's refresh token; `refresh_token` is null then",
        documentation_only=True,
    )
]
_ENDED = {204: ResponseSpec(data_container=None, description="The session has ended")}

Password = Annotated[str, Meta(min_length=1, max_length=128)]
PurposeField = Annotated[Purpose, Meta(description="activation: the first password")]


class NoSuchSession(NotFound):
    """Không tìm thấy phiên đăng nhập | No such session"""


class DeviceInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id`: a random UUID that the app or browser made once and keeps."""

    id: UUID
    name: ShortName
    platform: Platform

    def as_device(self) -> Device:
        return Device(id=self.id, name=self.name, platform=self.platform)


class LoginInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone: Phone
    password: Password
    device: DeviceInput


class RefreshInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`refresh_token` null or left out: it is in the cookie."""

    device_id: UUID
    refresh_token: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class CodeInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone: Phone
    purpose: PurposeField


class CodeAnswer(Struct, frozen=True, kw_only=True):
    """The same for every phone: a code that was sent is good for so long."""

    expires_in_s: int


class VerifyInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone: Phone
    purpose: PurposeField
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
    new_password: Password
    device: DeviceInput
    consents: EntryConsents = []


class PairInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pairing_code: Annotated[str, Meta(min_length=1, max_length=40)]
    device: DeviceInput


class LoginAnswer(Struct, frozen=True, kw_only=True):
    """`refresh_token` null: it is in an HttpOnly cookie, since the device is a browser."""

    access_token: str
    expires_in_s: int
    refresh_token: str | None
    account: Account


@post(
    "/v1/auth/login",
    status_code=200,
    opt=LETS_IN,
    tags=["auth"],
    response_headers=SETS_COOKIE,
)
async def login(
    data: JSONBody[LoginInput], request: Request[Any, Any, Any], resources: Res, now: Now
) -> Response[LoginAnswer]:
    """Log in by phone and password. For everybody.

    An unknown phone and a wrong password get the same answer. The account's former session on
    this device ends. A browser gets the refresh token as a cookie only.
    """
    logged_in = await service.login(
        desk_of(resources),
        phone=data.phone,
        password=data.password,
        device=data.device.as_device(),
        address=address_of(request),
        now=now,
    )
    return login_answer(logged_in, resources, in_cookie=data.device.platform == "web")


@post(
    "/v1/auth/refresh",
    status_code=200,
    opt=LETS_IN,
    tags=["auth"],
    security=[{REFRESH_COOKIE_SCHEME: []}, {}],
    response_headers=SETS_COOKIE,
)
async def refresh(
    data: JSONBody[RefreshInput],
    request: Request[Any, Any, Any],
    resources: Res,
    now: Now,
    cookie: Annotated[str | None, CookieParameter(name=REFRESH_COOKIE)] = None,
) -> Response[LoginAnswer]:
    """Exchange the refresh token, in the body or in the cookie, for new tokens. For its holder.

    Each token works once. Shown again it ends the session; only the one before the current may
    come again, within 30 seconds and while the current is unused: the answer may have been lost.
    """
    token = data.refresh_token or cookie
    if not token:
        raise BadRefreshToken
    logged_in = await service.refresh(
        desk_of(resources),
        token=token,
        device_id=data.device_id,
        address=address_of(request),
        now=now,
    )
    return login_answer(logged_in, resources, in_cookie=data.refresh_token is None)


@post(
    "/v1/auth/otp",
    status_code=202,
    opt={"who": PUBLIC, FAILS: (422, 429, 503)},
    tags=["auth"],
)
async def request_code(
    data: JSONBody[CodeInput], request: Request[Any, Any, Any], resources: Res, now: Now
) -> Response[CodeAnswer]:
    """Send a one-time code by SMS, if the phone has an account. For everybody, always 202.

    Good for five minutes and five attempts; a new code replaces the one before.
    """
    code = await service.request_code(
        desk_of(resources),
        phone=data.phone,
        purpose=data.purpose,
        address=address_of(request),
        now=now,
    )
    answer = CodeAnswer(expires_in_s=CODE_S)
    if code is None:
        return Response(answer)
    if resources.codes is None:
        CODES.labels(data.purpose, "failed").inc()
        log.error("auth.code_not_sent", reason="no_sender", challenge_id=str(code.challenge_id))
        return Response(answer)
    # After the answer is out, so that its time tells nobody whether there was a code to send.
    return Response(answer, background=BackgroundTask(resources.codes.send, code))


@post(
    "/v1/auth/otp/verify",
    status_code=200,
    opt=LETS_IN,
    tags=["auth"],
    response_headers=SETS_COOKIE,
)
async def verify_code(
    data: JSONBody[VerifyInput],
    request: Request[Any, Any, Any],
    resources: Res,
    locale: Lang,
    now: Now,
) -> Response[LoginAnswer]:
    """Set a password by a one-time code, and log in. For the phone's owner.

    All former sessions of the account end. Guardians' links that waited until the phone was shown
    to be theirs come to life. `consents` hold for all children and staff roles of the account.
    """
    logged_in = await service.verify_code(
        desk_of(resources),
        phone=data.phone,
        purpose=data.purpose,
        code=data.code,
        new_password=data.new_password,
        device=data.device.as_device(),
        wishes=wishes_of(data.consents),
        locale=locale,
        address=address_of(request),
        now=now,
    )
    return login_answer(logged_in, resources, in_cookie=data.device.platform == "web")


@post(
    "/v1/auth/pair",
    operation_id="pair_screen",
    status_code=200,
    opt=LETS_IN,
    tags=["auth"],
    response_headers=SETS_COOKIE,
)
async def pair(
    data: JSONBody[PairInput], request: Request[Any, Any, Any], resources: Res, now: Now
) -> Response[LoginAnswer]:
    """Log a screen in as the display of a station, by the code that a principal was shown.

    The station's earlier screen ends.
    """
    logged_in = await displays.pair(
        desk_of(resources),
        pairing_code=data.pairing_code,
        device=data.device.as_device(),
        address=address_of(request),
        now=now,
    )
    return login_answer(logged_in, resources, in_cookie=data.device.platform == "web")


@post("/v1/auth/logout", status_code=204, opt={"who": SIGNED_IN}, tags=["auth"], responses=_ENDED)
async def logout(tx: Tx, caller: Me, now: Now, resources: Res) -> Response[None]:
    """End this session and its pushes. For everybody who is logged in."""
    await sessions.revoke(
        tx,
        session_id=caller.session_id,
        account_id=caller.account_id,
        reason="logout",
        now=now,
    )
    cookie = _cookie(resources, value="", max_age=0)
    return Response(None, status_code=204, cookies=[cookie])


@get("/v1/auth/sessions", opt={"who": SIGNED_IN}, tags=["auth"])
async def list_sessions(tx: Tx, caller: Me, now: Now) -> Page[SessionInfo]:
    """The devices that the caller is logged in on, the one used last first."""
    found = await sessions.live_sessions(
        tx, account_id=caller.account_id, current_id=caller.session_id, now=now
    )
    return Page(items=found)


@delete("/v1/auth/sessions/{session_id:uuid}", opt={"who": SIGNED_IN}, tags=["auth"])
async def end_session(tx: Tx, caller: Me, now: Now, session_id: FromPath[UUID]) -> None:
    """End one of the caller's own sessions, and its pushes; it acts on its next request."""
    is_ended = await sessions.revoke(
        tx, session_id=session_id, account_id=caller.account_id, reason="owner", now=now
    )
    if not is_ended:
        raise NoSuchSession


@delete("/v1/auth/sessions", opt={"who": SIGNED_IN}, tags=["auth"])
async def end_other_sessions(tx: Tx, caller: Me, now: Now) -> None:
    """End all of the caller's sessions but this one."""
    await sessions.revoke_sessions_of_account(
        tx,
        account_id=caller.account_id,
        reason="owner",
        now=now,
        except_session_id=caller.session_id,
    )


def desk_of(resources: Resources) -> Desk:
    """What it takes to let somebody in, out of what the API holds."""
    return Desk(
        pool=resources.pool,
        vault=resources.vault,
        tokens=resources.tokens,
        passwords=resources.passwords,
        limiter=resources.limiter,
    )


def address_of(request: Request[Any, Any, Any]) -> str:
    return address_key(request.client.host if request.client else None)


def login_answer(
    logged_in: LoggedIn, resources: Resources, *, in_cookie: bool
) -> Response[LoginAnswer]:
    cookies = []
    if in_cookie:
        value, lasts_s = logged_in.refresh_token, logged_in.lasts_s
        cookies = [_cookie(resources, value=value, max_age=lasts_s)]
    body = LoginAnswer(
        access_token=logged_in.access_token,
        expires_in_s=ACCESS_TOKEN_S,
        refresh_token=None if in_cookie else logged_in.refresh_token,
        account=logged_in.account,
    )
    return Response(body, headers=NO_STORE, cookies=cookies)


def _cookie(resources: Resources, *, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=REFRESH_COOKIE,
        value=value,
        max_age=max_age,
        path=_COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=resources.settings.base_url.startswith("https:"),
    )


HANDLERS = [
    login,
    refresh,
    request_code,
    verify_code,
    pair,
    logout,
    list_sessions,
    end_session,
    end_other_sessions,
]

"""Logging in, staying logged in, and setting a password.

Unlike other services these take the pool and commit by themselves: a password is hashed between
two short transactions, never inside one, and a wrong guess must stay counted when it is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app import db
from app.activation import links
from app.consents import service as consents
from app.consents.model import Wish
from app.crypto import Vault
from app.errors import Conflict, TooManyRequests, Unauthenticated, Unavailable, Unprocessable
from app.identity import guard, otp, queries, sessions
from app.identity.accounts import PHONE_PURPOSE
from app.identity.metrics import CODES, LOGINS, REFRESHES
from app.identity.model import (
    Account,
    AccountRow,
    Caller,
    Credentials,
    Device,
    Locale,
    LoggedIn,
    NewSession,
    Purpose,
)
from app.identity.otp import Code
from app.identity.passwords import PasswordHasher, check_strength
from app.identity.tokens import AccessTokens
from app.limits import LOGIN_DEVICE, LOGIN_IP, REFRESH_IP, Limiter
from app.phones import mask, to_e164

log = structlog.get_logger()


class WrongCredentials(Unauthenticated):
    """Số điện thoại hoặc mật khẩu không đúng | The phone or the password is wrong"""


class WrongCode(Unauthenticated):
    """Mã xác thực không đúng hoặc đã hết hạn | The code is wrong or over"""


class BadRefreshToken(Unauthenticated):
    """Phiên đăng nhập đã kết thúc | The session is over"""


class WrongPassword(Unprocessable):
    """Mật khẩu hiện tại không đúng | The current password is wrong"""


class PasswordChangedMeanwhile(Conflict):
    """Mật khẩu vừa được đổi ở nơi khác | The password was just changed elsewhere"""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What it takes to let somebody in."""

    pool: db.Pool
    vault: Vault
    tokens: AccessTokens
    passwords: PasswordHasher
    limiter: Limiter


async def login(
    desk: Desk, *, phone: str, password: str, device: Device, address: str, now: datetime
) -> LoggedIn:
    """Open a session by phone and password; `address` stands for where the request came from.

    An unknown phone, a phone without a password and a wrong password get one answer in one time.

    Raises:
        BadPhone: not a Vietnamese number.
        WrongCredentials: said of all three.
        TooManyRequests: too many guesses at this phone or from there.
        Unavailable: too many wait already.
    """
    try:
        await desk.limiter.take(LOGIN_IP, address)
        e164 = to_e164(phone)
        async with desk.pool.acquire() as conn:
            found = await queries.credentials(
                conn, phone_indexes=desk.vault.phone_indexes(e164), device_id=device.id
            )
        taken = await guard.before_password(
            desk.limiter,
            phone_index=desk.vault.phone_index(e164),
            address=address,
            device_id=device.id,
            known=found.account_id if found and found.is_known_device else None,
        )
    except TooManyRequests:
        LOGINS.labels("password", "limited").inc()
        raise
    try:
        entered = await _enter(desk, found, e164, password=password, device=device, now=now)
    except Unavailable:
        await guard.give_back(desk.limiter, taken)
        LOGINS.labels("password", "busy").inc()
        raise
    if entered is None:
        await guard.failed(desk.limiter, address)
        LOGINS.labels("password", "wrong").inc()
        log.info("auth.login_refused", device_id=str(device.id))
        raise WrongCredentials(
            (
                "Nếu chưa có mật khẩu hoặc đã quên, hãy nhận mã qua tin nhắn.",
                "If you have none yet, or forgot it, ask for a code by text message.",
            )
        )
    await guard.give_back(desk.limiter, taken)
    return _admit(desk, "password", entered, device=device, now=now)


async def refresh(
    desk: Desk, *, token: str, device_id: UUID, address: str, now: datetime
) -> LoggedIn:
    """Exchange a refresh token for new tokens.

    Raises:
        BadRefreshToken: unknown, over, used before, or shown by another device.
        TooManyRequests: too many from there.
    """
    await desk.limiter.take(REFRESH_IP, address)
    async with db.transaction(desk.pool) as conn:
        outcome = await sessions.rotate(
            conn, ring=desk.vault.ring, token=token, device_id=device_id, now=now
        )
        account = None
        if isinstance(outcome, NewSession):
            account = await queries.account_row(conn, account_id=outcome.account_id)
    # After the commit: what a replay has ended must stay ended.
    if not isinstance(outcome, NewSession) or account is None:
        reason = "unknown" if isinstance(outcome, NewSession) else outcome.reason
        REFRESHES.labels(reason).inc()
        log.warning("auth.refresh_refused", reason=reason, device_id=str(device_id))
        raise BadRefreshToken
    REFRESHES.labels("ok").inc()
    return logged_in(desk, outcome, account, now=now)


async def request_code(
    desk: Desk, *, phone: str, purpose: Purpose, address: str, now: datetime
) -> Code | None:
    """Prepare a one-time code, to be sent once the answer is out; None: nobody to send it to.

    The same work is done for a phone that nobody has.

    Raises:
        BadPhone: not a Vietnamese number.
        TooManyRequests: too many for this phone or from there.
    """
    e164 = to_e164(phone)
    index = desk.vault.phone_index(e164)
    try:
        await guard.before_code_is_sent(desk.limiter, phone_index=index, address=address)
    except TooManyRequests:
        CODES.labels(purpose, "limited").inc()
        raise
    async with db.transaction(desk.pool) as conn:
        to = await queries.addressee(
            conn, phone_indexes=desk.vault.phone_indexes(e164), purpose=purpose
        )
        challenge_id, code = await otp.new_challenge(
            conn, ring=desk.vault.ring, phone_index=index, purpose=purpose, now=now
        )
    if to is None:
        CODES.labels(purpose, "nobody").inc()
        return None
    log.info("auth.code_made", account_id=str(to.account_id), purpose=purpose)
    return Code(challenge_id=challenge_id, phone=e164, purpose=purpose, code=code, locale=to.locale)


async def verify_code(
    desk: Desk,
    *,
    phone: str,
    purpose: Purpose,
    code: str,
    new_password: str,
    device: Device,
    wishes: list[Wish],
    locale: Locale,
    address: str,
    now: datetime,
) -> LoggedIn:
    """Set a password by a one-time code; all former sessions end and a new one opens.

    It shows whose the phone is: guardians' links that waited for that come to life.

    Raises:
        BadPhone, WeakPassword: said before the code is looked at, and cost no attempt.
        WrongCode: wrong, used, over, or guessed at five times.
        TooManyRequests: too many wrong codes for this phone or from there.
    """
    e164 = to_e164(phone)
    check_strength(new_password, phone=e164)
    try:
        await desk.limiter.take(LOGIN_IP, address)
        taken = await guard.before_code(
            desk.limiter, phone_index=desk.vault.phone_index(e164), address=address
        )
    except TooManyRequests:
        LOGINS.labels("code", "limited").inc()
        raise
    challenge_id = await _check_code(desk, e164, purpose, code, now=now)
    entered = None
    if challenge_id is not None:
        new_hash = await desk.passwords.hash(new_password, phone=e164)
        entered = await _enter_by_code(
            desk,
            e164,
            purpose,
            challenge_id,
            new_hash=new_hash,
            device=device,
            wishes=wishes,
            locale=locale,
            now=now,
        )
    if entered is None:
        await guard.failed(desk.limiter, address)
        LOGINS.labels("code", "wrong").inc()
        log.info("auth.code_refused", device_id=str(device.id), purpose=purpose)
        raise WrongCode(
            (
                "Kiểm tra lại mã trong tin nhắn, hoặc yêu cầu mã mới.",
                "Check the code in the message, or ask for a new one.",
            )
        )
    await guard.give_back(desk.limiter, taken)
    return _admit(desk, "code", entered, device=device, now=now)


async def change_password(
    desk: Desk, *, caller: Caller, old_password: str, new_password: str, now: datetime
) -> None:
    """Set a new password by the old one; the account's other sessions end.

    Raises:
        WrongPassword: the old one is not right.
        WeakPassword: the new one is too weak.
        PasswordChangedMeanwhile: two changes at once; the other won.
        TooManyRequests: too many wrong ones on this device.
    """
    purse = (LOGIN_DEVICE, f"{caller.account_id}:{caller.device_id}")
    async with desk.pool.acquire() as conn:
        stored = await queries.password_hash_of(conn, account_id=caller.account_id)
        account = await queries.account_row(conn, account_id=caller.account_id)
    phone = _phone(desk, account)
    check_strength(new_password, phone=phone)
    await desk.limiter.take(*purse)
    if not await desk.passwords.matches(stored, old_password) or stored is None:
        raise WrongPassword
    await guard.give_back(desk.limiter, [purse])
    new_hash = await desk.passwords.hash(new_password, phone=phone)
    async with db.transaction(desk.pool) as conn:
        if not await queries.still_valid(conn, account_id=caller.account_id, password_hash=stored):
            raise PasswordChangedMeanwhile
        await queries.set_password(conn, account_id=caller.account_id, new_hash=new_hash)
        ended = await sessions.revoke_sessions_of_account(
            conn,
            account_id=caller.account_id,
            reason="password",
            now=now,
            except_session_id=caller.session_id,
        )
    log.info("auth.password_changed", account_id=str(caller.account_id), sessions_ended=ended)


def account_view(vault: Vault, row: AccountRow) -> Account:
    """The account as its owner sees it, the phone masked."""
    phone = None
    if row.phone_sealed is not None:
        phone = mask(vault.open(row.phone_sealed, purpose=PHONE_PURPOSE))
    return Account(id=row.id, kind=row.kind, phone=phone, locale=row.locale)


_Entered = tuple[NewSession, AccountRow]


async def _enter(
    desk: Desk,
    found: Credentials | None,
    e164: str,
    *,
    password: str,
    device: Device,
    now: datetime,
) -> _Entered | None:
    """Check the password, then open the session in a transaction of its own; None: wrong."""
    stored = found.password_hash if found else None
    if not await desk.passwords.matches(stored, password) or found is None or stored is None:
        return None
    rehashed = await desk.passwords.rehash(stored, password)
    async with db.transaction(desk.pool) as conn:
        account = await queries.still_valid(conn, account_id=found.account_id, password_hash=stored)
        if account is None:
            return None
        if rehashed is not None:
            await queries.set_password(conn, account_id=account.id, new_hash=rehashed)
        await _renew_phone_key(desk, conn, account.id, e164)
        return await sessions.start(conn, account_id=account.id, device=device, now=now), account


async def _check_code(
    desk: Desk, e164: str, purpose: Purpose, code: str, *, now: datetime
) -> UUID | None:
    """The challenge that the code is right for; the attempt is counted either way."""
    async with db.transaction(desk.pool) as conn:
        challenge = await otp.count_attempt(
            conn, phone_indexes=desk.vault.phone_indexes(e164), purpose=purpose, now=now
        )
    if challenge is None or not otp.is_right(desk.vault.ring, challenge, code):
        return None
    return challenge.id


async def _enter_by_code(
    desk: Desk,
    e164: str,
    purpose: Purpose,
    challenge_id: UUID,
    *,
    new_hash: str,
    device: Device,
    wishes: list[Wish],
    locale: Locale,
    now: datetime,
) -> _Entered | None:
    async with db.transaction(desk.pool) as conn:
        if not await otp.use_up(conn, challenge_id=challenge_id, now=now):
            return None
        account_id = await queries.set_password_by_phone(
            conn,
            phone_indexes=desk.vault.phone_indexes(e164),
            purpose=purpose,
            new_hash=new_hash,
        )
        if account_id is None:
            return None
        await sessions.revoke_sessions_of_account(
            conn, account_id=account_id, reason="password", now=now
        )
        await _renew_phone_key(desk, conn, account_id, e164)
        await links.prove_by_text(conn, account_id=account_id, now=now)
        await consents.choose(
            conn,
            account_id=account_id,
            school_ids=await queries.schools_of_links(conn, account_id=account_id),
            wishes=wishes,
            locale=locale,
            now=now,
        )
        new = await sessions.start(conn, account_id=account_id, device=device, now=now)
        account = await queries.account_row(conn, account_id=account_id)
    return None if account is None else (new, account)


async def _renew_phone_key(desk: Desk, conn: db.Conn, account_id: UUID, e164: str) -> None:
    if len(desk.vault.ring.ids) > 1:
        await queries.renew_phone_key(
            conn,
            account_id=account_id,
            phone_index=desk.vault.phone_index(e164),
            phone_sealed=desk.vault.seal(e164, purpose=PHONE_PURPOSE),
        )


def _phone(desk: Desk, account: AccountRow | None) -> str | None:
    if account is None or account.phone_sealed is None:
        return None
    return desk.vault.open(account.phone_sealed, purpose=PHONE_PURPOSE)


def _admit(desk: Desk, way: str, entered: _Entered, *, device: Device, now: datetime) -> LoggedIn:
    new, account = entered
    LOGINS.labels(way, "ok").inc()
    log.info(
        "auth.login",
        way=way,
        account_id=str(new.account_id),
        session_id=str(new.session_id),
        device_id=str(device.id),
        platform=device.platform,
    )
    return logged_in(desk, new, account, now=now)


def logged_in(desk: Desk, new: NewSession, account: AccountRow, *, now: datetime) -> LoggedIn:
    token = desk.tokens.issue(account_id=new.account_id, session_id=new.session_id, now=now)
    return LoggedIn(
        session_id=new.session_id,
        access_token=token,
        refresh_token=new.refresh_token,
        lasts_s=int((new.expires_at - now).total_seconds()),
        account=account_view(desk.vault, account),
    )

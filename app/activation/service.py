"""Activating by a code on paper: code and phone together open the school's links, never an account
that somebody has already.

As logins do, these take the pool and commit by themselves: a password is hashed between two short
transactions, and a wrong phone stays counted against the code.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct

from app import db
from app.activation import links, queries
from app.activation.codes import PaperCode, code_macs, read_code
from app.activation.model import (
    AccountExists,
    Activated,
    LinkedChild,
    NeedsTextMessage,
    WrongActivationCode,
)
from app.consents import service as consents
from app.consents.model import Wish
from app.errors import TooManyRequests, Unavailable
from app.identity import guard, sessions
from app.identity.accounts import account_for_phone
from app.identity.metrics import LOGINS
from app.identity.model import AccountRow, Credentials, Device, Locale, NewSession
from app.identity.passwords import check_strength
from app.identity.queries import account_row, credentials, still_valid
from app.identity.service import Desk, logged_in
from app.limits import FAILED_IP, LOGIN_IP
from app.phones import to_e164

log = structlog.get_logger()

_WRONG: Final = (
    "Kiểm tra mã trên phiếu và số điện thoại đã đăng ký với nhà trường, hoặc xin phiếu mới.",
    "Check the code on the strip and the phone that the school has, or ask for a new strip.",
)


class Attempt(Struct, frozen=True, kw_only=True):
    """What somebody shows to be let in, as it was sent."""

    code: PaperCode
    e164: str
    password: str
    device: Device
    wishes: list[Wish]
    locale: Locale
    address: str


class _Opened(Struct, frozen=True, kw_only=True):
    new: NewSession
    account: AccountRow
    links: list[LinkedChild]


async def activate(
    desk: Desk,
    *,
    code: str,
    phone: str,
    password: str,
    device: Device,
    wishes: list[Wish],
    locale: Locale,
    address: str,
    now: datetime,
) -> Activated:
    """Link this school's guardians of the phone, and log in.

    An account without a password gets this one; one that has a password must show it. Its former
    sessions end: none from before sees the child.

    Raises:
        BadPhone, MistypedCode, OutdatedText: said before anything is looked up.
        WrongActivationCode: wrong, used, void or over, or of another phone.
        AccountExists: the phone has an account, and this is not its password.
        NeedsTextMessage: the account opens more than this school's children.
        WeakPassword: for a new account; costs nothing.
        TooManyRequests: too many wrong ones from there.
    """
    attempt = Attempt(
        code=read_code(code),
        e164=to_e164(phone),
        password=password,
        device=device,
        wishes=wishes,
        locale=locale,
        address=address,
    )
    try:
        await desk.limiter.take(LOGIN_IP, address)
        await desk.limiter.would_allow(FAILED_IP, address)
    except TooManyRequests:
        LOGINS.labels("paper", "limited").inc()
        raise
    code_id = await _check_code(desk, attempt, now=now)
    async with desk.pool.acquire() as conn:
        found = await credentials(
            conn, phone_indexes=desk.vault.phone_indexes(attempt.e164), device_id=device.id
        )
    if found is not None and found.password_hash is not None:
        stored, is_new = await _show_password(desk, attempt, found), False
    else:
        check_strength(password, phone=attempt.e164)
        stored, is_new = await desk.passwords.hash(password, phone=attempt.e164), True
    opened = await _open(desk, attempt, code_id, password_hash=stored, is_new=is_new, now=now)
    LOGINS.labels("paper", "ok").inc()
    log.info(
        "auth.activated",
        account_id=str(opened.account.id),
        school_id=attempt.code.school_id,
        session_id=str(opened.new.session_id),
        links=len(opened.links),
        is_new=is_new,
    )
    return Activated(
        logged_in=logged_in(desk, opened.new, opened.account, now=now), links=opened.links
    )


async def _check_code(desk: Desk, attempt: Attempt, *, now: datetime) -> UUID:
    async with db.transaction(desk.pool, schools=[attempt.code.school_id]) as conn:
        match = await queries.try_code(
            conn,
            code=attempt.code,
            code_macs=code_macs(desk.vault.ring, attempt.code),
            phone_indexes=desk.vault.phone_indexes(attempt.e164),
            now=now,
        )
    if match is None or not match.is_right_phone:
        await guard.failed(desk.limiter, attempt.address)
        LOGINS.labels("paper", "wrong").inc()
        log.info("auth.activation_refused", device_id=str(attempt.device.id))
        raise WrongActivationCode(_WRONG)
    return match.code_id


async def _show_password(desk: Desk, attempt: Attempt, found: Credentials) -> str:
    """The hash of the account's own password, which was shown; it costs as a login does."""
    taken = await guard.before_password(
        desk.limiter,
        phone_index=desk.vault.phone_index(attempt.e164),
        address=attempt.address,
        device_id=attempt.device.id,
        known=found.account_id if found.is_known_device else None,
    )
    try:
        is_right = await desk.passwords.matches(found.password_hash, attempt.password)
    except Unavailable:
        await guard.give_back(desk.limiter, taken)
        raise
    if not is_right or found.password_hash is None:
        await guard.failed(desk.limiter, attempt.address)
        LOGINS.labels("paper", "wrong").inc()
        raise _account_exists()
    await guard.give_back(desk.limiter, taken)
    return found.password_hash


async def _open(
    desk: Desk,
    attempt: Attempt,
    code_id: UUID,
    *,
    password_hash: str,
    is_new: bool,
    now: datetime,
) -> _Opened:
    school_id = attempt.code.school_id
    async with db.transaction(desk.pool, schools=[school_id]) as conn:
        if not await queries.use_up(conn, school_id=school_id, code_id=code_id, now=now):
            raise WrongActivationCode(_WRONG)
        account_id = await account_for_phone(conn, desk.vault, attempt.e164)
        if is_new:
            await _give_password(conn, school_id, account_id, password_hash, now=now)
        elif not await still_valid(conn, account_id=account_id, password_hash=password_hash):
            raise _account_exists()
        await links.prove_by_paper(
            conn,
            school_id=school_id,
            account_id=account_id,
            phone_indexes=desk.vault.phone_indexes(attempt.e164),
            now=now,
        )
        await consents.choose(
            conn,
            account_id=account_id,
            school_ids=[school_id],
            wishes=attempt.wishes,
            locale=attempt.locale,
            now=now,
        )
        await sessions.revoke_sessions_of_account(
            conn, account_id=account_id, reason="password", now=now
        )
        new = await sessions.start(conn, account_id=account_id, device=attempt.device, now=now)
        account = await account_row(conn, account_id=account_id)
        linked = await queries.linked_children(conn, school_id=school_id, account_id=account_id)
    if account is None:
        raise WrongActivationCode(_WRONG)
    return _Opened(new=new, account=account, links=linked)


async def _give_password(
    conn: db.Conn, school_id: int, account_id: UUID, password_hash: str, *, now: datetime
) -> None:
    """The first password, if the account has none by now and this paper is enough to open it."""
    # The strongest lock: a school that is just linking the account holds its key, and is waited
    # for; one that comes later waits for us, and finds an account opened by paper (migration 0015).
    await db.run(conn, "select from account where id = $1 for update", account_id)
    given = await db.run(
        conn,
        """
        update account set password_hash = $2, paper_at = $3
         where id = $1 and kind = 'person' and password_hash is null and disabled_at is null
        """,
        account_id,
        password_hash,
        now,
    )
    if not given:
        raise _account_exists()
    if await links.opens_more(conn, account_id=account_id, school_id=school_id):
        raise NeedsTextMessage(
            (
                "Số này còn dùng ở nơi khác: hãy kích hoạt bằng mã gửi qua tin nhắn.",
                "This phone is known elsewhere too: activate with a code by text message.",
            )
        )


def _account_exists() -> AccountExists:
    return AccountExists(
        (
            "Nhập mật khẩu của tài khoản này; nếu quên, hãy nhận mã qua tin nhắn để đặt lại.",
            "Give this account's password; if it is forgotten, reset it by a text message.",
        )
    )

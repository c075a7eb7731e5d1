"""Passwords: argon2id (RFC 9106) in a bounded pool of threads.

A login costs 19 MiB and some 25 ms of a core: OWASP's first choice of parameters. RFC 9106's 64 MiB
took 125 ms, and 400 phones on two cores half a minute. They must not all start at once either: a
few run, the others wait in line, and past a bound the caller is told to come back.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import argon2

from app.errors import Unavailable, Unprocessable

T = TypeVar("T")

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 128
# Two busy cores answer 600 in some 12 seconds; a phone does not wait much longer for an answer.
_MAX_WAITING: Final = 600
_RUNS: Final = ("0123456789012345", "9876543210987654", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop")
_USUAL: Final = frozenset(
    ("password", "password1", "passw0rd", "matkhau1", "matkhau123", "matkhau@123", "iloveyou",
     "anhyeuem", "emyeuanh", "vietnam1", "vietnam123", "12341234", "11223344", "qwerty123",
     "abcd1234", "abc12345", "abc123456", "a1234567", "a12345678", "a123456789", "1q2w3e4r")
)  # fmt: skip


class WeakPassword(Unprocessable):
    """Mật khẩu quá yếu | The password is too weak"""


class PasswordHasher:
    """Hashes and checks passwords off the event loop."""

    def __init__(
        self, *, threads: int | None = None, hasher: argon2.PasswordHasher | None = None
    ) -> None:
        self._hasher = hasher or argon2.PasswordHasher(
            time_cost=2, memory_cost=19 * 1024, parallelism=1
        )
        if threads is None:
            threads = min(8, max(2, (os.cpu_count() or 2) // 2))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._waiting = 0
        # Checked when the account is unknown, so that the answer takes as long either way.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str, *, phone: str | None = None) -> str:
        """The argon2id hash to store; `phone` in E.164 is the owner's.

        Raises:
            WeakPassword: see `check_strength`.
            Unavailable: too many wait already.
        """
        check_strength(password, phone=phone)
        return await self._run(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one behind `stored`; None costs the same time.

        Raises:
            Unavailable: too many wait already.
        """
        return await self._run(self._check, stored, password)

    async def rehash(self, stored: str, password: str) -> str | None:
        """The same password under today's parameters; None: `stored` has them already."""
        if not self._hasher.check_needs_rehash(stored):
            return None
        return await self._run(self._hasher.hash, password)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check(self, stored: str | None, password: str) -> bool:
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return stored is not None

    async def _run(self, function: Callable[..., T], *args: object) -> T:
        if self._waiting >= _MAX_WAITING:
            raise Unavailable
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)
        finally:
            self._waiting -= 1


def check_strength(password: str, *, phone: str | None = None) -> None:
    """Refuse what a guesser tries first (NIST SP 800-63B §3.1.1.2).

    Raises:
        WeakPassword: under 8 characters, fewer than 3 different ones, a run, one of the usual, or
            the owner's own phone number.
    """
    if len(password) < MIN_LENGTH or len(set(password)) < 3:
        raise WeakPassword(
            (
                "Mật khẩu cần ít nhất 8 ký tự và không lặp lại một ký tự.",
                "Use at least 8 characters, not the same one again and again.",
            )
        )
    plain = password.casefold()
    is_phone = phone is not None and plain.lstrip("+0").removeprefix("84") == phone[3:]
    if is_phone or plain in _USUAL or any(plain in run for run in _RUNS):
        raise WeakPassword(
            (
                "Mật khẩu này nhiều người dùng nên dễ đoán. Hãy chọn mật khẩu khác.",
                "Many people use this password, so it is guessed first. Choose another.",
            )
        )

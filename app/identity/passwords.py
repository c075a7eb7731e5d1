"""Passwords: argon2id (RFC 9106) in a bounded pool of threads.

A login costs 64 MiB and some 50 ms of a core. 400 phones at 07:00 must not start 400 of them at
once: two run, the others wait in line, and past a bound the caller is told to come back.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2

from app.errors import Unavailable, Unprocessable

T = TypeVar("T")

MIN_LENGTH = 8
_MAX_WAITING = 400


class WeakPassword(Unprocessable):
    """Mật khẩu quá yếu | The password is too weak"""


class PasswordHasher:
    """Hashes and checks passwords off the event loop."""

    def __init__(self, *, threads: int = 2, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher(
            time_cost=2, memory_cost=64 * 1024, parallelism=1
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._waiting = 0
        # Checked when the account is unknown, so that the answer takes as long either way.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The argon2id hash to store.

        Raises:
            WeakPassword: shorter than 8 characters, or one repeated character.
        """
        if len(password) < MIN_LENGTH or len(set(password)) < 3:
            raise WeakPassword(
                (
                    "Mật khẩu cần ít nhất 8 ký tự và không lặp lại một ký tự.",
                    "Use at least 8 characters, not the same one again and again.",
                )
            )
        return await self._run(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one behind `stored`; None costs the same time."""
        return await self._run(self._check, stored, password)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check(self, stored: str | None, password: str) -> bool:
        try:
            same = self._hasher.verify(stored or self._nobody, password)
        except argon2.exceptions.VerificationError:
            return False
        except argon2.exceptions.InvalidHashError:
            return False
        return same and stored is not None

    async def _run(self, function: Callable[..., T], *args: object) -> T:
        if self._waiting >= _MAX_WAITING:
            raise Unavailable
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)
        finally:
            self._waiting -= 1

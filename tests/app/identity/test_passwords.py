"""Passwords: what is refused, and a pool that neither overflows nor blocks."""

import asyncio
from collections.abc import Iterator

import argon2
import pytest

from app.errors import Unavailable
from app.identity.passwords import PasswordHasher, WeakPassword, check_strength

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    made = PasswordHasher(threads=2, hasher=CHEAP)
    yield made
    made.close()


async def test_a_password_matches_its_own_hash_alone(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("mật khẩu của tôi")
    assert stored.startswith("$argon2id$")
    assert await hasher.matches(stored, "mật khẩu của tôi")
    assert not await hasher.matches(stored, "mật khẩu của tôI")
    assert not await hasher.matches(None, "nobody has this password")
    assert not await hasher.matches("not a hash", "mật khẩu của tôi")


async def test_only_old_parameters_are_hashed_anew(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("mật khẩu của tôi")
    assert await hasher.rehash(stored, "mật khẩu của tôi") is None
    old = argon2.PasswordHasher(time_cost=2, memory_cost=32, parallelism=1)
    renewed = await hasher.rehash(old.hash("mật khẩu của tôi"), "mật khẩu của tôi")
    assert renewed is not None
    assert await hasher.matches(renewed, "mật khẩu của tôi")


@pytest.mark.parametrize(
    "password",
    ["", "ngắn", "aaaaaaaa", "abababab", "12345678", "87654321", "MatKhau123", "password1"],
)
def test_what_a_guesser_tries_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(password)


@pytest.mark.parametrize("password", ["0912345678", "+84912345678", "84912345678", "912345678"])
def test_the_own_phone_number_is_no_password(password: str) -> None:
    check_strength(password)
    with pytest.raises(WeakPassword):
        check_strength(password, phone="+84912345678")


@pytest.mark.parametrize("password", ["demo-cong-truong", "ba con gà 7", "Tr4ngTi3n!"])
def test_others_are_accepted(password: str) -> None:
    check_strength(password, phone="+84912345678")


async def test_the_line_is_bounded_and_recovers() -> None:
    slow = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    hasher = PasswordHasher(threads=2, hasher=slow)
    tasks = [asyncio.create_task(hasher.matches(None, "x")) for _ in range(700)]
    await asyncio.sleep(0)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(each, Unavailable) for each in results) == 100
    assert not await hasher.matches(None, "x")
    hasher.close()

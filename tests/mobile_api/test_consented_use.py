"""What is done by consent alone: staff's coordinates, and names in a Web Push."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app import db
from app.consents.queries import named_in_push
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.test_check_ins import OwnPhone, bind
from tests.mobile_api.test_consents import choice, choose
from tests.world import Person, World


@pytest.fixture
async def mother(cast: Cast) -> Person:
    return cast["guardian"]


@pytest.fixture
async def father(world: World, cast: Cast) -> Person:
    return await world.guardian(cast.student, name="Nguyễn Văn Cha")


# Staff's coordinates ---------------------------------------------------------------------------


@pytest.fixture
async def phone(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    resources: Resources,
    owner: asyncpg.Connection,
) -> OwnPhone:
    await bind(owner, cast["homeroom_teacher"])
    return OwnPhone(api, clock, resources.vault.ring, cast.school, cast["homeroom_teacher"])


def own_place(cast: Cast, is_given: bool) -> dict[str, Any]:
    staff_id = str(cast["homeroom_teacher"].person_id)
    return choice(cast, "staff_location", is_given, person_id=staff_id)


async def coordinates(owner: asyncpg.Connection) -> int:
    found: int = await owner.fetchval("select count(*) from scan_location")
    return found


async def test_a_check_in_keeps_verdict_and_distance_and_coordinates_only_by_consent(
    api: httpx.AsyncClient, cast: Cast, phone: OwnPhone, owner: asyncpg.Connection
) -> None:
    teacher = cast["homeroom_teacher"]
    assert await phone.outcome() == "ok"
    judged = await owner.fetchrow("select verdict, distance_m from scan_event")
    assert tuple(judged or ()) == ("inside", 0.0)
    assert await coordinates(owner) == 0
    assert (await choose(api, teacher, own_place(cast, True))).status_code == 200
    assert await phone.outcome(direction="out") == "ok"
    assert await coordinates(owner) == 1
    assert (await choose(api, teacher, own_place(cast, False))).status_code == 200
    assert await phone.outcome() == "ok"
    assert await coordinates(owner) == 1
    assert await owner.fetchval("select count(distance_m) from scan_event") == 3


async def test_the_guards_scans_are_not_the_matter_of_that_consent(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, owner: asyncpg.Connection
) -> None:
    gate = Gate(api, clock, cast.school, cast["guard"])
    await gate.results(gate.scan(cast.student.token))
    assert await coordinates(owner) == 1


async def test_a_pupils_coordinates_are_never_kept(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, resources: Resources,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    pupil = cast["student"]
    await bind(owner, pupil)
    own = OwnPhone(api, clock, resources.vault.ring, cast.school, pupil)
    assert await own.outcome(station_token=own.code(number=1)) == "ok"
    assert await coordinates(owner) == 0


# Names in a Web Push ---------------------------------------------------------------------------


async def named(database: str, cast: Cast, *who: Person) -> set[UUID]:
    """As the sender of Web Push asks, under the worker's role."""
    conn = await db.connect(database, role="ct_worker")
    try:
        asked = [(each.account_id, cast.school.id, cast.student.id) for each in who]
        return {account_id for account_id, _, _ in await named_in_push(conn, asked)}
    finally:
        await conn.close()


async def test_a_web_push_names_the_child_only_by_consent_and_while_details_are_on(
    api: httpx.AsyncClient,
    cast: Cast,
    mother: Person,
    father: Person,
    owner: asyncpg.Connection,
    database: str,
) -> None:
    assert await named(database, cast, mother, father) == set()
    await choose(api, mother, choice(cast, "push_names", True))
    # It is hers alone: the father's phone does not show it.
    assert await named(database, cast, mother, father) == {mother.account_id}
    url = "/v1/me/notification-preferences"
    off = await api.put(url, json={"web_push_details": False}, headers=mother.headers)
    assert off.status_code == 200
    assert await named(database, cast, mother) == set()
    await api.put(url, json={"web_push_details": True}, headers=mother.headers)
    assert await named(database, cast, mother) == {mother.account_id}
    await choose(api, mother, choice(cast, "push_names", False))
    assert await named(database, cast, mother) == set()
    await choose(api, mother, choice(cast, "push_names", True))
    for change in ("custody_blocked_at = now()", "custody_blocked_at = null, can_see = false",
                   "can_see = true, ended_at = now()"):  # fmt: skip
        await owner.execute(
            f"update guardianship set {change} where account_id = $1", mother.account_id
        )
        assert await named(database, cast, mother) == set(), change


async def test_the_worker_reads_no_other_consent(
    api: httpx.AsyncClient, cast: Cast, mother: Person, database: str
) -> None:
    await choose(api, mother, choice(cast, "photo", True), choice(cast, "push_names", True))
    conn = await db.connect(database, role="ct_worker")
    try:
        seen = await conn.fetch("select purpose from consent")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.fetch("select 1 from consent_event")
    finally:
        await conn.close()
    assert [row["purpose"] for row in seen] == ["push_names"]

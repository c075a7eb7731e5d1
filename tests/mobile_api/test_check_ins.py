"""A teacher or an older pupil checks in: the own phone reads the station's rotating code."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import base45
import httpx
import pytest

from app.attendance import codes
from app.ids import new_id
from app.keys import KeyRing
from mobile_api.resources import Resources
from tests.conftest import HANOI, Clock
from tests.gate import Gate
from tests.world import Person, School, World

GATE, STAFF_ROOM = 1, 2


class OwnPhone:
    """A person's own phone in front of a station's screen."""

    def __init__(
        self, api: httpx.AsyncClient, clock: Clock, ring: KeyRing, school: School, who: Person
    ) -> None:
        self.api, self.clock, self.ring, self.school, self.who = api, clock, ring, school, who

    def code(
        self, *, at: datetime | None = None, number: int = STAFF_ROOM, school_id: int = 0
    ) -> str:
        """What the station's screen shows at that moment."""
        step = codes.station_step(at or self.clock.now)
        school_id = school_id or self.school.id
        key_id = self.ring.current_id
        key = codes.station_day_key(
            self.ring,
            school_id=school_id,
            number=number,
            day=codes.step_day(step),
            key_id=key_id,
        )
        return codes.station_code(key, key_id=key_id, school_id=school_id, number=number, step=step)

    async def send(self, **changes: Any) -> httpx.Response:
        body = {
            "event_id": str(new_id()),
            "station_token": self.code(),
            "direction": "in",
            "scanned_at": self.clock.now.isoformat(),
            "location": self.school.location(self.clock.now),
        } | changes
        return await self.api.post("/v1/attendance/check-ins", json=body, headers=self.who.headers)

    async def outcome(self, **changes: Any) -> str:
        response = await self.send(**changes)
        assert response.status_code == 200, response.text
        return str(response.json()["outcome"])


async def bind(owner: asyncpg.Connection, person: Person, device: Person | None = None) -> None:
    """Bind the phone (the person's own unless told otherwise) to the person."""
    await owner.execute(
        "update device set bound_account_id = $2, bound_at = now() where id = $1",
        (device or person).device_id,
        person.account_id,
    )


@pytest.fixture
async def phone(
    api: httpx.AsyncClient,
    clock: Clock,
    resources: Resources,
    world: World,
    school: School,
    owner: asyncpg.Connection,
) -> OwnPhone:
    teacher = await world.staff(school, "homeroom_teacher")
    await bind(owner, teacher)
    return OwnPhone(api, clock, resources.vault.ring, school, teacher)


async def test_a_teacher_checks_in_at_the_stations_code(
    phone: OwnPhone, owner: asyncpg.Connection
) -> None:
    response = (await phone.send()).json()
    assert (response["outcome"], response["status"]) == ("ok", "present")
    row = await owner.fetchrow("select person_kind, person_id, source, clock from scan_event")
    assert tuple(row or ()) == ("staff", phone.who.person_id, "station_code", "server")
    day = await owner.fetchrow("select person_kind, state from attendance_day")
    assert tuple(day or ()) == ("staff", "present")
    # Whoever causes a fact is not told of it, and nobody else is to be.
    assert await owner.fetchval("select count(*) from outbox") == 0


async def test_the_gates_code_serves_as_well_and_twice_is_a_duplicate(phone: OwnPhone) -> None:
    assert await phone.outcome(station_token=phone.code(number=GATE)) == "ok"
    assert await phone.outcome(station_token=phone.code(number=GATE)) == "duplicate"


async def test_the_same_check_in_again_gets_the_same_answer(
    phone: OwnPhone, owner: asyncpg.Connection
) -> None:
    fixed = {"event_id": str(new_id()), "station_token": phone.code()}
    scanned_at = phone.clock.now.isoformat()
    location = phone.school.location(phone.clock.now)
    first = await phone.send(**fixed, scanned_at=scanned_at, location=location)
    phone.clock.now += timedelta(minutes=20)
    again = await phone.send(**fixed, scanned_at=scanned_at, location=location)
    other = await phone.send(**fixed, scanned_at=scanned_at, location=location, direction="out")
    assert again.json() == first.json()
    assert other.json()["outcome"] == "conflict"
    assert await owner.fetchval("select count(*) from scan_event") == 1


@pytest.mark.parametrize(
    ("shown_s_ago", "outcome"),
    [(0, "ok"), (20, "ok"), (-10, "ok"), (40, "code_expired"), (-30, "code_future")],
)
async def test_a_code_is_good_from_two_steps_back_to_one_ahead(
    phone: OwnPhone, owner: asyncpg.Connection, shown_s_ago: int, outcome: str
) -> None:
    shown_at = phone.clock.now - timedelta(seconds=shown_s_ago)
    assert await phone.outcome(station_token=phone.code(at=shown_at)) == outcome
    if outcome != "ok":
        assert await owner.fetchval("select count(*) from scan_event") == 0


async def test_a_code_that_agrees_with_the_phones_time_but_arrives_late_is_reviewed(
    phone: OwnPhone, owner: asyncpg.Connection
) -> None:
    then = phone.clock.now
    token = phone.code()
    phone.clock.now += timedelta(minutes=45)
    late = {"scanned_at": then.isoformat(), "location": phone.school.location(then)}
    assert await phone.outcome(station_token=token, **late) == "pending_review"
    occurred_at = await owner.fetchval("select occurred_at from scan_event")
    assert abs(occurred_at - then) <= timedelta(seconds=30)


async def test_a_phone_cannot_claim_a_time_before_the_code_was_shown(
    phone: OwnPhone, owner: asyncpg.Connection
) -> None:
    phone.clock.now = datetime(2026, 11, 16, 7, 20, tzinfo=HANOI)
    early = phone.clock.now - timedelta(minutes=30)
    result = await phone.send(scanned_at=early.isoformat(), location=phone.school.location(early))
    assert result.json()["status"] == "late"
    occurred_at = await owner.fetchval("select occurred_at from scan_event")
    assert phone.clock.now - occurred_at < timedelta(seconds=10)


async def test_only_the_bound_phone_checks_in(
    phone: OwnPhone, world: World, owner: asyncpg.Connection
) -> None:
    other = await world.session(phone.who.account_id)
    borrowed = OwnPhone(phone.api, phone.clock, phone.ring, phone.school, other)
    assert await borrowed.outcome() == "device_unbound"
    colleague = await world.staff(phone.school, "guard")
    same_device = await world.session(colleague.account_id, device_id=phone.who.device_id)
    lent = OwnPhone(phone.api, phone.clock, phone.ring, phone.school, same_device)
    assert await lent.outcome() == "device_unbound"
    assert await owner.fetchval("select count(*) from scan_event") == 0


async def test_another_schools_code_and_a_card_are_refused(
    phone: OwnPhone, world: World, owner: asyncpg.Connection
) -> None:
    elsewhere = await world.school()
    student = await world.student(phone.school)
    assert await phone.outcome(station_token=phone.code(school_id=elsewhere.id)) == "wrong_school"
    assert await phone.outcome(station_token=student.token) == "invalid"
    assert await phone.outcome(station_token=phone.code(number=77)) == "code_expired"
    stolen = KeyRing.parse("1:" + "33" * 32)
    forged = OwnPhone(phone.api, phone.clock, stolen, phone.school, phone.who)
    assert await forged.outcome() == "bad_mac"
    assert await owner.fetchval("select count(*) from scan_event") == 0


async def test_outside_the_fence_nobody_checks_in(
    phone: OwnPhone, owner: asyncpg.Connection
) -> None:
    away = phone.school.location(phone.clock.now, lat=16.48)
    assert await phone.outcome(location=away) == "geo_outside"
    assert await phone.outcome(location=None) == "pending_review"


async def test_an_older_pupil_checks_in_and_the_parents_are_told(
    phone: OwnPhone, world: World, owner: asyncpg.Connection
) -> None:
    student = await world.student(phone.school)
    person = await world.account()
    person.person_id = student.id
    await world.member(person, phone.school, "student")
    await bind(owner, person)
    own = OwnPhone(phone.api, phone.clock, phone.ring, phone.school, person)
    response = (await own.send(station_token=own.code(number=GATE))).json()
    assert (response["outcome"], response["student"]["id"]) == ("ok", str(student.id))
    assert await owner.fetchval("select student_id from outbox") == student.id


async def test_parents_and_strangers_have_no_check_in(
    phone: OwnPhone, world: World, owner: asyncpg.Connection
) -> None:
    parent = await world.guardian(await world.student(phone.school))
    for person in (parent, await world.department_admin(), await world.account()):
        await bind(owner, person)
        stranger = OwnPhone(phone.api, phone.clock, phone.ring, phone.school, person)
        assert (await stranger.send()).status_code == 403
    assert await owner.fetchval("select count(*) from scan_receipt") == 0


async def test_a_station_code_with_any_bit_flipped_writes_nothing(
    phone: OwnPhone, owner: asyncpg.Connection
) -> None:
    outcomes = {await phone.outcome(station_token=token) for token in flipped(phone.code())}
    assert outcomes == {"bad_mac", "unknown_key"}
    assert await owner.fetchval("select count(*) from scan_event") == 0


async def test_a_card_or_phone_code_with_any_bit_flipped_writes_nothing(
    phone: OwnPhone, world: World, owner: asyncpg.Connection
) -> None:
    student = await world.student(phone.school)
    gate = Gate(phone.api, phone.clock, phone.school, await world.staff(phone.school))
    card = codes.parse(student.token)
    key = codes.phone_key(
        phone.ring, school_id=student.school_id, card_id=student.card_id, key_id=card.key_id
    )
    shown = codes.phone_code(key, card_prefix=card.payload, at=phone.clock.now)
    for token in (student.token, shown):
        scans = [gate.scan(bad) for bad in flipped(token)]
        results = await gate.results(*scans[:150]) + await gate.results(*scans[150:])
        assert {result["outcome"] for result in results} == {"bad_mac", "unknown_key"}
    assert await owner.fetchval("select count(*) from scan_event") == 0
    assert await owner.fetchval("select count(*) from outbox") == 0


def flipped(token: str) -> list[str]:
    """The token with each of its bits flipped in turn."""
    raw = base45.b45decode(token.removeprefix(codes.PREFIX))
    tokens = []
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        tokens.append(codes.PREFIX + base45.b45encode(bytes(changed)).decode())
    return tokens


async def test_a_station_code_of_last_year_is_stale_whatever_the_phone_claims(
    phone: OwnPhone, clock: Clock, owner: asyncpg.Connection
) -> None:
    then = clock.now - timedelta(days=400)
    old = {
        "station_token": phone.code(at=then),
        "scanned_at": then.isoformat(),
        "location": phone.school.location(then),
    }
    assert await phone.outcome(**old) == "stale_event"
    assert await owner.fetchval("select count(*) from scan_event") == 0
    # A picture of an old screen, shown today.
    assert await phone.outcome(station_token=phone.code(at=then)) == "code_expired"

"""What the family is told when a scan turns up that is older than what it was told already."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.world import Student


@pytest.fixture
def bell(clock: Clock) -> datetime:
    """When the shift begins; five minutes are tolerated. The clock stands at nine."""
    clock.now = clock.now.replace(hour=9, minute=0)
    return clock.now.replace(hour=7)


async def told(owner: asyncpg.Connection) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Kind, replaced event (that somebody was told of) and all the parameters of each message."""
    rows = await owner.fetch("select kind, event_id, params from outbox order by id")
    events = {str(row["event_id"]) for row in rows}
    return [
        (row["kind"], named if (named := row["params"].get("replaces")) in events else None,
         row["params"])
        for row in rows
    ]  # fmt: skip


def brief(news: list[tuple[str, str | None, dict[str, Any]]]) -> list[tuple[str, str | None]]:
    return [(kind, replaces) for kind, replaces, _ in news]


async def test_an_earlier_scan_that_was_in_time_takes_the_place_of_the_late_one(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    late = gate.scan(student.token, at=bell + minutes(20))
    synced = gate.scan(student.token, at=bell + minutes(4))
    await gate.results(late)
    for _ in range(2):  # the second delivery tells nothing
        (result,) = await gate.results(synced)
        assert (result["outcome"], result["status"]) == ("ok", "present")
        assert brief(await told(owner)) == [("arrival_late", None), ("arrival", late["event_id"])]


async def test_it_does_so_in_one_correction_when_the_child_has_left_since(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    """ "Has arrived" would be the newest word about a child who is gone."""
    late = gate.scan(student.token, at=bell + minutes(20))
    left = gate.scan(student.token, "out", at=bell + minutes(90))
    await gate.results(late, left)
    await gate.results(gate.scan(student.token, at=bell + minutes(10)))
    news = await told(owner)
    assert brief(news)[2:] == [("correction", late["event_id"])]
    said = news[2][2]
    assert (said["status"], said["minutes"], said["direction"]) == ("left_early", 10, "in")


async def test_a_way_out_before_a_late_arrival_shows_that_the_child_was_in_time(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    back = gate.scan(student.token, at=bell + minutes(20))
    await gate.results(back)
    out = gate.scan(student.token, "out", at=bell + minutes(15))
    (result,) = await gate.results(out)
    assert result["status"] == "present"
    news = await told(owner)
    assert brief(news) == [("arrival_late", None), ("correction", back["event_id"])]
    assert (news[1][2]["status"], news[1][2]["direction"]) == ("present", "out")
    assert "minutes" not in news[1][2]
    # It was a mistake: the child is late after all.
    await gate.api.post(f"/v1/attendance/scans/{out['event_id']}/undo", headers=gate.who.headers)
    news = await told(owner)
    assert brief(news)[2:] == [("correction", out["event_id"])]
    assert (news[2][2]["status"], news[2][2]["minutes"]) == ("late", 20)
    # Nobody is told two of one event and kind: the inbox would drop the second.
    events = await owner.fetch("select distinct event_id, kind from outbox")
    assert len(events) == 3


async def test_a_way_out_between_two_arrivals_that_turns_up_last_is_no_last_word(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    """The later arrival had been replaced by the earlier one; the child is in class."""
    back = gate.scan(student.token, at=bell + minutes(60))
    first = gate.scan(student.token, at=bell)
    for scan in (back, first):
        await gate.results(scan)
    (result,) = await gate.results(gate.scan(student.token, "out", at=bell + minutes(30)))
    assert (result["outcome"], result["status"]) == ("ok", "present")
    news = await told(owner)
    assert brief(news) == [
        ("arrival_late", None), ("arrival", back["event_id"]), ("correction", None),
    ]  # fmt: skip
    assert news[2][2]["status"] == "present"


async def test_a_scan_that_only_now_comes_to_matter_is_not_told_beside_the_correction(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    left = gate.scan(student.token, "out", at=bell + minutes(100))
    await gate.results(
        gate.scan(student.token, at=bell), gate.scan(student.token, at=bell + minutes(60)), left
    )
    await gate.results(gate.scan(student.token, "out", at=bell + minutes(30)))
    # The way out at 8:40 still stands, on the family's screen as well.
    assert brief(await told(owner)) == [
        ("arrival", None), ("departure", None), ("correction", None),
    ]  # fmt: skip
    assert await owner.fetchval("select count(*) from scan_event") == 4


async def test_an_echo_in_time_of_a_scan_that_was_late_is_told_once(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    late = gate.scan(student.token, at=bell + minutes(5) + timedelta(seconds=2))
    await gate.results(late)
    echo = gate.scan(student.token, at=bell + minutes(5) - timedelta(seconds=1))
    for _ in range(2):
        (result,) = await gate.results(echo)
        assert (result["outcome"], result["status"]) == ("duplicate", "present")
    assert brief(await told(owner)) == [("arrival_late", None), ("correction", late["event_id"])]


async def test_undoing_all_leaves_no_word_that_the_child_is_there(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    later, first = (gate.scan(student.token, at=bell + minutes(count)) for count in (4, 0))
    for scan in (later, first):
        await gate.results(scan)
    for scan in (first, later):
        url = f"/v1/attendance/scans/{scan['event_id']}/undo"
        assert (await gate.api.post(url, headers=gate.who.headers)).status_code == 200
    news = await told(owner)
    assert brief(news)[2:] == [
        ("correction", first["event_id"]), ("correction", later["event_id"]),
    ]  # fmt: skip
    assert [each[2]["status"] for each in news[2:]] == ["present", "not_scanned"]


async def test_undoing_the_first_scan_tells_of_the_next_earliest_although_a_later_one_is_recorded(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    """Else a scan between the two would be told as a late arrival of a child who was in time."""
    late = gate.scan(student.token, at=bell + minutes(120))
    mistake = gate.scan(student.token, at=bell - minutes(10))
    in_time = gate.scan(student.token, at=bell + minutes(3))
    for scan in (late, mistake, in_time):
        await gate.results(scan)
    undone = await gate.api.post(
        f"/v1/attendance/scans/{mistake['event_id']}/undo", headers=gate.who.headers
    )
    assert undone.json()["status"] == "present"
    assert brief(await told(owner))[2:] == [
        ("scan_undone", mistake["event_id"]),
        ("arrival", late["event_id"]),
    ]
    (result,) = await gate.results(gate.scan(student.token, at=bell + minutes(20)))
    assert (result["outcome"], result["status"]) == ("duplicate", "present")
    assert len(await told(owner)) == 4


async def test_undoing_a_return_says_the_state_when_a_second_departure_was_told_with_it(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    await gate.results(gate.scan(student.token, at=bell - minutes(10)))
    await gate.results(gate.scan(student.token, "out", at=bell + minutes(3)))
    (second,) = await gate.results(gate.scan(student.token, "out", at=bell + minutes(120)))
    assert second["outcome"] == "duplicate"
    mistake = gate.scan(student.token, at=bell + minutes(20))
    await gate.results(mistake)
    assert [kind for kind, _ in brief(await told(owner))[2:]] == ["arrival", "departure"]
    await gate.api.post(
        f"/v1/attendance/scans/{mistake['event_id']}/undo", headers=gate.who.headers
    )
    (last,) = (await told(owner))[4:]
    assert (last[0], last[1], last[2]["status"]) == (
        "correction", mistake["event_id"], "left_early",
    )  # fmt: skip


async def test_undoing_a_late_scan_uncovers_one_that_is_told_as_late(
    gate: Gate, student: Student, bell: datetime, owner: asyncpg.Connection
) -> None:
    mistake = gate.scan(student.token, at=bell + minutes(20))
    await gate.results(mistake, gate.scan(student.token, at=bell + minutes(22)))
    await gate.api.post(
        f"/v1/attendance/scans/{mistake['event_id']}/undo", headers=gate.who.headers
    )
    news = await told(owner)
    assert [each[0] for each in news] == ["arrival_late", "scan_undone", "arrival_late"]
    assert news[2][2]["minutes"] == 22

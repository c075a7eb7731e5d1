"""Undo at the gate, scanners and their roster, and the attendance that people read."""

from datetime import timedelta

import asyncpg
import httpx

from app.ids import new_id
from tests.conftest import Clock
from tests.gate import Gate, minutes
from tests.world import Student, World


async def undo(gate: Gate, event_id: str) -> httpx.Response:
    return await gate.api.post(f"/v1/attendance/scans/{event_id}/undo", headers=gate.who.headers)


async def test_an_undone_scan_counts_no_more_and_the_family_is_told(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    scan = gate.scan(student.token)
    await gate.results(scan)
    clock.now += timedelta(seconds=30)

    response = await undo(gate, scan["event_id"])

    assert response.json() == {"event_id": scan["event_id"], "status": None}
    assert await owner.fetchval("select count(*) from scan_event") == 1
    assert await owner.fetchval("select count(*) from attendance_day") == 0
    told = await owner.fetch("select kind, params from outbox order by id")
    assert [row["kind"] for row in told] == ["arrival", "scan_undone"]
    assert told[1]["params"]["replaces"] == scan["event_id"]
    # Once more changes nothing; the next scan of the card is a new arrival.
    assert (await undo(gate, scan["event_id"])).status_code == 200
    assert await owner.fetchval("select count(*) from attendance_correction") == 1
    assert await gate.outcome(student.token) == "ok"


async def test_undoing_lets_the_scan_of_the_other_phone_count(
    gate: Gate, student: Student, clock: Clock, world: World, owner: asyncpg.Connection
) -> None:
    mistake = gate.scan(student.token)
    await gate.results(mistake)
    clock.now += timedelta(seconds=10)
    other = Gate(gate.api, clock, gate.school, await world.staff(gate.school))
    assert await other.outcome(student.token) == "duplicate"

    response = await undo(gate, mistake["event_id"])

    assert response.json()["status"] == "present"
    assert await owner.fetchval("select arrived_at from attendance_day") == clock.now
    kinds = [r["kind"] for r in await owner.fetch("select kind from outbox order by id")]
    assert kinds == ["arrival", "scan_undone", "arrival"]


async def test_undoing_an_earlier_scan_does_not_say_that_the_child_never_came(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    await gate.results(gate.scan(student.token))
    earlier = gate.scan(student.token, at=clock.now - minutes(5))
    await gate.results(earlier)

    assert (await undo(gate, earlier["event_id"])).json()["status"] == "present"

    assert await owner.fetchval("select arrived_at from attendance_day") == clock.now
    told = await owner.fetch("select kind, params from outbox order by id")
    assert [row["kind"] for row in told] == ["arrival", "arrival", "correction"]
    assert told[2]["params"]["status"] == "present"


async def test_only_the_scanning_device_may_undo_and_only_for_a_minute(
    gate: Gate, student: Student, clock: Clock, world: World, owner: asyncpg.Connection
) -> None:
    scan = gate.scan(student.token)
    await gate.results(scan)
    other = Gate(gate.api, clock, gate.school, await world.staff(gate.school, "principal"))
    assert (await undo(other, scan["event_id"])).status_code == 404
    assert (await undo(gate, str(new_id()))).status_code == 404
    clock.now += timedelta(seconds=61)
    late = await undo(gate, scan["event_id"])
    assert (late.status_code, late.json()["type"]) == (409, "undo-too-late")
    assert await owner.fetchval("select count(*) from attendance_correction") == 0


async def test_a_pupil_without_a_card_is_marked_by_name_with_a_reason(
    gate: Gate, student: Student, clock: Clock, owner: asyncpg.Connection
) -> None:
    mark = {
        "event_id": str(new_id()),
        "student_id": str(student.id),
        "direction": "in",
        "station_id": str(gate.station_id),
        "reason": "Quên thẻ ở nhà",
        "location": gate.school.location(clock.now),
    }
    url = "/v1/attendance/marks"
    first = await gate.api.post(url, json=mark, headers=gate.who.headers)
    again = await gate.api.post(url, json=mark, headers=gate.who.headers)
    assert first.json()["outcome"] == "ok"
    assert again.json() == first.json()
    row = await owner.fetchrow("select source, reason from scan_event")
    assert tuple(row or ()) == ("mark", "Quên thẻ ở nhà")

    stranger = mark | {"event_id": str(new_id()), "student_id": str(new_id())}
    response = await gate.api.post(url, json=stranger, headers=gate.who.headers)
    assert response.json()["outcome"] == "not_enrolled"
    unreasoned = mark | {"event_id": str(new_id()), "reason": ""}
    assert (await gate.api.post(url, json=unreasoned, headers=gate.who.headers)).status_code == 400


async def test_a_scanner_opens_beats_and_closes(
    gate: Gate, clock: Clock, owner: asyncpg.Connection
) -> None:
    url = f"/v1/attendance/scanners/{gate.who.device_id}"
    body = {"station_id": str(gate.station_id), "pending": 3, "oldest_at": None, "closed": False}
    opened = await gate.api.put(url, json=body, headers=gate.who.headers)
    assert opened.status_code == 200, opened.text
    clock.now += minutes(1)
    beat = await gate.api.put(url, json=body | {"pending": 0}, headers=gate.who.headers)
    assert beat.json()["opened_at"] == opened.json()["opened_at"]
    assert beat.json()["beat_at"] > opened.json()["beat_at"]
    closed = await gate.api.put(url, json=body | {"closed": True}, headers=gate.who.headers)
    assert closed.json()["closed_at"] is not None
    assert await owner.fetchval("select count(*) from scanner") == 1
    foreign = await gate.api.put(
        f"/v1/attendance/scanners/{new_id()}", json=body, headers=gate.who.headers
    )
    assert foreign.status_code == 404


async def test_a_beat_that_arrives_after_a_later_word_does_not_open_the_scanner_again(
    gate: Gate, clock: Clock, owner: asyncpg.Connection
) -> None:
    url = f"/v1/attendance/scanners/{gate.who.device_id}"

    async def say(sent_ms: int | None, *, closed: bool = False) -> bool:
        """Whether the scanner is open now."""
        body = {"station_id": str(gate.station_id), "pending": 0, "oldest_at": None}
        body |= {"closed": closed} | ({} if sent_ms is None else {"sent_ms": sent_ms})
        answer = await gate.api.put(url, json=body, headers=gate.who.headers)
        assert answer.status_code == 200, answer.text
        is_open: bool = await owner.fetchval("select closed_at is null from scanner")
        assert is_open == (answer.json()["closed_at"] is None)
        return is_open

    assert not await say(2000, closed=True)  # it has overtaken the first beat
    assert not await say(1000)
    assert await say(3000)
    assert await say(2500, closed=True)  # of the page before, which was reloaded
    assert not await say(4000, closed=True)
    # A clock that was set back is no reason to be ignored for long.
    clock.now += minutes(1)
    assert await say(10)
    assert not await say(20, closed=True)
    # And the apps of before say nothing of it.
    assert await say(None)


async def test_the_roster_names_the_schools_cards_and_knows_when_nothing_changed(
    gate: Gate, student: Student, world: World, owner: asyncpg.Connection
) -> None:
    await world.student(await world.school(), "Người Khác")
    url = f"/v1/attendance/roster?station_id={gate.station_id}"
    first = await gate.api.get(url, headers=gate.who.headers)
    assert [entry["card_id"] for entry in first.json()["entries"]] == [student.card_id.hex()]
    assert first.headers["content-encoding"] == "gzip"
    unchanged = gate.who.headers | {"If-None-Match": first.headers["etag"]}
    assert (await gate.api.get(url, headers=unchanged)).status_code == 304
    await owner.execute("update card set revoked_at = now()")
    changed = await gate.api.get(url, headers=unchanged)
    assert (changed.status_code, changed.json()["entries"]) == (200, [])


async def test_a_class_is_listed_in_vietnamese_order_with_a_state_for_everybody(
    gate: Gate, world: World, student: Student
) -> None:
    for name in ("Lê Ánh", "Đỗ Bình", "Trần Đạt"):
        await world.student(gate.school, name)
    await gate.outcome(student.token)
    teacher = await world.staff(gate.school, "homeroom_teacher")
    url = f"/v1/schools/{gate.school.id}/attendance/2026-11-16"
    rows = (await gate.api.get(url, headers=teacher.headers)).json()["items"]
    assert [row["name"] for row in rows] == ["Nguyễn Văn An", "Lê Ánh", "Đỗ Bình", "Trần Đạt"]
    assert [row["shifts"][0]["state"] for row in rows] == ["present"] + ["not_scanned"] * 3
    assert [[scan["station_name"] for scan in row["scans"]] for row in rows] == [
        ["Cổng chính"], [], [], [],
    ]  # fmt: skip

    page = (await gate.api.get(url + "?limit=3", headers=teacher.headers)).json()
    rest = await gate.api.get(
        url, params={"limit": 3, "cursor": page["next_cursor"]}, headers=teacher.headers
    )
    assert [row["name"] for row in page["items"] + rest.json()["items"]] == [
        r["name"] for r in rows
    ]
    sunday = await gate.api.get(
        f"/v1/schools/{gate.school.id}/attendance/2026-11-22", headers=teacher.headers
    )
    assert {tuple(row["shifts"]) for row in sunday.json()["items"]} == {()}


async def test_teachers_read_their_own_classes_only(
    gate: Gate, world: World, student: Student
) -> None:
    other_class = await world.school_class(gate.school, "6A2")
    theirs = await world.student(gate.school, "Hồ Hai", class_id=other_class)
    teacher = await world.staff(gate.school, "homeroom_teacher")
    url = f"/v1/schools/{gate.school.id}/attendance/2026-11-16"
    rows = (await gate.api.get(url, headers=teacher.headers)).json()["items"]
    assert [row["student_id"] for row in rows] == [str(student.id)]
    refused = await gate.api.get(url + f"?class_id={other_class}", headers=teacher.headers)
    assert refused.status_code == 404
    timeline = f"/v1/students/{theirs.id}/attendance"
    assert (await gate.api.get(timeline, headers=teacher.headers)).status_code == 404
    assert (await gate.api.get(url, headers=gate.who.headers)).status_code == 403


async def test_a_parent_reads_the_own_childs_days_with_who_where_and_when(
    gate: Gate, world: World, student: Student, clock: Clock
) -> None:
    parent = await world.guardian(student)
    stranger = await world.guardian(await world.student(gate.school, "Con Người Khác"))
    await gate.outcome(student.token)
    clock.now += minutes(300)
    await gate.outcome(student.token, "out")
    url = f"/v1/students/{student.id}/attendance"
    (day,) = (await gate.api.get(url, headers=parent.headers)).json()["items"]
    assert day["day"] == "2026-11-16"
    assert [(s["direction"], s["station_name"]) for s in day["scans"]] == [
        ("in", "Cổng chính"),
        ("out", "Cổng chính"),
    ]
    assert day["shifts"][0]["state"] == "present"
    assert (await gate.api.get(url, headers=stranger.headers)).status_code == 404
    ranges = {"from": "2026-01-01", "to": "2026-11-16"}
    assert (await gate.api.get(url, params=ranges, headers=parent.headers)).status_code == 422

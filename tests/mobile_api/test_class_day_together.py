"""A class's day that several write: files, newer words, what is taken back, whom a court bars."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from app.ids import new_id
from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api import files
from tests.mobile_api.daily_book import BOOK, LONG_AGO, day_url, give, refused, said, write, written
from tests.notifications.news import deliveries, inbox, put_token
from tests.world import Person, World


async def put(api: httpx.AsyncClient, cast: Cast, who: Person, **entry: Any) -> httpx.Response:
    return await api.put(day_url(cast.class_id), json=entry, headers=who.headers)


def task(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "subject": "Toán",
        "text": "Bài 4 trang 50",
        "due_day": "2026-11-17",
    } | changes


def remark(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "student_id": str(cast.student.id),
        "kind": "needs_work",
        "text": "Con quên vở",
    } | changes


async def test_a_day_is_saved_beside_the_file_of_another_teachers_homework(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    teacher = cast["subject_teacher"]
    sheet = await files.sent(api, teacher, cast.school.id)
    set_there = task(attachment_ids=[sheet["id"]])
    said(await put(api, cast, teacher, homework=[set_there]))
    for who in ("homeroom_teacher", "principal"):
        day = said(await put(api, cast, cast[who], homework=[set_there | {"text": f"Bài {who}"}]))
        assert [each["id"] for each in day["homework"][0]["attachments"]] == [sheet["id"]]


async def test_files_taken_out_or_put_in_are_a_change_that_is_told(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, clock: Clock
) -> None:
    teacher = cast["homeroom_teacher"]
    one, other = [await files.sent(api, teacher, cast.school.id) for _ in range(2)]
    homework = task()

    async def put_files(**given: Any) -> tuple[list[str], bool, int]:
        before = await owner.fetchval("select changed_at from homework")
        clock.now += timedelta(minutes=5)
        day = said(await put(api, cast, teacher, homework=[homework | given]))
        return (
            [each["id"] for each in day["homework"][0]["attachments"]],
            await owner.fetchval("select changed_at from homework") != before,
            await owner.fetchval("select count(*) from outbox"),
        )

    assert await put_files(attachment_ids=[one["id"]]) == ([one["id"]], True, 1)
    assert await put_files() == ([one["id"]], False, 1)  # not named: they stay
    both = [one["id"], other["id"]]
    assert await put_files(attachment_ids=both) == (both, True, 2)
    assert await put_files(attachment_ids=both) == (both, False, 2)
    assert await put_files(attachment_ids=[]) == ([], True, 3)


async def test_who_may_not_change_it_puts_no_file_on_it(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    homeroom, subject = cast["homeroom_teacher"], cast["subject_teacher"]
    sheet = await files.sent(api, subject, cast.school.id)
    homework = task(attachment_ids=[])
    said(await put(api, cast, homeroom, homework=[homework]))
    named = {"attachment_ids": [sheet["id"]]}
    refused(await put(api, cast, subject, homework=[homework | named]), 403, "not-yours-to-change")
    refused(await give(api, cast, subject, **homework | named), 403, "not-yours-to-change")
    about = await written(api, cast, homeroom, subject="Toán")
    again = {name: about[name] for name in ("id", "kind", "about", "text", "subject")} | named
    refused(await write(api, cast, subject, **again), 403, "not-yours-to-change")
    assert await owner.fetchval("select count(*) from attachment where bound_id is not null") == 0


async def test_what_was_read_before_a_change_does_not_write_over_it(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    homeroom, subject = cast["homeroom_teacher"], cast["subject_teacher"]
    lesson = {"id": str(new_id()), "subject": "Toán", "text": "Phân số"}
    homework = task()
    said(await put(api, cast, subject, lessons=[lesson], homework=[homework]))
    read = said(await api.get(day_url(cast.class_id), headers=homeroom.headers))
    at = {"changed_at": read["homework"][0]["changed_at"]}
    clock.now += timedelta(minutes=5)
    newer = {"lessons": [lesson | {"text": "Số"}], "homework": [homework | {"text": "Bài 5"}]}
    said(await put(api, cast, subject, **newer))

    for stale in (
        {"lessons": [lesson | at | {"text": "Cũ"}]},
        {"homework": [homework | at | {"text": "Cũ"}]},
        {"homework": [homework | at | {"text": "Bài 5", "attachment_ids": [str(new_id())]}]},
    ):
        answer = await put(api, cast, homeroom, exceptions=[remark(cast)], **stale)
        assert answer.status_code in (404, 409), answer.text
    refused(
        await put(api, cast, homeroom, exceptions=[remark(cast)], lessons=[lesson | at]),
        409,
        "changed-since",
    )
    day = said(await api.get(day_url(cast.class_id), headers=homeroom.headers))
    assert (day["lessons"][0]["text"], day["homework"][0]["text"]) == ("Số", "Bài 5")
    assert [pupil["remarks"] for pupil in day["pupils"]] == [[]]
    # The same words again are no change, whenever they were read; what was read last may be edited.
    said(await put(api, cast, homeroom, homework=[homework | at | {"text": "Bài 5"}]))
    now = {"changed_at": day["homework"][0]["changed_at"]}
    said(await put(api, cast, homeroom, homework=[homework | now | {"text": "Bài 6"}]))


async def test_meals_for_all_do_not_write_over_what_was_said_of_one_child_since(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, clock: Clock, world: World
) -> None:
    await owner.execute("update school_class set grade = 0 where id = $1", cast.class_id)
    mate = await world.student(cast.school, "Lê Văn Ân")
    teacher, principal = cast["homeroom_teacher"], cast["principal"]
    all_ate = {"lunch": "all", "changed_at": None}
    own = {"student_id": str(cast.student.id), "lunch": "none", "note": "Con sốt nhẹ"}
    said(await put(api, cast, principal, care_exceptions=[own]))
    # The teacher's page was opened before there was anything.
    stale = await put(api, cast, teacher, care=all_ate)
    refused(stale, 409, "changed-since")
    for word in (cast.student.name, "Ông principal", "Con sốt nhẹ"):
        assert word in stale.json()["detail"]
    eaten = "select student_id, lunch from care_entry"
    assert [tuple(row) for row in await owner.fetch(eaten)] == [(cast.student.id, "none")]
    # Read anew it is the teacher's to say, and of the child it stays as an exception.
    read = said(await api.get(day_url(cast.class_id), headers=teacher.headers))
    at = max(each["care"]["changed_at"] for each in read["pupils"] if each["care"])
    now = {"lunch": "all", "changed_at": at}
    said(await put(api, cast, teacher, care=now, care_exceptions=[own]))
    eaten_now = {row["student_id"]: row["lunch"] for row in await owner.fetch(eaten)}
    assert eaten_now == {cast.student.id: "none", mate.id: "all"}
    # And again: what the principal has changed since is newer than that.
    clock.now += timedelta(minutes=5)
    mates = {"student_id": str(mate.id), "lunch": "some"}
    said(await put(api, cast, principal, care_exceptions=[mates]))
    refused(await put(api, cast, teacher, care=now, care_exceptions=[own]), 409, "changed-since")
    # Who does not say what was read writes as before.
    said(await put(api, cast, teacher, care={"lunch": "most"}))


async def test_what_lessons_and_meals_said_before_is_read_by_who_may_write_them(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await owner.execute("update school_class set grade = 0 where id = $1", cast.class_id)
    teacher, subject = cast["homeroom_teacher"], cast["subject_teacher"]
    lesson = {"id": str(new_id()), "subject": "Toán", "text": "Phân số"}
    own = {"student_id": str(cast.student.id), "lunch": "none", "note": "Con sốt nhẹ"}
    said(await put(api, cast, teacher, lessons=[lesson], care_exceptions=[own]))
    changed = {"lessons": [lesson | {"text": "Số"}], "care_exceptions": [own | {"lunch": "some"}]}
    day = said(await put(api, cast, cast["principal"], **changed))
    (before,) = day["lessons"][0]["before"]
    assert (before["text"], before["changed_by"]) == ("Toán: Phân số", "Ông principal")
    (before,) = day["pupils"][0]["care"]["before"]
    assert (before["lunch"], before["note"]) == ("none", "Con sốt nhẹ")
    # A colleague who may not change the lesson reads what it says, and the family as well.
    read = said(await api.get(day_url(cast.class_id), headers=subject.headers))
    assert (read["lessons"][0]["text"], read["lessons"][0]["before"]) == ("Số", [])
    assert read["pupils"][0]["care"] is None
    url = f"{BOOK}/lessons/{lesson['id']}"
    mother = said(await api.get(url, headers=cast["guardian"].headers))
    assert (mother["text"], mother["before"]) == ("Số", [])


async def test_a_remark_is_not_written_over_from_an_older_page(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    teacher, first = cast["homeroom_teacher"], remark(cast)
    said(await put(api, cast, teacher, exceptions=[first]))
    (read,) = said(await api.get(day_url(cast.class_id), headers=teacher.headers))["pupils"]
    clock.now += timedelta(minutes=5)
    said(await put(api, cast, cast["principal"], exceptions=[first | {"text": "Đã mang vở"}]))
    stale = first | {"text": "Con lại quên", "changed_at": read["remarks"][0]["changed_at"]}
    refused(await put(api, cast, teacher, exceptions=[stale]), 409, "changed-since")


async def test_what_came_with_the_day_is_put_right_in_its_message_without_a_push(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection, clock: Clock
) -> None:
    teacher, guardian = cast["homeroom_teacher"], cast["guardian"]
    await put_token(owner, guardian, "t1")
    about, homework = remark(cast), task()
    said(await put(api, cast, teacher, exceptions=[about], homework=[homework]))
    await relay.relay_due()
    pushed = len(await deliveries(owner))
    assert pushed

    for url, body in (
        (f"remarks/{about['id']}", "Ngày 16/11/2026: bài tập: Toán"),
        (f"homework/{homework['id']}", "Ngày 16/11/2026: nội dung đã được rút lại"),
    ):
        clock.now += timedelta(minutes=5)
        said(await api.post(f"{BOOK}/{url}/withdrawal", json={}, headers=teacher.headers))
        await relay.relay_due()
        items = await inbox(owner, guardian)
        assert {item["kind"] for item in items} == {"daily_book"}
        assert len({item["screen_id"] or item["id"] for item in items}) == 1
        assert items[-1]["body"] == body
    assert len(await deliveries(owner)) == pushed
    # Something new is pushed again.
    said(await put(api, cast, teacher, exceptions=[remark(cast)]))
    await relay.relay_due()
    assert len(await deliveries(owner)) > pushed


async def test_a_day_told_in_two_messages_has_both_put_right(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection, clock: Clock
) -> None:
    teacher, guardian = cast["homeroom_teacher"], cast["guardian"]
    await put_token(owner, guardian, "t1")
    alone = await written(api, cast, teacher)
    await relay.relay_due()
    clock.now += timedelta(minutes=70)
    said(await put(api, cast, teacher, exceptions=[remark(cast)]))
    await relay.relay_due()
    pushed = len(await deliveries(owner))

    async def bodies() -> dict[str, str]:
        """What each of the two messages says last."""
        return {item["kind"]: item["body"] for item in await inbox(owner, guardian)}

    both = "Ngày 16/11/2026: 1 lời khen · 1 điều cần cố gắng"
    assert await bodies() == {"remark": both, "daily_book": both}
    clock.now += timedelta(minutes=5)
    url = f"{BOOK}/remarks/{alone['id']}/withdrawal"
    said(await api.post(url, json={}, headers=teacher.headers))
    await relay.relay_due()
    left = "Ngày 16/11/2026: 1 điều cần cố gắng"
    assert await bodies() == {"remark": left, "daily_book": left}
    items = await inbox(owner, guardian)
    assert len({item["screen_id"] or item["id"] for item in items}) == 2
    assert len(await deliveries(owner)) == pushed


async def test_of_a_day_long_ago_nobody_is_told_and_the_day_says_so(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    principal = cast["principal"]
    for day, is_told in ((LONG_AGO, False), ("2026-11-09", True)):
        url = day_url(cast.class_id, day)
        read = said(
            await api.put(url, json={"exceptions": [remark(cast)]}, headers=principal.headers)
        )
        assert read["is_told"] is is_told
        assert await owner.fetchval("select count(*) > 0 from outbox") is is_told


async def test_one_remark_taken_back_puts_its_own_message_right_without_a_push(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection, clock: Clock
) -> None:
    await put_token(owner, cast["guardian"], "t1")
    teacher = cast["homeroom_teacher"]
    about = await written(api, cast, teacher)
    await relay.relay_due()
    clock.now += timedelta(minutes=5)
    url = f"{BOOK}/remarks/{about['id']}/withdrawal"
    said(await api.post(url, json={}, headers=teacher.headers))
    await relay.relay_due()
    items = await inbox(owner, cast["guardian"])
    assert [item["kind"] for item in items] == ["remark", "remark"]
    assert len({item["screen_id"] or item["id"] for item in items}) == 1
    assert items[-1]["body"] == "Ngày 16/11/2026: nội dung đã được rút lại"
    assert len(await deliveries(owner)) == 1


async def test_a_teacher_whom_a_court_keeps_from_a_pupil_reads_and_writes_nothing_of_it(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    teacher, principal = cast["homeroom_teacher"], cast["principal"]
    note = await written(api, cast, principal, about="health", text="Con dị ứng")
    own = await written(api, cast, teacher)
    sought = {"q": "hăng hái"}
    found = await api.get(f"{BOOK}/search", params=sought, headers=teacher.headers)
    assert [each["id"] for each in said(found)["items"]] == [own["id"]]
    await owner.execute(
        "update guardianship set account_id = $1, custody_blocked_at = now() where student_id = $2",
        teacher.account_id,
        cast.student.id,
    )
    day = await api.get(day_url(cast.class_id), headers=teacher.headers)
    assert said(day)["pupils"] == []
    assert said(await api.get(day_url(cast.class_id), headers=principal.headers))["pupils"]
    found = await api.get(f"{BOOK}/search", params=sought, headers=teacher.headers)
    assert said(found)["items"] == []
    asked = {"class_id": str(cast.class_id)}
    of_class = await api.get(f"{BOOK}/remarks", params=asked, headers=teacher.headers)
    assert said(of_class)["items"] == []
    for path in (
        f"remarks?student_id={cast.student.id}",
        f"homework?student_id={cast.student.id}",
        f"summaries?student_id={cast.student.id}",
        f"remarks/{note['id']}",
        f"remarks/{own['id']}",
    ):
        answer = await api.get(f"{BOOK}/{path}", headers=teacher.headers)
        assert answer.status_code == 404, (path, answer.text)
    url = f"{BOOK}/remarks/{own['id']}"
    changed = await api.patch(url, json={"text": "Khác"}, headers=teacher.headers)
    refused(changed, 404, "no-such-remark")
    refused(await write(api, cast, teacher), 404, "no-such-pupil")
    refused(await put(api, cast, teacher, exceptions=[remark(cast)]), 422, "not-in-class")

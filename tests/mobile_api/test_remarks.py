"""A remark about a pupil: written, read, changed and taken back, by each role."""

import asyncio
import unicodedata
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.ids import new_id
from notifications import upkeep
from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.daily_book import (
    BOOK,
    LONG_AGO,
    TODAY,
    refused,
    remarks,
    said,
    write,
    written,
)
from tests.notifications.news import block, inbox, put_token
from tests.world import Person, World


async def change(
    api: httpx.AsyncClient, remark: dict[str, Any], who: Person, **changes: Any
) -> httpx.Response:
    url = f"{BOOK}/remarks/{remark['id']}"
    return await api.patch(url, json=changes, headers=who.headers)


async def take_back(
    api: httpx.AsyncClient, remark: dict[str, Any], who: Person, reason: str = ""
) -> httpx.Response:
    url = f"{BOOK}/remarks/{remark['id']}/withdrawal"
    return await api.post(url, json={"reason": reason}, headers=who.headers)


async def test_a_teacher_praises_and_the_family_reads_it(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    remark = await written(api, cast, cast["homeroom_teacher"], text="  Con giúp bạn\r\nhọc bài ")
    assert (remark["text"], remark["may_change"]) == ("Con giúp bạn\nhọc bài", True)
    assert (remark["author_name"], remark["subject"]) == ("Ông homeroom_teacher", None)
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert (told["kind"], told["title"]) == ("remark", "Nhận xét về Nguyễn Văn An")
    assert told["body"] == "Ngày 16/11/2026: 1 lời khen"
    assert told["data"]["remark_id"] == remark["id"]
    for who in ("guardian", "student", "principal"):
        (seen,) = await remarks(api, cast[who], cast.student)
        assert seen["text"] == "Con giúp bạn\nhọc bài"
        assert seen["may_change"] is (who == "principal")
        url = f"{BOOK}/remarks/{remark['id']}"
        assert said(await api.get(url, headers=cast[who].headers))["id"] == remark["id"]


async def test_the_same_remark_sent_again_is_one_and_is_told_once(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    remark_id = str(new_id())
    both = [
        await asyncio.gather(
            *(write(api, cast, cast["homeroom_teacher"], id=remark_id) for _ in range(4))
        ),
        [await write(api, cast, cast["homeroom_teacher"], id=remark_id)],
    ]
    assert {answer.status_code for answers in both for answer in answers} == {201}
    assert await owner.fetchval("select count(*) from remark") == 1
    assert await owner.fetchval("select count(*) from outbox") == 1
    taken = await write(
        api, cast, cast["principal"], id=remark_id, student_id=str(cast.neighbour.id)
    )
    refused(taken, 409, "entry-taken")


async def test_a_subject_teacher_writes_of_the_own_subject_and_sees_no_other(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    await written(api, cast, cast["homeroom_teacher"], text="Việc riêng của lớp")
    await written(api, cast, cast["homeroom_teacher"], about="health", text="Con dị ứng lạc")
    own = await written(api, cast, cast["subject_teacher"], text="Con làm bài tốt")
    assert own["subject"] == "Toán"  # the only one that is taught here
    refused(await write(api, cast, cast["subject_teacher"], subject="Văn"), 403, "not-your-subject")
    (seen,) = await remarks(api, cast["subject_teacher"], cast.student)
    assert seen["id"] == own["id"]
    assert len(await remarks(api, cast["homeroom_teacher"], cast.student)) == 3


async def test_other_classes_schools_and_families_neither_write_nor_read(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    remark = await written(api, cast, cast["homeroom_teacher"])
    url = f"{BOOK}/remarks/{remark['id']}"
    neighbours = await world.guardian(cast.neighbour, name="Mẹ Bình")
    others = ["other guardian", "other principal", "other homeroom_teacher", "nobody", "guard"]
    for who in [*(cast[name] for name in others), neighbours]:
        refused(await api.get(url, headers=who.headers), 404, "no-such-remark")
        query = {"student_id": str(cast.student.id)}
        listed = await api.get(f"{BOOK}/remarks", params=query, headers=who.headers)
        refused(listed, 404, "no-such-pupil")
    for name in ("homeroom_teacher", "subject_teacher"):
        mine = await write(api, cast, cast[name], student_id=str(cast.neighbour.id))
        assert mine.status_code == 404
        theirs = await write(api, cast, cast[f"other {name}"])
        assert theirs.status_code == 404
    for name in ("guardian", "student", "guard", "accountant", "department_admin"):
        assert (await write(api, cast, cast[name])).status_code == 403


async def test_an_edit_keeps_what_it_said_before_for_staff_alone(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    remark = await written(api, cast, cast["subject_teacher"], text="Con chưa ngoan")
    changed = said(await change(api, remark, cast["subject_teacher"], text="Con cần tập trung hơn"))
    said(await change(api, remark, cast["principal"], kind="needs_work"))
    assert changed["edited_at"] is not None
    (seen,) = await remarks(api, cast["homeroom_teacher"], cast.student)
    assert [(each["text"], each["kind"]) for each in seen["before"]] == [
        ("Con chưa ngoan", "praise"), ("Con cần tập trung hơn", "praise"),
    ]  # fmt: skip
    assert seen["before"][1]["changed_by"] == "Ông principal"
    (familys,) = await remarks(api, cast["guardian"], cast.student)
    assert (familys["text"], familys["before"]) == ("Con cần tập trung hơn", [])
    # Neither the homeroom teacher nor the family puts words into somebody's mouth.
    others = await change(api, remark, cast["homeroom_teacher"], text="Khác")
    refused(others, 403, "not-yours-to-change")
    assert (await change(api, remark, cast["guardian"], text="Khác")).status_code == 403


async def test_what_is_taken_back_stays_as_taken_back_without_its_text_for_the_family(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    remark = await written(api, cast, cast["homeroom_teacher"], text="Nhầm sang bạn khác")
    await relay.relay_due()
    back = said(await take_back(api, remark, cast["homeroom_teacher"], "Ghi nhầm học sinh"))
    assert back["withdrawn_reason"] == "Ghi nhầm học sinh"
    again = await take_back(api, remark, cast["homeroom_teacher"])
    refused(again, 409, "already-withdrawn")
    changed = await change(api, remark, cast["homeroom_teacher"], text="Thế này")
    refused(changed, 409, "already-withdrawn")
    (seen,) = await remarks(api, cast["guardian"], cast.student)
    assert (seen["text"], seen["withdrawn_reason"]) == (None, None)
    assert seen["withdrawn_at"] is not None
    # Sent again from a phone that was offline it does not come back.
    await write(api, cast, cast["homeroom_teacher"], id=remark["id"], text="Nhầm sang bạn khác")
    (seen,) = await remarks(api, cast["guardian"], cast.student)
    assert seen["text"] is None
    await relay.relay_due()
    first, second = await inbox(owner, cast["guardian"])
    assert second["data"]["replaces"] == str(first["id"])
    assert second["body"] == "Ngày 16/11/2026: nội dung đã được rút lại"


async def test_a_health_note_is_sealed_and_in_no_message(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    note = await written(
        api, cast, cast["homeroom_teacher"], about="health", kind="neutral", text="Con lên cơn hen"
    )
    said(await change(api, note, cast["homeroom_teacher"], text="Con lên cơn hen nhẹ"))
    for table in ("remark", "daily_edit", "outbox"):
        for row in await owner.fetch(f"select * from {table}"):
            assert "hen" not in str({k: v for k, v in dict(row).items() if k != "text_sealed"})
            for value in dict(row).values():
                assert not (isinstance(value, bytes) and b"hen" in value)
    (seen,) = await remarks(api, cast["guardian"], cast.student)
    assert seen["text"] == "Con lên cơn hen nhẹ"
    (seen,) = await remarks(api, cast["principal"], cast.student)
    assert [each["text"] for each in seen["before"]] == ["Con lên cơn hen"]


async def test_a_day_has_one_message_pushed_once_an_hour_but_for_health(
    api: httpx.AsyncClient, cast: Cast, relay: Relay, owner: asyncpg.Connection, clock: Clock
) -> None:
    clock.now += timedelta(hours=3)
    start = clock.now
    await put_token(owner, cast["guardian"], "t1")

    async def due(about: str = "remark") -> Any:
        await written(api, cast, cast["homeroom_teacher"], about=about)
        await relay.relay_due()
        last = "select due_at from delivery order by id desc limit 1"
        return await owner.fetchval(last)

    await due()
    clock.now += timedelta(minutes=10)
    assert await due() == start + timedelta(hours=1)
    clock.now += timedelta(minutes=10)
    assert await due() == start + timedelta(hours=1)  # it is not put off again and again
    clock.now += timedelta(minutes=50)
    assert await due() == start + timedelta(hours=2)
    # At once: as soon as PostgreSQL's own clock says.
    at_once = await due("health")
    assert at_once == await owner.fetchval("select max(created_at) from delivery")
    items = await inbox(owner, cast["guardian"])
    assert len({item["screen_id"] or item["id"] for item in items}) == 1
    assert items[-1]["body"] == "Ngày 16/11/2026: 4 lời khen · 1 ghi chú sức khoẻ"


async def test_teachers_write_seven_days_back_and_the_principal_any_day(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await written(api, cast, cast["homeroom_teacher"], day="2026-11-09")
    late = await write(api, cast, cast["homeroom_teacher"], day=LONG_AGO)
    refused(late, 422, "day-not-open")
    ahead = await write(api, cast, cast["principal"], day="2026-11-17")
    refused(ahead, 422, "day-not-open")
    told = await owner.fetchval("select count(*) from outbox")
    old = await written(api, cast, cast["principal"], day=LONG_AGO)
    assert old["day"] == LONG_AGO
    # It is in the book, and no news any more.
    assert await owner.fetchval("select count(*) from outbox") == told


async def test_a_teacher_whose_class_was_taken_away_neither_reads_nor_changes(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, world: World
) -> None:
    remark = await written(api, cast, cast["homeroom_teacher"])
    stand_in = await world.staff(cast.school, "homeroom_teacher", "Cô Thay")
    assert (await change(api, remark, cast["homeroom_teacher"], text="A")).status_code == 404
    assert (await write(api, cast, cast["homeroom_teacher"])).status_code == 404
    (seen,) = await remarks(api, stand_in, cast.student)
    assert seen["may_change"] is False
    await owner.execute(
        "update membership set ended_at = now() where account_id = $1", stand_in.account_id
    )
    assert (await write(api, cast, stand_in)).status_code == 403


async def test_a_barred_parent_sees_nothing_from_the_next_request_on(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, world: World
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    remark = await written(api, cast, cast["homeroom_teacher"])
    assert len(await remarks(api, father, cast.student)) == 1
    await block(owner, father, cast.student)
    url = f"{BOOK}/remarks/{remark['id']}"
    refused(await api.get(url, headers=father.headers), 404, "no-such-remark")
    assert len(await remarks(api, cast["guardian"], cast.student)) == 1


async def test_after_a_move_the_family_reads_what_was_written_until_then(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, clock: Clock
) -> None:
    remark = await written(api, cast, cast["homeroom_teacher"])
    clock.now += timedelta(days=1)
    await owner.execute(
        "update guardianship set ended_at = $2, told_until = $3 where account_id = $1",
        cast["guardian"].account_id,
        clock(),
        clock.now.date() - timedelta(days=1),
    )
    later = await written(api, cast, cast["homeroom_teacher"], text="Viết sau khi chuyển")
    (seen,) = await remarks(api, cast["guardian"], cast.student)
    assert (seen["id"], seen["text"]) == (remark["id"], "Con hăng hái phát biểu")
    url = f"{BOOK}/remarks/{later['id']}"
    refused(await api.get(url, headers=cast["guardian"].headers), 404, "no-such-remark")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        '=HYPERLINK("http://x","y") {student} %s ${7*7}',
        "Con ngoan 👨‍👩‍👧‍👦 🇻🇳 \u202etsiv",
        "a\u0301\u0323\u0302 " * 50 + "…",
    ],
)
async def test_markup_and_combining_characters_come_out_as_text(
    api: httpx.AsyncClient, cast: Cast, text: str, relay: Relay, owner: asyncpg.Connection
) -> None:
    await written(api, cast, cast["homeroom_teacher"], text=text)
    (seen,) = await remarks(api, cast["guardian"], cast.student)
    assert seen["text"] == unicodedata.normalize("NFC", text).strip()
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert told["body"] == "Ngày 16/11/2026: 1 lời khen"


async def test_a_text_of_100000_characters_is_refused_in_words(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    huge = await write(api, cast, cast["homeroom_teacher"], text="á" * 100_000)
    assert huge.status_code == 400
    assert "2000" in huge.text
    # Shorter than the bound as it is sent, longer as it is stored.
    grown = await write(api, cast, cast["homeroom_teacher"], text="\u0958" * 1_500)
    refused(grown, 422, "text-too-long")
    for text in ("", "   ", "\u00a0\n", "a\x00b"):
        answer = await write(api, cast, cast["homeroom_teacher"], text=text)
        assert answer.status_code == 400, text
    assert await owner.fetchval("select count(*) from remark") == 0
    assert TODAY in said(await write(api, cast, cast["principal"], text="á" * 2000), 201)["day"]


async def test_a_list_names_a_pupil_or_a_class(api: httpx.AsyncClient, cast: Cast) -> None:
    await written(api, cast, cast["homeroom_teacher"])
    await written(api, cast, cast["homeroom_teacher"], kind="needs_work", about="conduct")
    teacher = cast["homeroom_teacher"].headers
    for query in ({}, {"student_id": str(cast.student.id), "class_id": str(cast.class_id)}):
        answer = await api.get(f"{BOOK}/remarks", params=query, headers=teacher)
        refused(answer, 422, "nobody-asked-for")
    of_class: dict[str, str | int] = {"class_id": str(cast.class_id), "limit": 1}
    first = said(await api.get(f"{BOOK}/remarks", params=of_class, headers=teacher))
    rest = of_class | {"cursor": first["next_cursor"]}
    second = said(await api.get(f"{BOOK}/remarks", params=rest, headers=teacher))
    kinds = [page["items"][0]["kind"] for page in (first, second)]
    assert (kinds, second["next_cursor"]) == (["needs_work", "praise"], None)
    (conduct,) = await remarks(api, cast["guardian"], cast.student, about="conduct")
    assert conduct["about"] == "conduct"
    family = await api.get(f"{BOOK}/remarks", params=of_class, headers=cast["guardian"].headers)
    refused(family, 404, "no-such-class")


async def test_upkeep_forgets_whom_it_told_when_no_message_can_be_replaced_any_more(
    api: httpx.AsyncClient, cast: Cast, database: str, owner: asyncpg.Connection
) -> None:
    await written(api, cast, cast["homeroom_teacher"])
    worker = await db.create_pool(database, role=db.WORKER_ROLE, size=2)
    for age, left in ((14, 1), (15, 0)):
        await owner.execute(
            "update book_news set day = (now() at time zone 'Asia/Ho_Chi_Minh')::date - $1::int",
            age,
        )
        await upkeep.look_after(worker)
        assert await owner.fetchval("select count(*) from book_news") == left
    await worker.close()

"""One message: sent once, edited, taken back, told at the right hour; floods are stopped."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.contact_book.threads.service import MESSAGES
from app.ids import new_id
from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.talking import BOOK, Talk, good, refused
from tests.notifications.news import deliveries, inbox, put_token, titles
from tests.pictures import picture
from tests.world import Person


async def pending(owner: asyncpg.Connection) -> list[float]:
    """In how many seconds each piece of news in the outbox is due."""
    rows = await owner.fetch(
        "select extract(epoch from due_at - created_at)::float8 as s from outbox order by id"
    )
    return [row["s"] for row in rows]


async def test_the_same_message_sent_twice_at_once_is_one_and_is_told_once(
    talk: Talk, cast: Cast, owner: asyncpg.Connection
) -> None:
    thread = await talk.open(cast["guardian"])
    body = {"id": str(new_id()), "text": "Một lần thôi"}
    answers = await asyncio.gather(*(talk.send(cast["guardian"], thread, **body) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["seq"] for answer in answers} == {1}
    assert len(await talk.texts(cast["guardian"], thread)) == 1
    assert len(await pending(owner)) == 1
    other = await talk.send(cast["guardian"], thread, id=body["id"], text="Khác")
    assert refused(other) == (409, "message-id-used")
    maths = await talk.open(cast["guardian"], kind="subject", subject="Toán")
    assert refused(await talk.send(cast["guardian"], maths, **body)) == (409, "message-id-used")
    taken = await talk.send(cast["homeroom_teacher"], thread, **body)
    assert refused(taken) == (409, "message-id-used")


async def test_both_sides_write_at_once_and_the_numbers_have_no_gaps(
    talk: Talk, cast: Cast, other_api: httpx.AsyncClient
) -> None:
    thread = await talk.open(cast["guardian"])
    there = Talk(other_api, cast)  # another process
    answers = await asyncio.gather(
        *(talk.send(cast["guardian"], thread, f"mẹ {n}") for n in range(8)),
        *(there.send(cast["homeroom_teacher"], thread, f"cô {n}") for n in range(8)),
        *(talk.send(cast["guardian"], thread, "x" * 6000) for _ in range(2)),  # refused
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 16 + [400] * 2
    found = await talk.messages(cast["guardian"], thread)
    assert [each["seq"] for each in found] == list(range(1, 17))
    assert (await talk.look(cast["guardian"], thread))["last_seq"] == 16


async def test_a_flood_is_stopped_and_what_was_sent_before_can_still_be_repeated(
    talk: Talk, cast: Cast
) -> None:
    thread = await talk.open(cast["guardian"])
    first = {"id": str(new_id()), "text": "Đầu tiên"}
    assert (await talk.send(cast["guardian"], thread, **first)).status_code == 201
    sent = 1
    while (answer := await talk.send(cast["guardian"], thread, f"Tin {sent}")).status_code == 201:
        sent += 1
        assert sent < 4 * MESSAGES.capacity
    assert sent >= MESSAGES.capacity
    assert refused(answer)[0] == 429
    assert int(answer.headers["retry-after"]) > 0
    assert (await talk.send(cast["guardian"], thread, **first)).status_code == 201
    assert (await talk.send(cast["homeroom_teacher"], thread)).status_code == 201
    assert len(await talk.messages(cast["guardian"], thread, limit=200)) == sent + 1


async def test_an_edit_keeps_what_was_said_before_and_comes_within_15_minutes(
    talk: Talk, cast: Cast, clock: Clock
) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(mother)
    said = await talk.said(mother, thread, "Cháu nghỉ thứ hai")
    for text in ("Cháu nghỉ thứ ba", "Cháu nghỉ thứ tư", "Cháu nghỉ thứ tư"):
        clock.now += timedelta(minutes=4)
        answer = await talk.of_message(mother, "PATCH", thread, said, body={"text": text})
        assert good(answer)["text"] == text
    assert answer.json()["edited_at"] < clock().isoformat()  # the last changed nothing
    history = good(await talk.of_message(teacher, "GET", thread, said, "/edits"))["items"]
    assert [each["text"] for each in history] == ["Cháu nghỉ thứ hai", "Cháu nghỉ thứ ba"]
    wrong = await talk.of_message(teacher, "PATCH", thread, said, body={"text": "Không phải tôi"})
    assert refused(wrong) == (404, "not-your-message")
    empty = await talk.of_message(mother, "PATCH", thread, said, body={"text": " \n "})
    assert refused(empty) == (422, "empty-message")
    clock.now += timedelta(minutes=3)
    late = await talk.of_message(mother, "PATCH", thread, said, body={"text": "Quá muộn"})
    assert refused(late) == (409, "too-late-to-edit")
    (seen,) = await talk.messages(mother, thread)
    assert (seen["text"], seen["edit_until"]) == ("Cháu nghỉ thứ tư", None)


async def test_what_is_taken_back_is_read_by_nobody_of_the_thread_and_is_still_there(
    talk: Talk, cast: Cast, owner: asyncpg.Connection
) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(mother)
    said = await talk.said(mother, thread, "Gửi nhầm rồi")
    await talk.of_message(mother, "PATCH", thread, said, body={"text": "Gửi nhầm rồi ạ"})
    assert (await talk.of_message(teacher, "POST", thread, said, "/taken-back")).status_code == 404
    for _ in range(2):
        answer = good(await talk.of_message(mother, "POST", thread, said, "/taken-back"))
        assert (answer["text"], answer["may_take_back"]) == ("", False)
    for who in (mother, teacher):
        assert await talk.texts(who, thread) == [""]
        (line,) = await talk.threads(who)
        assert (line["last_message"]["text"], line["unread"]) == ("", 0)
        edits = await talk.of_message(who, "GET", thread, said, "/edits")
        assert refused(edits) == (409, "message-taken-back")
    edit = await talk.of_message(mother, "PATCH", thread, said, body={"text": "Lại"})
    assert refused(edit) == (409, "message-taken-back")
    kept = await owner.fetchrow("select text, search_key from thread_message")
    assert kept is not None
    assert tuple(kept) == ("Gửi nhầm rồi ạ", "")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Ô\u0302ng\r\nbà\n", "Ô\u0302ng\nbà"),
        ("e\u0302\u0301m 👨‍👩‍👧", "ếm 👨‍👩‍👧"),
    ],
)
async def test_a_text_is_kept_as_it_is(talk: Talk, cast: Cast, sent: str, kept: str) -> None:
    thread = await talk.open(cast["guardian"])
    assert (await talk.said(cast["guardian"], thread, sent))["text"] == kept


@pytest.mark.parametrize("text", ["x" * 5001, "x" * 100_000, "a\x00b"])
async def test_a_text_that_cannot_be_kept_is_refused(talk: Talk, cast: Cast, text: str) -> None:
    thread = await talk.open(cast["guardian"])
    assert (await talk.send(cast["guardian"], thread, text)).status_code == 400
    empty = await talk.send(cast["guardian"], thread, "  \n ")
    assert refused(empty) == (422, "empty-message")


async def test_a_photo_goes_with_a_message_to_who_may_read_it(
    talk: Talk, cast: Cast, api: httpx.AsyncClient
) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(mother)
    uploaded = await api.post(
        f"{BOOK}/attachments",
        params={"school_id": cast.school.id, "name": "don-thuoc.jpg"},
        content=picture(size=(150, 200)),
        headers=mother.headers | {"Content-Type": "image/jpeg"},
    )
    file_id = good(uploaded, 201)["id"]
    stolen = await talk.send(teacher, thread, "Của ai?", attachment_ids=[file_id])
    assert refused(stolen) == (404, "no-such-attachment")
    sent = good(await talk.send(mother, thread, "", attachment_ids=[file_id]), 201)
    (seen,) = await talk.messages(teacher, thread)
    (file,) = seen["attachments"]
    assert file["name"] == "don-thuoc.jpg"
    assert (await api.get(file["url"])).status_code == 200
    good(await talk.of_message(mother, "POST", thread, sent, "/taken-back"))
    assert (await api.get(file["url"])).status_code == 404
    (seen,) = await talk.messages(teacher, thread)
    assert seen["attachments"] == []


async def test_a_refused_message_leaves_no_trace_of_it(
    talk: Talk, cast: Cast, owner: asyncpg.Connection
) -> None:
    thread = await talk.open(cast["guardian"])
    answer = await talk.send(cast["guardian"], thread, attachment_ids=[str(new_id())])
    assert refused(answer) == (404, "no-such-attachment")
    assert await talk.texts(cast["guardian"], thread) == []
    assert await pending(owner) == []


async def test_unread_news_is_replaced_and_read_news_is_followed_by_the_next(
    talk: Talk, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    await put_token(owner, mother, "tok")
    thread = await talk.open(mother)
    for number in (1, 2, 3):
        await talk.said(teacher, thread, f"Cô nhắn {number}")
        await relay.relay_due()
    items = await inbox(owner, mother)
    assert len({each["screen_id"] or each["id"] for each in items}) == 1
    assert items[-1]["data"]["replaces"] == str(items[-2]["id"])
    assert len({each["screen_id"] for each in (await deliveries(owner))[1:]}) == 1
    await talk.read(mother, thread, 3)
    await talk.said(teacher, thread, "Cô nhắn 4")
    await relay.relay_due()
    last = (await inbox(owner, mother))[-1]
    assert (last["screen_id"], "replaces" in last["data"]) == (None, False)


async def test_several_messages_before_the_news_is_told_are_one_piece_of_news(
    talk: Talk, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    thread = await talk.open(cast["guardian"])
    for number in range(3):
        await talk.said(cast["guardian"], thread, f"Tin {number}")
    assert len(await pending(owner)) == 1
    await relay.relay_due()
    assert len(await titles(owner, cast["homeroom_teacher"])) == 1


async def set_hours(api: httpx.AsyncClient, who: Person, cast: Cast, **changes: Any) -> Any:
    body = {
        "school_id": cast.school.id,
        "from_time": "07:00",
        "until_time": "17:00",
        "weekdays": [1, 2, 3, 4, 5],
    }
    return await api.put("/v1/me/contact-hours", json=body | changes, headers=who.headers)


async def test_a_teacher_hears_of_it_when_the_contact_hours_begin(
    talk: Talk, cast: Cast, api: httpx.AsyncClient, clock: Clock, owner: asyncpg.Connection
) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    good(await set_hours(api, teacher, cast))
    thread = await talk.open(mother)
    assert thread["opens_at"] is None
    clock.now += timedelta(days=4, hours=11)  # Friday, 20:52
    look = await talk.look(mother, thread)
    assert look["opens_at"] == "2026-11-23T00:00:00Z"  # Monday, 07:00
    await talk.said(mother, thread)
    (wait_s,) = await pending(owner)
    assert wait_s == pytest.approx(58 * 3600 + 8 * 60, abs=5)
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name)"
        " values ($1, '2026-11-23', 'holiday', 'Nghỉ bù')",
        cast.school.id,
    )
    look = await talk.look(mother, thread)
    assert look["opens_at"] == "2026-11-24T00:00:00Z"  # the day after the holiday
    # Come back early, hears of it with the next message.
    good(await set_hours(api, teacher, cast, until_time="21:00"))
    await talk.said(mother, thread)
    (wait_s,) = await pending(owner)
    assert wait_s < 600
    # The family's quiet hours are the family's own: the relay keeps them.
    await talk.said(teacher, thread, "Cô nghe đây")
    assert min(await pending(owner)) == pytest.approx(0, abs=1)


async def test_a_teacher_who_is_away_says_so_and_until_when(
    talk: Talk, cast: Cast, api: httpx.AsyncClient
) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    away = {"away_until": "2026-11-20", "away_note": "Tôi đi tập huấn"}
    answer = good(await set_hours(api, teacher, cast, **away))
    assert (answer["from_time"], answer["away_until"]) == ("07:00", "2026-11-20")
    thread = await talk.open(mother)
    assert thread["opens_at"] == "2026-11-23T00:00:00Z"
    (shown,) = thread["teachers"]
    assert (shown["away_until"], shown["away_note"]) == ("2026-11-20", "Tôi đi tập huấn")
    assert thread["may_write"] is True
    (own,) = good(await api.get("/v1/me/contact-hours", headers=teacher.headers))["items"]
    assert own == answer
    for wrong in (
        {"until_time": "06:00"},
        {"away_until": "2026-11-15"},
        {"away_note": "Không có ngày"},
        {"away_until": "2028-01-01"},
    ):
        assert refused(await set_hours(api, teacher, cast, **wrong)) == (422, "bad-contact-hours")
    elsewhere = await set_hours(api, teacher, cast, school_id=cast.other.id)
    assert refused(elsewhere)[0] == 404
    assert (await set_hours(api, mother, cast)).status_code == 403

"""What teachers do through the API, as a family finds it in the feed, the search and the badges."""

from datetime import timedelta

import httpx

from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api import announcing, daily_book
from tests.mobile_api.feed_rows import Json, feed, found, titles
from tests.mobile_api.talking import Talk
from tests.world import Person, World

BOOK = "/v1/contact-book"
MARKUP = "<script>alert('Cô ơi')</script> & <b>đậm</b> 👩‍👧"


async def _only(api: httpx.AsyncClient, who: Person) -> Json:
    (item,) = (await feed(api, who))["items"]
    return dict(item)


async def _counts(api: httpx.AsyncClient, who: Person) -> tuple[int, int, int]:
    counts = (await api.get(f"{BOOK}/unread", headers=who.headers)).json()
    return counts["announcements"], counts["to_answer"], counts["messages"]


async def test_an_announcement_is_read_answered_and_withdrawn(
    api: httpx.AsyncClient, cast: Cast, world: World, clock: Clock
) -> None:
    principal, mother = cast["principal"], cast["guardian"]
    father = await world.guardian(cast.student, name="Nguyễn Văn Bố")
    one = await announcing.sent(
        api, cast, principal, title="Dã ngoại", body=MARKUP, answer_kind="yes_no"
    )
    for parent in (mother, father):
        item = await _only(api, parent)
        assert (item["title"], item["body"]) == ("Dã ngoại", MARKUP)
        assert item["is_read"] is False
        assert item["needs_answer"]
        assert await _counts(api, parent) == (1, 1, 0)
    since = (await feed(api, father))["since"]
    clock.now += timedelta(minutes=3)
    said = await announcing.answer(api, one, mother, "yes")
    assert said.status_code == 200, said.text
    assert await _counts(api, mother) == (0, 0, 0)
    # It is answered for the child; the other parent has not read it yet.
    assert await _counts(api, father) == (1, 0, 0)
    (changed,) = (await feed(api, father, since=since))["items"]
    assert changed["answer"] == "yes"
    assert "needs_answer" not in changed
    assert [hit["id"] for hit in await found(api, father, "da ngoai")] == [one["id"]]

    clock.now += timedelta(minutes=3)
    gone = await announcing.withdraw(api, one, principal)
    assert gone.status_code == 200, gone.text
    item = await _only(api, father)
    assert (item["state"], item["title"], item["body"]) == ("withdrawn", "Dã ngoại", "")
    assert await _counts(api, father) == (0, 0, 0)
    assert await found(api, father, "da ngoai") == []
    opened = await announcing.seen(api, one, father)
    assert (opened["state"], opened["body"]) == ("withdrawn", "")


async def test_a_scheduled_one_and_a_draft_are_nobodys_to_see(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    draft = await announcing.written(api, cast, cast["principal"])
    later = (clock() + timedelta(hours=2)).isoformat()
    assert (await announcing.publish(api, draft, cast["principal"], later)).status_code == 200
    for role in ("guardian", "student", "homeroom_teacher"):
        assert await titles(api, cast[role]) == [], role
    assert await found(api, cast["guardian"], "hop phu huynh") == []


async def test_homework_is_done_and_a_remark_is_changed_and_withdrawn(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    teacher, parent = cast["homeroom_teacher"], cast["guardian"]
    task = await daily_book.given(api, cast, teacher, text=MARKUP)
    item = await _only(api, parent)
    assert (item["id"], item["body"], item["is_done"]) == (task["id"], MARKUP, False)
    done = {"student_id": str(cast.student.id), "done": True}
    url = f"{BOOK}/homework/{task['id']}"
    assert (await api.put(f"{url}/done", json=done, headers=parent.headers)).status_code == 200
    assert (await _only(api, parent))["is_done"] is True
    opened = await api.get(url, params={"student_id": str(cast.student.id)}, headers=parent.headers)
    assert opened.status_code == 200, opened.text

    clock.now += timedelta(minutes=1)
    remark = await daily_book.written(api, cast, teacher, text="Con phát biểu tốt")
    clock.now += timedelta(minutes=5)
    since = (await feed(api, parent))["since"]
    clock.now += timedelta(minutes=5)
    url = f"{BOOK}/remarks/{remark['id']}"
    edited = await api.patch(url, json={"text": "Con rất tiến bộ"}, headers=teacher.headers)
    assert edited.status_code == 200, edited.text
    (changed,) = (await feed(api, parent, since=since))["items"]
    assert changed["body"] == "Con rất tiến bộ"
    assert await found(api, parent, "phat bieu") == []
    assert [hit["kind"] for hit in await found(api, parent, "tien bo")] == ["remark"]
    withdrawn = await api.post(
        f"{url}/withdrawal", json={"reason": "Nhầm em"}, headers=teacher.headers
    )
    assert withdrawn.status_code == 200, withdrawn.text
    newest = (await feed(api, parent))["items"][0]
    assert (newest["state"], newest["body"]) == ("withdrawn", "")
    assert await found(api, parent, "tien bo") == []


async def test_a_class_day_is_in_every_pupils_feed_and_in_no_other_classs(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    next_door = await world.guardian(cast.neighbour)
    lesson = {"id": "019a0000-0000-7000-8000-000000000001", "subject": "Toán", "text": "Phân số"}
    answer = await api.put(
        daily_book.day_url(cast.class_id),
        json={"lessons": [lesson]},
        headers=cast["homeroom_teacher"].headers,
    )
    assert answer.status_code == 200, answer.text
    item = await _only(api, cast["guardian"])
    assert (item["kind"], item["title"], item["body"]) == ("lesson", "Toán", "Phân số")
    assert await titles(api, next_door) == []
    # Struck out again: the family is not told of a line that is none.
    lesson["text"] = ""
    answer = await api.put(
        daily_book.day_url(cast.class_id),
        json={"lessons": [lesson]},
        headers=cast["homeroom_teacher"].headers,
    )
    assert answer.status_code == 200, answer.text
    assert await titles(api, cast["guardian"]) == []


async def test_a_message_counts_until_it_is_read_and_is_found_by_both_sides(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    talk = Talk(api, cast)
    parent, teacher = cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(parent)
    await talk.said(parent, thread, "Cháu để quên áo mưa ở lớp")
    assert await _counts(api, teacher) == (0, 0, 1)
    message = await talk.said(teacher, thread, "Cô đã cất áo mưa trong tủ")
    assert await _counts(api, parent) == (0, 0, 1)
    await talk.read(parent, thread, message["seq"])
    assert await _counts(api, parent) == (0, 0, 0)
    for who in (parent, teacher):
        hits = await found(api, who, "ao mua", kind="message")
        assert [(hit["thread_id"], hit["seq"]) for hit in hits] == [
            (thread["id"], 2),
            (thread["id"], 1),
        ]
    for role in ("student", "principal", "subject_teacher", "other homeroom_teacher"):
        assert await found(api, cast[role], "ao mua") == [], role
    back = await talk.of_message(teacher, "POST", thread, message, "/taken-back")
    assert back.status_code in (200, 204), back.text
    assert len(await found(api, parent, "ao mua")) == 1

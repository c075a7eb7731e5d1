"""Search and badges of the contact book through the API."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.feed_rows import SEARCH, Book, Json, found
from tests.world import Person, World


async def _counts(api: httpx.AsyncClient, who: Person) -> Json:
    response = await api.get("/v1/contact-book/unread", headers=who.headers)
    assert response.status_code == 200, response.text
    body: Json = response.json()
    return body


async def test_a_family_finds_everything_without_diacritics(
    api: httpx.AsyncClient, cast: Cast, book: Book
) -> None:
    school_id, child = cast.school.id, cast.student
    await book.announcement(
        school_id, "Đi tham quan Lăng Tự Đức", to=[child], body="Mang nước uống và mũ"
    )
    await book.remark(child, "Con giữ vở sạch, đức tính tốt")
    await book.homework(school_id, cast.class_id, "Viết đoạn văn về tự do")
    await book.lesson(school_id, cast.class_id, "Vua Tự Đức và kinh thành Huế")
    await book.thread(child, ("guardian", cast["guardian"], "Cháu xin phép đi Lăng Tự Đức ạ"))
    hits = await found(api, cast["guardian"], "TU  duc")
    assert [hit["kind"] for hit in hits] == ["message", "lesson", "announcement"]
    assert hits[0]["thread_id"] is not None
    assert hits[0]["seq"] == 1
    assert hits[2]["title"] == "Đi tham quan Lăng Tự Đức"
    assert hits[2]["student_id"] == str(child.id)
    assert [hit["kind"] for hit in await found(api, cast["guardian"], "Đức")] == [
        "message", "lesson", "remark", "announcement",
    ]  # fmt: skip
    only = await found(api, cast["guardian"], "duc", kind="remark", student_id=str(child.id))
    assert [hit["kind"] for hit in only] == ["remark"]
    # A pupil's own account has no part in what parents and teachers write to each other.
    assert "message" not in {hit["kind"] for hit in await found(api, cast["student"], "duc")}


async def test_search_goes_on_page_by_page(
    api: httpx.AsyncClient, cast: Cast, book: Book, world: World
) -> None:
    sibling = await world.student(cast.school, "Nguyễn Văn Em", class_id=cast.class_id)
    await world.guardian(sibling, person=cast["guardian"])
    for n in range(3):
        await book.homework(cast.school.id, cast.class_id, f"Ôn tập chương {n}")
        await book.remark(cast.student, f"Ôn tập tốt {n}")
    whole = await found(api, cast["guardian"], "on tap")
    assert len(whole) == 9
    paged: list[Json] = []
    cursor = None
    while True:
        asked: Json = {"q": "on tap", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(SEARCH, params=asked, headers=cast["guardian"].headers)).json()
        paged += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == whole


@pytest.mark.parametrize("q", ["%", "_", "a", "  ", "\u0301"])
async def test_too_little_is_not_searched_for(api: httpx.AsyncClient, cast: Cast, q: str) -> None:
    answer = await api.get(SEARCH, params={"q": q}, headers=cast["guardian"].headers)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("nothing-to-search")


async def test_signs_of_patterns_are_letters_like_others(
    api: httpx.AsyncClient, cast: Cast, book: Book
) -> None:
    await book.remark(cast.student, "Đúng 100% câu hỏi a_b \\o/")
    for q in ("100%", "a_b", "\\o/"):
        assert len(await found(api, cast["guardian"], q)) == 1, q
    for q in ("1%0", "a%b", "cau_hoi", "<script>"):
        assert await found(api, cast["guardian"], q) == [], q


async def test_what_was_taken_away_or_is_sealed_is_not_found(
    api: httpx.AsyncClient, cast: Cast, book: Book, clock: Clock, owner: asyncpg.Connection
) -> None:
    gone: Json = {"withdrawn_at": clock(), "withdrawn_by": book.author}
    await book.remark(cast.student, "Bí mật một", **gone)
    await book.homework(cast.school.id, cast.class_id, "Bí mật hai", **gone)
    await book.lesson(cast.school.id, cast.class_id, "Bí mật ba", **gone)
    await book.announcement(
        cast.school.id, "Bí mật bốn", to=[cast.student], state="withdrawn", **gone
    )
    await book.remark(cast.student, None, about="health", text_sealed=b"x", search_key="")
    await book.thread(cast.student, ("staff", cast["homeroom_teacher"], "Bí mật năm"))
    await owner.execute("update thread_message set taken_back_at = now(), search_key = ''")
    assert await found(api, cast["guardian"], "bi mat") == []


async def test_staff_find_what_they_wrote_and_what_was_sent_to_them(
    api: httpx.AsyncClient, cast: Cast, book: Book
) -> None:
    teacher = cast["homeroom_teacher"]
    mine: Json = {"author_account_id": teacher.account_id}
    await book.announcement(cast.school.id, "Họp tổ chuyên môn", staff=[teacher])
    await book.announcement(
        cast.school.id, "Họp phụ huynh", to=[cast.student], author=teacher.account_id
    )
    await book.remark(cast.student, "Họp nhóm tốt", **mine)
    await book.homework(cast.school.id, cast.class_id, "Họp nhóm làm bài", **mine)
    kinds = [hit["kind"] for hit in await found(api, teacher, "hop")]
    assert kinds == ["homework", "remark", "announcement", "announcement"]
    assert await found(api, cast["principal"], "hop") == []
    assert await found(api, cast["other homeroom_teacher"], "hop") == []


async def test_badges_count_what_waits(
    api: httpx.AsyncClient, cast: Cast, book: Book, world: World, owner: asyncpg.Connection,
    clock: Clock,
) -> None:  # fmt: skip
    parent, child = cast["guardian"], cast.student
    await world.guardian(cast.stranger, person=parent)
    read = await book.announcement(cast.school.id, "Đã đọc", to=[child])
    await book.insert(
        "announcement_read", school_id=cast.school.id, announcement_id=read,
        person_kind="student", person_id=child.id, account_id=parent.account_id, read_at=clock(),
    )  # fmt: skip
    await book.announcement(cast.school.id, "Hỏi", to=[child], answer_kind="rsvp")
    await book.announcement(
        cast.school.id, "Hỏi, đã hết hạn", to=[child], answer_kind="rsvp", answer_until=clock()
    )
    await book.announcement(
        cast.school.id, "Năm ngoái", to=[child], at=clock() - timedelta(days=61)
    )
    await book.announcement(
        cast.school.id, "Đã thu hồi", to=[child], state="withdrawn", withdrawn_at=clock()
    )
    teacher = cast["homeroom_teacher"]
    await book.thread(
        child, ("staff", teacher, "Một"), ("guardian", parent, "Hai"), ("staff", teacher, "Ba")
    )
    counts = await _counts(api, parent)
    by_child = {each["student_id"]: each for each in counts["children"]}
    assert by_child[str(child.id)] == {
        "school_id": cast.school.id, "student_id": str(child.id), "announcements": 2,
        "to_answer": 1, "messages": 2,
    }  # fmt: skip
    assert by_child[str(cast.stranger.id)]["announcements"] == 0
    assert (counts["announcements"], counts["to_answer"], counts["messages"]) == (2, 1, 2)
    assert counts["staff"] == []
    at_work = await _counts(api, teacher)
    assert at_work["children"] == []
    assert at_work["staff"][0]["messages"] == 1
    # The pupil reads, and is asked nothing.
    (own,) = (await _counts(api, cast["student"]))["children"]
    assert (own["announcements"], own["to_answer"], own["messages"]) == (3, 0, 0)

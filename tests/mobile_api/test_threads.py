"""A family and a teacher write to each other: who sees what, and what is told."""

import asyncio
from datetime import timedelta

import asyncpg
import httpx
import pytest

from app.ids import new_id
from app.paging import encode_cursor
from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.talking import Talk, good, refused
from tests.notifications.news import block, inbox, titles
from tests.world import Person, World


@pytest.fixture
async def father(world: World, cast: Cast) -> Person:
    return await world.guardian(cast.student, name="Nguyễn Văn Cha")


async def test_a_mother_writes_the_teacher_answers_and_both_parents_read_it(
    talk: Talk, cast: Cast, father: Person, relay: Relay, owner: asyncpg.Connection
) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(mother)
    assert (thread["side"], thread["kind"], thread["may_write"]) == ("guardian", "homeroom", True)
    assert [each["name"] for each in thread["teachers"]] == ["Ông homeroom_teacher"]
    assert await talk.threads(teacher) == []  # nothing was said
    await talk.said(mother, thread, "Thưa cô, cháu hơi sốt ạ")
    await relay.relay_due()
    (told,) = await inbox(owner, teacher)
    assert (told["kind"], told["title"]) == ("message", "Tin nhắn về Nguyễn Văn An")
    assert told["body"] == "Lê Thị Mẹ đã nhắn. Chạm để đọc và trả lời."
    assert told["data"]["thread_id"] == thread["id"]
    assert await titles(owner, father) == []  # of the same side

    (seen,) = await talk.threads(teacher)
    assert (seen["side"], seen["unread"]) == ("staff", 1)
    assert seen["last_message"]["text"] == "Thưa cô, cháu hơi sốt ạ"
    assert (await talk.read(teacher, seen, 1))["unread"] == 0
    assert (await talk.look(mother, thread))["read_by_other_side"] == 1
    await talk.said(teacher, thread, "Cô cảm ơn mẹ cháu")
    await relay.relay_due()
    for parent in (mother, father):
        assert await titles(owner, parent) == ["Tin nhắn về Nguyễn Văn An"]
        assert await talk.texts(parent, thread) == ["Thưa cô, cháu hơi sốt ạ", "Cô cảm ơn mẹ cháu"]
        (mine,) = await talk.threads(parent)
        assert mine["unread"] == 1
    names = [
        (m["author_kind"], m["author_name"], m["is_own"])
        for m in await talk.messages(father, thread)
    ]
    assert names == [
        ("guardian", "Lê Thị Mẹ", False), ("staff", "Ông homeroom_teacher", False),
    ]  # fmt: skip


async def test_a_thread_is_the_same_whoever_opens_it_and_however_often(
    talk: Talk, cast: Cast, father: Person
) -> None:
    opened = await asyncio.gather(
        *(talk.open(who) for who in (cast["guardian"], father, cast["homeroom_teacher"]) * 2)
    )
    assert len({each["id"] for each in opened}) == 1


async def test_a_subject_teacher_has_a_thread_of_the_subject_and_sees_no_other(
    talk: Talk, cast: Cast, relay: Relay, owner: asyncpg.Connection
) -> None:
    mother, teacher = cast["guardian"], cast["subject_teacher"]
    maths = await talk.open(mother, kind="subject", subject="Toán")
    homeroom = await talk.open(mother)
    await talk.said(mother, maths, "Cháu chưa hiểu phân số")
    await talk.said(mother, homeroom)
    await relay.relay_due()
    assert await titles(owner, teacher) == ["Tin nhắn về Nguyễn Văn An"]
    assert [each["subject"] for each in await talk.threads(teacher)] == ["Toán"]
    assert refused(await talk.ask(teacher, "GET", f"/threads/{homeroom['id']}"))[0] == 404
    assert (
        refused(await talk.ask(cast["homeroom_teacher"], "GET", f"/threads/{maths['id']}"))[0]
        == 404
    )
    answer = await talk.ask(
        mother, "POST", "/threads",
        {"student_id": str(cast.student.id), "kind": "subject", "subject": "Nhạc"},
    )  # fmt: skip
    assert refused(answer) == (404, "no-such-partner")


async def test_whom_one_may_write_to_is_listed_with_the_threads_there_are(
    talk: Talk, cast: Cast
) -> None:
    thread = await talk.open(cast["guardian"])
    url = f"/thread-partners?student_id={cast.student.id}"
    found = good(await talk.ask(cast["guardian"], "GET", url))["items"]
    assert [(each["kind"], each["subject"], each["thread_id"]) for each in found] == [
        ("homeroom", None, thread["id"]), ("subject", "Toán", None),
    ]  # fmt: skip
    found = good(await talk.ask(cast["subject_teacher"], "GET", url))["items"]
    assert [(each["kind"], each["subject"]) for each in found] == [("subject", "Toán")]


async def test_other_families_classes_schools_and_roles_find_no_thread(
    talk: Talk, cast: Cast, world: World
) -> None:
    thread = await talk.open(cast["guardian"])
    await talk.said(cast["guardian"], thread)
    neighbour = await world.guardian(cast.neighbour)
    outside = [
        neighbour,
        *(cast[f"other {role}"] for role in ("guardian", "homeroom_teacher", "principal")),
    ]
    for who in (*outside, cast["student"], cast["guard"], cast["accountant"], cast["nobody"]):
        for path in ("", "/messages"):
            answer = await talk.ask(who, "GET", f"/threads/{thread['id']}{path}")
            assert answer.status_code == 404, answer.text
        assert await talk.threads(who) == []
        assert (await talk.send(who, thread)).status_code in (403, 404)


async def test_a_message_is_reached_by_its_own_thread_alone(
    talk: Talk, cast: Cast, world: World
) -> None:
    """Who has a thread of their own, and knows the id of somebody else's message."""
    neighbour = await world.guardian(cast.neighbour)
    own = await talk.open(cast["guardian"])
    maths = await talk.open(cast["guardian"], kind="subject", subject="Toán")
    await talk.said(cast["guardian"], own)
    said = await talk.said(cast["guardian"], maths, "Chuyện của môn Toán")
    teacher = cast["homeroom_teacher"]
    about = {"message_id": said["id"], "reason": "Tò mò"}
    for path in ("reports", "blocks"):
        answer = await talk.ask(teacher, "POST", f"/threads/{own['id']}/{path}", about)
        assert refused(answer) == (404, "no-such-message")
    answer = await talk.of_message(teacher, "GET", own, said, "/edits")
    assert refused(answer) == (404, "no-such-message")
    answer = await talk.of_message(neighbour, "GET", maths, said, "/edits")
    assert refused(answer) == (404, "no-such-thread")


async def test_a_court_keeps_a_father_out_from_the_next_request_on(
    talk: Talk, cast: Cast, father: Person, relay: Relay, owner: asyncpg.Connection, world: World
) -> None:
    thread = await talk.open(father)
    await talk.said(father, thread, "Tôi là bố cháu")
    sibling = await world.student(cast.other, "Nguyễn Thị Em")
    await world.guardian(sibling, person=father)  # still a guardian of somebody
    await block(owner, father, cast.student)
    assert (await talk.send(father, thread)).status_code == 404
    assert refused(await talk.ask(father, "GET", f"/threads/{thread['id']}"))[0] == 404
    assert await talk.threads(father) == []
    await talk.said(cast["homeroom_teacher"], thread, "Gia đình đón cháu lúc 5 giờ nhé")
    await relay.relay_due()
    assert await titles(owner, father) == []
    assert await titles(owner, cast["guardian"]) == ["Tin nhắn về Nguyễn Văn An"]
    assert len(await talk.texts(cast["guardian"], thread)) == 2


async def test_a_right_to_see_withdrawn_in_mid_session_closes_the_thread(
    talk: Talk, cast: Cast, father: Person, relay: Relay, owner: asyncpg.Connection, world: World
) -> None:
    thread = await talk.open(father)
    said = await talk.said(father, thread)
    await world.guardian(await world.student(cast.other, "Nguyễn Thị Em"), person=father)
    await owner.execute(
        "update guardianship set can_see = false where account_id = $1 and student_id = $2",
        father.account_id,
        cast.student.id,
    )
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/messages", None),
        ("POST", "/messages", {"id": str(new_id()), "text": "Nữa"}),
        ("POST", "/read", {"seq": 1}),
        ("PATCH", f"/messages/{said['id']}", {"text": "Khác"}),
        ("POST", f"/messages/{said['id']}/taken-back", None),
    ):
        answer = await talk.ask(father, method, f"/threads/{thread['id']}{path}", body)
        assert refused(answer) == (404, "no-such-thread"), path
    await talk.said(cast["homeroom_teacher"], thread)
    await relay.relay_due()
    assert await titles(owner, father) == []
    assert len(await talk.texts(cast["guardian"], thread)) == 2


async def test_a_teacher_kept_from_a_child_by_a_court_has_no_thread_about_it(
    talk: Talk, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    teacher = cast["homeroom_teacher"]
    thread = await talk.open(cast["guardian"])
    await talk.said(cast["guardian"], thread)
    assert len(await talk.threads(teacher)) == 1
    await world.guardian(cast.student, person=teacher, name="Ông homeroom_teacher")
    await block(owner, teacher, cast.student)
    assert refused(await talk.send(cast["guardian"], thread)) == (409, "nobody-reads")
    assert await talk.threads(teacher) == []
    assert refused(await talk.ask(teacher, "GET", f"/threads/{thread['id']}/messages"))[0] == 404
    await relay.relay_due()
    assert await titles(owner, teacher) == []


async def test_apart_needs_the_principals_rule_and_is_seen_by_one_guardian_alone(
    talk: Talk, cast: Cast, father: Person, api: httpx.AsyncClient, relay: Relay,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    asked = {"student_id": str(cast.student.id), "kind": "homeroom", "is_apart": True}
    assert refused(await talk.ask(mother, "POST", "/threads", asked)) == (403, "not-apart")
    rule = cast.url(f"/students/{cast.student.id}/separate-threads")
    head = cast["principal"].headers
    assert good(await api.put(rule, json={"reason": "Bố mẹ ly hôn"}, headers=head))["is_set"]
    apart, together = await talk.open(mother, is_apart=True), await talk.open(mother)
    assert (apart["is_apart"], apart["id"] != together["id"]) == (True, True)
    await talk.said(mother, apart, "Xin đừng nói với bố cháu")
    assert refused(await talk.ask(father, "GET", f"/threads/{apart['id']}/messages"))[0] == 404
    assert await talk.threads(father) == []
    await talk.said(teacher, apart, "Cô hiểu ạ")
    await relay.relay_due()
    assert await titles(owner, mother) == ["Tin nhắn về Nguyễn Văn An"]
    assert await titles(owner, father) == []
    assert (await talk.open(father, is_apart=True))["id"] != apart["id"]
    assert (await api.delete(rule, headers=head)).status_code == 204
    assert refused(await talk.ask(father, "POST", "/threads", asked)) == (403, "not-apart")
    assert await talk.texts(mother, apart) == ["Xin đừng nói với bố cháu", "Cô hiểu ạ"]
    asked |= {"student_id": str(cast.neighbour.id)}
    assert refused(await talk.ask(teacher, "POST", "/threads", asked))[0] == 404


async def test_the_seat_is_what_has_the_thread_and_the_teacher_of_before_has_none(
    talk: Talk, cast: Cast, world: World, relay: Relay, owner: asyncpg.Connection
) -> None:
    mother, former = cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(mother)
    await talk.said(mother, thread, "Chào cô cũ")
    following = await world.staff(cast.school, "homeroom_teacher", "Cô Mới")  # takes 6A1
    await relay.relay_due()
    # Asked when it is told: the news goes to who has the class by then.
    assert (await titles(owner, former), len(await titles(owner, following))) == ([], 1)
    assert refused(await talk.ask(former, "GET", f"/threads/{thread['id']}"))[0] == 404
    assert await talk.texts(following, thread) == ["Chào cô cũ"]
    await talk.said(following, thread, "Cô mới nhận lớp")
    assert [each["name"] for each in (await talk.look(mother, thread))["teachers"]] == ["Cô Mới"]


async def test_a_teachers_role_withdrawn_in_mid_session_closes_the_threads_and_loses_nothing(
    talk: Talk, cast: Cast, owner: asyncpg.Connection
) -> None:
    mother, teacher = cast["guardian"], cast["subject_teacher"]
    maths = await talk.open(mother, kind="subject", subject="Toán")
    await talk.said(mother, maths, "Cháu chưa hiểu phân số")
    assert len(await talk.texts(teacher, maths)) == 1
    await owner.execute(
        "update membership set ended_at = now() where account_id = $1", teacher.account_id
    )
    assert refused(await talk.ask(teacher, "GET", f"/threads/{maths['id']}/messages"))[0] == 404
    assert refused(await talk.send(teacher, maths))[0] == 403
    assert refused(await talk.send(mother, maths)) == (409, "nobody-reads")
    look = await talk.look(mother, maths)
    assert (look["may_write"], look["why_not"], look["teachers"]) == (False, "nobody", [])
    assert await talk.texts(mother, maths) == ["Cháu chưa hiểu phân số"]


async def test_a_stand_in_takes_over_for_a_time_and_is_told(
    talk: Talk, cast: Cast, world: World, api: httpx.AsyncClient, clock: Clock, relay: Relay,
    owner: asyncpg.Connection,
) -> None:  # fmt: skip
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    help_out = await world.staff(cast.other, "guard", "Người trường khác")
    stand_in = cast["subject_teacher"]
    thread = await talk.open(mother)
    url = cast.url(f"/staff/{teacher.person_id}/stand-in")
    until = (clock.now + timedelta(days=2)).isoformat()
    head = cast["principal"].headers
    wrong = {"stand_in_id": str(help_out.person_id), "until_at": until}
    assert refused(await api.put(url, json=wrong, headers=head)) == (422, "bad-stand-in")
    body = {"stand_in_id": str(stand_in.person_id), "until_at": until}
    assert (
        good(await api.put(url, json=body, headers=head))["stand_in_name"] == "Ông subject_teacher"
    )
    await talk.said(mother, thread)
    await relay.relay_due()
    assert (len(await titles(owner, stand_in)), len(await titles(owner, teacher))) == (1, 1)
    answer = await talk.said(stand_in, thread, "Tôi thay cô tuần này")
    assert (answer["is_stand_in"], answer["author_name"]) == (True, "Ông subject_teacher")
    teachers = (await talk.look(mother, thread))["teachers"]
    assert [each["is_stand_in"] for each in teachers] == [False, True]
    clock.now += timedelta(days=2)
    assert refused(await talk.ask(stand_in, "GET", f"/threads/{thread['id']}"))[0] == 404
    assert len(await talk.texts(teacher, thread)) == 2
    head = cast["principal"].headers  # of this day
    assert (await api.delete(url, headers=head)).status_code == 204
    assert (await api.delete(url, headers=head)).status_code == 404


async def test_what_was_said_until_the_pupil_moved_stays_readable_and_no_more_is_said(
    talk: Talk, cast: Cast, api: httpx.AsyncClient, clock: Clock, owner: asyncpg.Connection
) -> None:
    mother = cast["guardian"]
    thread = await talk.open(mother)
    await talk.said(mother, thread, "Chúng tôi sắp chuyển trường")
    await owner.execute(
        "update guardianship set ended_at = $2, told_until = $3 where account_id = $1",
        mother.account_id, clock.now, clock.now.date(),
    )  # fmt: skip
    await owner.execute(
        "update enrolment set to_day = $2 where student_id = $1", cast.student.id, clock.now.date()
    )
    assert await talk.texts(mother, thread) == ["Chúng tôi sắp chuyển trường"]
    look = await talk.look(mother, thread)
    assert (look["may_write"], look["why_not"]) == (False, "left")
    assert (await talk.send(mother, thread)).status_code == 403  # a guardian of nobody
    assert (
        refused(await talk.ask(cast["homeroom_teacher"], "GET", f"/threads/{thread['id']}"))[0]
        == 404
    )
    await owner.execute("update guardianship set told_until = null")  # the right was withdrawn
    assert refused(await talk.ask(mother, "GET", f"/threads/{thread['id']}"))[0] == 404


async def test_two_children_of_one_family_have_threads_of_their_own(
    talk: Talk, cast: Cast, world: World
) -> None:
    mother = cast["guardian"]
    await world.guardian(cast.stranger, person=mother)
    here, there = await talk.open(mother), await talk.open(mother, cast.stranger)
    assert {here["school_id"], there["school_id"]} == {cast.school.id, cast.other.id}
    await talk.said(mother, here, "An hơi sốt")
    await talk.said(mother, there, "Cường đau bụng")
    assert len(await talk.threads(mother)) == 2
    (one,) = await talk.threads(mother, student_id=str(cast.stranger.id))
    assert one["last_message"]["text"] == "Cường đau bụng"
    (one,) = await talk.threads(mother, school_id=cast.school.id)
    assert one["student_name"] == "Nguyễn Văn An"
    assert len(await talk.threads(cast["other homeroom_teacher"])) == 1


async def test_a_teacher_who_is_the_mother_writes_as_the_mother(
    talk: Talk, cast: Cast, world: World
) -> None:
    teacher = cast["homeroom_teacher"]
    await world.guardian(cast.student, person=teacher, name="Mẹ kiêm cô")
    thread = await talk.open(teacher)
    assert thread["side"] == "guardian"
    assert (await talk.said(teacher, thread))["author_name"] == "Mẹ kiêm cô"


async def test_a_cursor_from_elsewhere_and_an_absurd_time_are_refused(
    talk: Talk, cast: Cast, api: httpx.AsyncClient
) -> None:
    for time in ("2026-11-16T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        cursor = encode_cursor(time, str(new_id()))
        answer = await talk.ask(cast["guardian"], "GET", f"/threads?cursor={cursor}")
        assert refused(answer) == (400, "bad-cursor")
        body = {"stand_in_id": str(cast["subject_teacher"].person_id), "until_at": time}
        url = cast.url(f"/staff/{cast['homeroom_teacher'].person_id}/stand-in")
        for more in ({}, {"from_at": time}, {"from_at": "9999-06-01T00:00:00Z"}):
            answer = await api.put(url, json=body | more, headers=cast["principal"].headers)
            assert answer.status_code in (400, 422), answer.text
    body |= {"from_at": "9999-06-01T00:00:00Z", "until_at": "9999-12-01T00:00:00Z"}
    answer = await api.put(url, json=body, headers=cast["principal"].headers)
    assert refused(answer) == (422, "bad-stand-in")


async def test_pages_go_back_to_the_first_message(talk: Talk, cast: Cast) -> None:
    thread = await talk.open(cast["guardian"])
    for number in range(5):
        await talk.said(cast["guardian"], thread, f"Tin {number}")
    url = f"/threads/{thread['id']}/messages?limit=2"
    found: list[int] = []
    more = ""
    while not found or more:
        page = good(await talk.ask(cast["guardian"], "GET", url + more))
        found += [each["seq"] for each in page["items"]]
        more = f"&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert found == [5, 4, 3, 2, 1]

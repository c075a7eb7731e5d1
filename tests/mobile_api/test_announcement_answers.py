"""What families answer, who sees it, whom to chase, and the workbook."""

import asyncio
import io
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from python_calamine import CalamineWorkbook

from app import db
from app.contact_book.announcements import queries
from app.contact_book.announcements.model import Withdrawn
from app.contact_book.announcements.reminders import remind_all as remind_now
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.announcing import (
    SAID,
    answer,
    answers,
    get,
    listed,
    read,
    remind,
    seen,
    sent,
    withdraw,
    write,
)
from tests.mobile_api.errands import Workers
from tests.notifications.news import inbox
from tests.patience import PATIENCE_S
from tests.world import World


async def test_the_latest_answer_of_either_guardian_counts_and_all_are_kept(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    one = await sent(api, cast, cast["homeroom_teacher"], answer_kind="rsvp")
    first = await answer(api, one, cast["guardian"], "maybe", note="Mẹ xem lịch")
    assert first.status_code == 200, first.text
    (mine,) = first.json()["mine"]
    assert (mine["answer"], mine["note"], mine["is_answered_by_me"]) == (
        "maybe",
        "Mẹ xem lịch",
        True,
    )
    assert (await answer(api, one, father, "yes")).status_code == 200
    assert (await answer(api, one, father, "yes")).status_code == 200  # the same again
    (mine,) = (await seen(api, one, cast["guardian"]))["mine"]
    assert (mine["answer"], mine["is_answered_by_me"], mine["may_answer"]) == ("yes", False, True)
    sheet = await answers(api, one, cast["homeroom_teacher"])
    assert sheet["total"] == {"recipients": 1, "read": 1, "answered": 1}
    assert sheet["by_answer"] == [{"answer": "yes", "count": 1}]
    assert sheet["items"][0]["answered_by"] == "Nguyễn Văn Cha"
    assert await owner.fetchval("select count(*) from announcement_answer") == 2


async def test_two_guardians_at_once_both_count_and_one_is_the_last(
    api: httpx.AsyncClient,
    other_api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    owner: asyncpg.Connection,
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    one = await sent(api, cast, cast["homeroom_teacher"], answer_kind="yes_no")
    both = await asyncio.gather(
        answer(api, one, cast["guardian"], "yes"), answer(other_api, one, father, "no")
    )
    assert [each.status_code for each in both] == [200, 200]
    rows = await owner.fetch("select nth, answer from announcement_answer order by nth")
    assert [row["nth"] for row in rows] == [1, 2]
    last = await owner.fetchval("select answer from announcement_recipient")
    assert last == rows[1]["answer"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("acknowledge", "ok", "yes"),
        ("rsvp", "maybe", "ok"),
        ("yes_no", "no", "maybe"),
        ("choice", "Đi xe", "Đi tàu"),
        ("text", "Cháu dị ứng tôm <i>", "   "),
    ],
)
async def test_an_answer_is_one_of_those_asked_for(
    api: httpx.AsyncClient, cast: Cast, kind: str, good: str, bad: str
) -> None:
    options = ["Đi xe", "Đi bộ"] if kind == "choice" else []
    one = await sent(api, cast, cast["principal"], answer_kind=kind, answer_options=options)
    refused = await answer(api, one, cast["guardian"], bad)
    assert (refused.status_code, refused.json()["type"]) == (422, "bad-answer")
    taken = await answer(api, one, cast["guardian"], good)
    assert taken.json()["mine"][0]["answer"] == good


async def test_a_question_that_cannot_be_answered_is_refused(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    until = (clock.now + timedelta(days=1)).isoformat()
    for changes in (
        {"answer_kind": "choice"},
        {"answer_kind": "choice", "answer_options": ["Một", " Một "]},
        {"answer_kind": "yes_no", "answer_options": ["Có", "Không"]},
        {"answer_until": until},
    ):
        refused = await write(api, cast, cast["principal"], **changes)
        assert (refused.status_code, refused.json()["type"]) == (422, "bad-question"), changes


async def test_after_the_deadline_the_withdrawal_or_unasked_nothing_is_answered(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    until = (clock.now + timedelta(hours=1)).isoformat()
    late = await sent(api, cast, cast["principal"], answer_kind="yes_no", answer_until=until)
    unasked = await sent(api, cast, cast["principal"])
    gone = await sent(api, cast, cast["principal"], answer_kind="yes_no")
    await withdraw(api, gone, cast["principal"])
    clock.now += timedelta(hours=2)
    for one, slug in (
        (late, "answers-closed"),
        (unasked, "nothing-asked"),
        (gone, "withdrawn"),
    ):
        refused = await answer(api, one, cast["guardian"], "yes")
        assert (refused.status_code, refused.json()["type"]) == (409, slug)


async def test_of_two_children_the_family_says_for_which_it_answers(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    both = await world.guardian(cast.student, cast.neighbour, name="Bà Nội")
    one = await sent(api, cast, cast["principal"], audience=[], answer_kind="yes_no")
    assert (await answer(api, one, both, "yes")).status_code == 422
    child = str(cast.neighbour.id)
    assert (await answer(api, one, both, "no", student_id=child)).status_code == 200
    by_child = {each["person_id"]: each["answer"] for each in (await seen(api, one, both))["mine"]}
    assert by_child == {str(cast.student.id): None, child: "no"}
    for name in ("guardian", "other guardian", "student"):
        refused = await answer(api, one, cast[name], "yes", student_id=child)
        assert refused.status_code == 404, name
    # A pupil reads, and answers nothing.
    assert (await answer(api, one, cast["student"], "yes")).status_code == 404


async def test_staff_answer_for_themselves(api: httpx.AsyncClient, cast: Cast) -> None:
    one = await sent(
        api, cast, cast["principal"], audience=[], to_families=False, to_staff=True,
        answer_kind="acknowledge",
    )  # fmt: skip
    assert (await answer(api, one, cast["guard"], "ok")).status_code == 200
    assert (await get(api, one, cast["guardian"])).status_code == 404
    sheet = await answers(api, one, cast["principal"])
    assert (sheet["total"]["recipients"], sheet["total"]["answered"]) == (4, 1)
    assert [each["class_name"] for each in sheet["classes"]] == [None]


async def test_a_homeroom_teacher_sees_the_own_class_and_a_family_no_list(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    one = await sent(api, cast, cast["principal"], audience=[], answer_kind="yes_no")
    await answer(api, one, cast["guardian"], "yes")
    whole = await answers(api, one, cast["principal"])
    assert [(each["class_name"], each["answered"]) for each in whole["classes"]] == [
        ("6A1", 1),
        ("6A2", 0),
    ]
    chased = await answers(api, one, cast["principal"], only="missing")
    assert [each["name"] for each in chased["items"]] == [cast.neighbour.name]
    assert chased["items"][0]["is_reachable"] is False
    own = await answers(api, one, cast["homeroom_teacher"])
    assert [each["name"] for each in own["items"]] == [cast.student.name]
    assert own["total"]["recipients"] == 1
    assert cast.neighbour.name not in str(own)
    url = f"{SAID}/{one['id']}/answers"
    for name, status in (
        ("guardian", 403), ("student", 403), ("guard", 403), ("subject_teacher", 404),
        ("other principal", 404),
    ):  # fmt: skip
        assert (await api.get(url, headers=cast[name].headers)).status_code == status, name


async def test_the_people_come_in_pages_by_class_and_name(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    for name in ("Lê Văn Ân", "Lê Văn An", "Đào Thị Ba"):
        await world.student(cast.school, name)
    one = await sent(api, cast, cast["principal"], audience=[])
    names: list[str] = []
    cursor = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await answers(api, one, cast["principal"], **query)
        names += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert names == ["Lê Văn An", "Nguyễn Văn An", "Lê Văn Ân", "Đào Thị Ba", "Trần Thị Bình"]


async def test_a_reminder_goes_to_who_has_not_answered_once_a_day(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    silent = await world.guardian(cast.neighbour, name="Trần Văn Cha")
    until = (clock.now + timedelta(days=3)).isoformat()
    one = await sent(
        api, cast, cast["principal"], audience=[], answer_kind="yes_no", answer_until=until
    )
    await answer(api, one, cast["guardian"], "yes")
    assert (await remind(api, one, cast["subject_teacher"])).status_code == 404
    assert (await answers(api, one, cast["principal"]))["may_remind"]
    done = await remind(api, one, cast["principal"])
    assert (done.status_code, done.json()) == (200, {"people": 1})
    again = await remind(api, one, cast["principal"])
    assert (again.status_code, again.json()["type"]) == (409, "reminded-today")
    assert not (await answers(api, one, cast["principal"]))["may_remind"]
    await workers.work()
    assert [item["kind"] for item in await inbox(owner, silent)] == [
        "announcement",
        "answer_wanted",
    ]
    assert (await inbox(owner, silent))[1]["body"].startswith(
        f"Ông principal, {cast.school.name}. Hạn"
    )
    assert [item["kind"] for item in await inbox(owner, cast["guardian"])] == ["announcement"]
    clock.now += timedelta(days=1)
    assert (await remind(api, one, cast["principal"])).json() == {"people": 1}


async def test_a_homeroom_teacher_reminds_the_own_class_once_a_day(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    both = await world.guardian(cast.student, cast.neighbour, name="Bà Nội")
    far = await world.guardian(cast.neighbour, name="Trần Văn Cha")
    one = await sent(api, cast, cast["principal"], audience=[], answer_kind="yes_no")
    teacher = cast["homeroom_teacher"]
    sheet = await answers(api, one, teacher)
    assert (sheet["may_remind"], sheet["reminded_today"]) == (True, False)
    assert (await remind(api, one, teacher)).json() == {"people": 1}
    sheet = await answers(api, one, teacher)
    assert (sheet["may_remind"], sheet["reminded_today"]) == (False, True)
    again = await remind(api, one, teacher)
    assert (again.status_code, again.json()["type"]) == (409, "reminded-today")
    await workers.work()
    assert "answer_wanted" not in [item["kind"] for item in await inbox(owner, far)]
    # The principal's goes to the others; a family of both classes has been reminded.
    assert (await answers(api, one, cast["principal"]))["may_remind"]
    assert (await remind(api, one, cast["principal"])).json() == {"people": 1}
    await workers.work()
    for who in (both, far, cast["guardian"]):
        kinds = [item["kind"] for item in await inbox(owner, who)]
        assert kinds == ["announcement", "answer_wanted"]
    # A day later the principal is first: nobody is left for the teacher.
    clock.now += timedelta(days=1)
    assert (await remind(api, one, cast["principal"])).json() == {"people": 2}
    assert not (await answers(api, one, teacher))["may_remind"]
    assert (await remind(api, one, teacher)).json()["type"] == "reminded-today"


async def test_two_reminders_of_a_class_at_once_are_one(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    one = await sent(api, cast, cast["principal"], audience=[], answer_kind="yes_no")
    told = await asyncio.gather(*(remind(api, one, cast["homeroom_teacher"]) for _ in range(2)))
    assert sorted(each.status_code for each in told) == [200, 409]
    count = "select count(*) from outbox where kind = 'answer_wanted'"
    assert await owner.fetchval(count) == 1


async def test_a_withdrawal_takes_the_place_of_the_reminders_too(
    api: httpx.AsyncClient, cast: Cast, clock: Clock, workers: Workers, owner: asyncpg.Connection
) -> None:
    one = await sent(api, cast, cast["principal"], answer_kind="yes_no")
    await workers.work()
    for _ in range(2):
        clock.now += timedelta(days=1)
        assert (await remind(api, one, cast["principal"])).status_code == 200
        await workers.work()
    await withdraw(api, one, cast["principal"])
    await workers.work()
    items = await inbox(owner, cast["guardian"])
    assert [item["kind"] for item in items] == [
        "announcement", "answer_wanted", "answer_wanted", "announcement_withdrawn",
    ]  # fmt: skip
    assert {item["screen_id"] for item in items[1:]} == {items[0]["id"]}


async def test_who_has_left_is_not_reminded(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    one = await sent(api, cast, cast["principal"], audience=[], answer_kind="yes_no")
    await owner.execute("update student set ended_at = now() where id = $1", cast.student.id)
    assert (await remind(api, one, cast["principal"])).json() == {"people": 1}


async def test_what_was_taken_back_since_it_was_read_is_not_reminded_of(
    api: httpx.AsyncClient, cast: Cast, resources: Resources, clock: Clock
) -> None:
    one = await sent(api, cast, cast["principal"], answer_kind="yes_no")
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        (row,) = await queries.found(
            conn, school_ids=[cast.school.id], announcement_id=UUID(one["id"])
        )
        assert (await withdraw(api, one, cast["principal"])).status_code == 200
        with pytest.raises(Withdrawn):
            await remind_now(conn, row=row, actor=cast["principal"].account_id, now=clock.now)


async def test_a_teacher_is_told_nothing_of_a_child_whom_a_court_keeps_from_them(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    other = await world.student(cast.school, "Lê Văn Ân")
    named = [{"kind": "student", "ref": str(each.id)} for each in (cast.student, other)]
    one = await sent(api, cast, cast["principal"], audience=named, answer_kind="yes_no")
    teacher = cast["homeroom_teacher"]
    await answer(api, one, cast["guardian"], "yes")
    await owner.execute(
        "update guardianship set account_id = $1, custody_blocked_at = now() where student_id = $2",
        teacher.account_id,
        cast.student.id,
    )
    sheet = await answers(api, one, teacher)
    assert [each["name"] for each in sheet["items"]] == [other.name]
    one_of_two = {"recipients": 1, "read": 0, "answered": 0}
    assert sheet["total"] == one_of_two
    assert [each["recipients"] for each in sheet["classes"]] == [1]
    assert sheet["by_answer"] == []
    assert (await seen(api, one, teacher))["counts"] == one_of_two
    assert [each["counts"] for each in await listed(api, teacher)] == [one_of_two]
    assert (await remind(api, one, teacher)).json() == {"people": 1}
    url = f"{SAID}/{one['id']}/answers.xlsx"
    got = await api.get(url, headers=teacher.headers)
    book = CalamineWorkbook.from_filelike(io.BytesIO(got.content))
    rows = str(book.get_sheet_by_index(0).to_python())
    assert other.name in rows
    assert cast.student.name not in rows
    assert [each["name"] for each in (await seen(api, one, teacher))["audience"]] == [other.name]
    whole = await answers(api, one, cast["principal"])
    assert cast.student.name in [each["name"] for each in whole["items"]]


async def test_to_answer_for_one_child_holds_no_other(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    """Who locks several recipients does it in one order; who answers locks one."""
    family = await world.guardian(cast.student, cast.neighbour, name="Bà Ngoại")
    one = await sent(api, cast, cast["principal"], audience=[], answer_kind="yes_no")
    async with owner.transaction(), asyncio.timeout(PATIENCE_S):
        await owner.execute(
            "select from announcement_recipient where person_id = $1 for no key update",
            cast.neighbour.id,
        )
        said = await answer(api, one, family, "yes", student_id=str(cast.student.id))
    assert said.status_code == 200, said.text


async def test_reading_counts_once_a_family_and_a_pupils_is_not_the_familys(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    one = await sent(api, cast, cast["homeroom_teacher"])
    assert (await read(api, one, cast["student"])).status_code == 204
    assert (await seen(api, one, cast["principal"]))["counts"]["read"] == 0
    for person in (father, cast["guardian"], father):
        assert (await read(api, one, person)).status_code == 204
    assert (await seen(api, one, cast["principal"]))["counts"]["read"] == 1
    assert (await read(api, one, cast["homeroom_teacher"])).status_code == 404


async def test_the_workbook_holds_what_was_typed_as_text(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    one = await sent(api, cast, cast["homeroom_teacher"], answer_kind="text")
    formula = '=HYPERLINK("http://x.test","bấm")'
    await answer(api, one, cast["guardian"], formula, note="@SUM(1)")
    got = await api.get(
        f"{SAID}/{one['id']}/answers.xlsx", headers=cast["homeroom_teacher"].headers
    )
    assert got.status_code == 200, got.text
    assert got.headers["cache-control"] == "no-store"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(got.content)).get_sheet_by_index(0).to_python()
    assert rows[2][:5] == ["6A1", cast.student.name, formula, "@SUM(1)", "Lê Thị Mẹ"]
    refused = await api.get(f"{SAID}/{one['id']}/answers.xlsx", headers=cast["guardian"].headers)
    assert refused.status_code == 403

"""Pupils: who sees how much of them, their classes, cards and phones."""

import asyncio
import base64
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.attendance.codes import CardCode, PhoneCode, parse, phone_code, verify
from tests.cast import Cast, assert_refused, snapshot
from tests.conftest import Clock
from tests.world import World

NUMBER = "046212000123"


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


def new_student(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "name": "  Hoàng   Thị Đào ",
        "class_id": str(cast.class_id),
        "moet_code": "4601234567",
        "born_on": "2014-03-02",
        "gender": "female",
        "personal_number": NUMBER,
    } | changes


async def test_a_new_pupil_is_enrolled_and_has_a_card(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    made = await api.post(cast.url("/students"), json=new_student(cast), headers=headers)
    assert made.status_code == 201, made.text
    student = made.json()
    assert student.pop("id")
    assert student == {
        "name": "Hoàng Thị Đào",
        "class_id": str(cast.class_id),
        "class_name": "6A1",
        "photo_url": None,
        "moet_code": "4601234567",
        "born_on": "2014-03-02",
        "gender": "female",
        "has_card": True,
        "personal_number": NUMBER,
        "ended_at": None,
    }
    stored = await owner.fetchrow("select * from student where moet_code = '4601234567'")
    assert stored is not None
    assert NUMBER.encode() not in stored["personal_number_sealed"]
    assert await owner.fetchval(
        "select from_day::text from enrolment where student_id = $1", stored["id"]
    ) == ("2026-11-16")


async def test_each_role_sees_as_much_of_a_pupil_as_it_needs(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    made = await api.post(cast.url("/students"), json=new_student(cast), headers=headers)
    url = cast.url(f"/students/{made.json()['id']}")
    names = {"id", "name", "class_id", "class_name"}
    full = names | {"photo_url", "moet_code", "born_on", "gender", "has_card", "ended_at"}
    seen = {
        "principal": full | {"personal_number"},
        "homeroom_teacher": full,
        "subject_teacher": names,
        "guard": names | {"photo_url"},
        "accountant": names,
    }
    for who, fields in seen.items():
        one = (await api.get(url, headers=cast[who].headers)).json()
        assert set(one) == fields, who
        page = (await api.get(cast.url("/students?q=dao"), headers=cast[who].headers)).json()
        assert [set(each) for each in page["items"]] == [fields - {"personal_number"}], who


async def test_teachers_see_the_pupils_of_their_classes_alone(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    async def listed(who: str, query: str = "") -> list[str]:
        page = await api.get(cast.url(f"/students{query}"), headers=cast[who].headers)
        return [each["name"] for each in page.json()["items"]]

    own, next_one = cast.student.name, cast.neighbour.name
    for who in ("principal", "guard", "accountant"):
        assert await listed(who) == [own, next_one]
        assert await listed(who, f"?class_id={cast.next_class_id}") == [next_one]
    for who in ("homeroom_teacher", "subject_teacher"):
        assert await listed(who) == [own]
        assert await listed(who, f"?class_id={cast.class_id}") == [own]
        for url in (f"/students?class_id={cast.next_class_id}", f"/students/{cast.neighbour.id}"):
            answer = await api.get(cast.url(url), headers=cast[who].headers)
            assert answer.status_code == 404


async def test_pupils_are_found_by_any_part_of_the_name_and_listed_by_ten(
    api: httpx.AsyncClient, world: World, cast: Cast, headers: dict[str, str]
) -> None:
    for name in ("Đỗ Hữu Ước", "Lê Thị Ân", "Phạm Văn Ấn", "Trần 100% Thật", "Vũ Văn Zũng"):
        await world.student(cast.school, name)

    async def found(q: str) -> list[str]:
        page = await api.get(cast.url("/students"), params={"q": q}, headers=headers)
        assert page.status_code == 200, page.text
        return [each["name"] for each in page.json()["items"]]

    assert await found("") == [
        "Nguyễn Văn An",
        "Lê Thị Ân",
        "Phạm Văn Ấn",
        "Trần Thị Bình",
        "Trần 100% Thật",
        "Đỗ Hữu Ước",
        "Vũ Văn Zũng",
    ]
    assert await found("do huu u") == ["Đỗ Hữu Ước"]
    assert await found("  VĂN   ấn ") == ["Nguyễn Văn An", "Phạm Văn Ấn"]
    assert await found("100%") == ["Trần 100% Thật"]
    assert await found("%") == ["Trần 100% Thật"]
    assert await found("_") == []
    assert await found("\\") == []
    seen, cursor = [], None
    while True:
        params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(cast.url("/students"), params=params, headers=headers)).json()
        seen += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == await found("")
    for bad in ({"q": "a\u0000"}, {"q": "x" * 101}, {"class_id": "6A1"}, {"cursor": "W10"}):
        answer = await api.get(cast.url("/students"), params=bad, headers=headers)
        assert answer.status_code == 400, answer.text


async def test_bad_pupils_are_refused_and_change_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    await api.post(cast.url("/students"), json=new_student(cast), headers=headers)
    before = await snapshot(owner)
    other = {"moet_code": "4600000000"}
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 409),
        (other | {"class_id": str(cast.other.class_id)}, 422),
        (other | {"born_on": "2026-11-17"}, 422),
        (other | {"born_on": "0001-01-01"}, 422),
        (other | {"from_day": "2026-11-17"}, 422),
        (other | {"from_day": "2020-01-01"}, 422),
        (other | {"born_on": "02/03/2014"}, 400),
        (other | {"gender": "x"}, 400),
        (other | {"personal_number": "123"}, 400),
        (other | {"name": ""}, 400),
        (other | {"name": "\u200b\u0000"}, 400),
        (other | {"name": "x" * 201}, 400),
        ({"moet_code": "46012345\n7"}, 400),
        ({"moet_code": "４６０１２３４５６７"}, 400),
        (other | {"photo_url": "http://x"}, 400),
    ]
    for changes, status in cases:
        answer = await api.post(
            cast.url("/students"), json=new_student(cast, **changes), headers=headers
        )
        assert answer.status_code == status, f"{changes}: {answer.text}"
    taken = await api.patch(
        cast.url(f"/students/{cast.student.id}"), json={"moet_code": "4601234567"}, headers=headers
    )
    assert (taken.status_code, taken.json()["type"]) == (409, "moet-code-taken")
    assert await snapshot(owner) == before


async def test_a_pupils_particulars_are_changed_and_cleared(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}")
    changed = await api.patch(
        url, json={"name": "Nguyễn Văn Ẩn", "personal_number": NUMBER}, headers=headers
    )
    assert (changed.json()["name"], changed.json()["personal_number"]) == ("Nguyễn Văn Ẩn", NUMBER)
    found = await api.get(cast.url("/students?q=van an"), headers=headers)
    assert [each["name"] for each in found.json()["items"]] == ["Nguyễn Văn Ẩn"]
    cleared = await api.patch(url, json={"personal_number": None}, headers=headers)
    assert cleared.json()["personal_number"] is None
    assert cleared.json()["name"] == "Nguyễn Văn Ẩn"


async def test_a_pupil_changes_class_and_both_times_are_on_record(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}")
    move = {"class_id": str(cast.next_class_id), "from_day": "2026-11-02"}
    moved = await api.post(f"{url}/enrolment", json=move, headers=headers)
    assert moved.status_code == 201, moved.text
    assert [
        (each["class_name"], each["from_day"], each["to_day"]) for each in moved.json()["items"]
    ] == [("6A2", "2026-11-02", None), ("6A1", "2026-09-05", "2026-11-01")]
    assert (await api.get(url, headers=headers)).json()["class_name"] == "6A2"
    # The former homeroom teacher sees the pupil no more.
    answer = await api.get(url, headers=cast["homeroom_teacher"].headers)
    assert answer.status_code == 404
    # A mistake of the same day is put right without a trace of a day that never was.
    back = {"class_id": str(cast.class_id), "from_day": "2026-11-02"}
    moved = await api.post(f"{url}/enrolment", json=back, headers=headers)
    assert [
        (each["class_name"], each["from_day"], each["to_day"]) for each in moved.json()["items"]
    ] == [("6A1", "2026-11-02", None), ("6A1", "2026-09-05", "2026-11-01")]


async def test_impossible_class_changes_are_refused(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    url = cast.url(f"/students/{cast.student.id}/enrolment")
    for move, status in [
        ({"class_id": str(cast.class_id)}, 409),
        ({"class_id": str(cast.other.class_id)}, 422),
        ({"class_id": str(cast.next_class_id), "from_day": "2026-11-17"}, 422),
        ({"class_id": str(cast.next_class_id), "from_day": "2026-09-04"}, 422),
        ({"class_id": "6A2"}, 400),
        ({}, 400),
    ]:
        answer = await api.post(url, json=move, headers=headers)
        assert answer.status_code == status, f"{move}: {answer.text}"
    assert await snapshot(owner) == before


async def test_two_moves_at_once_leave_one_present_class(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    move = {"class_id": str(cast.next_class_id)}
    url = cast.url(f"/students/{cast.student.id}/enrolment")
    moved = await asyncio.gather(*(api.post(url, json=move, headers=headers) for _ in range(4)))
    assert sorted(each.status_code for each in moved) == [201, 409, 409, 409]
    present = await owner.fetch(
        "select class_id from enrolment where student_id = $1 and to_day is null", cast.student.id
    )
    assert [row["class_id"] for row in present] == [cast.next_class_id]


async def test_a_pupil_who_leaves_has_no_card_and_only_the_principal_still_sees_them(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}")
    assert (await api.delete(url, headers=headers)).status_code == 204
    gone = (await api.get(url, headers=headers)).json()
    assert gone["ended_at"] is not None
    assert (gone["class_name"], gone["has_card"]) == (None, False)
    for who in ("homeroom_teacher", "guard", "accountant", "subject_teacher"):
        assert (await api.get(url, headers=cast[who].headers)).status_code == 404, who
    assert (await api.delete(url, headers=headers)).status_code == 404
    assert (await api.post(f"{url}/card", headers=headers)).status_code == 404
    assert (await api.patch(url, json={"name": "X"}, headers=headers)).status_code == 404
    history = (await api.get(f"{url}/enrolments", headers=headers)).json()["items"]
    assert [each["to_day"] for each in history] == ["2026-11-16"]
    key = f"/v1/students/{cast.student.id}/phone-code-key"
    assert (await api.get(key, headers=cast["guardian"].headers)).status_code == 404
    assert (await api.get(key, headers=cast["student"].headers)).status_code == 401
    reason = await owner.fetchval(
        "select revoked_reason from card where student_id = $1", cast.student.id
    )
    assert reason == "left"


async def test_a_reissued_card_is_genuine_and_ends_the_former_one(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    issued = await api.post(url, headers=cast["homeroom_teacher"].headers)
    assert issued.status_code == 201, issued.text
    code = parse(issued.json()["token"])
    verify(world.resources.vault.ring, code)
    assert isinstance(code, CardCode)
    cards = await owner.fetch(
        "select id, revoked_reason, issued_by from card where student_id = $1 order by issued_at",
        cast.student.id,
    )
    by_id = {row["id"]: (row["revoked_reason"], row["issued_by"]) for row in cards}
    assert by_id == {
        cast.student.card_id: ("reissued", None),
        code.card_id: (None, cast["homeroom_teacher"].account_id),
    }


async def test_reissues_at_once_leave_one_live_card(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    issued = await asyncio.gather(*(api.post(url, headers=headers) for _ in range(6)))
    assert [each.status_code for each in issued] == [201] * 6
    live = await owner.fetch(
        "select id from card where student_id = $1 and revoked_at is null", cast.student.id
    )
    tokens = {parse(each.json()["token"]).card_id: each for each in issued}  # type: ignore[union-attr]
    assert len(live) == 1
    assert live[0]["id"] in tokens


async def test_a_lost_card_is_revoked_with_its_reason_and_only_once(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/students/{cast.student.id}/card")
    for bad in ("?reason=", f"?reason={'x' * 201}", "?reason=%00"):
        assert (await api.delete(url + bad, headers=headers)).status_code == 400
    revoked = await api.delete(f"{url}?reason=rơi ở sân", headers=headers)
    assert revoked.status_code == 204
    reason = await owner.fetchval(
        "select revoked_reason from card where student_id = $1", cast.student.id
    )
    assert reason == "rơi ở sân"
    assert (await api.delete(url, headers=headers)).status_code == 404


async def test_a_phones_key_makes_genuine_codes_of_that_card_until_it_is_reissued(
    api: httpx.AsyncClient, world: World, cast: Cast, clock: Clock
) -> None:
    url = f"/v1/students/{cast.student.id}/phone-code-key"
    for who in ("guardian", "student"):
        answer = await api.get(url, headers=cast[who].headers)
        assert answer.status_code == 200, answer.text
        held = answer.json()
        assert held["step_s"] == 30
        assert datetime.fromisoformat(held["valid_until"]) == clock.now + timedelta(days=7)
        token = phone_code(
            base64.urlsafe_b64decode(held["key"] + "="),
            card_prefix=base64.urlsafe_b64decode(held["card_prefix"] + "=="),
            at=clock.now,
        )
        code = parse(token)
        verify(world.resources.vault.ring, code)
        assert isinstance(code, PhoneCode)
        assert code.card_id == cast.student.card_id
    await api.post(cast.url(f"/students/{cast.student.id}/card"), headers=cast["principal"].headers)
    renewed = (await api.get(url, headers=cast["guardian"].headers)).json()
    assert renewed["key"] != held["key"]


async def test_a_phones_key_is_the_own_familys_alone(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast
) -> None:
    own = [("GET", f"/v1/students/{cast.student.id}/phone-code-key", None)]
    await assert_refused(api, owner, cast, own, allowed=["guardian", "student"])
    nobodys = [("GET", f"/v1/students/{cast.neighbour.id}/phone-code-key", None)]
    await assert_refused(api, owner, cast, nobodys, allowed=[])


async def test_a_pupil_logs_in_with_one_phone_and_a_phone_is_one_pupil(
    api: httpx.AsyncClient,
    owner: asyncpg.Connection,
    world: World,
    cast: Cast,
    headers: dict[str, str],
) -> None:
    former, family = cast["student"], cast["guardian"]
    key = f"/v1/students/{cast.student.id}/phone-code-key"
    url = cast.url(f"/students/{cast.neighbour.id}/account")
    taken = await api.put(url, json={"phone": former.phone}, headers=headers)
    assert (taken.status_code, taken.json()["type"]) == (409, "phone-of-another-pupil")
    assert (await api.put(url, json={"phone": "0123"}, headers=headers)).status_code == 400
    url = cast.url(f"/students/{cast.student.id}/account")
    for _ in range(2):
        given = await api.put(url, json={"phone": "0912345678"}, headers=headers)
        assert given.status_code == 204, given.text
    assert (await api.get(key, headers=former.headers)).status_code == 403
    rows = await owner.fetch(
        "select account_id from membership where person_id = $1 and ended_at is null",
        cast.student.id,
    )
    assert len(rows) == 1
    pupil = await world.session(rows[0]["account_id"])
    assert (await api.get(key, headers=pupil.headers)).status_code == 200
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert (await api.get(key, headers=pupil.headers)).status_code == 403
    assert (await api.get(key, headers=family.headers)).status_code == 200

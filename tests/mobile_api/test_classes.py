"""Classes, and the roles that follow their teachers."""

import asyncio
import io
from typing import Any

import asyncpg
import httpx
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from app.storage import Storage
from mobile_api.resources import Resources
from tests.cast import Cast, snapshot
from tests.world import World


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    return cast["principal"].headers


def new_class(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "school_year": "2026-2027",
        "grade": 6,
        "name": "6A3",
        "campus_id": str(cast.school.campus_id),
        "shift_ids": [str(cast.school.morning_id)],
    } | changes


async def live_roles(owner: asyncpg.Connection, account_id: Any) -> list[tuple[int, str]]:
    rows = await owner.fetch(
        """
        select school_id, role from membership
         where account_id = $1 and ended_at is null order by school_id, role
        """,
        account_id,
    )
    return [(row["school_id"], row["role"]) for row in rows]


async def test_a_class_is_made_changed_and_ended(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    teacher_id = str(cast["subject_teacher"].person_id)
    teachers = [{"staff_id": teacher_id, "subject": "Ngữ văn"}]
    made = await api.post(
        cast.url("/classes"), json=new_class(cast, teachers=teachers * 2), headers=headers
    )
    assert made.status_code == 201, made.text
    stored = made.json()
    assert stored["teachers"] == teachers
    assert stored["shift_ids"] == [str(cast.school.morning_id)]
    url = cast.url(f"/classes/{stored['id']}")
    changed = await api.patch(url, json={"name": "6A4", "teachers": []}, headers=headers)
    assert changed.json() == stored | {"name": "6A4", "teachers": []}
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert (await api.get(url, headers=headers)).json()["ended_at"] is not None
    assert (await api.patch(url, json={"name": "X"}, headers=headers)).status_code == 404
    # The name is free again.
    again = await api.post(cast.url("/classes"), json=new_class(cast, name="6A4"), headers=headers)
    assert again.status_code == 201


async def test_two_classes_of_one_name_made_at_once_leave_one(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    made = await asyncio.gather(
        *(api.post(cast.url("/classes"), json=new_class(cast), headers=headers) for _ in range(4))
    )
    assert sorted(each.status_code for each in made) == [201, 409, 409, 409]
    assert {each.json().get("type") for each in made} == {None, "class-name-taken"}
    assert await owner.fetchval("select count(*) from school_class where name = '6A3'") == 1
    renamed = await api.patch(
        cast.url(f"/classes/{cast.class_id}"), json={"name": "6A3"}, headers=headers
    )
    assert renamed.status_code == 409
    next_year = new_class(cast, school_year="2027-2028")
    assert (
        await api.post(cast.url("/classes"), json=next_year, headers=headers)
    ).status_code == 201


async def test_bad_classes_are_refused_and_change_nothing(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    stranger = str(cast["other homeroom_teacher"].person_id)
    cases: list[tuple[dict[str, Any], int]] = [
        ({"school_year": "2026-2028"}, 422),
        ({"school_year": "2026"}, 400),
        ({"school_year": "2026-2027\n"}, 400),
        ({"grade": 13}, 400),
        ({"grade": -1}, 400),
        ({"name": " "}, 400),
        ({"name": "6A\u0000"}, 400),
        ({"campus_id": str(cast.other.campus_id)}, 422),
        ({"campus_id": "x"}, 400),
        ({"shift_ids": [str(cast.other.morning_id)]}, 422),
        ({"shift_ids": None}, 400),
        ({"homeroom_staff_id": stranger}, 422),
        ({"teachers": [{"staff_id": stranger, "subject": "Toán"}]}, 422),
        ({"teachers": [{"staff_id": stranger}]}, 400),
        ({"stays": True}, 400),
    ]
    for changes, status in cases:
        body = new_class(cast, **changes)
        answer = await api.post(cast.url("/classes"), json=body, headers=headers)
        assert answer.status_code == status, f"{changes}: {answer.text}"
        changed = await api.patch(
            cast.url(f"/classes/{cast.class_id}"), json=changes, headers=headers
        )
        assert changed.status_code == status, f"{changes}: {changed.text}"
    assert await snapshot(owner) == before


async def test_a_class_with_pupils_is_not_ended(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    before = await snapshot(owner)
    answer = await api.delete(cast.url(f"/classes/{cast.class_id}"), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (409, "class-in-use")
    assert await snapshot(owner) == before


async def test_a_pupil_enrolled_while_the_class_ends_is_never_in_an_ended_class(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    for number in range(5):
        made = await api.post(
            cast.url("/classes"), json=new_class(cast, name=f"7B{number}"), headers=headers
        )
        student = {"name": "Phan Văn Dũng", "class_id": made.json()["id"]}
        enrolled, ended = await asyncio.gather(
            api.post(cast.url("/students"), json=student, headers=headers),
            api.delete(cast.url(f"/classes/{made.json()['id']}"), headers=headers),
        )
        assert (enrolled.status_code, ended.status_code) in {(201, 409), (422, 204)}


async def test_a_homeroom_teacher_sees_the_class_while_leading_it_and_no_longer(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    guard = cast["guard"]
    url = cast.url(f"/classes/{cast.next_class_id}")
    given = await api.patch(url, json={"homeroom_staff_id": str(guard.person_id)}, headers=headers)
    assert given.status_code == 200, given.text
    here = cast.school.id
    assert await live_roles(owner, guard.account_id) == [
        (here, "guard"),
        (here, "homeroom_teacher"),
    ]
    guardians = cast.url(f"/students/{cast.neighbour.id}/guardians")
    assert (await api.get(guardians, headers=guard.headers)).status_code == 200
    await api.patch(url, json={"homeroom_staff_id": None}, headers=headers)
    assert await live_roles(owner, guard.account_id) == [(here, "guard")]
    assert (await api.get(guardians, headers=guard.headers)).status_code == 403


async def test_a_role_lasts_until_the_last_class_goes_and_no_teacher_is_left_without_any(
    api: httpx.AsyncClient, owner: asyncpg.Connection, cast: Cast, headers: dict[str, str]
) -> None:
    teacher, here = cast["homeroom_teacher"], cast.school.id
    second = await api.post(
        cast.url("/classes"),
        json=new_class(cast, homeroom_staff_id=str(teacher.person_id)),
        headers=headers,
    )
    none = {"homeroom_staff_id": None}
    await api.patch(cast.url(f"/classes/{cast.class_id}"), json=none, headers=headers)
    assert await live_roles(owner, teacher.account_id) == [(here, "homeroom_teacher")]
    ended = await api.delete(cast.url(f"/classes/{second.json()['id']}"), headers=headers)
    assert ended.status_code == 204, ended.text
    assert await live_roles(owner, teacher.account_id) == [(here, "subject_teacher")]
    listed = await api.get(cast.url("/students"), headers=teacher.headers)
    assert listed.json()["items"] == []


async def test_roles_in_another_school_do_not_follow(
    api: httpx.AsyncClient, owner: asyncpg.Connection, world: World, cast: Cast
) -> None:
    teacher = cast["subject_teacher"]
    await world.member(teacher, cast.other, "guard")
    await api.patch(
        cast.url(f"/classes/{cast.class_id}"),
        json={"teachers": []},
        headers=cast["principal"].headers,
    )
    assert await live_roles(owner, teacher.account_id) == [
        (cast.school.id, "subject_teacher"),
        (cast.other.id, "guard"),
    ]


async def test_teachers_list_their_own_classes_others_all_and_6a2_comes_before_6a10(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    await api.post(cast.url("/classes"), json=new_class(cast, name="6A10"), headers=headers)
    late = new_class(cast, name="6A1", school_year="2027-2028")
    await api.post(cast.url("/classes"), json=late, headers=headers)

    async def names(who: str, query: str = "") -> list[str]:
        page = await api.get(cast.url(f"/classes{query}"), headers=cast[who].headers)
        return [each["name"] for each in page.json()["items"]]

    for who in ("principal", "guard", "accountant"):
        assert await names(who) == ["6A1", "6A2", "6A10", "6A1"]
    assert await names("principal", "?school_year=2026-2027") == ["6A1", "6A2", "6A10"]
    assert await names("homeroom_teacher") == ["6A1"]
    assert await names("subject_teacher") == ["6A1"]
    first = (await api.get(cast.url("/classes?limit=3"), headers=headers)).json()
    rest = await api.get(cast.url(f"/classes?cursor={first['next_cursor']}"), headers=headers)
    assert [each["school_year"] for each in rest.json()["items"]] == ["2027-2028"]
    foreign = cast.url(f"/classes/{cast.next_class_id}")
    for who in ("homeroom_teacher", "subject_teacher"):
        assert (await api.get(foreign, headers=cast[who].headers)).status_code == 404


def words_of(answer: httpx.Response) -> str:
    page = pypdfium2.PdfDocument(answer.content)[0]
    return " ".join(page.get_textpage().get_text_range().split())


def pictures_of(answer: httpx.Response) -> int:
    page = pypdfium2.PdfDocument(answer.content)[0]
    images = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=15)
    return len(list(images))


class Watched:
    """A storage that counts the open transactions whenever it is asked."""

    def __init__(self, inner: Storage, owner: asyncpg.Connection) -> None:
        self.inner, self.owner = inner, owner
        self.seen: list[int] = []

    async def get(self, key: str) -> bytes:
        self.seen.append(
            await self.owner.fetchval(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and xact_start is not null and pid <> pg_backend_pid()"
            )
        )
        return await self.inner.get(key)

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        await self.inner.put(key, data, content_type=content_type)

    async def delete(self, key: str) -> None:
        await self.inner.delete(key)


@pytest.fixture
async def photo_key(resources: Resources, owner: asyncpg.Connection, cast: Cast) -> str:
    """A picture of the pupil, without consent."""
    key = f"schools/{cast.school.id}/photos/{cast.student.id.hex}-{'0' * 16}"
    made = io.BytesIO()
    Image.new("RGB", (480, 640), "teal").save(made, "JPEG")
    await resources.storage.put(f"{key}.jpg", made.getvalue(), content_type="image/jpeg")
    await owner.execute("update student set photo_key = $1 where id = $2", key, cast.student.id)
    return key


async def test_a_card_shows_the_photo_with_consent_alone_and_initials_otherwise(
    api: httpx.AsyncClient,
    resources: Resources,
    owner: asyncpg.Connection,
    cast: Cast,
    headers: dict[str, str],
    photo_key: str,
) -> None:
    url = cast.url(f"/classes/{cast.class_id}/cards.pdf")
    without = await api.get(url, headers=headers)
    assert "VA Nguyễn Văn An" in words_of(without)
    assert pictures_of(without) == 0
    await owner.execute("update student set photo_consent = true")
    shown = await api.get(url, headers=headers)
    assert pictures_of(shown) == 1
    assert "VA " not in words_of(shown)
    await resources.storage.delete(f"{photo_key}.jpg")
    lost = await api.get(url, headers=headers)
    assert (lost.status_code, pictures_of(lost)) == (200, 0)
    assert "VA Nguyễn Văn An" in words_of(lost)


async def test_no_transaction_is_open_while_pictures_are_fetched_and_pages_made(
    api: httpx.AsyncClient,
    resources: Resources,
    owner: asyncpg.Connection,
    cast: Cast,
    headers: dict[str, str],
    photo_key: str,
) -> None:
    await owner.execute("update student set photo_consent = true")
    watched = Watched(resources.storage, owner)
    resources.storage = watched
    answer = await api.get(cast.url(f"/classes/{cast.class_id}/cards.pdf"), headers=headers)
    assert answer.status_code == 200
    assert watched.seen == [0]


async def test_the_size_of_the_code_is_chosen_within_its_bounds(
    api: httpx.AsyncClient, cast: Cast, headers: dict[str, str]
) -> None:
    url = cast.url(f"/classes/{cast.class_id}/cards.pdf")
    for wrong in ("24", "41", "0", "-5", "40.5", "x"):
        answer = await api.get(url, params={"qr_mm": wrong}, headers=headers)
        assert answer.status_code == 400, wrong
    small = await api.get(url, params={"qr_mm": "25"}, headers=headers)
    page = pypdfium2.PdfDocument(small.content)[0]
    (found,) = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
    assert found.text == cast.student.token


async def test_the_cards_of_a_class_are_printed_with_names_and_not_kept_by_caches(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    url = cast.url(f"/classes/{cast.class_id}/cards.pdf")
    for who in ("principal", "homeroom_teacher"):
        answer = await api.get(url, headers=cast[who].headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        text = words_of(answer)
        assert "Nguyễn Văn An" in text
        assert "Trần Thị Bình" not in text

"""Staff, calendar and timetable from sheets: all or nothing, and unchanged the second time."""

from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, snapshot
from tests.mobile_api.sheets import rows_of, send, xlsx

STAFF = ("Họ và tên", "SĐT", "Vai trò", "Lớp chủ nhiệm", "Môn", "Lớp dạy", "Ca làm việc")
DAYS = ("Ngày", "Đến ngày", "Loại", "Tên")
LINES = ("Lớp", "Ca học", "Môn", "SĐT giáo viên", "Giáo viên")


def national(e164: str) -> str:
    return "0" + e164.removeprefix("+84")


async def roles_of(api: httpx.AsyncClient, cast: Cast, name: str) -> dict[str, Any]:
    answer = await api.get(
        cast.url("/staff"), params={"q": name}, headers=cast["principal"].headers
    )
    (found,) = answer.json()["items"]
    return dict(found)


def cells(answer: httpx.Response, of: str = "errors") -> list[tuple[int, str]]:
    assert answer.status_code == 200, answer.text
    return [(each["row"], each["column"]) for each in answer.json()[of]]


def counts(answer: httpx.Response) -> tuple[int, int, int, int]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["rows"], body["created"], body["updated"], body["unchanged"]


async def test_staff_come_with_roles_classes_subjects_and_shifts(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    sheet = xlsx(
        STAFF,
        ("Lê Thị Hoa", 912345678, "GVCN/GVBM", "Lớp 6 A2", "Toán, Tin", "6a1; 6A2", "sáng"),
        ("Phan Văn Gác", "0987 654 321", "Bảo vệ/giám thị", None, None, None, "Ca sáng"),
        ("Đỗ Thị Tiền", "+84 977 111 222", "Kế toán, thủ quỹ", None, None, None, None),
        ("Vũ Phó", "0966111222", "Phó Hiệu Trưởng", None, None, None, None),
    )
    dry = await send(api, cast, "staff", sheet, dry_run=True)
    assert counts(dry) == (4, 4, 0, 0)
    assert (
        await api.get(cast.url("/staff?q=Lê Thị Hoa"), headers=cast["principal"].headers)
    ).json()["items"] == []
    assert counts(await send(api, cast, "staff", sheet)) == (4, 4, 0, 0)
    hoa = await roles_of(api, cast, "le thi hoa")
    assert hoa["roles"] == ["homeroom_teacher", "subject_teacher"]
    assert hoa["phone"] == "+84912345678"
    assert hoa["homeroom_class_ids"] == [str(cast.next_class_id)]
    assert set(hoa["taught_class_ids"]) == {str(cast.class_id), str(cast.next_class_id)}
    assert hoa["shift_ids"] == [str(cast.school.morning_id)]
    assert (await roles_of(api, cast, "gac"))["roles"] == ["guard"]
    assert (await roles_of(api, cast, "tien"))["roles"] == ["accountant"]
    assert (await roles_of(api, cast, "vu pho"))["roles"] == ["principal"]
    shown = await api.get(cast.url(f"/classes/{cast.class_id}"), headers=cast["principal"].headers)
    subjects = {(each["staff_id"], each["subject"]) for each in shown.json()["teachers"]}
    assert {(hoa["id"], "Toán"), (hoa["id"], "Tin")} < subjects


async def test_the_second_time_all_staff_are_unchanged_and_nothing_is_written(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    sheet = xlsx(
        STAFF,
        ("Lê Thị Hoa", "0912345678", "GVCN, GVBM", "6A2", "Toán", "6A1", "Ca sáng"),
        ("Lê Thị Hoa", "0912345678", "", "", "Lý", "6A2", ""),
        ("Phan Văn Gác", "0987654321", "Bảo vệ", "", "", "", ""),
        ("Ngô Chưa Lớp", "0987654322", "GVCN", "", "", "", ""),
    )
    assert counts(await send(api, cast, "staff", sheet)) == (4, 4, 0, 0)
    before = await snapshot(owner)
    assert counts(await send(api, cast, "staff", sheet)) == (4, 0, 0, 4)
    assert await snapshot(owner) == before


async def test_what_is_wrong_with_staff_is_named_by_row_and_column_and_nothing_is_written(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    sheet = xlsx(
        STAFF,
        ("Tốt Cả", "0912345678", "Bảo vệ", None, None, None, None),
        (None, "0912345679", "Bảo vệ", None, None, None, None),
        ("Không Số", None, "Bảo vệ", None, None, None, None),
        ("Số Sai", "12", "Bảo vệ", None, None, None, None),
        ("Vai Lạ", "0912345670", "Ảo thuật gia", None, None, None, None),
        ("Lớp Lạ", "0912345671", "GVCN", "9Z9", None, None, None),
        ("Ca Lạ", "0912345672", "Bảo vệ", None, None, None, "Ca đêm"),
        ("Không Môn", "0912345673", "GVBM", None, None, "6A1", None),
        ("Không Vai", "0912345674", None, None, None, None, None),
        ("Tên Khác", "0912345678", "Bảo vệ", None, None, None, None),
        ("Một Chủ", "0912345675", "GVCN", "6A2", None, None, None),
        ("Hai Chủ", "0912345676", "GVCN", "6A2", None, None, None),
        ("Lớp Ngày", "0912345677", "GVCN", date(2026, 2, 6), None, None, None),
    )
    before = await snapshot(owner)
    answer = await send(api, cast, "staff", sheet)
    assert cells(answer) == [
        (3, "Họ và tên"), (4, "SĐT"), (5, "SĐT"), (6, "Vai trò"), (7, "Lớp chủ nhiệm"),
        (8, "Ca làm việc"), (9, "Môn"), (10, "Vai trò"), (11, "SĐT"), (13, "Lớp chủ nhiệm"),
        (14, "Lớp chủ nhiệm"),
    ]  # fmt: skip
    assert counts(answer) == (13, 2, 0, 0)  # the first, whose phone comes again, and one leader
    assert await snapshot(owner) == before
    english = (await send(api, cast, "staff", sheet, language="en")).json()["errors"][0]
    assert english["message"] == "may not be empty"


async def test_who_imports_stays_a_principal_and_is_told_so(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    me = cast["principal"]
    sheet = xlsx(STAFF, ("Ông principal", national(me.phone), "Kế toán", "", "", "", ""))
    answer = await send(api, cast, "staff", sheet)
    assert counts(answer) == (1, 0, 1, 0)
    assert cells(answer, "warnings") == [(2, "Vai trò")]
    assert (await roles_of(api, cast, "ong principal"))["roles"] == ["accountant", "principal"]


async def test_an_empty_cell_changes_nothing_and_a_filled_one_says_all(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    guard, teacher = cast["guard"], cast["homeroom_teacher"]
    sheet = xlsx(
        STAFF,
        ("Ông guard", national(guard.phone), "Kế toán", "", "", "", ""),
        ("Ông homeroom_teacher", national(teacher.phone), "", "", "", "", ""),
    )
    answer = await send(api, cast, "staff", sheet)
    assert counts(answer) == (2, 0, 1, 1)
    assert cells(answer, "warnings") == [(2, "Vai trò")]
    assert (await roles_of(api, cast, "ong guard"))["roles"] == ["accountant"]
    kept = await roles_of(api, cast, "ong homeroom")
    assert kept["homeroom_class_ids"] == [str(cast.class_id)]


async def test_two_homeroom_teachers_change_places_in_one_sheet(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    first = cast["homeroom_teacher"]
    other = xlsx(STAFF, ("Lê Thị Hoa", "0912345678", "GVCN", "6A2", "", "", ""))
    await send(api, cast, "staff", other)
    sheet = xlsx(
        STAFF,
        ("Lê Thị Hoa", "0912345678", "GVCN", "6A1", "", "", ""),
        ("Ông homeroom_teacher", national(first.phone), "GVCN", "6A2", "", "", ""),
    )
    assert counts(await send(api, cast, "staff", sheet)) == (2, 0, 2, 0)
    assert (await roles_of(api, cast, "hoa"))["homeroom_class_ids"] == [str(cast.class_id)]
    assert (await roles_of(api, cast, "ong homeroom"))["homeroom_class_ids"] == [
        str(cast.next_class_id)
    ]
    assert counts(await send(api, cast, "staff", sheet)) == (2, 0, 0, 2)


async def test_a_phone_of_another_schools_staff_is_a_new_person_here(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    elsewhere = cast["other guard"]
    sheet = xlsx(STAFF, ("Ông Hai Nơi", national(elsewhere.phone), "Bảo vệ", "", "", "", ""))
    assert counts(await send(api, cast, "staff", sheet)) == (1, 1, 0, 0)
    accounts = await owner.fetch(
        "select distinct account_id from staff where account_id = $1", elsewhere.account_id
    )
    assert len(accounts) == 1


async def test_the_calendar_comes_as_spans_and_days(api: httpx.AsyncClient, cast: Cast) -> None:
    sheet = xlsx(
        DAYS,
        (date(2026, 11, 20), None, "Nghỉ", "Ngày Nhà giáo"),
        ("30/12/2026", "02/01/2027", "nghỉ lễ", "Tết Dương lịch"),
        ("05/12/2026", "", "Học bù", "Học bù"),
    )
    assert counts(await send(api, cast, "calendar", sheet)) == (3, 3, 0, 0)
    assert counts(await send(api, cast, "calendar", sheet)) == (3, 0, 0, 3)
    shown = await api.get(
        cast.url("/calendar"),
        params={"from": "2026-11-01", "to": "2027-01-31"},
        headers=cast["principal"].headers,
    )
    assert [(each["day"], each["kind"]) for each in shown.json()["items"]] == [
        ("2026-11-20", "closure"), ("2026-12-05", "make_up"), ("2026-12-30", "holiday"),
        ("2026-12-31", "holiday"), ("2027-01-01", "holiday"), ("2027-01-02", "holiday"),
    ]  # fmt: skip
    longer = xlsx(DAYS, ("30/12/2026", "03/01/2027", "Nghỉ lễ", "Tết Dương lịch"))
    assert counts(await send(api, cast, "calendar", longer)) == (1, 0, 1, 0)


async def test_a_calendar_that_cannot_be_is_refused_by_row(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    sheet = xlsx(
        DAYS,
        ("20/11/2026", "", "Nghỉ", "Ngày Nhà giáo"),
        ("31/11/2026", "", "Nghỉ", "Không có ngày này"),
        ("05/12/2026", "01/12/2026", "Nghỉ", "Ngược"),
        ("05/12/2026", "05/12/2027", "Nghỉ", "Cả năm"),
        ("05/12/2062", "", "Nghỉ", "Nhầm năm"),
        ("05/12/2026", "", "Chơi", "Lạ"),
        ("06/12/2026", "", "Nghỉ", ""),
        ("19/11/2026", "21/11/2026", "Nghỉ", "Trùng"),
    )
    before = await snapshot(owner)
    assert cells(await send(api, cast, "calendar", sheet)) == [
        (3, "Ngày"), (4, "Đến ngày"), (5, "Đến ngày"), (6, "Ngày"), (7, "Loại"), (8, "Tên"),
        (9, "Ngày"),
    ]  # fmt: skip
    assert await snapshot(owner) == before


async def test_the_timetable_sets_shifts_and_teachers_of_the_classes_it_names(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    made = await api.post(
        cast.url("/shifts"),
        headers=cast["principal"].headers,
        json={
            "name": "Ca chiều",
            "starts_at": "13:00",
            "ends_at": "17:00",
            "late_after": "13:05",
            "cut_off": "13:30",
            "weekdays": [1, 2, 3],
        },
    )
    afternoon = made.json()["id"]
    teacher = national(cast["homeroom_teacher"].phone)
    sheet = xlsx(
        LINES,
        ("6A2", "Ca sáng, Ca chiều", None, None, None),
        ("6A1", "Ca chiều", "Văn", teacher, "Ông"),
        ("6A1", None, "Toán", teacher, "Ông"),
    )
    assert counts(await send(api, cast, "timetable", sheet)) == (3, 0, 3, 0)
    shown = await api.get(cast.url("/classes"), headers=cast["principal"].headers)
    first, second = shown.json()["items"]
    assert first["shift_ids"] == [afternoon]
    assert set(second["shift_ids"]) == {afternoon, str(cast.school.morning_id)}
    # Toán was the subject teacher's; the sheet says whose it is now.
    me = str(cast["homeroom_teacher"].person_id)
    assert [(t["staff_id"], t["subject"]) for t in first["teachers"]] == [(me, "Toán"), (me, "Văn")]
    before = await snapshot(owner)
    assert counts(await send(api, cast, "timetable", sheet)) == (3, 0, 0, 3)
    assert await snapshot(owner) == before


async def test_a_timetable_names_classes_shifts_and_staff_that_are_there(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    elsewhere = national(cast["other guard"].phone)
    sheet = xlsx(
        LINES,
        ("9Z", "Ca sáng", None, None, None),
        ("6A1", "Ca đêm", None, None, None),
        ("6A1", None, "Toán", elsewhere, None),
        ("6A1", None, "Toán", None, None),
        ("6A1", None, None, national(cast["guard"].phone), None),
        ("6A1", None, None, None, "Ai đó"),
    )
    assert cells(await send(api, cast, "timetable", sheet)) == [
        (2, "Lớp"), (3, "Ca học"), (4, "SĐT giáo viên"), (5, "SĐT giáo viên"), (6, "Môn"),
        (7, "Ca học"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["roster", "staff", "calendar", "timetable"])
async def test_a_template_can_be_sent_back_filled_in(
    api: httpx.AsyncClient, cast: Cast, kind: str
) -> None:
    """Its examples are not data: as it comes it holds no row."""
    answer = await api.get(
        cast.url(f"/imports/{kind}/template.xlsx"), headers=cast["principal"].headers
    )
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    empty = await send(api, cast, kind, answer.content)
    assert (empty.status_code, empty.json()["type"]) == (422, "empty-sheet")
    headings, *_ = rows_of(answer.content)
    filled = {
        "roster": (None, "Lê Thị Hoa", "05/09/2015", "Nữ", "6A2"),
        "staff": ("Lê Thị Hoa", "0912345678", "GVCN", "6A2"),
        "calendar": ("20/11/2026", None, "Nghỉ", "Ngày Nhà giáo"),
        "timetable": ("6A2", "Ca sáng"),
    }[kind]
    good = await send(api, cast, kind, xlsx(headings, filled))
    assert good.json()["errors"] == []


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({"tep": ("a.csv", b"x")}, "tep"),
        ({"file": ("a.csv", b"x"), "more": ("b.csv", b"y")}, ""),
    ],
)
async def test_a_form_with_anything_but_one_file_is_refused(
    api: httpx.AsyncClient, cast: Cast, files: dict[str, Any], field: str
) -> None:
    answer = await api.post(
        cast.url("/imports/staff"), files=files, headers=cast["principal"].headers
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "invalid-input"
    assert field in answer.text


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"--x\r\n", 400),
        ("multipart/form-data; boundary=x", b"no parts here", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut',
            400,
        ),
        ("multipart/form-data; boundary=" + "x" * 400, b"--x--\r\n", 400),
    ],
)
async def test_what_is_no_form_is_refused_as_input(
    api: httpx.AsyncClient, cast: Cast, media: str, body: bytes, status: int
) -> None:
    answer = await api.post(
        cast.url("/imports/staff"),
        content=body,
        headers={**cast["principal"].headers, "Content-Type": media},
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"

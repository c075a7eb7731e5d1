"""The roster against the school: who is new, who is known, and what is refused in words."""

import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest

from app import db
from app.schools.common import NoSuchSchool
from app.schools.imports.roster import apply_roster, plan_roster
from app.schools.imports.roster_columns import ROSTER_COLUMNS
from app.sheets.reading import parse_sheet
from tests.app.schools.rosters import BORN, HEADINGS, Importer, counts, line, told, warned
from tests.app.sheets.files import csv, xlsx
from tests.cast import snapshot
from tests.conftest import Clock
from tests.world import School, World

MOTHER = ("Trần Thị Mẹ", "0912345678", "Mẹ")
FULL = line("4600000001", "Nguyễn Văn An", "01/03/2014", "Nam", "6A1", "Ca sáng", *MOTHER)


async def test_a_first_import_writes_everything_and_a_second_nothing(roster: Importer) -> None:
    result = await roster.rows(FULL)
    assert counts(result) == (1, 0, 0)
    assert (result.rows, result.errors, result.warnings) == (1, [], [])
    assert await roster.pupils() == [("Nguyễn Văn An", "4600000001", BORN, "6A1")]
    assert await roster.links() == [("Nguyễn Văn An", "Trần Thị Mẹ", "mother", True, False)]
    owner = roster.world.owner
    stored = await owner.fetchrow("select gender, search_key from student")
    assert tuple(stored or ()) == ("male", "nguyen van an")
    assert await owner.fetchval("select from_day from enrolment") == date(2026, 11, 16)
    assert await owner.fetchval("select issued_by from card") == roster.who.account_id


async def test_a_dry_run_says_the_same_and_writes_nothing(roster: Importer) -> None:
    before = await snapshot(roster.world.owner)
    result = await roster.rows(FULL, line(name="Bình"), dry_run=True)
    assert counts(result) == (2, 0, 0)
    assert await snapshot(roster.world.owner) == before


async def test_one_bad_cell_keeps_all_rows_out(roster: Importer) -> None:
    before = await snapshot(roster.world.owner)
    result = await roster.rows(
        FULL,
        line("46", "Bình", "31/02/2014", "?", "6A1", None, "Mẹ", "12", "hàng xóm"),
        line(name=None),
    )
    assert told(result) == [
        (3, "Mã định danh"), (3, "Ngày sinh"), (3, "Giới tính"), (3, "SĐT 1"), (3, "Quan hệ 1"),
        (4, "Họ và tên"),
    ]  # fmt: skip
    assert all(each.message for each in result.errors)
    assert await snapshot(roster.world.owner) == before


async def test_what_excel_did_to_numbers_is_undone(roster: Importer) -> None:
    odd = line(4600000001.0, unicodedata.normalize("NFD", "nguyễn  văn\u00a0an"), 41699, "NỮ",
               "lớp 6a1", "sáng", "TRẦN THỊ MẸ", 912345678, "me")  # fmt: skip
    assert counts(await roster.rows(odd)) == (1, 0, 0)
    assert await roster.pupils() == [("Nguyễn Văn An", "4600000001", BORN, "6A1")]
    # The same child as text: nothing has changed.
    plain = line("4600000001", "Nguyễn Văn An", "2014-03-01", "nữ", "6A1", None, *MOTHER)
    assert counts(await roster.rows(plain)) == (0, 0, 1)


async def test_a_csv_that_lost_its_leading_zeros_is_read(roster: Importer) -> None:
    rows = [HEADINGS, ["100000001", "An", "1/3/2014", "Nam", "6A1", "", "Mẹ An", "912345678", "Mẹ",
                       "", "", ""]]  # fmt: skip
    assert counts(await roster.file(csv(rows, delimiter=";").encode("utf-16"))) == (1, 0, 0)
    assert await roster.pupils() == [("An", "0100000001", BORN, "6A1")]


async def test_a_class_that_excel_made_a_date_is_known_if_it_can_be_but_one(
    roster: Importer,
) -> None:
    await roster.world.school_class(roster.school, "6/2")
    assert counts(await roster.rows(line(class_name=date(2026, 2, 6)))) == (1, 0, 0)
    await roster.world.school_class(roster.school, "2/6")
    refused = await roster.rows(line(name="Bình", class_name=date(2026, 6, 2)))
    assert told(refused) == [(2, "Lớp")]


async def test_an_unknown_class_is_an_error_unless_it_is_to_be_made(roster: Importer) -> None:
    rows = [line(class_name="7A2", shift="Ca sáng"), line(name="Bình", class_name="Lớp 7a2")]
    assert told(await roster.rows(*rows)) == [(2, "Lớp"), (3, "Lớp")]
    result = await roster.rows(*rows, create_classes=True)
    assert counts(result) == (2, 0, 0)
    made = await roster.world.owner.fetch(
        "select name, grade, school_year, campus_id from school_class where name <> '6A1'"
    )
    assert [tuple(each) for each in made] == [("7A2", 7, "2026-2027", roster.school.campus_id)]
    shifts = await roster.world.owner.fetchval("select count(*) from class_shift")
    assert shifts == 2


@pytest.mark.parametrize("class_name", ["5A1", "10A1", "Chồi"])
async def test_a_class_of_no_grade_of_the_school_is_not_made(
    roster: Importer, class_name: str
) -> None:
    result = await roster.rows(line(class_name=class_name), create_classes=True)
    assert told(result) == [(2, "Lớp")]


async def test_a_class_of_last_year_is_no_class_of_this_year(
    roster: Importer, clock: Clock
) -> None:
    clock.now += timedelta(days=365)
    assert told(await roster.rows(line())) == [(2, "Lớp")]


async def test_the_shift_must_be_that_of_the_class(roster: Importer) -> None:
    assert told(await roster.rows(line(shift="Ca chiều"))) == [(2, "Ca học")]
    await roster.world.owner.execute(
        "insert into shift select school_id, gen_random_uuid(), 'Ca chiều', '13:00', '17:00',"
        " '13:05', '13:30', weekdays from shift"
    )
    assert told(await roster.rows(line(shift="Ca chiều"))) == [(2, "Ca học")]
    result = await roster.rows(line(class_name="8A1", shift="Sáng, chiều"), create_classes=True)
    assert counts(result) == (1, 0, 0)
    assert counts(await roster.rows(line(class_name="8A1", shift="Cả ngày"))) == (0, 0, 1)
    disagree = await roster.rows(
        line(name="Bình", class_name="9A1", shift="Sáng"),
        line(name="Cường", class_name="9A1", shift="Chiều"),
        create_classes=True,
    )
    assert told(disagree) == [(3, "Ca học")]
    unsaid = await roster.rows(line(name="Bình", class_name="9A1"), create_classes=True)
    assert told(unsaid) == [(2, "Ca học")]


async def test_the_same_code_twice_is_refused_at_the_second(roster: Importer) -> None:
    result = await roster.rows(FULL, line("4600000001", "Bình"))
    assert told(result) == [(3, "Mã định danh")]


async def test_two_of_one_name_in_a_class_need_a_code_or_a_birthday_each(
    roster: Importer,
) -> None:
    assert told(await roster.rows(line(), line())) == [(2, "Họ và tên"), (3, "Họ và tên")]
    half = await roster.rows(line(born="1/3/2014"), line())
    assert told(half) == [(3, "Họ và tên")]
    same = await roster.rows(line(born="1/3/2014"), line(born="1/3/2014"))
    assert told(same) == [(3, "Họ và tên")]
    by_birthday = await roster.rows(line(born="1/3/2014"), line(born="2/3/2014"))
    assert counts(by_birthday) == (2, 0, 0)
    by_code = await roster.rows(
        line("4600000001", "Bình"), line("4600000002", "Bình"), line(None, "Bình", "2/2/2014")
    )
    assert counts(by_code) == (3, 0, 0)


async def test_where_the_school_has_two_of_the_name_a_bare_row_is_refused(
    roster: Importer,
) -> None:
    await roster.rows(line(born="1/3/2014"), line(born="2/3/2014"))
    assert told(await roster.rows(line())) == [(2, "Họ và tên")]
    # One with another birthday may be a third child, or a correction.
    third = await roster.rows(line(born="3/3/2014"))
    assert told(third) == [(2, "Ngày sinh")]
    all_three = [line(born=f"{day}/3/2014") for day in (1, 2, 3)]
    assert counts(await roster.rows(*all_three)) == (1, 0, 2)


async def test_names_that_differ_in_a_letters_mark_are_two_and_a_tones_place_is_none(
    roster: Importer,
) -> None:
    assert counts(await roster.rows(line(name="Lê An"), line(name="Lê Ân"))) == (2, 0, 0)
    assert counts(await roster.rows(line(name="Lê Hoà"))) == (1, 0, 0)
    assert counts(await roster.rows(line(name="Lê Hòa"))) == (0, 1, 0)


async def test_the_second_file_brings_codes_and_birthdays_to_the_same_children(
    roster: Importer,
) -> None:
    await roster.rows(line(), line(name="Bình", born="2/3/2014"))
    result = await roster.rows(
        line("4600000001", born="1/3/2014"), line("4600000002", "Bình", "2/3/2014")
    )
    assert counts(result) == (0, 2, 0)
    assert [pupil[1] for pupil in await roster.pupils()] == ["4600000002", "4600000001"]


async def test_an_empty_cell_says_nothing(roster: Importer) -> None:
    await roster.rows(FULL)
    assert counts(await roster.rows(line("4600000001", class_name=None))) == (0, 0, 1)
    assert await roster.pupils() == [("Nguyễn Văn An", "4600000001", BORN, "6A1")]
    assert told(await roster.rows(line("4600000002", "Bình", class_name=None))) == [(2, "Lớp")]


async def test_a_code_under_another_name_corrects_it_and_says_so(roster: Importer) -> None:
    await roster.rows(FULL)
    result = await roster.rows(line("4600000001", "Nguyễn Văn Ân", "1/3/2014"))
    assert (counts(result), warned(result)) == ((0, 1, 0), [(2, "Họ và tên")])
    other = await roster.rows(line("4600000001", "Lê Thị Bình", "5/5/2013"))
    assert told(other) == [(2, "Mã định danh")]


async def test_a_change_of_class_keeps_the_history(roster: Importer, clock: Clock) -> None:
    await roster.world.school_class(roster.school, "6A2")
    await roster.rows(FULL, line(name="Bình", born="2/3/2014"))
    clock.now += timedelta(days=7)
    moved = await roster.rows(
        line("4600000001", class_name="6A2"), line(name="Bình", born="2/3/2014", class_name="6A2")
    )
    assert (counts(moved), warned(moved)[-1]) == ((0, 2, 0), (3, "Lớp"))
    history = await roster.world.owner.fetch(
        """
        select s.name, c.name, e.from_day, e.to_day from enrolment e
          join student s on s.id = e.student_id join school_class c on c.id = e.class_id
         order by s.name, e.from_day
        """
    )
    first, second = date(2026, 11, 16), date(2026, 11, 23)
    for at, name in ((0, "Bình"), (2, "Nguyễn Văn An")):
        assert tuple(history[at]) == (name, "6A1", first, second - timedelta(days=1))
        assert tuple(history[at + 1]) == (name, "6A2", second, None)
    # Back on the same day: the other class never was.
    await roster.rows(line("4600000001", class_name="6A1"))
    days = await roster.world.owner.fetch(
        "select from_day, to_day from enrolment e join student s on s.id = e.student_id"
        " where s.moet_code = '4600000001' order by from_day"
    )
    assert [tuple(row) for row in days] == [
        (first, second - timedelta(days=1)), (second, None)
    ]  # fmt: skip


async def test_a_pupil_who_left_is_neither_revived_nor_doubled(roster: Importer) -> None:
    await roster.rows(FULL, line(name="Bình", born="2/3/2014"))
    await roster.world.owner.execute("update student set ended_at = now()")
    await roster.world.owner.execute("update enrolment set to_day = from_day")
    result = await roster.rows(FULL, line(name="Bình", born="2/3/2014"))
    assert told(result) == [(2, "Mã định danh"), (3, "Họ và tên")]
    # Another child of the name is another child.
    assert counts(await roster.rows(line("4600000009", "Bình", "3/3/2014"))) == (1, 0, 0)


async def test_pupils_whom_the_file_leaves_out_stay(roster: Importer) -> None:
    await roster.rows(FULL, line(name="Bình"))
    await roster.rows(FULL)
    assert len(await roster.pupils()) == 2


async def test_columns_that_are_not_read_are_named(roster: Importer) -> None:
    data = xlsx([["STT", "Họ và tên", "Dân tộc", "Lớp"], [1, "An", "Kinh", "6A1"]])
    result = await roster.file(data)
    assert (counts(result), result.ignored_columns) == ((1, 0, 0), ["STT", "Dân tộc"])


async def test_a_pupil_of_another_school_is_not_seen(roster: Importer, world: World) -> None:
    other = await world.school()
    stranger = await world.student(other, "Nguyễn Văn An")
    await world.owner.execute("update student set moet_code = '4600000001'")
    result = await roster.rows(FULL)
    assert counts(result) == (1, 0, 0)
    name = await world.owner.fetchval("select name from student where id = $1", stranger.id)
    born = await world.owner.fetchval("select born_on from student where id = $1", stranger.id)
    assert (name, born) == ("Nguyễn Văn An", None)


async def test_row_level_security_keeps_an_import_in_its_school(
    roster: Importer, school: School, world: World
) -> None:
    other = await world.school()
    await world.student(other, "Nguyễn Văn An")
    sheet = parse_sheet(xlsx([HEADINGS, line()]), filename="a", columns=ROSTER_COLUMNS)
    before = await snapshot(world.owner)
    options: dict[str, Any] = {
        "vault": roster.resources.vault,
        "school_id": other.id,
        "told": _nobody,
        "now": roster.resources.clock(),
    }
    async with db.transaction(roster.resources.pool, schools=[school.id]) as conn:
        plan = await plan_roster(conn, sheet=sheet, create_classes=True, locale="vi", **options)
        assert plan.known_pupil_ids == []
        assert plan.result.errors, "its classes and campus are not seen"
        with pytest.raises(NoSuchSchool):
            await apply_roster(conn, plan=plan, account_id=roster.who.account_id, **options)
    assert await snapshot(world.owner) == before


async def _nobody(_done: int, _total: int) -> None:
    return None


async def test_progress_grows_to_the_end(roster: Importer) -> None:
    await roster.file(xlsx([HEADINGS, *(line(name=f"Bé {n}") for n in range(450))]))
    done = [step for step, _ in roster.steps]
    assert done == sorted(done)
    assert roster.steps[-1] == (900, 900)
    assert len(set(done)) > 5


async def test_at_most_500_messages_are_listed(roster: Importer) -> None:
    result = await roster.file(xlsx([HEADINGS, *(line(born="x") for _ in range(600))]))
    assert len(result.errors) == 500
    assert "101 more" in result.errors[-1].message

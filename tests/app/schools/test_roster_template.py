"""The roster's template opens in another tool and goes back in as it was filled."""

import io

import openpyxl

from app import db
from app.schools.imports.roster_template import roster_template
from tests.app.schools.rosters import HEADINGS, Importer, counts, line

EVIL = '=HYPERLINK("http://evil";"6A1")'


async def template(roster: Importer) -> openpyxl.Workbook:
    async with db.transaction(roster.resources.pool, schools=[roster.school.id]) as conn:
        made = await roster_template(conn, school_id=roster.school.id, now=roster.resources.clock())
    return openpyxl.load_workbook(io.BytesIO(made))


async def test_it_has_exactly_the_columns_and_the_schools_choices(roster: Importer) -> None:
    await roster.world.school_class(roster.school, EVIL)
    book = await template(roster)
    sheet = book["Học sinh"]
    assert [cell.value for cell in sheet[1]] == HEADINGS
    assert " | ".join(HEADINGS) == (
        "Mã định danh | Họ và tên | Ngày sinh | Giới tính | Lớp | Ca học | Người giám hộ 1 | SĐT 1"
        " | Quan hệ 1 | Người giám hộ 2 | SĐT 2 | Quan hệ 2"
    )
    lists = book["Danh mục"]
    offered = {
        cells[0].value: [cell.value for cell in cells[1:] if cell.value is not None]
        for cells in lists.iter_cols()
        if cells[0].value is not None
    }
    assert offered["Lớp"] == ["6A1", EVIL]
    assert offered["Ca học"] == ["Ca sáng"]
    assert offered["Giới tính"] == ["Nam", "Nữ"]
    assert offered["Quan hệ 1"] == offered["Quan hệ 2"]
    assert "f" not in {cell.data_type for page in book for row in page.iter_rows() for cell in row}
    rules = {str(rule.sqref)[0] for rule in sheet.data_validations.dataValidation}
    assert rules == set("DEFIL")


async def test_what_is_filled_in_comes_back_and_the_examples_do_not(roster: Importer) -> None:
    book = await template(roster)
    book["Học sinh"].append(line("4600000007", "Bình", "1/3/2014", "Nữ", "6A1", "Ca sáng"))
    file = io.BytesIO()
    book.save(file)
    result = await roster.file(file.getvalue())
    assert (result.errors, counts(result)) == ([], (1, 0, 0))
    assert [pupil[0] for pupil in await roster.pupils()] == ["Bình"]


async def test_every_word_of_the_examples_would_be_taken(roster: Importer) -> None:
    book = await template(roster)
    sheet = book["Học sinh"]
    for row in (2, 3):
        cell = sheet.cell(row, 2)
        cell.value = str(cell.value).removeprefix("Ví dụ: ")
    file = io.BytesIO()
    book.save(file)
    result = await roster.file(file.getvalue())
    assert (result.errors, counts(result)) == ([], (2, 0, 0))

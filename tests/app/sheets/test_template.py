"""Templates open in another tool, hold no formula, and read back as no rows."""

import io

import openpyxl
import pytest

from app.sheets.model import Column, EmptySheet
from app.sheets.reading import parse_sheet
from app.sheets.template import Template, TemplateColumn, build_template

COLUMNS = (Column(heading="Họ và tên", is_required=True), Column(heading="Lớp"))
EVIL = '=HYPERLINK("http://evil")'


def built(choices: list[str]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(raw(choices)))


def raw(choices: list[str]) -> bytes:
    return build_template(
        Template(
            name="Học sinh",
            columns=[
                TemplateColumn(heading="Họ và tên", is_required=True),
                TemplateColumn(heading="Lớp", choices=choices),
            ],
            example_column="Họ và tên",
            examples=[["Nguyễn Văn An", choices[0]]],
            notes=["Ngày sinh: ngày/tháng/năm."],
        )
    )


def test_names_that_look_like_formulas_are_text_everywhere() -> None:
    for sheet in built([EVIL, "@SUM(1)", "+1", "http://evil"]):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), cell.value
                assert cell.hyperlink is None


def test_the_drop_down_offers_every_choice_however_many() -> None:
    choices = [f"{grade}A{n}" for grade in range(6, 10) for n in range(1, 40)]
    book = built(choices)
    (rule,) = book["Học sinh"].data_validations.dataValidation
    assert str(rule.sqref) == "B2:B5001"
    assert rule.formula1 == f"'Danh mục'!$B$2:$B${len(choices) + 1}"
    assert [row[1].value for row in book["Danh mục"].iter_rows(min_row=2)] == choices


def test_cells_are_text_so_that_no_zero_is_lost() -> None:
    sheet = built(["6A1"])["Học sinh"]
    assert sheet.column_dimensions["A"].width > 10
    assert sheet["A2"].number_format == "@"


def test_a_template_that_nobody_filled_in_has_no_rows() -> None:
    with pytest.raises(EmptySheet):
        parse_sheet(raw(["6A1"]), filename="mẫu.xlsx", columns=COLUMNS)


def test_a_template_that_was_filled_in_is_read() -> None:
    book = built(["6A1"])
    book["Học sinh"].append(["Trần Bình", "6A1"])
    file = io.BytesIO()
    book.save(file)
    sheet = parse_sheet(file.getvalue(), filename="mẫu.xlsx", columns=COLUMNS)
    assert [row.cell("Họ và tên").value for row in sheet.rows] == ["Trần Bình"]

"""Makes the sheets that people fill in: headings, drop-downs, examples and notes.

Whatever a school has named itself is written as a string: nothing in a template is ever a formula.
"""

import io
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import xlsxwriter

from app.sheets.headings import EXAMPLE

FILLABLE_ROWS: Final = 5_000  # as many rows get their drop-downs
_LISTS: Final = "Danh mục"
_NOTES: Final = "Hướng dẫn"
_HEAD: Final = {"bold": True, "bg_color": "#DCE9F7", "border": 1, "text_wrap": True}


class TemplateColumn(msgspec.Struct, frozen=True, kw_only=True):
    """`width` in characters. `choices` become a drop-down; `is_strict` refuses anything else.

    All cells are text: Excel must take neither leading zeros from a code nor `6/2` for a day.
    """

    heading: str
    width: int = 16
    choices: Sequence[str] = ()
    is_strict: bool = True
    is_required: bool = False


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """`examples` are written as rows in the columns' order; their first cell of `example_column`
    begins with `EXAMPLE`, so that they are never read as data."""

    name: str
    columns: Sequence[TemplateColumn]
    example_column: str
    examples: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()


def build_template(template: Template) -> bytes:
    """The .xlsx file. Takes some 50 ms: call it in a thread when the lists are long."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    data = book.add_worksheet(template.name)
    notes = book.add_worksheet(_NOTES)
    lists = book.add_worksheet(_LISTS)
    _write_data(book, data, template)
    _write_notes(book, notes, template)
    for index, column in enumerate(template.columns):
        if column.choices:
            _write_choices(book, lists, data, index, column)
    book.close()
    return file.getvalue()


def _write_data(book: Any, sheet: Any, template: Template) -> None:
    head = book.add_format(_HEAD)
    required = book.add_format(_HEAD | {"font_color": "#B00020"})
    text = book.add_format({"num_format": "@"})
    example = book.add_format({"num_format": "@", "italic": True, "font_color": "#808080"})
    for index, column in enumerate(template.columns):
        sheet.set_column(index, index, column.width, text)
        sheet.write_string(0, index, column.heading, required if column.is_required else head)
    marked = [column.heading for column in template.columns].index(template.example_column)
    for number, values in enumerate(template.examples, 1):
        for index, value in enumerate(values):
            shown = f"{EXAMPLE} {value}" if index == marked else value
            sheet.write_string(number, index, shown, example)
    sheet.freeze_panes(1, 0)


def _write_choices(book: Any, lists: Any, data: Any, index: int, column: TemplateColumn) -> None:
    """A list in a sheet of its own: what stands in the rule itself ends at 255 characters."""
    lists.set_column(index, index, column.width, book.add_format({"num_format": "@"}))
    lists.write_string(0, index, column.heading, book.add_format({"bold": True}))
    for number, choice in enumerate(column.choices, 1):
        lists.write_string(number, index, choice)
    letter = xlsxwriter.utility.xl_col_to_name(index)
    data.data_validation(
        1, index, FILLABLE_ROWS, index,
        {
            "validate": "list",
            "source": f"='{_LISTS}'!${letter}$2:${letter}${len(column.choices) + 1}",
            "error_type": "stop" if column.is_strict else "warning",
            "error_title": column.heading,
            "error_message": "Hãy chọn một giá trị trong danh sách.",
        },
    )  # fmt: skip


def _write_notes(book: Any, sheet: Any, template: Template) -> None:
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100, wrapped)
    sheet.write_string(0, 0, f"Cách điền bảng “{template.name}”", book.add_format({"bold": True}))
    common = (
        "Cột chữ đỏ là bắt buộc. Thứ tự cột tuỳ ý; cột thừa được bỏ qua.",
        f"Dòng có ô bắt đầu bằng “{EXAMPLE}” là ví dụ, không được nhập; có thể xoá.",
        "Ô để trống không xoá dữ liệu đã có.",
    )
    for number, note in enumerate((*common, *template.notes), 1):
        sheet.write_string(number, 0, note, wrapped)

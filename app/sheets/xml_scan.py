"""Looks at a workbook's XML before anything else reads it: how much there is, and what is wrong.

The reader of sheets lays out all cells from the first to the last one: two cells far apart would
take all memory. And it shows neither errors (#REF!) nor formulas that were never calculated.
"""

import re
from array import array
from collections.abc import Callable, Iterable
from typing import Final, NoReturn
from xml.parsers import expat

import msgspec

from app.errors import Bilingual
from app.sheets.model import UnreadableSheet
from app.sheets.parts import broken, macro_sheet, too_large

MAX_ROW: Final = 20_200
MAX_COLUMN: Final = 200
MAX_AREA: Final = 2_000_000
MAX_CHARS: Final = 30_000_000
MAX_DEPTH: Final = 50
MAX_TOKEN: Final = 500_000  # bytes of one tag, comment or the like
# Roots of the parts that make a sheet; themes, drawings, comments and the like are left out.
_NEEDED: Final = ("worksheet", "sst", "workbook", "Relationships", "Types", "styleSheet")
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_MAX_FAULTS: Final = 50_000


_OnStart = Callable[[str, dict[str, str]], None]


class SheetScan(msgspec.Struct, kw_only=True):
    """What one worksheet holds: its last row and column with a value (from 1), and bad cells.

    `faults` is keyed by row and column from 0.
    """

    last_row: int = 0
    last_column: int = 0
    chars: int = 0
    faults: dict[tuple[int, int], Bilingual] = {}

    @property
    def area(self) -> int:
        return self.last_row * self.last_column

    @property
    def is_too_large(self) -> bool:
        return (
            self.last_row > MAX_ROW
            or self.last_column > MAX_COLUMN
            or self.area > MAX_AREA
            or self.chars > MAX_CHARS
        )


class Scan:
    """Goes through the parts one by one, shared strings first."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetScan] = {}
        self.part_of_sheet: dict[str, str] = {}  # by relation id, until `part` resolves it
        self.is_1904 = False
        self._relation_of: dict[str, str] = {}
        self._string_chars = array("I")

    def part(self, sheet_name: str) -> str | None:
        """The part that holds a sheet."""
        return self.part_of_sheet.get(self._relation_of.get(sheet_name, ""))

    def read(self, name: str, pieces: Iterable[bytes]) -> bool:
        """Take in one part; whether it is of a kind that whoever reads the sheet needs.

        Raises:
            UnreadableSheet: not well-formed, or with a DOCTYPE. SheetTooLarge: absurd numbers.
        """
        return _PartReader(self, name).feed(pieces)

    def add_string(self, chars: int) -> None:
        self._string_chars.append(chars)

    def chars_of_string(self, index: str) -> int:
        number = int(index) if index.isdecimal() and len(index) < 9 else -1
        if not 0 <= number < len(self._string_chars):
            raise broken()
        return self._string_chars[number]

    def add_sheet(self, name: str, relation: str) -> None:
        self._relation_of[name] = relation

    def add_relation(self, relation: str, target: str) -> None:
        self.part_of_sheet[relation] = _path(target)


class _PartReader:
    """One part; expat calls for each element. Names count without their prefixes."""

    def __init__(self, scan: Scan, name: str) -> None:
        self._scan = scan
        self._name = name
        self._root = ""
        self._sheet = SheetScan(faults={})
        self._row = self._column = 0
        self._kind = ""
        self._has_formula = False
        self._value = 0
        self._text = ""
        self._depth = 0
        self._on_start: _OnStart = self._begin
        self._on_end: Callable[[str], None] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, pieces: Iterable[bytes]) -> bool:
        """Whether the part is of a kind that is needed; of any other only the head is read."""
        fed = 0
        try:
            for piece in pieces:
                self._parser.Parse(piece, False)
                if self._root and self._root not in _NEEDED:
                    return False
                fed += len(piece)
                # A tag or comment that goes on is read again from its start with each piece.
                if fed - self._parser.CurrentByteIndex > MAX_TOKEN:
                    raise broken()
            self._parser.Parse(b"", True)
        except (expat.ExpatError, UnicodeError):
            raise broken() from None
        if self._root == "worksheet":
            self._scan.sheets[self._name] = self._sheet
        return True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        # Each open element costs the parser more than the three bytes that it takes to open one.
        self._depth += 1
        if self._depth > MAX_DEPTH and (not self._root or self._root in _NEEDED):
            raise broken()
        self._on_start(_local(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._on_end is not None:
            self._on_end(_local(name))

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        self._root = element
        self._on_start = _ignore
        if element == "worksheet":
            self._on_start, self._on_end = self._start_in_sheet, self._end_in_sheet
        elif element == "sst":
            if self._scan.sheets:
                raise broken()
            self._on_start, self._on_end = self._start_in_strings, self._end_in_strings
        elif element == "workbook":
            self._on_start = self._start_in_workbook
        elif element == "Types":
            self._on_start = _refuse_macros
        elif element == "Relationships" and self._name.endswith("workbook.xml.rels"):
            self._on_start = self._start_in_relations

    def _start_in_sheet(self, element: str, attributes: dict[str, str]) -> None:
        if element == "c":
            self._start_cell(attributes)
        elif element in ("v", "t"):
            self._parser.CharacterDataHandler = self._characters
        elif element == "f":
            self._has_formula = True
        elif element == "row":
            given = attributes.get("r", "")
            self._row = _number(given) if given else self._row + 1
            self._column = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                raise broken()
            self._column = _column_number(found.group(1))
            self._row = _number(found.group(2))
        self._kind = attributes.get("t", "n")
        self._has_formula = False
        self._value, self._text = 0, ""

    def _end_in_sheet(self, element: str) -> None:
        if element in ("v", "t"):
            self._parser.CharacterDataHandler = None
        elif element == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        sheet = self._sheet
        fault: Bilingual | None = None
        if self._kind == "e":
            fault = (f"có lỗi {self._text} của Excel", f"holds Excel's error {self._text}")
        elif self._has_formula and not self._value and self._kind != "str":
            fault = (
                "là công thức chưa được tính; hãy mở bằng Excel và lưu lại",
                "is a formula that was never calculated; open it in Excel and save it",
            )
        if fault is not None and len(sheet.faults) < _MAX_FAULTS:
            sheet.faults[self._row - 1, self._column - 1] = fault
        if not self._value and fault is None:
            return
        if self._kind == "s":
            sheet.chars += self._scan.chars_of_string(self._text.strip())
        else:
            sheet.chars += self._value
        sheet.last_row = max(sheet.last_row, self._row)
        sheet.last_column = max(sheet.last_column, self._column)

    def _characters(self, text: str) -> None:
        self._value += len(text)
        if len(self._text) < 16:
            self._text += text[:16]

    def _start_in_strings(self, element: str, attributes: dict[str, str]) -> None:
        if element == "si":
            self._value = 0
        elif element == "t":
            self._parser.CharacterDataHandler = self._characters

    def _end_in_strings(self, element: str) -> None:
        if element == "t":
            self._parser.CharacterDataHandler = None
        elif element == "si":
            self._scan.add_string(self._value)

    def _start_in_workbook(self, element: str, attributes: dict[str, str]) -> None:
        if element == "sheet":
            relation = next((v for k, v in attributes.items() if _local(k) == "id"), "")
            self._scan.add_sheet(attributes.get("name", ""), relation)
        elif element == "workbookPr":
            self._scan.is_1904 = attributes.get("date1904", "").lower() in ("1", "true", "on")

    def _start_in_relations(self, element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship":
            self._scan.add_relation(attributes.get("Id", ""), attributes.get("Target", ""))


def _refuse_doctype(*_: object) -> NoReturn:
    raise UnreadableSheet(
        (
            "Tệp chứa khai báo XML không được phép (DOCTYPE).",
            "The file holds an XML declaration that is not allowed (DOCTYPE).",
        )
    )


def _ignore(element: str, attributes: dict[str, str]) -> None:
    return None


def _refuse_macros(element: str, attributes: dict[str, str]) -> None:
    if "macroenabled" in attributes.get("ContentType", "").lower():
        raise macro_sheet()


def _local(name: str) -> str:
    return name.rsplit(":", 1)[-1]


def _number(digits: str) -> int:
    if not digits.isdecimal() or len(digits) > 7 or int(digits) < 1:
        raise too_large() if digits.isdecimal() and len(digits) > 7 else broken()
    return int(digits)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _path(target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    return target if target.startswith("xl/") else f"xl/{target}"

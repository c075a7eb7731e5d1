"""The books as sheets: numbers are numbers, nothing is a formula, and length costs no memory."""

import io
import tracemalloc
from datetime import datetime
from typing import Any

import pytest
import python_calamine

from app.sheets.long_report import LongReport, neutral
from app.sheets.report import ReportColumn
from tests.mobile_api.counting_house import House
from tests.world import World

DAYS = {"from": "2026-11-01", "to": "2026-11-30"}


def opened(data: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(0).to_python()


async def export(house: House, which: str, **asked: Any) -> list[list[Any]]:
    till = house.till
    answer = await till.get(till.accountant, f"/exports/{which}.xlsx", **(DAYS | asked))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return opened(answer.content)


async def test_each_book_goes_out_with_its_headings_and_numbers(house: House) -> None:
    till = house.till
    bill = await house.bill(till.elder)
    await house.arrives(150_000, await till.reference_of(bill), "FT1")
    await till.post(
        till.accountant, "/closes", account_id=str(till.bank_id), day="2026-11-16", counted=150_000
    )
    invoices = await export(house, "invoices")
    assert invoices[0][0].startswith("Phiếu thu 01/11/2026 - 30/11/2026 · ")
    assert invoices[1][:3] == ["Mã phiếu", "Họ và tên", "Lớp"]
    line = dict(zip(invoices[1], invoices[2], strict=True))
    assert line["Họ và tên"] == "Nguyễn Văn An"
    assert (line["Phải thu"], line["Đã đóng"], line["Còn phải đóng"]) == (120_000, 120_000, 0)
    assert (line["Trạng thái"], line["Tình hình đóng"]) == ("Đang thu", "Đã đóng đủ")
    funds = await export(house, "funds")
    line = dict(zip(funds[1], funds[2], strict=True))
    assert (line["Số tiền"], line["Còn lại"], line["Chờ xử lý"]) == (150_000, 30_000, "Đóng thừa")
    assert line["Thời gian"] == datetime(2026, 11, 16, 6, 52)  # noqa: DTZ001 - Excel's own
    receipts = await export(house, "receipts")
    assert [each[5] for each in receipts[2:]] == [120_000, 30_000]
    ledger = await export(house, "ledger")
    assert sum(each[5] or 0 for each in ledger[2:]) == sum(each[6] or 0 for each in ledger[2:])
    assert "Tiền: Tài khoản trường" in {each[3] for each in ledger[2:]}
    closes = await export(house, "closes")
    assert closes[2][4:7] == [150_000, 150_000, 0]


async def test_what_others_typed_is_never_a_formula(house: House) -> None:
    await house.arrives(1_000, '=HYPERLINK("http://x","y")', "+84")
    funds = await export(house, "funds")
    line = dict(zip(funds[1], funds[2], strict=True))
    assert line["Nội dung chuyển khoản"] == '\'=HYPERLINK("http://x","y")'
    assert line["Mã giao dịch"] == "'+84"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_beginnings_of_formulas_are_neutral(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert neutral("Nguyễn Văn An") == "Nguyễn Văn An"


async def test_more_rows_than_a_page_all_come(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.fees.office.exports._PAGE", 2)
    for n in range(5):
        await house.arrives(1_000 + n, "x", f"FT{n}")
    assert sorted(each[4] for each in (await export(house, "funds"))[2:]) == [
        1_000, 1_001, 1_002, 1_003, 1_004,
    ]  # fmt: skip
    assert len((await export(house, "ledger"))[2:]) == 10


def test_a_long_sheet_takes_the_memory_of_a_short_one() -> None:
    columns = [ReportColumn(heading="Họ và tên"), ReportColumn(heading="Số tiền", kind="number")]
    report = LongReport(name="Dài", title="Dài", columns=columns)
    report.add([["Nguyễn Văn An", 1]] * 100)
    tracemalloc.start()
    for _ in range(50):
        report.add([["Nguyễn Văn An", 120_000]] * 100)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report.finish().close()
    assert peak < 300_000


async def test_who_takes_the_books_away_and_of_which_days(house: House, world: World) -> None:
    till = house.till
    stranger = await world.staff(await world.school(), "accountant", "Người lạ")
    for who, status in ((stranger, 404), (till.principal, 403), (till.parent, 403)):
        for which in ("invoices", "funds", "receipts", "ledger", "closes"):
            answer = await till.get(who, f"/exports/{which}.xlsx", **DAYS)
            assert answer.status_code == status
    answer = await till.get(
        till.accountant, "/exports/funds.xlsx", **{"from": "2020-01-01", "to": "2026-11-16"}
    )
    assert answer.json()["type"].endswith("bad-export-days")

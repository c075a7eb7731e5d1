"""Receipts: printed once by the worker, read by the family, verified by anybody."""

import asyncio
import io
import os
import signal
import sys
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pypdfium2
import pytest
import zxingcpp

from app import db
from app.fees.money import allocating
from app.fees.paper.printing import Printer
from app.schools.common import school_day
from app.storage import FolderStorage, StorageAway
from mobile_api.fee_receipts import VERIFY_IP
from tests.conftest import Clock
from tests.mobile_api.billing import Till
from tests.mobile_api.receiving import Counter
from tests.world import Person

MARKUP = '<script>alert(1)</script> #eval("1") *đậm* $x$ \\ @a'


@pytest.fixture
def printer(counter: Counter) -> Printer:
    return Printer(
        finder=counter.finder,
        pool=counter.resources.pool,
        storage=counter.resources.storage,
        base_url="https://truong.example",
    )


class Broken:
    """A storage that is full, until it is mended."""

    def __init__(self, storage: Any) -> None:
        self.storage, self.is_full, self.asked = storage, True, 0

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        self.asked += 1
        if self.is_full:
            raise StorageAway
        await self.storage.put(key, data, content_type=content_type)

    async def get(self, key: str) -> bytes:
        found: bytes = await self.storage.get(key)
        return found

    async def delete(self, key: str) -> None:
        await self.storage.delete(key)


async def pay(counter: Counter, bill: UUID, amount: int = 120_000) -> None:
    await counter.bank.pay(amount, await counter.till.reference_of(bill))
    await counter.take()


async def receipts(till: Till, who: Person, **query: Any) -> list[dict[str, Any]]:
    answer = await till.api.get("/v1/fees/receipts", params=query, headers=who.headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def pdf(till: Till, who: Person, receipt: dict[str, Any]) -> httpx.Response:
    url = f"/v1/fees/receipts/{receipt['id']}/receipt.pdf"
    return await till.api.get(url, headers=who.headers)


def page(data: bytes) -> tuple[str, str]:
    """The text of the first page, and what its code says."""
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    text = " ".join(document[0].get_textpage().get_text_range().split())
    (code,) = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
    return text, code.text


async def verified(till: Till, code: str) -> httpx.Response:
    return await till.api.get("/v1/fees/receipts/verify", params={"code": code})


async def code_of(counter: Counter, receipt: dict[str, Any]) -> str:
    found: str = await counter.owner.fetchval(
        "select check_code from receipt where id = $1", UUID(receipt["id"])
    )
    return found


async def take_back(counter: Counter, bill: UUID, *, now: datetime) -> None:
    """The accountant takes the money back off the bill."""
    till = counter.till
    allocation_id = await till.owner.fetchval(
        "select id from allocation where invoice_id = $1 and amount > 0", bill
    )
    async with db.transaction(counter.resources.pool, schools=[till.school.id]) as conn:
        await allocating.reverse(
            conn,
            school_id=till.school.id,
            allocation_id=allocation_id,
            made_by=till.accountant.account_id,
            reason="Ghi nhầm học sinh",
            now=now,
        )


async def test_money_becomes_a_paper_in_figures_and_in_words(
    counter: Counter, printer: Printer, clock: Clock
) -> None:
    till = counter.till
    await till.owner.execute("update fee_item set name = $1", MARKUP)
    await till.owner.execute("update student set name = $1 where id = $2", MARKUP, till.elder.id)
    await pay(counter, await till.bill(till.elder))
    (receipt,) = await receipts(till, till.parent)
    assert (receipt["kind"], receipt["amount"], receipt["is_printed"]) == (
        "receipt",
        120_000,
        False,
    )
    early = await pdf(till, till.parent, receipt)
    assert (early.status_code, early.json()["type"]) == (409, "receipt-not-printed")
    assert await printer.print_due(clock()) == 1
    assert await printer.print_due(clock()) == 0
    made = await pdf(till, till.parent, receipt)
    assert made.headers["content-type"] == "application/pdf"
    assert made.headers["cache-control"] == "no-store"
    text, code = page(made.content)
    for said in (
        "BIÊN LAI THU TIỀN",
        f"BL2026/{receipt['number']:06}",
        "Tổng số tiền: 120.000 đồng",
        "Một trăm hai mươi nghìn đồng",
        "Chuyển khoản, ngày",
        "Tháng 11/2026",
        "6A1",
    ):
        assert said in text
    assert text.count(MARKUP) == 2
    address = urlsplit(code)
    assert (address.netloc, address.path) == ("truong.example", "/v1/fees/receipts/verify")
    (check,) = parse_qs(address.query)["code"]
    genuine = (await verified(till, check)).json()
    assert genuine == {
        "school_name": genuine["school_name"],
        "series": "BL2026",
        "number": receipt["number"],
        "kind": "receipt",
        "day": receipt["day"],
        "amount": 120_000,
        "state": "live",
        "voided_on": None,
        "replaced_by": None,
    }


async def test_receipts_are_the_familys_and_the_accountants(
    counter: Counter, printer: Printer, clock: Clock
) -> None:
    till = counter.till
    await pay(counter, await till.bill(till.elder))
    await pay(counter, await till.bill(till.single))
    await printer.print_due(clock())
    (mine,) = await receipts(till, till.parent)
    (theirs,) = await receipts(till, till.other_parent)
    assert len(await receipts(till, till.accountant, school_id=till.school.id)) == 2
    assert (await pdf(till, till.accountant, mine)).status_code == 200
    assert (await pdf(till, till.parent, theirs)).status_code == 404
    for who in (till.parent, till.principal):
        of_school = {"school_id": till.school.id}
        answer = await till.api.get("/v1/fees/receipts", params=of_school, headers=who.headers)
        assert answer.status_code == 404
    assert (await pdf(till, till.principal, mine)).status_code == 404
    await till.owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where account_id = $1",
        till.parent.account_id,
    )
    assert await receipts(till, till.parent) == []
    assert (await pdf(till, till.parent, mine)).status_code == 404


async def test_a_void_receipt_is_stamped_and_says_what_replaces_it(
    counter: Counter, printer: Printer, clock: Clock
) -> None:
    till = counter.till
    bill = await till.bill(till.elder)
    await pay(counter, bill)
    await printer.print_due(clock())
    (was,) = await receipts(till, till.parent)
    was_key = await till.owner.fetchval("select pdf_key from receipt")
    await take_back(counter, bill, now=clock())
    assert await printer.print_due(clock()) == 2
    rows = {
        row["id"]: row for row in await receipts(till, till.accountant, school_id=till.school.id)
    }
    void = rows.pop(was["id"])
    (slip,) = rows.values()
    assert (void["state"], slip["kind"], slip["student_id"]) == ("void", "credit_slip", None)
    text, _ = page((await pdf(till, till.parent, void)).content)
    assert "ĐÃ HUỶ" in text
    assert "Ghi nhầm học sinh" in text
    text, _ = page((await pdf(till, till.accountant, slip)).content)
    assert "PHIẾU GHI NHẬN TIỀN CHỜ SỬ DỤNG" in text
    assert "giữ lại cho gia đình" in text
    assert (await verified(till, await code_of(counter, void))).json()["state"] == "void"
    # The slip without a pupil is no family's.
    assert (await pdf(till, till.parent, slip)).status_code == 404
    root = counter.resources.storage
    assert isinstance(root, FolderStorage)
    with pytest.raises(Exception, match="No such file"):
        await root.get(was_key)


async def test_a_wrong_code_is_told_nothing_and_guessing_is_slowed_down(
    counter: Counter, printer: Printer
) -> None:
    till = counter.till
    await pay(counter, await till.bill(till.elder))
    (receipt,) = await receipts(till, till.parent)
    right = await code_of(counter, receipt)
    school, _, secret = right.partition("-")
    wrong = [
        f"{school}-AAAAAAAAAAAAAAAA",
        f"{int(school) + 1}-{secret}",
        f"999999-{secret}",
        right.lower(),
        right + "A",
        secret,
        "x",
        f"{school}-{secret[:-1]}' or '1'='1",
    ]
    answers = [await verified(till, code) for code in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    for _ in range(3):
        assert (await verified(till, right)).status_code == 200
    tries = [await verified(till, f"{school}-{'B' * 16}") for _ in range(int(VERIFY_IP.capacity))]
    assert tries[-1].status_code == 429
    assert int(tries[-1].headers["retry-after"]) >= 1
    assert (await verified(till, right)).status_code == 429


# As Chrome on a phone asks for a page.
BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8"
}


async def looked_at(till: Till, **query: Any) -> httpx.Response:
    """What a browser is shown of a code."""
    answer = await till.api.get("/v1/fees/receipts/verify", params=query, headers=BROWSER)
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["cache-control"] == "no-store"
    return answer


async def test_whoever_scans_a_receipt_reads_a_page_and_no_name_of_a_child(
    counter: Counter, printer: Printer, clock: Clock
) -> None:
    till = counter.till
    await till.owner.execute("update school set name = $1 where id = $2", MARKUP, till.school.id)
    await pay(counter, await till.bill(till.elder, 1_015_000), 1_015_000)
    (receipt,) = await receipts(till, till.parent)
    code = await code_of(counter, receipt)
    answer = await looked_at(till, code=code)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for said in (
        "Còn hiệu lực",
        f"BL2026/{receipt['number']:06}",
        f"{school_day(clock()):%d/%m/%Y}",
        "1.015.000 đồng",
        "Một triệu không trăm mười lăm nghìn đồng",
        escape(MARKUP),
        '<html lang="vi">',
    ):
        assert said in answer.text
    for hidden in (till.elder.name, "6A1", MARKUP, "<script", code):
        assert hidden not in answer.text
    assert len(answer.content) < 10_000
    # Typed off the paper, and passed on by a chat that marks its links.
    assert (
        await looked_at(till, code=f" {code.lower()[:9]} {code.lower()[9:]} ")
    ).text == answer.text
    marked = await looked_at(till, code=code, fbclid="IwAR0", utm_source="zalo")
    assert marked.status_code == 303
    again = await till.api.get(marked.headers["location"], headers=BROWSER)
    assert again.text == answer.text
    # Whoever asks for anything, or for both, is a program.
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.9"):
        told = await till.api.get(
            "/v1/fees/receipts/verify", params={"code": code}, headers={"Accept": accept}
        )
        assert (told.json()["state"], told.headers["vary"]) == ("live", "Accept")


async def test_the_page_says_what_is_void_what_is_unknown_and_when_to_wait(
    counter: Counter, clock: Clock
) -> None:
    till = counter.till
    bills = [await till.bill(till.elder, seq=seq) for seq in (1, 2)]
    both = " ".join([await till.reference_of(bill) for bill in bills])
    await counter.bank.pay(240_000, both)
    await counter.take()
    (receipt,) = await receipts(till, till.parent)
    code = await code_of(counter, receipt)
    for bill in bills:
        await take_back(counter, bill, now=clock())
        void = await looked_at(till, code=code)
        assert "Đã huỷ, có tờ khác thay" in void.text
        assert f"rồi huỷ ngày {school_day(clock()):%d/%m/%Y}" in void.text
        assert "Ghi nhầm học sinh" not in void.text
    kept = {each["id"]: each for each in await receipts(till, till.parent)}
    by = kept[receipt["id"]]["replaced_by"]
    assert f"BL2026/{by:06}" in void.text
    assert receipt["number"] < by <= max(each["number"] for each in kept.values())
    for query, status in (({"code": "1-AAAAAAAAAAAAAAAA"}, 404), ({"code": "x" * 65}, 400)):
        unknown = await looked_at(till, **query)
        assert unknown.status_code == status
        assert "Không có biên lai nào mang mã này" in unknown.text
        assert query["code"] not in unknown.text
    empty = [await looked_at(till), await looked_at(till, code="")]
    assert {(each.status_code, "Mời gõ mã" in each.text) for each in empty} == {(400, True)}
    tries = [
        await looked_at(till, code="1-AAAAAAAAAAAAAAAA") for _ in range(int(VERIFY_IP.capacity))
    ]
    assert tries[-1].status_code == 429
    assert int(tries[-1].headers["retry-after"]) >= 1
    assert "<form" in tries[-1].text


async def test_what_cannot_be_kept_comes_again_later_each_time(
    counter: Counter, clock: Clock
) -> None:
    till = counter.till
    await pay(counter, await till.bill(till.elder))
    storage = Broken(counter.resources.storage)
    printer = Printer(
        finder=counter.finder, pool=counter.resources.pool, storage=storage, base_url="http://a"
    )
    assert await printer.print_due(clock()) == 0
    assert await printer.print_due(clock()) == 0
    assert storage.asked == 1
    # A receipt that is stuck holds up no other.
    storage.is_full = False
    await pay(counter, await till.bill(till.single))
    assert await printer.print_due(clock()) == 1
    storage.is_full = True
    for wait_s, asked in ((5, 3), (5, 3), (5, 4), (19, 4), (1, 5)):
        clock.now += timedelta(seconds=wait_s)
        await printer.print_due(clock())
        assert storage.asked == asked
    storage.is_full = False
    clock.now += timedelta(seconds=600)
    assert await printer.print_due(clock()) == 1


async def test_printers_side_by_side_leave_one_paper_each(counter: Counter, clock: Clock) -> None:
    till = counter.till
    bills = [await till.bill(till.elder, seq=seq) for seq in (1, 2, 3)]
    for bill in bills:
        await pay(counter, bill)
    printers = [
        Printer(
            finder=counter.finder,
            pool=counter.resources.pool,
            storage=counter.resources.storage,
            base_url="http://a",
        )
        for _ in range(3)
    ]
    printed = await asyncio.gather(*(each.print_due(clock()) for each in printers))
    assert sum(printed) == 3
    assert await counter.count("receipt", "pdf_key is null") == 0
    for receipt in await receipts(till, till.parent):
        assert (await pdf(till, till.parent, receipt)).content.startswith(b"%PDF")


_DIES = """
import asyncio, os, signal, sys
from app import db
from app.fees.paper.printing import Printer
from app.schools.common import school_day
from app.storage import FolderStorage
from datetime import datetime, UTC
from pathlib import Path

class Dying(FolderStorage):
    async def put(self, key, data, *, content_type):
        if sys.argv[3] == "after":
            await super().put(key, data, content_type=content_type)
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    finder = await db.create_pool(sys.argv[1], role=db.WORKER_ROLE, size=1)
    pool = await db.create_pool(sys.argv[1], role=db.APP_ROLE, size=1)
    printer = Printer(finder=finder, pool=pool, storage=Dying(Path(sys.argv[2])), base_url="http://a")
    await printer.print_due(datetime.now(UTC))

asyncio.run(main())
"""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_beside_the_file_a_receipt_is_printed_once(
    counter: Counter, printer: Printer, clock: Clock, database: str, when: str
) -> None:
    till = counter.till
    await pay(counter, await till.bill(till.elder))
    objects = counter.resources.settings.data_dir / "objects"
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _DIES, database, str(objects), when, env={**os.environ}
    )
    assert await asyncio.wait_for(dying.wait(), 60) == -signal.SIGKILL
    assert await counter.count("receipt", "pdf_key is null") == 1
    assert await printer.print_due(clock()) == 1
    (receipt,) = await receipts(till, till.parent)
    assert (await pdf(till, till.parent, receipt)).content.startswith(b"%PDF")
    assert len(list(objects.rglob("*.pdf"))) == 1

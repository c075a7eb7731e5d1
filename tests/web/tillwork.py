"""What the browser tests of a school's money share."""

from datetime import UTC, datetime
from typing import Final

from playwright.async_api import Page, expect

from app.attendance.plan import ZONE
from app.fees.money.allocating import allocate
from app.fees.money.funds import receive
from app.fees.money.model import Arrival
from tests.fakes.bank import FakeBank, to
from tests.web.phone import Phone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.world import School

NUMBER: Final = "0071001234567"
SECRET: Final = "mot-khoa-ky-that-dai-01"
TUITION: Final = "Học phí tháng 11"


async def choose(page: Page, label: str, option: str) -> None:
    """Choose in a drop-down the option that begins so."""
    field = page.get_by_label(label, exact=True)
    texts = await field.locator("option").all_text_contents()
    await field.select_option(label=next(each for each in texts if each.startswith(option)))


async def _look(page: Page, name: str, *, closely: bool) -> None:
    if closely:
        await screen(page, name)


async def open_accounts(desk: Phone, school: School, *, closely: bool = False) -> None:
    """The school's bank account, its notices and its cash box, through the screens."""
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/tai-khoan")
    await page.get_by_role("button", name="Thêm tài khoản ngân hàng").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(dialog.get_by_text("Số tài khoản có 6 đến 19 chữ số.")).to_be_visible()
    await dialog.get_by_label("Gọi là").fill("Tài khoản học phí")
    await choose(page, "Ngân hàng", "Vietcombank")
    await dialog.get_by_label("Số tài khoản").fill(NUMBER)
    await dialog.get_by_label("Chủ tài khoản").fill("TRUONG THCS SO 1")
    await _look(page, "fees-account-desk", closely=closely)
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_role("heading", name="Tài khoản học phí")).to_be_visible()
    await page.get_by_role("button", name="Nối báo có").click()
    await dialog.get_by_label("Khoá ký webhook").fill(SECRET)
    await dialog.get_by_role("button", name="Xong").click()
    await expect(desk.says("Đã nối. Phiếu tự đóng trong vài giây.")).to_be_visible()
    await expect(page.locator("code")).to_contain_text("/v1/webhooks/sepay/")
    await page.get_by_role("button", name="Mở quỹ tiền mặt").click()
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_role("heading", name="Quỹ tiền mặt")).to_be_visible()
    await _look(page, "fees-accounts-desk", closely=closely)


async def write_items(desk: Phone, school: School, *, closely: bool = False) -> None:
    """A forbidden item is refused; tuition is kept."""
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/khoan-thu")
    await page.get_by_role("button", name="Thêm khoản thu").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Tên khoản thu").fill("Tiền dạy thêm tại trường")
    await dialog.get_by_label("Căn cứ").fill("Họp phụ huynh đầu năm")
    await dialog.get_by_label("Mức thu").fill("300000")
    await expect(dialog.get_by_text("ba trăm nghìn đồng")).to_be_visible()
    await expect(dialog.get_by_label("Mức thu")).to_have_value("300.000")
    desk.watch.allow(422, "/v1/fees/items")
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(dialog.get_by_text("Hệ thống không mở khoản này")).to_be_visible()
    await _look(page, "fees-forbidden-desk", closely=closely)
    await dialog.get_by_label("Tên khoản thu").fill(TUITION)
    await dialog.get_by_label("Căn cứ").fill("Nghị quyết 12/2026/NQ-HĐND")
    await dialog.get_by_label("Mức tối đa theo văn bản").fill("350000")
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_role("heading", name=TUITION)).to_be_visible()
    await _look(page, "fees-items-desk", closely=closely)


async def issue_bills(desk: Phone, school: School, *, pupils: int, closely: bool = False) -> None:
    """A period with its charge, looked at first, then issued as a job."""
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/dot-thu")
    await page.get_by_role("button", name="Mở đợt thu").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Tên đợt").fill("Tháng 11")
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_role("heading", name="Tháng 11")).to_be_visible()
    await choose(page, "Thêm khoản", TUITION)
    await page.get_by_role("button", name="Thêm khoản").click()
    await page.get_by_role("button", name="Lưu các khoản").click()
    await expect(desk.says("Đã lưu. Mời xem trước rồi phát phiếu.")).to_be_visible()
    await page.get_by_role("button", name="Xem trước").click()
    row = page.get_by_role("row", name="Tổng cộng")
    await expect(row).to_contain_text(f"{pupils * 300}.000")
    await _look(page, "fees-preview-desk", closely=closely)
    await page.get_by_role("button", name="Phát phiếu").click()
    await dialog.get_by_role("button", name="Phát phiếu").click()
    await expect(desk.says(f"Đã phát {pupils} phiếu")).to_be_visible()
    await _look(page, "fees-issued-desk", closely=closely)


async def bank_of(town: Town, province: Province, school: School) -> FakeBank:
    """The bank where the school's account is, with SePay behind it."""
    merchant = await town.owner.fetchval("select id from merchant where school_id = $1", school.id)
    return FakeBank(merchant, secret=SECRET, account=NUMBER, post=to(province.url))


async def cash_in_box(town: Town, school: School) -> None:
    """120.000 đồng that somebody has brought, for no bill."""
    now = datetime.now(UTC)
    arrival = Arrival(
        account_id=await town.owner.fetchval(
            "select id from fee_account where school_id = $1 and kind = 'cash'", school.id
        ),
        bank_ref="cash:1",
        amount=120_000,
        channel="cash",
        received_at=now,
        memo=None,
        payer=None,
        source="counter",
        source_ref="1",
    )
    async with town.owner.transaction():
        got = await receive(town.owner, school_id=school.id, arrival=arrival, now=now)
        await allocate(
            town.owner, school_id=school.id, fund_id=got.fund_id, shares=[], how="cash",
            made_by=None, now=now,
        )  # fmt: skip


async def reference_of(town: Town, school: School, name: str) -> str:
    found: str = await town.owner.fetchval(
        "select i.pay_ref from invoice i join student s on s.school_id = i.school_id"
        " and s.id = i.student_id where i.school_id = $1 and s.name = $2 and i.state = 'open'",
        school.id,
        name,
    )
    return found


def statement(*rows: tuple[str, int, str]) -> bytes:
    """A bank's file of today: reference, money in, memo."""
    day = datetime.now(ZONE).strftime("%d/%m/%Y 00:00:01")
    return _sheet([f"{day},{ref},,{amount},{memo}" for ref, amount, memo in rows])


def statement_of(bank: FakeBank) -> bytes:
    """The bank's file of all that really came and went."""
    lines = []
    for each in bank.transfers:
        at = each.at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M:%S")
        sums = f",{each.amount}" if each.direction == "in" else f"{each.amount},"
        lines.append(f"{at},{each.reference},{sums},{each.memo}")
    return _sheet(lines)


def _sheet(lines: list[str]) -> bytes:
    head = "Ngày giờ,Mã tham chiếu,Tiền ra,Tiền vào,Nội dung chuyển khoản"
    return "\n".join([head, *lines, ""]).encode()


def paid_by(code: str) -> tuple[str, int, str]:
    """Account, amount and memo of a VietQR, as a bank's app takes it apart (EMVCo MPM)."""
    fields = _fields(code)
    account = _fields(_fields(fields["38"])["01"])["01"]
    return account, int(fields["54"]), _fields(fields["62"])["08"]


def _fields(text: str) -> dict[str, str]:
    """Two digits of name, two of length, so many characters; and again."""
    found = {}
    while text:
        size = int(text[2:4])
        found[text[:2]], text = text[4 : 4 + size], text[4 + size :]
    return found

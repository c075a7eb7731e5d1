"""What the bank told and nobody is sure of, before an accountant who decides."""

from typing import Final

import pytest
from playwright.async_api import expect

from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.web.tillwork import bank_of, open_accounts

_TAKEN: Final = "select count(*) from gateway_inbox where school_id = $1 and state <> 'received'"


@pytest.mark.long
async def test_a_notice_that_may_be_money_is_decided_beside_the_money_that_it_may_be(
    town: Town, open_phone: OpenPhone, province: Province
) -> None:
    desk = await open_phone(at_desk=True)
    school = await town.school()
    await town.student(school, "Nguyễn Văn An")
    accountant = await town.staff(school, "accountant", "Phan Thị Kế")
    await desk.log_in(accountant)
    await expect(desk.says("Bắt đầu thu không tiền mặt")).to_be_visible()
    await open_accounts(desk, school)
    bank = await bank_of(town, province, school)
    page, dialog = desk.page, desk.page.get_by_role("dialog")
    funds = "select count(*) from fund where school_id = $1"

    await bank.pay(300_000, "NGUYEN VAN BA nop tien hoc", reference="FT1")
    await bank.pay(300_000, "TRAN THI TU nop tien hoc", reference="FT1")
    await bank.pay(250_000, "NGUYEN VAN BA nop tien hoc", reference="FT1")
    await bank.pay(100_000, "ung ho", reference="FT1")

    async def are_taken() -> bool:
        return await town.count(_TAKEN, school.id) == 4

    await until(are_taken)
    await desk.go(f"/truong/{school.id}/thu/tien-ve")
    await expect(desk.says("Có báo có của ngân hàng chưa chắc là tiền mới.")).to_be_visible()
    await page.get_by_role("link", name="Xem và quyết định").click()
    other, again = (page.get_by_role("region", name=each) for each in ("TRAN THI TU", "250.000"))
    await expect(other).to_contain_text("NGUYEN VAN BA nop tien hoc")
    await expect(again).to_contain_text("300.000")
    await screen(page, "fees-undecided-desk")
    phone = await open_phone()
    await phone.log_in(accountant)
    await phone.go(f"/truong/{school.id}/thu")
    await phone.page.get_by_role("link", name="3 báo có chờ quyết định").click()
    await expect(phone.page.get_by_role("region", name="TRAN THI TU")).to_be_visible()
    await screen(phone.page, "fees-undecided")

    await other.get_by_role("button", name="Đây là khoản mới").click()
    await expect(dialog).to_contain_text("Ghi thêm 300.000")
    await expect(dialog).to_contain_text("Chỉ ghi thêm khi ngân hàng có hai lần chuyển.")
    await dialog.get_by_role("button", name="Ghi khoản mới").click()
    await expect(page.get_by_role("status").filter(has_text="Đã ghi thêm 300.000")).to_be_visible()
    await expect(other).to_have_count(0)
    assert await town.count(funds, school.id) == 2

    await again.get_by_role("button", name="Đã có rồi").first.click()
    await expect(dialog).to_contain_text("Số trong sổ giữ nguyên.")
    await dialog.get_by_role("button", name="Đúng là khoản ấy").click()
    said = page.get_by_role("status").filter(has_text="Không ghi thêm đồng nào.")
    await expect(said).to_be_visible()
    gone = page.get_by_role("region", name="100.000")
    await gone.get_by_role("button", name="Ngân hàng không có khoản này").click()
    await dialog.get_by_role("button", name="Thôi chờ").click()
    await expect(page.get_by_role("status").filter(has_text="thôi chờ")).to_be_visible()
    await expect(page.get_by_role("region", name="Chờ quyết định")).to_have_count(0)
    await expect(page.get_by_role("listitem").filter(has_text="250.000")).to_contain_text(
        "Phan Thị Kế quyết định"
    )
    assert await town.count(funds, school.id) == 2
    await desk.go(f"/truong/{school.id}/thu/tien-ve")
    await expect(page.get_by_role("listitem").filter(has_text="300.000")).to_have_count(2)
    await expect(page.get_by_role("link", name="Xem và quyết định")).to_have_count(0)

"""Money that an accountant has counted twice leaves the books, by two people, on their screens."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.web.tillwork import bank_of, cash_in_box, choose, open_accounts, statement
from tests.world import School

MEMO = "NGUYEN VAN AN NOP TIEN"


@pytest.mark.long
async def test_what_was_counted_twice_is_struck_by_two_people_and_explained(
    town: Town, open_phone: OpenPhone, province: Province
) -> None:
    desk, principal = await open_phone(at_desk=True), await open_phone()
    school = await town.school()
    await desk.log_in(await town.staff(school, "accountant", "Phan Thị Kế"))
    await open_accounts(desk, school)
    bank = await bank_of(town, province, school)
    assert (await bank.pay(300_000, MEMO)).is_settled
    await _the_row_is_taken_for_other_money(desk, school)
    assert await _in_books(town, school) == 600_000

    await _asked(desk, school)
    await principal.log_in(await town.admin(school))
    await _approved(principal, school)
    assert await _in_books(town, school) == 300_000

    await _explained(desk, school)
    await _restored_and_struck_no_more(desk, school)
    assert await _in_books(town, school) == 600_000


async def _in_books(town: Town, school: School) -> int:
    found: int = await town.owner.fetchval(
        "select sum(amount)::bigint from ledger_entry where school_id = $1"
        " and account like 'money:%'",
        school.id,
    )
    return found


async def _the_row_is_taken_for_other_money(desk: Phone, school: School) -> None:
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/sao-ke")
    file = statement(("5078-770001", 300_000, f"MBVCB.0099 {MEMO}"))
    await page.locator("input[type=file]").set_input_files(
        {"name": "sao-ke.csv", "mimeType": "text/csv", "buffer": file}
    )
    await page.get_by_role("button", name="Nhập sao kê").click()
    await page.get_by_role("link", name="1 dòng cần xem", exact=True).click()
    await page.get_by_role("button", name="Là tiền khác").click()
    await expect(desk.says("Có thể là khoản đã biết")).to_have_count(0)


async def _asked(desk: Phone, school: School) -> None:
    page, dialog = desk.page, desk.page.get_by_role("dialog")
    await desk.go(f"/truong/{school.id}/thu/tien-ve")
    await page.get_by_role("link", name=MEMO).filter(has_text="MBVCB").click()
    await page.get_by_role("button", name="Khoản này bị ghi hai lần").click()
    await expect(dialog).to_contain_text("Thấy từ báo có")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(dialog.get_by_label("Lý do")).to_be_focused()
    await dialog.get_by_label("Lý do").fill("Sao kê và báo có là một lần chuyển")
    await screen(page, "fees-strike-desk")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(desk.says("Đã gửi đề nghị gỡ. Người khác sẽ duyệt.")).to_be_visible()


async def _approved(principal: Phone, school: School) -> None:
    page = principal.page
    await principal.go(f"/truong/{school.id}/thu/hoan-tien")
    card = page.get_by_role("region", name="Gỡ khỏi sổ")
    await expect(card).to_contain_text("MBVCB")
    await screen(page, "fees-strike-decide")
    await card.get_by_role("button", name="Duyệt", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("tiền chỉ về một lần thì mới duyệt")
    await dialog.get_by_role("button", name="Duyệt").click()
    await expect(card).to_contain_text("Đã gỡ khỏi sổ")


async def _explained(desk: Phone, school: School) -> None:
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/doi-chieu")
    await page.get_by_role("button", name="Đối chiếu").click()
    await expect(page.get_by_text("Khớp hoàn toàn")).to_have_count(2)
    await expect(page.get_by_text("Ghi hai lần, đã gỡ khỏi sổ")).to_be_visible()
    await page.get_by_role("link", name="Mở khoản tiền để xem.").click()
    await expect(page.get_by_text("Đã gỡ khỏi sổ").first).to_be_visible()
    await page.get_by_role("link", name="khoản được giữ lại").click()
    await expect(page.get_by_text("Không có mã phiếu")).to_be_visible()


async def _restored_and_struck_no_more(desk: Phone, school: School) -> None:
    """It was another transfer after all: it waits for a person again."""
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/hoan-tien")
    card = page.get_by_role("region", name="Gỡ khỏi sổ")
    await card.get_by_role("button", name="Khôi phục").click()
    await page.get_by_role("dialog").get_by_role("button", name="Khôi phục").click()
    await expect(card).to_contain_text("Đã khôi phục")
    await desk.go(f"/truong/{school.id}/thu/tien-ve")
    await expect(page.get_by_role("listitem").filter(has_text="Chuyển hai lần")).to_be_visible()


@pytest.mark.long
async def test_cash_of_a_pupil_who_left_goes_back_from_the_account_that_is_chosen(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    school = await town.school()
    await phone.log_in(await town.staff(school, "accountant", "Phan Thị Kế"))
    await open_accounts(phone, school)
    page, dialog = phone.page, phone.page.get_by_role("dialog")
    await expect(dialog).to_have_count(0)
    await cash_in_box(town, school)
    await phone.go(f"/truong/{school.id}/thu/tien-ve")
    await page.get_by_role("link", name="120.000").click()
    await page.get_by_role("button", name="Hoàn tiền").click()
    await expect(dialog).to_contain_text("Tiền mặt được hoàn bằng chuyển khoản")
    await expect(dialog.get_by_label("Chuyển từ tài khoản")).to_contain_text("Tài khoản học phí")
    await choose(page, "Ngân hàng của người nhận", "BIDV")
    await dialog.get_by_label("Số tài khoản người nhận").fill("21510000123456")
    await dialog.get_by_label("Tên người nhận").fill("NGUYEN VAN BO")
    await dialog.get_by_label("Lý do").fill("Chuyển trường")
    await screen(page, "fees-cash-back")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(phone.says("Đã gửi đề nghị. Người khác sẽ duyệt.")).to_be_visible()
    kinds = (
        "select a.kind || ' ' || f.channel from refund r join fund f on f.id = r.fund_id"
        " join fee_account a on a.id = r.from_account_id where r.school_id = $1"
    )
    assert await town.owner.fetchval(kinds, school.id) == "bank cash"
    await phone.go(f"/truong/{school.id}/thu/hoan-tien")
    await expect(phone.says("Chuyển từ tài khoản: Tài khoản học phí")).to_be_visible()

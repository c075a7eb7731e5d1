"""The school's cash, paid into its bank, is no payment: two people say so on their screens."""

import pytest
from playwright.async_api import expect

from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.web.tillwork import bank_of, cash_in_box, open_accounts
from tests.world import School

MEMO = "NOP TIEN MAT VAO TK"


@pytest.mark.long
async def test_cash_that_the_school_pays_in_is_agreed_to_and_explained(
    town: Town, open_phone: OpenPhone, province: Province
) -> None:
    desk, principal = await open_phone(at_desk=True), await open_phone()
    school = await town.school()
    await desk.log_in(await town.staff(school, "accountant", "Phan Thị Kế"))
    await open_accounts(desk, school)
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    await cash_in_box(town, school)
    bank = await bank_of(town, province, school)
    assert (await bank.pay(100_000, MEMO)).is_settled
    await until(lambda: _is_held(town, school, bank=100_000, cash=120_000))

    await _asked(desk, school)
    await principal.log_in(await town.admin(school))
    await _approved(principal, school)
    assert await _held(town, school) == {"bank": 100_000, "cash": 20_000}

    await _explained(desk, school)
    await _restored(desk, school)
    assert await _held(town, school) == {"bank": 100_000, "cash": 120_000}


async def _held(town: Town, school: School) -> dict[str, int]:
    rows = await town.owner.fetch(
        "select a.kind, sum(e.amount)::bigint from ledger_entry e join fee_account a"
        " on e.account = 'money:' || a.id where e.school_id = $1 group by 1",
        school.id,
    )
    return dict(map(tuple, rows))


async def _is_held(town: Town, school: School, **expected: int) -> bool:
    return await _held(town, school) == expected


async def _asked(desk: Phone, school: School) -> None:
    page, dialog = desk.page, desk.page.get_by_role("dialog")
    await desk.go(f"/truong/{school.id}/thu/tien-ve")
    await page.get_by_role("link", name=MEMO).click()
    await page.get_by_role("button", name="Tiền mặt của trường nộp vào").click()
    await expect(dialog).to_contain_text("Từ quỹ: Quỹ tiền mặt")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(dialog.get_by_label("Lý do")).to_be_focused()
    await dialog.get_by_label("Lý do").fill("Giấy nộp tiền số 12")
    await screen(page, "fees-deposit-desk")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(desk.says("Đã gửi đề nghị. Người khác sẽ duyệt.")).to_be_visible()
    await expect(page.get_by_role("button", name="Tiền mặt của trường nộp vào")).to_have_count(0)


async def _approved(principal: Phone, school: School) -> None:
    page = principal.page
    await principal.go(f"/truong/{school.id}/thu/hoan-tien")
    card = page.get_by_role("region", name="Tiền mặt của trường nộp vào")
    await expect(card).to_contain_text(MEMO)
    await expect(card).to_contain_text("Quỹ tiền mặt")
    await screen(page, "fees-deposit-decide")
    await card.get_by_role("button", name="Duyệt", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Xem giấy nộp tiền")
    await dialog.get_by_role("button", name="Duyệt").click()
    await expect(card).to_contain_text("Tiền mặt đã nộp")


async def _explained(desk: Phone, school: School) -> None:
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/doi-chieu")
    await page.get_by_role("button", name="Đối chiếu").click()
    await expect(page.get_by_text("Tiền mặt của trường nộp vào")).to_be_visible()
    await page.get_by_role("link", name="Mở khoản tiền để xem.").last.click()
    await expect(page.get_by_text("Tiền mặt đã nộp").first).to_be_visible()


async def _restored(desk: Phone, school: School) -> None:
    """It was a family's after all: it waits for a person again."""
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/hoan-tien")
    card = page.get_by_role("region", name="Tiền mặt của trường nộp vào")
    await card.get_by_role("button", name="Khôi phục").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("quỹ tiền mặt có lại số tiền ấy")
    await dialog.get_by_role("button", name="Khôi phục").click()
    await expect(card).to_contain_text("Đã khôi phục")
    await desk.go(f"/truong/{school.id}/thu/tien-ve")
    await expect(page.get_by_role("listitem").filter(has_text=MEMO)).to_contain_text("Không có mã")

"""What is decided about bills and money after they are there, most of it by two people."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.web.tillwork import (
    TUITION,
    bank_of,
    choose,
    issue_bills,
    open_accounts,
    reference_of,
    statement,
    write_items,
)
from tests.world import School

AN, BINH = "Nguyễn Văn An", "Trần Thị Bình"


async def _collecting(town: Town, desk: Phone, *names: str) -> School:
    """A school whose accountant, at the desk, has issued a bill of 300,000 to each of them."""
    school = await town.school()
    for name in names:
        await town.guardian(await town.student(school, name))
    await desk.log_in(await town.staff(school, "accountant", "Phan Thị Kế"))
    await expect(desk.says("Bắt đầu thu không tiền mặt")).to_be_visible()
    await open_accounts(desk, school)
    await write_items(desk, school)
    await issue_bills(desk, school, pupils=len(names))
    return school


async def _open_bill(desk: Phone, school: School, name: str) -> None:
    await desk.go(f"/truong/{school.id}/thu/phieu")
    await desk.page.get_by_role("link", name=name).click()
    await expect(desk.page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.long
async def test_a_bill_is_lowered_made_anew_and_written_off_and_cash_is_seen_by_two(
    town: Town, open_phone: OpenPhone
) -> None:
    desk, principal = await open_phone(at_desk=True), await open_phone()
    school = await _collecting(town, desk, AN, BINH)
    await principal.log_in(await town.admin(school))
    await _a_waiver_is_approved(desk, principal, school)
    await _the_bill_is_made_anew(desk, school)
    await _the_rest_is_written_off(principal, school)
    await _cash_is_confirmed(desk, principal, school)
    await _the_receipt_is_there(desk, school)
    states = "select array_agg(state order by state) from invoice where school_id = $1"
    assert await town.owner.fetchval(states, school.id) == ["open", "void", "written_off"]


async def _a_waiver_is_approved(desk: Phone, principal: Phone, school: School) -> None:
    page, dialog = desk.page, desk.page.get_by_role("dialog")
    await desk.go(f"/truong/{school.id}/thu/mien-giam")
    await page.get_by_role("button", name="Đề nghị miễn giảm").click()
    await dialog.get_by_label("Tìm học sinh").fill("van an")
    await dialog.get_by_role("button", name=AN).click()
    await dialog.get_by_label("Lý do", exact=True).fill("Con thương binh")
    await dialog.get_by_role("button", name="Gửi").click()
    asked = page.get_by_role("region", name=AN)
    await expect(asked).to_contain_text("Chờ duyệt")
    await expect(asked.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    await principal.go(f"/truong/{school.id}/thu/mien-giam")
    waiting = principal.page.get_by_role("region", name=AN)
    await waiting.get_by_role("button", name="Duyệt", exact=True).click()
    await principal.page.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    await expect(waiting).to_have_count(0)
    await desk.go(f"/truong/{school.id}/thu/mien-giam")
    await expect(asked).to_contain_text("Đã duyệt")


async def _the_bill_is_made_anew(desk: Phone, school: School) -> None:
    page, dialog = desk.page, desk.page.get_by_role("dialog")
    await _open_bill(desk, school, AN)
    await page.get_by_role("button", name="Huỷ phiếu").click()
    await dialog.get_by_label("Lý do").fill("Đã được miễn giảm")
    await dialog.get_by_label("Phát lại ngay").check()
    await dialog.get_by_role("button", name="Huỷ phiếu").click()
    await expect(page.locator(".till-pair", has_text="Còn lại")).to_contain_text("150.000")
    await page.get_by_role("link", name="Xem phiếu cũ").click()
    await expect(desk.says("Đã huỷ: Đã được miễn giảm")).to_be_visible()


async def _the_rest_is_written_off(principal: Phone, school: School) -> None:
    page, dialog = principal.page, principal.page.get_by_role("dialog")
    await principal.go(f"/truong/{school.id}/thu/phieu")
    await page.get_by_label("Tìm học sinh").fill("van an")
    await page.get_by_role("button", name=AN).click()
    await page.get_by_role("link", name=AN).filter(has_text="Chưa đóng").click()
    await page.get_by_role("button", name="Xoá nợ").click()
    await expect(dialog).to_contain_text("Xoá nợ 150.000")
    await dialog.get_by_role("button", name="Xoá nợ").click()
    await expect(dialog.get_by_text("Mời ghi lý do.")).to_be_visible()
    await dialog.get_by_label("Lý do").fill("Gia đình gặp nạn")
    await dialog.get_by_role("button", name="Xoá nợ").click()
    await expect(principal.says("Đã xoá nợ: Gia đình gặp nạn")).to_be_visible()


async def _cash_is_confirmed(desk: Phone, principal: Phone, school: School) -> None:
    page, dialog = desk.page, desk.page.get_by_role("dialog")
    await desk.go(f"/truong/{school.id}/thu/tien-mat")
    await page.get_by_role("button", name="Thu tiền mặt").click()
    await dialog.get_by_label("Người nộp").fill("Bà ngoại")
    await dialog.get_by_label("Tìm phiếu của học sinh").fill("thi binh")
    await dialog.get_by_role("button", name=BINH).click()
    await dialog.get_by_role("button", name="Tháng 11").click()
    await dialog.get_by_role("button", name="Lưu").click()
    taken = page.get_by_role("region", name="Bà ngoại")
    await expect(taken).to_contain_text("Chờ người khác xác nhận.")
    await expect(taken.get_by_role("button", name="Xác nhận đã thấy tiền")).to_have_count(0)
    await principal.go(f"/truong/{school.id}/thu/tien-mat")
    seen = principal.page.get_by_role("region", name="Bà ngoại")
    await seen.get_by_role("button", name="Xác nhận đã thấy tiền").click()
    sure = principal.page.get_by_role("dialog")
    await sure.get_by_role("button", name="Xác nhận đã thấy tiền").click()
    await expect(seen).to_contain_text("Đã xác nhận")


async def _the_receipt_is_there(desk: Phone, school: School) -> None:
    """Reached from the bill, of that pupil alone; and from the pages of money, of all."""
    page = desk.page
    await _open_bill(desk, school, BINH)
    await page.get_by_role("link", name="Biên lai của em").click()
    await expect(page.get_by_role("heading", name="Biên lai")).to_be_visible()
    await expect(page.locator("nav.tabs [aria-current=page]")).to_have_text("Tiền về")
    row = page.get_by_role("listitem").filter(has_text="tiền mặt")
    await expect(row).to_contain_text(BINH)
    await expect(row).to_contain_text("Có hiệu lực")
    await expect(row).to_contain_text("300.000")
    await page.get_by_role("button", name="Đổi").click()
    await expect(page.get_by_label("Tìm học sinh")).to_be_visible()
    await expect(row).to_contain_text("/000001")
    await screen(page, "fees-receipts-desk")


@pytest.mark.long
async def test_one_pupil_is_charged_in_a_second_instalment_with_its_own_due_day(
    town: Town, open_phone: OpenPhone
) -> None:
    desk = await open_phone(at_desk=True)
    school = await _collecting(town, desk, AN, BINH)
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/dot-thu")
    await page.get_by_role("link", name="Tháng 11").click()
    await expect(page.get_by_role("region", name=TUITION)).to_be_visible()
    await choose(page, "Thêm khoản", TUITION)
    await page.get_by_role("button", name="Thêm khoản").click()
    row = page.get_by_role("region", name=TUITION).nth(1)
    await row.get_by_label("Thu của").select_option(label="Một học sinh")
    await row.get_by_label("Lần").fill("2")
    due = school_day(datetime.now(UTC)) + timedelta(days=60)
    await row.get_by_label("Hạn riêng").fill(due.isoformat())
    await page.get_by_role("button", name="Lưu các khoản").click()
    await expect(row.get_by_text("Mời chọn học sinh.")).to_be_visible()
    await row.get_by_label("Tìm học sinh").fill("thi binh")
    await row.get_by_role("button", name=BINH).click()
    await _saved(page)
    await screen(page, "fees-charges-desk")
    await page.reload()
    await expect(row).to_contain_text(BINH)
    await expect(row.get_by_label("Hạn riêng")).to_have_value(due.isoformat())
    kept = "select due_day from period_charge where school_id = $1 and scope = 'student'"
    assert await town.owner.fetchval(kept, school.id) == due


async def _saved(page: Page) -> None:
    await page.get_by_role("button", name="Lưu các khoản").click()
    await expect(page.get_by_text("Đã lưu. Mời xem trước rồi phát phiếu.")).to_be_visible()


@pytest.mark.long
async def test_a_row_of_a_statement_that_may_be_known_waits_for_a_person_and_money_is_taken_back(
    town: Town, open_phone: OpenPhone, province: Province
) -> None:
    desk = await open_phone(at_desk=True)
    school = await _collecting(town, desk, AN)
    bank = await bank_of(town, province, school)
    reference = await reference_of(town, school, AN)
    sent = await bank.pay(300_000, f"{reference} hoc phi")
    assert sent.is_settled, sent
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/sao-ke")
    await page.locator("input[type=file]").set_input_files(
        {
            "name": "sao-ke.csv",
            "mimeType": "text/csv",
            "buffer": statement(("FT770001", 300_000, f"IBFT {reference} hoc phi")),
        }
    )
    await page.get_by_role("button", name="Nhập sao kê").click()
    await page.get_by_role("link", name="1 dòng cần xem", exact=True).click()
    await expect(desk.says("Có thể là khoản đã biết")).to_be_visible()
    await page.get_by_role("button", name="Là khoản đã biết").click()
    await expect(desk.says("Có thể là khoản đã biết")).to_have_count(0)
    money = "select count(*) from fund where school_id = $1"
    assert await town.count(money, school.id) == 1

    await page.get_by_role("link", name="Xem khoản tiền").click()
    await page.get_by_role("button", name="Gỡ ra").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Lý do").fill("Nhầm em")
    await dialog.get_by_role("button", name="Gỡ ra").click()
    await expect(dialog).to_have_count(0)
    await desk.go(f"/truong/{school.id}/thu/bien-lai")
    old = page.get_by_role("listitem").filter(has_text="/000001 ")
    await expect(old).to_contain_text("Đã huỷ")
    await expect(old).to_contain_text("Nhầm em")
    await expect(page.get_by_role("listitem").filter(has_text="Có hiệu lực")).to_have_count(1)

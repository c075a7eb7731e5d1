"""A term's start at the accountant's desk, and what the principal and the department see of it."""

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.web.tillwork import (
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


async def test_an_accountant_collects_from_the_first_item_to_the_close_of_the_day(
    town: Town, open_phone: OpenPhone, province: Province
) -> None:
    school = await town.school()
    for name in (AN, BINH):
        await town.guardian(await town.student(school, name))
    desk = await open_phone(at_desk=True)
    page = desk.page
    await desk.log_in(await town.staff(school, "accountant", "Phan Thị Kế"))
    await expect(desk.says("Bắt đầu thu không tiền mặt")).to_be_visible()
    await open_accounts(desk, school)
    await write_items(desk, school)
    await issue_bills(desk, school, pupils=2)
    await page.get_by_role("link", name="Xem các phiếu").click()
    await expect(page.get_by_role("link", name=BINH)).to_contain_text("Chưa đóng")

    bank = await bank_of(town, province, school)
    sent = await bank.pay(350_000, await reference_of(town, school, AN))
    assert sent.is_settled, sent
    await _import_and_resolve(desk, town, school)
    await _refund_by_two(desk, town, school, open_phone)
    await _close_the_day(desk, school)
    await desk.go("/")
    await expect(page.get_by_role("heading", name="Tiền về theo ngày")).to_be_visible()
    await expect(desk.says("Không có việc gì đang chờ.")).to_be_visible()
    await screen(page, "fees-home-desk")
    paid = "select count(*) from invoice where school_id = $1 and settlement = 'paid'"
    assert await town.count(paid, school.id) == 2


async def _import_and_resolve(desk: Phone, town: Town, school: School) -> None:
    """A transfer whose reference was mistyped comes by the statement and waits for a person."""
    page = desk.page
    reference = await reference_of(town, school, BINH)
    wrong = reference[:-1] + ("0" if reference[-1] != "0" else "1")
    await desk.go(f"/truong/{school.id}/thu/sao-ke")
    await page.locator("input[type=file]").set_input_files(
        {
            "name": "sao-ke.csv",
            "mimeType": "text/csv",
            "buffer": statement(("FT990001", 300_000, f"TRAN THI BINH {wrong} hoc phi")),
        }
    )
    await expect(desk.says("Kiểm tra xong, chưa ghi gì")).to_be_visible()
    await screen(page, "fees-statement-desk")
    await page.get_by_role("button", name="Nhập sao kê").click()
    await expect(desk.says("Đã nhập sao kê")).to_be_visible()
    await page.get_by_role("link", name="Xem tiền chờ xử lý").click()
    await expect(desk.says("Chuyển thừa")).to_be_visible()
    await screen(page, "fees-review-desk")
    await page.get_by_role("link", name="TRAN THI BINH").click()
    may_be = page.get_by_role("region", name="Có thể là của")
    await may_be.get_by_role("button", name=BINH).click()
    await expect(may_be.get_by_label(f"Vào phiếu của {BINH}")).to_have_value("300.000")
    await screen(page, "fees-resolve-desk")
    await may_be.get_by_role("button", name="Xác nhận").click()
    await expect(desk.says("Đã ghi vào phiếu.")).to_be_visible()


async def _refund_by_two(desk: Phone, town: Town, school: School, open_phone: OpenPhone) -> None:
    """What was too much is asked back, approved on the principal's phone, and recorded as paid."""
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/tien-ve")
    await page.get_by_role("main").get_by_role("link").filter(has_text="350.000").click()
    await page.get_by_role("button", name="Hoàn tiền").click()
    dialog = page.get_by_role("dialog")
    await choose(page, "Ngân hàng của người nhận", "Vietcombank")
    await dialog.get_by_label("Số tài khoản người nhận").fill("0123456789")
    await dialog.get_by_label("Tên người nhận").fill("NGUYEN VAN CHA")
    await dialog.get_by_label("Lý do").fill("Chuyển thừa")
    await screen(page, "fees-refund-desk")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(desk.says("Đã gửi đề nghị.")).to_be_visible()

    phone = await open_phone()
    await phone.log_in(await town.admin(school))
    await phone.go(f"/truong/{school.id}/thu")
    await expect(phone.says("Theo cấp học")).to_be_visible()
    await screen(phone.page, "fees-results")
    await phone.page.get_by_role("link", name="khoản hoàn tiền chưa xong").click()
    await expect(phone.says("NGUYEN VAN CHA")).to_be_visible()
    await screen(phone.page, "fees-approve")
    await phone.page.get_by_role("button", name="Duyệt", exact=True).click()
    await phone.page.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    await expect(phone.says("Chờ chuyển tiền")).to_be_visible()

    await desk.go(f"/truong/{school.id}/thu/hoan-tien")
    await page.get_by_role("button", name="Ghi kết quả chuyển tiền").click()
    await expect(dialog.get_by_text("0123456789")).to_be_visible()
    await dialog.get_by_label("Mã giao dịch của ngân hàng").fill("FT-OUT-1")
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(desk.says("Đã hoàn")).to_be_visible()


async def _close_the_day(desk: Phone, school: School) -> None:
    page = desk.page
    await desk.go(f"/truong/{school.id}/thu/khoa-so")
    await page.get_by_label("Số dư tăng theo ngân hàng").fill("1")
    await page.get_by_role("button", name="Khoá sổ").click()
    await expect(desk.says("Có chênh lệch: mời ghi vì sao.")).to_be_visible()
    expected = await _expected(page)
    await page.get_by_label("Số dư tăng theo ngân hàng").fill(expected)
    await screen(page, "fees-close-desk")
    await page.get_by_role("button", name="Khoá sổ").click()
    await expect(desk.says("Đã khoá sổ.")).to_be_visible()


async def _expected(page: Page) -> str:
    """What should have come in by the books, as it is shown."""
    words = await page.locator(".till-pair", has_text="Theo sổ").locator("strong").inner_text()
    return "".join(each for each in words if each.isdigit())


@pytest.mark.long
async def test_the_other_pages_of_money_fit_a_phone(
    town: Town, open_phone: OpenPhone, province: Province
) -> None:
    school = await town.school()
    for name in (AN, BINH):
        await town.guardian(await town.student(school, name))
    desk = await open_phone(at_desk=True)
    who = await town.staff(school, "accountant", "Phan Thị Kế")
    await desk.log_in(who)
    await expect(desk.says("Bắt đầu thu không tiền mặt")).to_be_visible()
    await screen(desk.page, "fees-start-desk")
    await open_accounts(desk, school, closely=True)
    await write_items(desk, school, closely=True)
    await issue_bills(desk, school, pupils=2, closely=True)
    await desk.page.get_by_role("link", name="Xem các phiếu").click()
    await expect(desk.page.get_by_role("link", name=BINH)).to_be_visible()
    await screen(desk.page, "fees-bills-desk")
    bank = await bank_of(town, province, school)
    await bank.pay(100_000, await reference_of(town, school, AN))
    await bank.forged(bank.transfer(5_000, "gia mao"))

    phone = await open_phone()
    page = phone.page
    await phone.log_in(who)
    await expect(page.get_by_role("heading", name="Tiền về theo ngày")).to_be_visible()
    await screen(page, "fees-home")
    await phone.go(f"/truong/{school.id}/thu/bao-co")
    await expect(phone.says("chữ ký sai")).to_be_visible()
    await screen(page, "fees-events")
    await phone.go(f"/truong/{school.id}/thu/phieu")
    await page.get_by_role("link", name=AN).click()
    await expect(phone.says("Nghị quyết 12/2026/NQ-HĐND")).to_be_visible()
    await screen(page, "fees-bill")
    await phone.go(f"/truong/{school.id}/thu/chua-dong")
    await expect(phone.says("Tổng còn nợ")).to_be_visible()
    await screen(page, "fees-debtors")
    await phone.go(f"/truong/{school.id}/thu/doi-chieu")
    await page.get_by_role("button", name="Đối chiếu").click()
    await expect(phone.says("Ngày chưa có sao kê").first).to_be_visible()
    await screen(page, "fees-reconciliation")
    for part, words in (
        ("dot-thu", "Tháng 11"),
        ("khoan-thu", "mỗi đợt"),
        ("xuat-excel", "Sổ cái"),
        ("tien-ve", "Không có khoản nào chờ xử lý"),
    ):
        await phone.go(f"/truong/{school.id}/thu/{part}")
        await expect(phone.says(words).first).to_be_visible()
        await screen(page, f"fees-{part}")
    await _ask_for_a_waiver(phone, school)
    await _take_cash(phone, school)


async def _ask_for_a_waiver(phone: Phone, school: School) -> None:
    page = phone.page
    await phone.go(f"/truong/{school.id}/thu/mien-giam")
    await page.get_by_role("button", name="Đề nghị miễn giảm").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Tìm học sinh").fill("van an")
    await dialog.get_by_role("button", name=AN).click()
    await dialog.get_by_label("Lý do", exact=True).fill("Con thương binh")
    await screen(page, "fees-waiver")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(phone.says("Đã gửi đề nghị.")).to_be_visible()
    await screen(page, "fees-waivers")


async def _take_cash(phone: Phone, school: School) -> None:
    page = phone.page
    await phone.go(f"/truong/{school.id}/thu/tien-mat")
    await page.get_by_role("button", name="Thu tiền mặt").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Người nộp").fill("Bà ngoại")
    await dialog.get_by_label("Tìm phiếu của học sinh").fill("van an")
    await dialog.get_by_role("button", name=AN).click()
    await dialog.get_by_role("button", name="Tháng 11").click()
    await screen(page, "fees-cash")
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(phone.says("Chờ người khác xác nhận.")).to_be_visible()


@pytest.mark.long
async def test_the_department_reads_rates_and_forbids(town: Town, open_phone: OpenPhone) -> None:
    await town.school(org_unit_id=1)
    desk = await open_phone(at_desk=True)
    page = desk.page
    await desk.log_in(await town.department_admin())
    await desk.go("/so/thu")
    await expect(desk.says("Tỷ lệ theo trường").first).to_be_visible()
    await screen(page, "fees-department-desk")
    await page.get_by_role("link", name="Khoản không được thu").click()
    await page.get_by_role("button", name="Thêm khoản không được thu").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Tên khoản").fill("Tiền lắp máy lạnh")
    await dialog.get_by_label("Căn cứ").fill("Công văn 15/2026 của Sở")
    await dialog.get_by_role("button", name="Lưu").click()
    rule = page.get_by_role("region", name="Tiền lắp máy lạnh")
    await expect(rule).to_be_visible()
    await screen(page, "fees-department-rules-desk")
    await rule.get_by_role("button", name="Ngừng dùng").click()
    await dialog.get_by_role("button", name="Ngừng dùng").click()
    await expect(rule).to_have_count(0)

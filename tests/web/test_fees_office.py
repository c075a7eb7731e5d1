"""A term's start at the accountant's desk, and what the principal and the department see of it."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.web.tillwork import (
    bank_of,
    issue_bills,
    open_accounts,
    reference_of,
    statement_of,
    write_items,
)
from tests.world import School

AN, BINH = "Nguyễn Văn An", "Trần Thị Bình"


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
    await phone.go(f"/truong/{school.id}/thu/sao-ke")
    await page.locator("input[type=file]").set_input_files(
        {"name": "sao-ke.csv", "mimeType": "text/csv", "buffer": statement_of(bank)}
    )
    await expect(page.get_by_role("button", name="Nhập sao kê")).to_be_in_viewport()
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

"""A storm closes a school by its principal, and a ward by the department."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.province import Town
from tests.web.screens import screen


async def test_a_principal_closes_the_school_and_opens_it_again(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    await town.student(school, "Lê Minh Khôi")
    phone = await open_phone()
    await phone.log_in(principal)
    page = phone.page
    await page.get_by_role("link", name="Cho nghỉ").click()
    await expect(phone.says("Không có ngày nghỉ đột xuất nào")).to_be_visible()
    await page.get_by_role("button", name="Cho nghỉ").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Tiếp tục").click()
    await expect(dialog.get_by_text("Mời ghi lời nhắn.")).to_be_visible()
    await dialog.get_by_label("Lời nhắn gửi gia đình").fill("Bão số 5, các em ở nhà.")
    await screen(page, "closure-form")
    last = school_day(datetime.now(UTC)) + timedelta(days=2)
    await dialog.get_by_label("Đến hết ngày").fill(last.isoformat())
    await dialog.get_by_role("button", name="Tiếp tục").click()
    await expect(dialog.get_by_text("Gia đình của 1 học sinh")).to_be_visible()
    await screen(page, "closure-warning")
    await dialog.get_by_role("button", name="Cho nghỉ và báo ngay").click()
    closed = page.get_by_role("region", name=school.name)
    await expect(closed).to_contain_text("Bão số 5, các em ở nhà.")
    await expect(closed).to_contain_text("Đã báo xong cho mọi người")
    await screen(page, "closures")
    await closed.get_by_role("button", name="Cho đi học lại").click()
    await dialog.get_by_role("button", name="Đi học lại và báo ngay").click()
    await expect(phone.says("đi học lại. Đang báo")).to_be_visible()
    ended = "select count(*) from closure where school_id = $1 and ended_at is not null"
    assert await town.count(ended, school.id) == 1


async def test_the_department_closes_one_ward(town: Town, open_phone: OpenPhone) -> None:
    unit = await town.org_unit(unit_id=81)
    ward = await town.org_unit(unit_id=82, parent_id=unit)
    await town.owner.execute("update org_unit set name = 'Phường Thuận Hoá' where id = $1", ward)
    school = await town.school(org_unit_id=ward)
    await town.student(school, "Lê Minh Khôi")
    admin = await town.department_admin(org_unit_id=unit)
    desk = await open_phone(at_desk=True)
    await desk.log_in(admin)
    page = desk.page
    await page.get_by_role("link", name="Cho nghỉ").click()
    await page.get_by_role("button", name="Cho nghỉ").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Lời nhắn gửi gia đình").fill("Nước lên nhanh.")
    await dialog.get_by_role("button", name="Tiếp tục").click()
    await expect(dialog.get_by_text("Mời chọn nơi nghỉ.")).to_be_visible()
    await dialog.get_by_label("Tìm phường, xã hoặc trường").fill("thuan hoa")
    await dialog.get_by_label("Phường Thuận Hoá (1 trường)").check()
    await screen(page, "department-closure-form")
    await dialog.get_by_role("button", name="Tiếp tục").click()
    await expect(dialog.get_by_text("1 trường nghỉ")).to_be_visible()
    await dialog.get_by_role("button", name="Cho nghỉ và báo ngay").click()
    closed = page.get_by_role("region", name="Phường Thuận Hoá")
    await expect(closed).to_contain_text("Đã báo xong cho mọi người")
    await screen(page, "department-closures")

"""The staff's hours as the principal reads, downloads and completes them."""

from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.province import Town
from tests.web.screens import screen


async def test_a_principal_reads_the_month_and_puts_down_what_was_forgotten(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    await town.staff(school, "homeroom_teacher", "Cô Hoa")
    phone = await open_phone(at_desk=True)
    await phone.log_in(principal)
    page = phone.page
    await page.get_by_role("link", name="Giờ công").click()
    await expect(page.get_by_role("link", name="Cô Hoa")).to_be_visible()
    await screen(page, "staff-hours-desk")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Tải bảng tính").click()
    assert (await downloading.value).suggested_filename.endswith(".xlsx")
    await page.set_viewport_size({"width": 360, "height": 740})
    await screen(page, "staff-hours")
    await page.get_by_role("link", name="Cô Hoa").click()
    await page.get_by_role("button", name="Ghi giờ còn thiếu").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Ghi giờ còn thiếu").click()
    await expect(dialog.get_by_text("Mời chọn giờ.")).to_be_visible()
    await dialog.get_by_label("Lượt").select_option("in")
    await dialog.get_by_label("Lúc").fill("00:00")
    await dialog.get_by_label("Lý do").fill("Quên quét khi đến.")
    await screen(page, "staff-hours-fix")
    await dialog.get_by_role("button", name="Ghi giờ còn thiếu").click()
    await expect(phone.says("Đã ghi.")).to_be_visible()
    await expect(phone.says("hiệu trưởng ghi").first).to_be_visible()
    await screen(page, "staff-hours-days")
    put_down = page.get_by_role("button", name="Bỏ lần ghi. Ghi thêm: Vào 00:00")
    await put_down.click()
    await dialog.get_by_role("button", name="Bỏ lần ghi").click()
    await expect(dialog.get_by_text("Mời ghi lý do.")).to_be_visible()
    await screen(page, "staff-hours-void")
    await dialog.get_by_label("Lý do").fill("Ghi nhầm người.")
    await dialog.get_by_role("button", name="Bỏ lần ghi").click()
    await expect(phone.says("Đã bỏ lần ghi.")).to_be_visible()
    await expect(put_down).to_have_count(0)
    await expect(page.get_by_text("Đã bỏ", exact=True)).to_be_visible()
    await expect(phone.says("hiệu trưởng ghi")).to_have_count(0)

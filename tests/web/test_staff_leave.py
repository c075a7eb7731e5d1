"""Leave of the staff: asked for by phone, decided by the principal."""

from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.province import Town
from tests.web.screens import screen


async def test_a_teacher_asks_for_leave_and_the_principal_approves(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    phone, desk = await open_phone(), await open_phone()
    await phone.log_in(await town.staff(school, "homeroom_teacher", "Cô Hoa"))
    await phone.go("/cham-cong/xin-nghi")
    form = phone.page.locator("form")
    await form.get_by_role("button", name="Ngày mai").click()
    await form.get_by_role("button", name="Đi tập huấn").click()
    await form.get_by_role("button", name="Gửi đơn").click()
    mine = phone.page.get_by_role("region", name="Các đơn đã gửi")
    await expect(mine).to_contain_text("Chờ duyệt")

    await desk.log_in(principal)
    await expect(desk.page.get_by_role("link", name="Thầy cô xin nghỉ 1")).to_be_visible()
    await screen(desk.page, "board-staff-leave")
    await desk.go("/tin")
    await desk.page.get_by_role("link", name="Cô Hoa").click()
    waiting = desk.page.get_by_role("region", name="Đơn xin nghỉ chờ duyệt")
    await expect(waiting).to_contain_text("Ngày mai: cả ngày")
    await screen(desk.page, "staff-leave")
    await waiting.get_by_role("button", name="Xem đơn của Cô Hoa").click()
    dialog = desk.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Đi tập huấn")
    await dialog.get_by_role("button", name="Duyệt", exact=True).click()
    await expect(waiting).to_have_count(0)
    done = desk.page.get_by_role("region", name="Các đơn khác")
    await expect(done).to_contain_text("Đã duyệt")
    await screen(desk.page, "staff-leave-done")
    # The teacher's page was open all the time.
    await expect(mine).to_contain_text("Đã duyệt")
    await desk.page.get_by_role("link", name="Quay lại").click()
    await expect(desk.page.get_by_role("link", name="Thầy cô xin nghỉ", exact=True)).to_be_visible()

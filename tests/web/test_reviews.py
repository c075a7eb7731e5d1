"""Scans that are uncertain: accepted and rejected, one by one and together."""

from playwright.async_api import expect

from tests.web.conftest import GuardAt, OpenPhone
from tests.web.province import Town
from tests.web.screens import screen


async def test_uncertain_scans_are_decided_one_by_one_and_together(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    gate = guard_at(school, await town.staff(school, "guard", "Bác Cổng"))
    names = ["Lê Minh Khôi", "Trần Bảo An", "Phạm Gia Hân"]
    children = [await town.student(school, name) for name in names]
    results = await gate.results(*[gate.scan(each.token, location=None) for each in children])
    assert {each["outcome"] for each in results} == {"pending_review"}
    phone = await open_phone()
    await phone.log_in(principal)
    page = phone.page
    await page.get_by_role("link", name="Lượt cần xem").click()
    await expect(phone.says("3 lượt đang chờ")).to_be_visible()
    one = page.get_by_role("region", name="Lê Minh Khôi")
    await expect(one).to_contain_text("Điện thoại không cho biết vị trí.")
    await screen(page, "reviews")
    await page.get_by_label("Người", exact=True).select_option(label="Trần Bảo An · 6A1 (1)")
    await expect(one).to_have_count(0)
    await expect(page.get_by_role("region", name="Trần Bảo An")).to_be_visible()
    await page.get_by_label("Máy quét").select_option(label="máy của Bác Cổng (3)")
    await expect(page.get_by_label("Chọn cả 1 lượt")).to_be_visible()
    await page.get_by_label("Người", exact=True).select_option("all")
    await expect(page.get_by_label("Chọn cả 3 lượt")).to_be_visible()
    # Once their last scan is decided, the choice of the person goes with it.
    await page.get_by_label("Người", exact=True).select_option(label="Lê Minh Khôi · 6A1 (1)")
    await expect(page.get_by_label("Chọn cả 1 lượt")).to_be_visible()
    await one.get_by_role("button", name="Loại bỏ").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Loại bỏ (1)").click()
    await expect(dialog.get_by_text("Mời ghi lý do")).to_be_visible()
    await dialog.get_by_role("button", name="Em không có mặt").click()
    await screen(page, "reviews-reject")
    await dialog.get_by_role("button", name="Loại bỏ (1)").click()
    await expect(phone.says("Đã xử lý 1 lượt.")).to_be_visible()
    await expect(one).to_have_count(0)
    await page.get_by_label("Chọn cả 2 lượt").check()
    await page.get_by_role("button", name="Chấp nhận (2)").first.click()
    await dialog.get_by_role("button", name="Định vị yếu, em có mặt").click()
    await dialog.get_by_role("button", name="Chấp nhận (2)").click()
    await expect(phone.says("Không có lượt nào cần xem")).to_be_visible()
    verdicts = "select count(*) from attendance_correction where school_id = $1 and kind = $2"
    assert await town.count(verdicts, school.id, "confirm") == 2
    assert await town.count(verdicts, school.id, "reject") == 1

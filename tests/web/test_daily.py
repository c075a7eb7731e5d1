"""The principal's daily work, from the board on."""

import httpx
from playwright.async_api import expect

from tests.web.conftest import GuardAt, OpenPhone
from tests.web.cut_off import pass_the_cut_off, ready_for_the_cut_off
from tests.web.province import Town
from tests.web.screens import screen


async def test_held_alerts_are_released_for_some_and_dropped_for_the_rest(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    await ready_for_the_cut_off(town, api, guard_at, school)
    principal = await town.admin(school)
    url = f"/v1/schools/{school.id}/attendance-rules"
    rules = (await api.get(url, headers=principal.headers)).json()
    rules = {**rules, "class_share": 0.3}
    assert (await api.put(url, json=rules, headers=principal.headers)).status_code == 200
    child = await town.student(school, "Lê Minh Khôi")
    await town.student(school, "Trần Bảo An")
    mother = await town.guardian(child, name="Lê Thị Mẹ")
    await pass_the_cut_off(town, school)
    desk = await open_phone()
    await desk.log_in(principal)
    page = desk.page
    await expect(desk.says("2 tin vắng chờ hiệu trưởng quyết định")).to_be_visible()
    await screen(page, "board-held")
    await page.get_by_role("link", name="Xem và quyết định").click()
    await expect(desk.says("Quá nhiều học sinh của lớp chưa quét")).to_be_visible()
    await page.get_by_label("Trần Bảo An").uncheck()
    await screen(page, "held")
    await page.get_by_role("button", name="Gửi tin (1)").click()
    dialog = page.get_by_role("dialog")
    await screen(page, "held-release")
    await dialog.get_by_role("button", name="Gửi tin").click()
    await expect(desk.says("Đã gửi tin cho 1 em.")).to_be_visible()
    await expect(page.get_by_label("Lê Minh Khôi")).to_have_count(0)
    await page.get_by_role("button", name="Bỏ tin (1)").click()
    await dialog.get_by_role("button", name="Bỏ tin").click()
    await expect(desk.says("Không có tin nào chờ quyết định.")).to_be_visible()
    await expect(desk.says("Đã báo lúc")).to_be_visible()
    await screen(page, "held-done")
    await page.get_by_role("link", name="Quay lại").click()
    await expect(page.get_by_test_id("absent")).to_have_text("1")
    await expect(page.get_by_test_id("held")).to_have_count(0)
    await page.get_by_role("link", name="Gọi gia đình").click()
    pupil = page.get_by_role("region", name="Lê Minh Khôi")
    await pupil.get_by_role("button", name="Xem số và gọi Lê Thị Mẹ").click()
    await expect(pupil.get_by_role("link")).to_have_attribute("href", f"tel:{mother.phone}")

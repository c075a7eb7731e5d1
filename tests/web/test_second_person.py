"""A past month is corrected by two people, unless the school's rules say otherwise."""

from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import expect

from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.province import Town
from tests.web.screens import screen


async def test_another_principal_approves_a_correction_of_a_past_month(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    day = school_day(datetime.now(UTC)).replace(day=1) - timedelta(days=1)
    await town.owner.execute(
        "update enrolment set from_day = $2 where student_id = $1", child.id, day
    )
    body = {
        "student_id": str(child.id),
        "day": day.isoformat(),
        "shift_id": str(
            await town.owner.fetchval(
                "select id from shift where school_id = $1 and starts_at = '00:00'", school.id
            )
        ),
        "state": "present",
        "reason": "Cô chủ nhiệm có ghi trong sổ.",
    }
    first = await town.admin(school, "Nguyễn Thị Hiệu")
    vice = await town.admin(school, "Trần Văn Phó")
    answer = await api.post("/v1/attendance/corrections", json=body, headers=first.headers)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending"), answer.text
    phone, asker = await open_phone(), await open_phone()
    await phone.log_in(vice)
    page = phone.page
    await phone.go("/tin")
    await page.get_by_role("link", name="Yêu cầu sửa điểm danh của Lê Minh Khôi").click()
    asked = page.get_by_role("region", name="Lê Minh Khôi")
    await expect(asked).to_contain_text("sửa thành có mặt")
    await expect(asked).to_contain_text("Nguyễn Thị Hiệu yêu cầu")
    await screen(page, "corrections")
    await asked.get_by_role("button", name="Đồng ý sửa").click()
    dialog = page.get_by_role("dialog")
    await screen(page, "corrections-approve")
    await dialog.get_by_role("button", name="Đồng ý sửa").click()
    await expect(phone.says("Không có yêu cầu nào chờ duyệt")).to_be_visible()
    decided = page.get_by_role("region", name="Đã quyết định gần đây")
    await expect(decided).to_contain_text("Trần Văn Phó quyết định")
    await screen(page, "corrections-decided")
    state = "select state from attendance_day where person_id = $1 and day = $2"
    assert await town.owner.fetchval(state, child.id, day) == "present"
    await asker.log_in(first)
    await asker.go("/tin")
    answer_link = "Yêu cầu sửa điểm danh của Lê Minh Khôi đã được duyệt"
    await asker.page.get_by_role("link", name=answer_link).click()
    await expect(asker.page.get_by_role("region", name="Đã quyết định gần đây")).to_contain_text(
        "Lê Minh Khôi"
    )


async def test_the_rules_are_changed_and_kept(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    phone = await open_phone()
    await phone.log_in(await town.admin(school))
    page = phone.page
    await page.get_by_role("link", name="Quy tắc").click()
    share = page.get_by_label("Giữ tin khi lớp thiếu quá (%)")
    await expect(share).to_have_value("30")
    await share.fill("0")
    await page.get_by_role("button", name="Lưu").click()
    await expect(phone.says("Mời nhập số nguyên từ 1 đến 100.")).to_be_visible()
    await screen(page, "rules")
    await share.fill("45")
    await page.get_by_label("Sửa điểm danh tháng trước").uncheck()
    await page.get_by_role("button", name="Lưu").click()
    await expect(phone.says("Đã lưu quy tắc.")).to_be_visible()
    await page.reload()
    await expect(share).to_have_value("45")
    await expect(page.get_by_label("Sửa điểm danh tháng trước")).not_to_be_checked()

"""Leave that nobody of a school may decide comes to the department, by name or without one."""

from datetime import UTC, datetime

import httpx
from playwright.async_api import expect

from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.province import Town
from tests.web.screens import screen


async def test_the_department_answers_the_leave_of_an_only_principal_and_of_the_own_child(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    unit = await town.org_unit(unit_id=85)
    school = await town.school(org_unit_id=unit)
    admin = await town.department_admin(org_unit_id=unit)
    principal = await town.admin(school, "Lê Thị Hiệu")
    child = await town.student(school, "Phạm Gia Bảo")
    await town.guardian(child, person=principal, name="Lê Thị Hiệu")
    today = school_day(datetime.now(UTC)).isoformat()
    asked = {"from_day": today, "to_day": today, "part": "day"}
    for who in ({"school_id": school.id}, {"student_id": str(child.id)}):
        body = asked | who | {"reason": "Đi khám bệnh"}
        answer = await api.post("/v1/leave-requests", json=body, headers=principal.headers)
        assert answer.status_code == 201, answer.text

    phone = await open_phone()
    page = phone.page
    await phone.log_in(admin)
    await phone.go("/tin")
    await page.get_by_role("link", name="Lê Thị Hiệu").click()
    waiting = page.get_by_role("region", name="Đơn xin nghỉ chờ duyệt")
    await expect(waiting).to_contain_text("Một học sinh")
    await expect(page.get_by_role("main")).not_to_contain_text("Phạm Gia Bảo")
    await screen(page, "department-leave")
    await waiting.get_by_role("button", name="Xem đơn của Lê Thị Hiệu").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Duyệt", exact=True).click()
    await waiting.get_by_role("button", name="Xem đơn của Một học sinh").click()
    await screen(page, "department-leave-decide")
    await dialog.get_by_label("Lời nhắn").fill("Mời nói với giáo viên bộ môn.")
    await dialog.get_by_role("button", name="Không duyệt").click()
    await expect(waiting).to_have_count(0)
    done = page.get_by_role("region", name="Đơn đã trả lời")
    await expect(done).to_contain_text("Đã duyệt")
    await expect(done).to_contain_text("Không duyệt")

    # Taken back, it is told here too.
    mine = await api.get(
        "/v1/leave-requests",
        params={"school_id": school.id, "state": "approved"},
        headers=principal.headers,
    )
    (leave,) = mine.json()["items"]
    await phone.go("/so/ngay")
    await page.get_by_role("link", name=f"Xem đơn nghỉ chờ Sở duyệt của {school.name}").click()
    await expect(done).to_contain_text("Đã duyệt")
    gone = await api.post(f"/v1/leave-requests/{leave['id']}/withdrawal", headers=principal.headers)
    assert gone.status_code == 200, gone.text
    await expect(done).to_contain_text("Đã rút")

"""Leave for days of a past month: the teacher approves first, a principal second."""

from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import Locator, expect

from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import Person, Student


async def asked_last_month(town: Town, api: httpx.AsyncClient, child: Student, who: Person) -> str:
    """Asked in time, and looked at when the month is over; the request's id."""
    today = school_day(datetime.now(UTC))
    day = today.isoformat()
    body = {"student_id": str(child.id), "from_day": day, "to_day": day, "part": "day"}
    made = await api.post(
        "/v1/leave-requests", json=body | {"reason": "Con bị ốm"}, headers=who.headers
    )
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    await town.owner.execute(
        "update leave_request set from_day = $2, to_day = $2 where id = $1",
        found,
        today.replace(day=1) - timedelta(days=1),
    )
    return found


def waiting(phone: Phone) -> Locator:
    return phone.page.get_by_role("region", name="Đơn xin nghỉ chờ duyệt")


async def opened(phone: Phone) -> Locator:
    await waiting(phone).get_by_role("button", name="Xem đơn của Đặng Quốc Huy").click()
    return phone.page.get_by_role("dialog")


async def test_days_of_a_past_month_are_approved_by_two(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    child = await town.student(school, "Đặng Quốc Huy")
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    principal = await town.admin(school)
    leave = await asked_last_month(town, api, child, await town.guardian(child, name="Lê Thị Mẹ"))
    state = "select state from leave_request where id = $1"

    phone, desk = await open_phone(), await open_phone()
    await phone.log_in(teacher)
    await phone.go("/tin")
    await phone.page.get_by_role("link", name="Đơn xin nghỉ của Đặng Quốc Huy").click()
    dialog = await opened(phone)
    await expect(dialog).to_contain_text("cần thêm một người duyệt")
    await dialog.get_by_role("button", name="Duyệt", exact=True).click()
    await expect(waiting(phone)).to_contain_text("chờ người thứ hai")
    await screen(phone.page, "leave-first")
    assert await town.owner.fetchval(state, leave) == "pending"

    await desk.log_in(principal)
    await desk.go("/tin")
    await desk.page.get_by_role("link", name="Đơn xin nghỉ của Đặng Quốc Huy").click()
    await expect(waiting(desk)).to_contain_text("Cô Hoa đã duyệt")
    dialog = await opened(desk)
    await screen(desk.page, "leave-second")
    await dialog.get_by_role("button", name="Duyệt", exact=True).click()
    await expect(waiting(desk)).to_have_count(0)
    assert await town.owner.fetchval(state, leave) == "approved"

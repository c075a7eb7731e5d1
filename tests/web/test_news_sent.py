"""How far the news came, at a school and in the department, and what is sent again."""

from datetime import UTC, datetime

from playwright.async_api import expect

from app.ids import new_id
from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School

_COUNT = "insert into delivery_count values ($1, $2, 'arrival', $3, $4, $5, $6, now())"
_DEAD = (
    "insert into dead_letter values ($1, $2, $3, $4, 'arrival', 'fcm', 'gave_up:timeout', now())"
)


async def some_news(town: Town, school: School) -> None:
    """Counts of today, as the worker leaves them."""
    today = school_day(datetime.now(UTC))
    for channel, state, reason, n in [
        ("inbox", "read", "", 30),
        ("fcm", "read", "", 12),
        ("fcm", "delivered", "", 10),
        ("fcm", "sent", "", 5),
        ("fcm", "queued", "", 2),
        ("fcm", "failed", "unregistered", 1),
    ]:
        await town.owner.execute(_COUNT, school.id, today, channel, state, reason, n)


async def test_a_principal_sees_how_far_the_news_came(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    await some_news(town, school)
    phone = await open_phone()
    await phone.log_in(await town.admin(school))
    page = phone.page
    await page.get_by_role("link", name="Tin đã gửi").click()
    arrivals = page.get_by_role("region", name="Con vào trường")
    await expect(arrivals).to_contain_text("1 không gửi được")
    await expect(arrivals).to_contain_text("2 đang chờ")
    reasons = page.get_by_role("region", name="Vì sao không gửi được")
    await expect(reasons).to_contain_text("Máy không còn nhận thông báo")
    await screen(page, "news-sent")
    await page.get_by_role("button", name="30 ngày").click()
    await expect(arrivals).to_contain_text("27")


async def test_the_department_sends_again_what_was_given_up(
    town: Town, open_phone: OpenPhone
) -> None:
    unit = await town.org_unit(unit_id=83)
    school = await town.school(org_unit_id=unit)
    await some_news(town, school)
    mother = await town.guardian(await town.student(school))
    today = school_day(datetime.now(UTC))
    await town.owner.execute(_DEAD, school.id, new_id(), mother.account_id, today)
    desk = await open_phone(at_desk=True)
    await desk.log_in(await town.department_admin(org_unit_id=unit))
    page = desk.page
    await page.get_by_role("link", name="Tin đã gửi").click()
    worst = page.get_by_role("region", name="Trường có nhiều tin hỏng nhất")
    await expect(worst).to_contain_text(school.name)
    dead = page.get_by_role("region", name="Tin đã bỏ cuộc")
    await dead.get_by_role("button", name="Gửi lại: Đã thử nhiều lần").click()
    await screen(page, "department-news-again")
    await page.get_by_role("dialog").get_by_role("button", name="Gửi lại").click()
    await expect(dead).to_contain_text("Không có tin nào bị bỏ cuộc.")
    await screen(page, "department-news-sent")

"""The department's day: numbers of schools, and none that points at a child."""

from datetime import UTC, datetime

from playwright.async_api import expect

from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.province import Town
from tests.web.screens import screen

_COUNT = """
insert into school_day_count (school_id, day, expected, arrived, late, on_leave, missing, absent,
                              held, counted_at)
values ($1, $2, 400, 370, 3, 10, 20, 12, 0, now())
on conflict (school_id, day) do update set expected = 400, arrived = 370, late = 3, on_leave = 10,
    missing = 20, absent = 12
"""


async def test_the_day_of_all_schools_hides_what_is_small(
    town: Town, open_phone: OpenPhone
) -> None:
    unit = await town.org_unit(unit_id=84)
    school = await town.school(org_unit_id=unit)
    other = await town.school(org_unit_id=unit)
    for each in (school, other):
        await town.owner.execute(_COUNT, each.id, school_day(datetime.now(UTC)))
    desk = await open_phone(at_desk=True)
    await desk.log_in(await town.department_admin(org_unit_id=unit))
    page = desk.page
    await page.get_by_role("link", name="Điểm danh trong ngày").click()
    row = page.get_by_role("row").filter(has_text=school.name)
    await expect(row).to_contain_text("370")
    await expect(row).to_contain_text("ẩn")
    await screen(page, "department-day-desk")
    await page.set_viewport_size({"width": 360, "height": 740})
    await screen(page, "department-day")
    await row.get_by_role("link", name="Xem sửa điểm danh chờ duyệt").click()
    await expect(desk.says("Không có yêu cầu nào chờ duyệt")).to_be_visible()

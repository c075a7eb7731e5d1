"""What waits is on the desk on the first of August too, when nothing is due this school year."""

from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import expect

from app.schools.common import ZONE
from tests.mobile_api.billing import open_till
from tests.mobile_api.counting_house import House
from tests.web.conftest import OpenPhone
from tests.web.province import Province, Town


async def test_what_waits_is_named_on_the_desk_and_found_behind_it(
    town: Town, province: Province, open_phone: OpenPhone
) -> None:
    async with httpx.AsyncClient(base_url=province.url) as api:
        house = House(await open_till(api, town), town.resources)
        till, today = house.till, datetime.now(UTC).astimezone(ZONE)
        left = await house.arrives(50_000, "tien du", "FT1")
        await house.allocate(left, credit_student_id=str(till.single.id))
        await town.owner.execute(
            "update student set ended_at = now() where id = $1", till.single.id
        )
        await house.arrives(70_000, "tien an", "FT2")
        await house.imported([[f"{today:%d/%m/%Y} 06:30:00", "5078-1", "", 70_000, "", "an trua"]])
        found = await till.post(
            till.accountant, "/reconciliations", account_id=str(till.bank_id),
            from_day=f"{today - timedelta(days=1):%Y-%m-%d}", to_day=f"{today:%Y-%m-%d}",
        )  # fmt: skip
    differences = found.json()["sums"]["differences"]
    assert differences > 0
    desk = await open_phone(at_desk=True)
    await desk.log_in(till.accountant)
    page = desk.page
    await expect(desk.says("2 khoản tiền về chưa rõ của ai")).to_be_visible()
    await page.get_by_role("link", name="1 dòng sao kê chờ quyết định").click()
    await expect(desk.says("1 dòng cần xem")).to_be_visible()
    await desk.go(f"/truong/{till.school.id}/thu/tien-ve")
    await expect(desk.says("Tiền dư của Trần Văn Cường, đã rời trường")).to_be_visible()
    await desk.go(f"/truong/{till.school.id}/thu/doi-chieu")
    await expect(desk.says(f"{differences} chênh lệch")).to_be_visible()
    await expect(desk.says("Khớp hoàn toàn")).to_have_count(0)

"""The gate's screen, from the principal's stations page to a check-in by its code."""

from playwright.async_api import expect

from scripts.benches._camera import Camera
from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.gatework import code_shown_by
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School


async def furnished(town: Town) -> School:
    """A school with a few pupils, families and staff."""
    school = await town.school()
    await town.staff(school, "homeroom_teacher", "Đỗ Thị Cô")
    for name in ("Lê Minh Khôi", "Phạm Gia Hân", "Trần Bảo An"):
        await town.guardian(await town.student(school, name))
    return school


async def test_the_screen_at_the_gate_is_paired_from_the_stations_page_and_takes_a_check_in(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await furnished(town)
    desk, display, own = await open_phone(at_desk=True), await open_phone(), await open_phone()
    await desk.log_in(await town.admin(school))
    await desk.go(f"/truong/{school.id}/diem-quet")
    await desk.page.get_by_role("button", name="Ghép màn hình").first.click()
    link = await paired_by_its_picture(desk)
    await screen(desk.page, "pairing-desk")
    await display.page.goto(link)
    await display.page.get_by_role("button", name="Ghép màn hình").click()
    await expect(display.page.get_by_label("Mã điểm danh")).to_be_visible()
    await screen(display.page, "display-portrait")

    await own.stand_at(school)
    await own.log_in(await town.staff(school, "accountant", "Phan Thị Kế"))
    await own.page.get_by_role("link", name="Chấm công").click()
    await own.page.get_by_role("button", name="Dùng điện thoại này").click()
    camera.show(await code_shown_by(display))
    await own.page.get_by_role("button", name="Mở máy ảnh").click()
    await expect(own.says("Đã vào lúc")).to_be_visible()
    outcomes = await town.owner.fetch(
        "select outcome from scan_event where school_id = $1", school.id
    )
    assert [row["outcome"] for row in outcomes] == ["ok"]


async def paired_by_its_picture(desk: Phone) -> str:
    """The address in the code that the principal's dialog shows."""
    await until(lambda: code_shown_by(desk))
    link = await code_shown_by(desk)
    assert link is not None
    return link

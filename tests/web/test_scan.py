"""The gate with a real camera picture and a phone that can be moved."""

import asyncio
import time
from collections.abc import Callable

from playwright.async_api import expect

from scripts.benches._camera import Camera
from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.gatework import answer, guard_with_scanner, start_scanning
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School, Student


async def events_of(town: Town, school: School) -> int:
    return await town.count("select count(*) from scan_event where school_id = $1", school.id)


async def family(
    town: Town, open_phone: OpenPhone, school: School, name: str
) -> tuple[Student, Phone]:
    """A pupil, and a mother whose app is open on Today."""
    child = await town.student(school, name)
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await expect(phone.says("Chưa quét thẻ hôm nay")).to_be_visible()
    await phone.is_live()
    return child, phone


async def test_three_pupils_in_a_row_and_their_parents_open_pages(
    town: Town,
    open_phone: OpenPhone,
    camera: Camera,
    record_property: Callable[[str, object], None],
) -> None:
    school = await town.school()
    names = ("Lê Minh Khôi", "Phạm Gia Hân", "Trần Bảo An")
    families = [await family(town, open_phone, school, name) for name in names]
    loads = [phone.watch.loads for _, phone in families]
    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    for child, phone in families:
        camera.show(child.token)
        await expect(answer(guard)).to_contain_text(child.name)
        await expect(answer(guard)).to_contain_text("Đã vào, đúng giờ")
        answered = time.perf_counter()
        await expect(phone.says("Đã vào trường")).to_be_visible()
        record_property("scan_to_parent_ms", round((time.perf_counter() - answered) * 1000))
    await screen(guard.page, "scan-good")
    assert [phone.watch.loads for _, phone in families] == loads, "by the stream, not by a reload"
    assert await events_of(town, school) == 3


async def test_outside_the_fence_is_refused_in_words_and_inside_the_same_card_is_taken(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    guard = await open_phone()
    await guard.stand_at(school, north_m=2000)
    await guard.log_in(await town.staff(school, "guard"))
    await screen(guard.page, "scan-start")
    await start_scanning(guard)
    camera.show(child.token)
    await expect(answer(guard)).to_contain_text("Ngoài khuôn viên trường")
    await expect(answer(guard)).to_contain_text("Bước lại gần cổng rồi quét lại.")
    await screen(guard.page, "scan-outside")
    assert await events_of(town, school) == 0
    camera.show(None)
    await guard.stand_at(school)
    await asyncio.sleep(1.2)  # so long a card must be out of sight to be held up again
    camera.show(child.token)
    await expect(answer(guard)).to_contain_text("Đã vào")
    assert await events_of(town, school) == 1


async def test_scans_without_a_network_wait_over_a_reload_and_arrive_once(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    first, mother = await family(town, open_phone, school, "Lê Minh Khôi")
    second, third = [await town.student(school, name) for name in ("Phạm Gia Hân", "Trần An")]
    guard = await open_phone()
    guard.page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    await guard.ready_for_no_network()
    async with guard.offline():
        for child in (first, second):
            camera.show(child.token)
            await expect(answer(guard)).to_contain_text(child.name)
            await expect(answer(guard)).to_contain_text("Đã lưu, chờ gửi")
        await screen(guard.page, "scan-offline")
        camera.show(None)
        await guard.page.reload()
        await start_scanning(guard)
        camera.show(third.token)
        await expect(answer(guard)).to_contain_text("Đã lưu, chờ gửi")
        await expect(guard.says("3 chờ gửi")).to_be_visible()
        assert await events_of(town, school) == 0
        await expect(mother.says("Chưa quét thẻ hôm nay")).to_be_visible()
    await until(lambda: all_in(town, school, 3))
    await expect(guard.says("3 chờ gửi")).to_have_count(0)
    await expect(mother.says("Đã vào trường")).to_be_visible()
    await guard.page.reload()
    await expect(guard.says("chờ gửi")).to_have_count(0)
    scanned = await town.owner.fetch(
        "select person_id from scan_event where school_id = $1", school.id
    )
    assert sorted(row["person_id"] for row in scanned) == sorted(
        child.id for child in (first, second, third)
    )
    told = "select count(*) from inbox_item where student_id = $1"
    assert await town.count(told, first.id) == 1


async def all_in(town: Town, school: School, count: int) -> bool:
    return await events_of(town, school) >= count


async def test_an_undone_scan_takes_the_news_back(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child, mother = await family(town, open_phone, school, "Lê Minh Khôi")
    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    camera.show(child.token)
    await expect(mother.says("Đã vào trường")).to_be_visible()
    camera.show(None)
    await guard.page.get_by_role("button", name="Huỷ lượt quét").click()
    await expect(answer(guard)).to_contain_text("Đã huỷ lượt quét")
    await expect(mother.says("Chưa quét thẻ hôm nay")).to_be_visible()
    await expect(mother.says("Đã vào trường")).to_have_count(0)


async def test_a_pupil_without_a_card_is_found_by_name_without_accents(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child, mother = await family(town, open_phone, school, "Đặng Thị Ngọc Ánh")
    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    await guard.page.get_by_role("button", name="Tìm theo tên").click()
    await guard.page.get_by_role("searchbox").fill("ngoc anh")
    await screen(guard.page, "scan-find")
    await guard.page.get_by_role("dialog").get_by_text(child.name).click()
    await guard.page.get_by_text("Mất thẻ").click()
    await screen(guard.page, "scan-mark")
    await guard.page.get_by_role("button", name=f"Ghi {child.name} VÀO").click()
    await expect(answer(guard)).to_contain_text(child.name)
    await expect(mother.says("Đã vào trường")).to_be_visible()
    reasons = "select count(*) from scan_event where school_id = $1 and source = 'mark'"
    assert await town.count(reasons, school.id) == 1


async def test_what_is_no_card_is_said_and_sent_nowhere(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    sent = guard.asked("/v1/attendance/scans")
    camera.show("https://example.vn/khuyen-mai")
    await expect(answer(guard)).to_contain_text("Không phải thẻ học sinh")
    assert guard.asked("/v1/attendance/scans") == sent
    other = await town.school()
    camera.show((await town.student(other)).token)
    await expect(answer(guard)).to_contain_text("Thẻ của trường khác")
    await screen(guard.page, "scan-refused")

"""What becomes of scans when the page, the network or the session ends under them."""

import asyncio
import time
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from scripts.benches._camera import Camera
from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.gatework import answer, guard_with_scanner, start_scanning
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School

SCANS = "**/v1/attendance/scans"
_NO_NATIVE_READER = "() => { delete globalThis.BarcodeDetector }"
_BROKEN_NATIVE_READER = """
globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"] }
    async detect() { throw new DOMException("no service", "NotSupportedError") }
}
"""


async def events_of(town: Town, school: School) -> int:
    return await town.count("select count(*) from scan_event where school_id = $1", school.id)


async def wait_for_events(town: Town, school: School, count: int) -> None:
    async def are_there() -> bool:
        return await events_of(town, school) >= count

    await until(are_there)


def stay_on(phone: Phone) -> None:
    """Say yes when the browser asks whether to leave a page with scans in it."""
    phone.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))


async def test_a_page_that_dies_between_the_answer_and_hearing_it_scans_once(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    guard = await open_phone()
    stay_on(guard)
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    answered: list[Any] = []

    async def swallow(route: Route) -> None:
        if answered:
            await route.continue_()
        else:
            answered.append(await (await route.fetch()).json())

    await guard.page.route(SCANS, swallow)
    camera.show(child.token)
    await wait_for_events(town, school, 1)
    await until(lambda: asyncio.sleep(0, bool(answered)))
    await expect(answer(guard)).to_contain_text("Đã lưu, chờ gửi")
    camera.show(None)
    await guard.page.reload()
    await until(lambda: asyncio.sleep(0, guard.asked("/v1/attendance/scans") > 1))
    await expect(guard.says("chờ gửi")).to_have_count(0)
    assert answered[0]["results"][0]["outcome"] == "ok"
    assert await events_of(town, school) == 1
    refused = "select count(*) from scan_refusal where school_id = $1"
    assert await town.count(refused, school.id) == 0, "the repeat is no second scan either"


async def test_scans_wait_for_their_owner_when_somebody_else_uses_the_phone(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    owner, other = await town.staff(school, "guard"), await town.staff(school, "guard")
    phone = await open_phone()
    stay_on(phone)
    await guard_with_scanner(phone, owner, school)
    await phone.page.route(SCANS, lambda route: route.fulfill(status=503))
    phone.watch.allow(503, "/v1/attendance/scans")
    camera.show(child.token)
    await expect(phone.says("1 chờ gửi")).to_be_visible()
    camera.show(None)
    await leave(phone)
    await expect(phone.page.get_by_role("link", name="1 chờ gửi")).to_be_visible()
    await screen(phone.page, "scan-kept")
    await phone.log_out()
    await phone.page.unroute(SCANS)
    await phone.log_in(other)
    await expect(phone.page.get_by_role("button", name="Bắt đầu quét")).to_be_visible()
    await phone.page.reload()
    await expect(phone.page.get_by_role("button", name="Bắt đầu quét")).to_be_visible()
    await expect(phone.says("chờ gửi")).to_have_count(0)
    assert await events_of(town, school) == 0
    await phone.log_out()
    await phone.log_in(owner)
    await wait_for_events(town, school, 1)
    scanned_by = await town.owner.fetchval(
        "select scanned_by from scan_event where school_id = $1", school.id
    )
    assert scanned_by == owner.account_id


async def test_a_waiting_scan_that_is_refused_stays_in_sight_until_it_was_seen(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    lost = await town.student(school, "Lê Minh Khôi")
    fine = await town.student(school, "Phạm Gia Hân")
    guard = await open_phone()
    stay_on(guard)
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    await expect(guard.says("Chưa tải được danh sách")).to_have_count(0)
    await guard.ready_for_no_network()
    async with guard.offline():
        for child in (lost, fine):
            camera.show(child.token)
            await expect(answer(guard)).to_contain_text(child.name)
        await expect(answer(guard)).to_contain_text("Đã lưu, chờ gửi")
        camera.show(None)
        await town.owner.execute(
            "update card set revoked_at = now() - interval '1 hour' where student_id = $1", lost.id
        )
    told = guard.page.get_by_role("alert")
    await expect(told).to_contain_text("Lê Minh Khôi")
    await expect(told).to_contain_text("Thẻ đã bị huỷ")
    await screen(guard.page, "scan-late-refusal")
    assert await events_of(town, school) == 1
    await guard.page.reload()
    await expect(told).to_contain_text("Lê Minh Khôi")
    await expect(guard.page.get_by_role("link", name="1 cần xem")).to_be_visible()
    await told.get_by_role("button", name="Đã xem").click()
    await expect(told).to_have_count(0)
    await guard.page.reload()
    await expect(guard.page.get_by_role("button", name="Bắt đầu quét")).to_be_visible()
    await expect(told).to_have_count(0)


@pytest.mark.long
async def test_a_queue_of_children_is_scanned_one_a_second_on_a_slow_phone(
    town: Town, open_phone: OpenPhone, camera: Camera, record_property: Any
) -> None:
    school = await town.school()
    children = [await town.student(school, f"Học Sinh Số {n}") for n in range(8)]
    guard = await open_phone()
    await guard.page.add_init_script(_NO_NATIVE_READER)
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    devtools = await guard.context.new_cdp_session(guard.page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    # The first one warms up the reader.
    camera.show(children[0].token)
    await expect(answer(guard)).to_contain_text(children[0].name)
    began = time.perf_counter()
    for child in children[1:]:
        camera.show(child.token)
        await asyncio.sleep(1)
    camera.show(None)
    await wait_for_events(town, school, len(children))
    record_property("seven_children_ms", round((time.perf_counter() - began) * 1000))
    await expect(guard.says(f"Đã ghi {len(children)} lượt")).to_be_visible()


async def test_a_phone_whose_own_reader_fails_reads_by_ours(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    guard = await open_phone()
    await guard.page.add_init_script(_BROKEN_NATIVE_READER)
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    camera.show(child.token)
    await expect(answer(guard)).to_contain_text("Đã vào, đúng giờ")


async def test_without_leave_to_use_the_camera_it_says_how_to_give_it(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    guard = await open_phone()
    await guard.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => {"
        ' throw new DOMException("denied", "NotAllowedError") }'
    )
    await guard.stand_at(school)
    await guard.log_in(await town.staff(school, "guard"))
    await guard.page.get_by_role("button", name="Bắt đầu quét").click()
    await expect(guard.page.get_by_role("alert")).to_contain_text("Máy ảnh đang bị chặn")
    await screen(guard.page, "scan-camera-denied")
    await guard.page.get_by_role("button", name="Tìm theo tên").click()
    await expect(guard.page.get_by_role("searchbox")).to_be_visible()


async def test_without_a_place_it_is_said_and_the_scan_is_recorded_for_review(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    guard = await open_phone(permissions=["camera"])
    await guard.log_in(await town.staff(school, "guard"))
    await expect(guard.says("Điện thoại sẽ hỏi quyền dùng máy ảnh")).to_be_visible()
    await guard.page.get_by_role("button", name="Học sinh đang VÀO").click()
    await guard.page.get_by_role("button", name="Bắt đầu quét").click()
    blocked = guard.page.get_by_role("button", name="Vị trí đang bị chặn")
    await expect(blocked).to_be_visible()
    camera.show(child.token)
    await expect(answer(guard)).to_contain_text("Đã ghi, nhà trường sẽ xem lại")
    await blocked.click()
    await expect(guard.page.get_by_role("dialog")).to_contain_text("cho phép Vị trí")
    await screen(guard.page, "scan-place-denied")


async def test_the_scanner_is_open_while_it_scans_and_closed_when_it_is_left(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    opened = "select count(*) from scanner where school_id = $1 and closed_at is null"
    closed = "select count(*) from scanner where school_id = $1 and closed_at is not null"
    await until(lambda: is_one(town, opened, school))
    await leave(guard)
    await until(lambda: is_one(town, closed, school))
    await start_scanning(guard)
    await until(lambda: is_one(town, opened, school))
    await guard.page.goto("about:blank")
    await until(lambda: is_one(town, closed, school))


async def is_one(town: Town, sql: str, school: School) -> bool:
    return await town.count(sql, school.id) == 1


async def leave(phone: Phone) -> None:
    """Back to the scanner's first screen, also with scans that wait."""
    page: Page = phone.page
    await page.get_by_role("button", name="Đóng máy quét").click()
    anyway = page.get_by_role("button", name="Vẫn đóng")
    start = page.get_by_role("button", name="Bắt đầu quét")
    await expect(anyway.or_(start)).to_be_visible()
    if await anyway.count():
        await anyway.click()
    await expect(start).to_be_visible()

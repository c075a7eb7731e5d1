"""One's own check-in: the phone, the code at the gate, the place, and an answer in words."""

from datetime import UTC, datetime

from playwright.async_api import Page, expect

from app.attendance.codes import station_code, station_day_key, station_step, step_day
from app.ids import new_id
from scripts.benches._camera import Camera
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School

CHECK_INS = "**/v1/attendance/check-ins"
_EVENTS = "select count(*) from scan_event where school_id = $1"
# As the client's first version left it: scans have a store, the waiting check-in is a copy.
_VERSION_1 = """
(rows) => new Promise((done, fail) => {
    const opening = indexedDB.open("cong-truong", 1)
    opening.onupgradeneeded = () => {
        const db = opening.result
        db.createObjectStore("seen")
        db.createObjectStore("scans", { keyPath: "event_id" })
            .createIndex("by_account", "account_id")
        db.createObjectStore("screen")
    }
    opening.onerror = () => fail(opening.error)
    opening.onsuccess = () => {
        const db = opening.result
        const work = db.transaction(["seen", "scans"], "readwrite")
        work.objectStore("seen").put(rows.copy, rows.key)
        work.objectStore("scans").put(rows.scan)
        work.oncomplete = () => { db.close(); done() }
    }
})
"""
_SCANS = """
() => new Promise((done, fail) => {
    const opening = indexedDB.open("cong-truong")
    opening.onerror = () => fail(opening.error)
    opening.onsuccess = () => {
        const db = opening.result
        const asking = db.transaction("scans").objectStore("scans").getAllKeys()
        asking.onsuccess = () => { db.close(); done(asking.result) }
    }
})
"""


def code_of(town: Town, school: School, *, steps_ago: int = 0) -> str:
    """What the gate's screen shows now, or showed so many steps of 10 s ago."""
    ring = town.resources.vault.ring
    step = station_step(datetime.now(UTC)) - steps_ago
    key = station_day_key(
        ring, school_id=school.id, number=1, day=step_day(step), key_id=ring.current_id
    )
    return station_code(key, key_id=ring.current_id, school_id=school.id, number=1, step=step)


async def ready(town: Town, open_phone: OpenPhone, *, north_m: float = 0.0) -> tuple[School, Phone]:
    """An accountant with an own phone, so many metres north of the school."""
    school = await town.school()
    phone = await open_phone(permissions=["geolocation", "camera"])
    await phone.stand_at(school, north_m=north_m)
    await phone.log_in(await town.staff(school, "accountant", "Phan Thị Kế"))
    await open_check_in(phone)
    await expect(phone.says("Chọn điện thoại để điểm danh")).to_be_visible()
    return school, phone


async def open_check_in(phone: Phone) -> None:
    await phone.page.get_by_role("link", name="Chấm công").click()


async def read(phone: Phone) -> None:
    await phone.page.get_by_role("button", name="Mở máy ảnh").click()


async def test_somebody_binds_the_phone_comes_in_and_goes(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school, phone = await ready(town, open_phone)
    await screen(phone.page, "check-in-bind")
    await phone.page.get_by_role("button", name="Dùng điện thoại này").click()
    await expect(phone.says("Hôm nay chưa điểm danh trên điện thoại này.")).to_be_visible()
    await screen(phone.page, "check-in")
    camera.show(code_of(town, school))
    await read(phone)
    await expect(phone.says("Đã vào lúc")).to_be_visible()
    await screen(phone.page, "check-in-done")
    await phone.page.get_by_role("button", name="Xong").click()
    # Who is in goes out next, and what was done today stays, over a reload too.
    await phone.page.reload()
    out = phone.page.get_by_role("button", name="Ra", exact=True)
    await expect(out).to_have_attribute("aria-pressed", "true")
    await expect(phone.says("Vào ").last).to_be_visible()
    camera.show(code_of(town, school))
    await read(phone)
    await expect(phone.says("Đã ra lúc")).to_be_visible()
    rows = await town.owner.fetch(
        "select direction, outcome from scan_event where school_id = $1 order by occurred_at",
        school.id,
    )
    assert [tuple(row) for row in rows] == [("in", "ok"), ("out", "ok")]


async def test_outside_the_fence_and_an_old_code_are_refused_in_words(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school, phone = await ready(town, open_phone, north_m=600)
    await phone.page.get_by_role("button", name="Dùng điện thoại này").click()
    camera.show(code_of(town, school))
    await read(phone)
    await expect(phone.says("Chưa ghi: điện thoại đang ở ngoài trường")).to_be_visible()
    await screen(phone.page, "check-in-outside")
    await phone.stand_at(school)
    camera.show(code_of(town, school, steps_ago=30))
    await phone.page.get_by_role("button", name="Quét lại").click()
    await expect(phone.says("Chưa ghi: mã đã cũ")).to_be_visible()
    assert await town.count("select count(*) from scan_event where school_id = $1", school.id) == 0


async def test_a_pupils_card_is_no_code_of_the_gate(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school, phone = await ready(town, open_phone)
    student = await town.student(school)
    await phone.page.get_by_role("button", name="Dùng điện thoại này").click()
    camera.show(student.token)
    await read(phone)
    await expect(phone.says("Đây không phải mã ở cổng.")).to_be_visible()
    await screen(phone.page, "check-in-camera")
    camera.show(code_of(town, school))
    await expect(phone.says("Đã vào lúc")).to_be_visible()


async def test_without_a_network_it_waits_over_a_reload_and_is_sent_once(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school, phone = await ready(town, open_phone)
    await phone.page.get_by_role("button", name="Dùng điện thoại này").click()
    await phone.ready_for_no_network()
    # The reader of codes is fetched with the first code.
    camera.show((await town.student(school)).token)
    await read(phone)
    await expect(phone.says("Đây không phải mã ở cổng.")).to_be_visible()
    async with phone.offline():
        camera.show(code_of(town, school))
        await expect(phone.says("Chưa gửi được, đang chờ mạng")).to_be_visible()
        await screen(phone.page, "check-in-waiting")
        await phone.page.get_by_role("button", name="Xong").click()
        await phone.page.reload()
        await expect(phone.says("Chưa được tính.")).to_be_visible()
    await expect(phone.says("Đã vào lúc").or_(phone.says("nhà trường sẽ xem lại"))).to_be_visible()
    count = "select count(*) from scan_event where school_id = $1"
    assert await town.count(count, school.id) == 1


async def test_a_check_in_that_waits_is_kept_on_logout_for_its_own_account(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    owner = await town.staff(school, "accountant", "Phan Thị Kế")
    other = await town.staff(school, "accountant", "Vũ Thị Toán")
    phone = await open_phone(permissions=["geolocation", "camera"])
    await phone.stand_at(school)
    await phone.log_in(owner)
    await open_check_in(phone)
    await phone.page.get_by_role("button", name="Dùng điện thoại này").click()
    await phone.page.route(CHECK_INS, lambda route: route.fulfill(status=503))
    phone.watch.allow(503, "/v1/attendance/check-ins")
    camera.show(code_of(town, school))
    await read(phone)
    await expect(phone.says("Chưa gửi được, đang chờ mạng")).to_be_visible()
    await warned_of_a_check_in(phone.page)
    await phone.log_out()
    await phone.page.unroute(CHECK_INS)
    await phone.log_in(other)
    await open_check_in(phone)
    await expect(phone.says("Hôm nay chưa điểm danh trên điện thoại này.")).to_be_visible()
    await expect(phone.says("Chưa được tính.")).to_have_count(0)
    assert await town.count(_EVENTS, school.id) == 0
    await phone.log_out()
    await phone.log_in(owner)
    await open_check_in(phone)
    await expect(phone.says("Đã vào lúc").or_(phone.says("nhà trường sẽ xem lại"))).to_be_visible()
    whose = "select scanned_by from scan_event where school_id = $1"
    assert [row[0] for row in await town.owner.fetch(whose, school.id)] == [owner.account_id]


async def warned_of_a_check_in(page: Page) -> None:
    """Whoever is about to log out is told that one waits."""
    await page.goto("/cai-dat")
    await page.get_by_role("button", name="Đăng xuất").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Còn 1 lần điểm danh của chính mình chưa gửi")
    await screen(page, "check-in-kept")
    await dialog.get_by_role("button", name="Thôi").click()


async def test_what_the_clients_first_version_kept_is_moved_and_sent(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    who = await town.staff(school, "accountant", "Phan Thị Kế")
    check_in = {
        "event_id": str(new_id()),
        "station_token": code_of(town, school),
        "direction": "in",
        "scanned_at": datetime.now(UTC).isoformat(),
        "location": None,
    }
    scan = {"event_id": str(new_id()), "account_id": "somebody else"}
    phone = await open_phone(permissions=["geolocation"])
    await phone.stand_at(school)
    bare = "<!doctype html><link rel=icon href=data:,>"
    await phone.page.route("**/bare", lambda to: to.fulfill(body=bare, content_type="text/html"))
    await phone.go("/bare")
    rows = {
        "key": f"{who.account_id}/diem-danh-toi",
        "copy": {"at": 0, "data": {"own": [], "waiting": check_in}},
        "scan": scan,
    }
    await phone.page.evaluate(_VERSION_1, rows)
    await phone.go()
    await phone.log_in(who)
    await open_check_in(phone)
    await phone.page.get_by_role("button", name="Dùng điện thoại này").click()
    await expect(phone.says("Đã vào lúc").or_(phone.says("nhà trường sẽ xem lại"))).to_be_visible()
    assert await town.count(_EVENTS, school.id) == 1
    assert await phone.page.evaluate(_SCANS) == [scan["event_id"]]


async def test_another_phone_is_told_which_one_counts_and_when_it_may_be_changed(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    who = await town.staff(school, "accountant", "Phan Thị Kế")
    await town.owner.execute(
        "update device set bound_account_id = $1, bound_at = now() where id = $2",
        who.account_id,
        who.device_id,
    )
    phone = await open_phone()
    await phone.log_in(who)
    await open_check_in(phone)
    await expect(phone.says("bằng điện thoại khác")).to_be_visible()
    await expect(phone.says("Đổi được từ")).to_be_visible()
    await screen(phone.page, "check-in-other-phone")
    await town.owner.execute(
        "update device set bound_at = now() - interval '2 days' where id = $1", who.device_id
    )
    await phone.page.reload()
    await phone.page.get_by_role("button", name="Đổi sang điện thoại này").click()
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Đổi sang điện thoại này").click()
    await expect(phone.page.get_by_role("button", name="Mở máy ảnh")).to_be_visible()

"""One's own check-in: the phone, the code at the gate, the place, and an answer in words."""

from datetime import UTC, datetime

from playwright.async_api import expect

from app.attendance.codes import station_code, station_day_key, station_step, step_day
from scripts.benches._camera import Camera
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School


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
    await expect(phone.says("Chọn điện thoại để điểm danh")).to_be_visible()
    return school, phone


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

"""A family's other screens: the child's days, news, the code on the phone, the settings."""

from playwright.async_api import expect

from scripts.benches._camera import Camera
from tests.notifications.news import until
from tests.web.conftest import GuardAt, OpenPhone
from tests.web.gatework import answer, code_shown_by, guard_with_scanner
from tests.web.province import Town
from tests.web.screens import screen

_NEW_PASSWORD = "Mot-Mat-Khau-Khac-2"


async def test_a_mother_says_that_a_scan_is_wrong_and_waits_for_the_school(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    await town.staff(school, "homeroom_teacher", "Đỗ Thị Cô")
    gate = guard_at(school, await town.staff(school, "guard"))
    assert await gate.outcome(child.token) == "ok"
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await phone.page.locator("a.child").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text(child.name)
    await screen(phone.page, "child")
    await phone.page.get_by_role("button", name="Báo sai: Vào").click()
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Gửi nhà trường").click()
    await expect(dialog.get_by_text("Mời chọn một điều.")).to_be_visible()
    await dialog.get_by_label("Lúc đó không có mặt ở trường").check()
    await dialog.get_by_label("Nhắn thêm cho nhà trường").fill("Cháu đang nằm viện.")
    await screen(phone.page, "dispute")
    await dialog.get_by_role("button", name="Gửi nhà trường").click()
    await expect(phone.says("Nhà trường đang xem")).to_be_visible()
    await phone.page.reload()
    await expect(phone.says("Cháu đang nằm viện.")).to_be_visible()
    assert (
        await town.count("select count(*) from attendance_dispute where school_id = $1", school.id)
        == 1
    )


async def test_news_comes_by_itself_counts_at_the_tab_and_is_read_by_being_seen(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    gate = guard_at(school, await town.staff(school, "guard"))
    phone = await open_phone()
    mother = await town.guardian(child)
    await phone.log_in(mother)
    await phone.is_live()
    tab = phone.page.get_by_role("link", name="Tin báo")
    await tab.click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Tin báo")
    await screen(phone.page, "inbox-empty")
    await phone.page.get_by_role("link", name="Hôm nay").click()
    assert await gate.outcome(child.token) == "ok"
    await expect(tab.locator(".count")).to_have_text("1")
    await tab.click()
    await expect(phone.page.locator(".news")).to_contain_text(child.name)
    await screen(phone.page, "inbox")
    read = "select count(*) from inbox_item where account_id = $1 and read_at is not null"

    async def is_read() -> bool:
        return await town.count(read, mother.account_id) == 1

    await until(is_read)
    await expect(tab.locator(".count")).to_have_count(0)


async def test_the_code_on_the_phone_is_read_at_the_gate_also_without_a_network(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await phone.go(f"/con/{child.id}/ma")
    await expect(phone.page.get_by_role("img", name="Mã QR")).to_be_visible()
    await screen(phone.page, "phone-code")
    await phone.ready_for_no_network()
    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    async with phone.offline():
        await phone.page.reload()
        await expect(phone.page.get_by_role("img", name="Mã QR")).to_be_visible()
        camera.show(await code_shown_by(phone))
        await expect(answer(guard)).to_contain_text(child.name)
        await expect(answer(guard)).to_contain_text("Đã vào, đúng giờ")
    sources = "select count(*) from scan_event where school_id = $1 and source = 'phone_code'"
    assert await town.count(sources, school.id) == 1


async def test_a_lost_card_is_revoked_by_the_family_and_refused_at_the_gate(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await phone.go(f"/con/{child.id}")
    await phone.page.get_by_role("button", name="Báo mất thẻ").click()
    await screen(phone.page, "card-lost")
    await phone.page.get_by_role("dialog").get_by_role("button", name="Khoá thẻ").click()
    await expect(phone.says("Đã khoá thẻ.")).to_be_visible()
    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    camera.show(child.token)
    await expect(answer(guard)).to_contain_text("Thẻ đã bị huỷ")


async def test_the_settings_say_what_is_told_and_keep_what_is_chosen(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    phone = await open_phone()
    await phone.log_in(mother)
    await phone.go("/cai-dat")
    await screen(phone.page, "settings")
    await phone.page.locator("a[href='/cai-dat/thong-bao']").click()
    await expect(phone.says("Luôn báo")).to_be_visible()
    await screen(phone.page, "settings-notifications")
    details = phone.page.get_by_label("Ghi tên con và giờ trong thông báo")
    before = await details.is_checked()
    await details.click()
    await expect(details).to_be_checked(checked=not before)
    await phone.page.reload()
    await expect(details).to_be_checked(checked=not before)
    await phone.go("/cai-dat/dong-y")
    await expect(phone.says("Chưa chọn").first).to_be_visible()
    await screen(phone.page, "settings-consents")


async def test_a_changed_password_ends_the_other_phones(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    phone, other = await open_phone(), await open_phone()
    other.watch.allow(401, "/v1/")
    await phone.log_in(mother)
    await other.log_in(mother)
    await phone.go("/cai-dat/mat-khau")
    await phone.page.get_by_label("Mật khẩu hiện tại").fill("Mot-Mat-Khau-Dai-1")
    await phone.page.get_by_label("Mật khẩu mới").fill(_NEW_PASSWORD)
    await screen(phone.page, "settings-password")
    await phone.page.get_by_role("button", name="Lưu").click()
    await expect(phone.says("Đã đổi mật khẩu.")).to_be_visible()
    await expect(other.page.get_by_role("button", name="Đăng nhập")).to_be_visible()
    await other.log_in(mother, _NEW_PASSWORD)
    await expect(other.says("Lê Minh Khôi").first).to_be_visible()


async def test_a_start_asks_once_for_the_familys_day(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    gate = guard_at(school, await town.staff(school, "guard"))
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    assert await gate.outcome(child.token) == "ok"
    card = phone.page.locator("a.child")
    await expect(card).to_contain_text("Đã vào trường")
    counted = phone.page.locator(".tabs .count")
    await expect(counted).to_have_text("1")
    before = {path: phone.asked(path) for path in ("/v1/me", "/v1/me/today", "/v1/inbox")}
    await phone.page.reload()
    await expect(card).to_contain_text("Đã vào trường")
    # It is counted when the stream has greeted.
    await expect(counted).to_have_text("1")
    await phone.page.wait_for_load_state("load")
    assert {path: phone.asked(path) - n for path, n in before.items()} == dict.fromkeys(before, 1)

"""Doors and sessions: getting in, staying in, and leaving nothing behind."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import PASSWORD, Town, local
from tests.web.screens import screen

_KEPT = """
async () => {
    const names = (await indexedDB.databases()).map((each) => each.name)
    const kept = {}
    for (const name of names) {
        const db = await new Promise((done, fail) => {
            const opening = indexedDB.open(name)
            opening.onsuccess = () => done(opening.result)
            opening.onerror = () => fail(opening.error)
        })
        for (const store of db.objectStoreNames) {
            kept[`${name}/${store}`] = await new Promise((done) => {
                const all = db.transaction(store).objectStore(store).getAll()
                all.onsuccess = () => done(all.result)
            })
        }
        db.close()
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name)
        kept[`cache ${name}`] = (await cache.keys()).map((request) => request.url)
    }
    kept["localStorage"] = {...localStorage}
    return kept
}
"""


async def kept_on(page: Page) -> str:
    """Everything that the browser keeps for our pages, but cookies, as one text."""
    return json.dumps(await page.evaluate(_KEPT), ensure_ascii=False)


async def later(page: Page, minutes: float) -> None:
    """Set the page's clock ahead."""
    await page.clock.set_system_time(datetime.now(UTC) + timedelta(minutes=minutes))


async def test_a_wrong_password_is_said_in_words_and_the_right_one_leads_home(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    phone = await open_phone()
    phone.watch.allow(401, "/v1/auth/login")
    await phone.go()
    await screen(phone.page, "login")
    await phone.page.get_by_role("button", name="Đăng nhập").click()
    await expect(phone.says("Mời nhập số điện thoại.")).to_be_visible()
    await expect(phone.says("Mời nhập mật khẩu.")).to_be_visible()

    await phone.page.get_by_label("Số điện thoại").fill(local(mother.phone))
    await phone.page.get_by_label("Mật khẩu", exact=True).fill("khong-phai-mat-khau")
    await phone.page.get_by_role("button", name="Đăng nhập").click()
    await expect(phone.page.get_by_role("alert")).to_contain_text("mật khẩu")
    await screen(phone.page, "login-refused")

    await phone.page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    await phone.page.get_by_role("button", name="Đăng nhập").click()
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()


async def test_the_door_opens_with_a_keyboard_alone_and_the_bars_can_be_skipped(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    desk = await open_phone(at_desk=True)
    await desk.go()
    await expect(desk.page.get_by_label("Số điện thoại")).to_be_visible()
    keys = desk.page.keyboard
    await keys.press("Tab")
    await expect(desk.page.get_by_label("Số điện thoại")).to_be_focused()
    await keys.type(local(mother.phone))
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await expect(desk.says("Lê Minh Khôi").first).to_be_visible()
    await desk.page.reload()
    await expect(desk.says("Lê Minh Khôi").first).to_be_visible()
    await keys.press("Tab")
    await expect(desk.page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    await keys.press("Enter")
    await expect(desk.page.get_by_role("main")).to_be_focused()


async def test_the_language_is_switched_at_once_and_kept(town: Town, open_phone: OpenPhone) -> None:
    phone = await open_phone()
    phone.watch.allow(401, "/v1/auth/login")
    await phone.go()
    await phone.page.get_by_role("button", name="English").click()
    await expect(phone.page.get_by_role("button", name="Log in")).to_be_visible()
    await expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    await phone.page.reload()
    await phone.page.get_by_label("Phone number").fill("0905999888")
    await phone.page.get_by_label("Password", exact=True).fill("nothing-like-it")
    await phone.page.get_by_role("button", name="Log in").click()
    await expect(phone.page.get_by_role("alert")).to_contain_text("password")
    await phone.page.get_by_role("button", name="Tiếng Việt").click()
    await expect(phone.page.get_by_role("button", name="Đăng nhập")).to_be_visible()


async def test_an_access_token_that_ended_is_renewed_without_a_word(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    phone = await open_phone()
    await phone.log_in(mother)
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()
    renewals = phone.asked("/v1/auth/refresh")
    await later(phone.page, 11)
    await phone.page.get_by_role("link", name=re.compile("Tin báo")).click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Tin báo")
    await phone.page.get_by_role("link", name="Hôm nay").click()
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()
    assert phone.asked("/v1/auth/refresh") > renewals


async def test_two_tabs_that_renew_at_once_stay_logged_in(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    phone = await open_phone()
    await phone.log_in(mother)
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()
    tabs = [phone.page, await phone.another_tab(), await phone.another_tab()]
    for _ in range(3):
        await asyncio.gather(*(tab.goto("/") for tab in tabs))
        for tab in tabs:
            await expect(tab.get_by_text("Lê Minh Khôi").first).to_be_visible()
    ended = await town.count(
        "select count(*) from session where account_id = $1 and revoked_at is not null",
        mother.account_id,
    )
    assert ended == 0


async def test_a_revoked_phone_is_out_at_once(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    lost, other = await open_phone(), await open_phone()
    for path in ("/v1/auth/refresh", "/v1/"):
        lost.watch.allow(401, path)
    await lost.log_in(mother)
    await other.log_in(mother)
    await expect(lost.says("Lê Minh Khôi").first).to_be_visible()
    loads = lost.watch.loads
    await end_other_sessions(other)
    await expect(lost.page.get_by_role("button", name="Đăng nhập")).to_be_visible()
    await expect(lost.says("Phiên đăng nhập đã hết")).to_be_visible()
    assert lost.watch.loads == loads, "it was told by its stream, not by a reload"
    assert "Lê Minh Khôi" not in await kept_on(lost.page)


async def test_logging_out_leaves_nothing_of_the_family_on_the_phone(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    mother = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    phone = await open_phone()
    await phone.log_in(mother)
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()
    assert "Lê Minh Khôi" in await kept_on(phone.page), "a copy for when there is no network"
    await phone.log_out()
    kept = await kept_on(phone.page)
    assert "Lê Minh Khôi" not in kept
    assert "/v1/" not in kept
    assert str(mother.account_id) not in kept
    await phone.page.go_back()
    await expect(phone.says("Lê Minh Khôi")).to_have_count(0)


async def test_another_account_on_the_same_phone_sees_nothing_of_the_former(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    first = await town.guardian(await town.student(school, "Lê Minh Khôi"))
    second = await town.guardian(await town.student(school, "Phạm Gia Hân"))
    phone = await open_phone()
    await phone.log_in(first)
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()
    await phone.log_out()
    await phone.log_in(second)
    await expect(phone.says("Phạm Gia Hân").first).to_be_visible()
    await expect(phone.says("Lê Minh Khôi")).to_have_count(0)
    assert "Lê Minh Khôi" not in await kept_on(phone.page)
    await phone.page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    async with phone.offline():
        await phone.page.reload()
        await expect(phone.says("Phạm Gia Hân").first).to_be_visible()
        await expect(phone.says("Lê Minh Khôi")).to_have_count(0)


async def test_a_teacher_who_is_a_mother_changes_hats(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    other = await town.school()
    teacher = await town.staff(school, "homeroom_teacher", "Đỗ Thị Cô")
    await town.guardian(await town.student(other, "Lê Minh Khôi"), person=teacher)
    phone = await open_phone()
    await phone.log_in(teacher)
    await expect(
        phone.page.get_by_role("navigation").get_by_text("Lớp", exact=True)
    ).to_be_visible()
    hat = phone.page.locator("button.hat")
    await expect(hat).to_contain_text("Giáo viên chủ nhiệm")
    await hat.click()
    await screen(phone.page, "roles")
    await phone.page.get_by_role("dialog").get_by_text("Phụ huynh").click()
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()
    await expect(hat).to_contain_text(other.name)
    await phone.page.reload()
    await expect(hat).to_contain_text("Phụ huynh")


async def end_other_sessions(phone: Phone) -> None:
    """On the settings screen."""
    await phone.go("/cai-dat/thiet-bi")
    await screen(phone.page, "devices")
    await phone.page.get_by_role("button", name="Đăng xuất tất cả máy khác").click()
    await expect(phone.says("Không có máy nào khác đang đăng nhập.")).to_be_visible()

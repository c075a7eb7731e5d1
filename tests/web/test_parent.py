"""A parent's pages: what is known, who says so, and never "arrived" without a scan."""

import json

import asyncpg
from playwright.async_api import Locator, expect

from tests.notifications.news import block
from tests.web.conftest import GuardAt, OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.web.test_entry import _KEPT as KEPT
from tests.world import Student

NOT_YET, IN, OUT = "Chưa quét thẻ hôm nay", "Đã vào trường", "Đã rời trường"


def card_of(phone: Phone, child: Student) -> Locator:
    """The child's card on Today."""
    return phone.page.locator("a.child").filter(has_text=child.name)


async def test_each_childs_scan_shows_on_the_open_page_without_a_reload(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    near, far = await town.school(), await town.school()
    khoi = await town.student(near, "Lê Minh Khôi")
    han = await town.student(far, "Lê Gia Hân")
    phone = await open_phone()
    await phone.log_in(await town.guardian(khoi, han))
    await expect(card_of(phone, khoi)).to_contain_text(NOT_YET)
    await expect(card_of(phone, han)).to_contain_text(NOT_YET)
    await phone.is_live()
    await screen(phone.page, "today-before")
    loads = phone.watch.loads
    gate = guard_at(near, await town.staff(near, "guard"))
    assert await gate.outcome(khoi.token) == "ok"
    await expect(card_of(phone, khoi)).to_contain_text(IN)
    await expect(card_of(phone, khoi)).to_contain_text("Cổng chính")
    await expect(card_of(phone, han)).to_contain_text(NOT_YET)
    await screen(phone.page, "today")
    assert await gate.outcome(khoi.token, "out") == "ok"
    await expect(card_of(phone, khoi)).to_contain_text(OUT)
    assert phone.watch.loads == loads, "it came by the stream, not by a reload"


async def test_without_a_network_today_says_from_when_it_is(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    gate = guard_at(school, await town.staff(school, "guard"))
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await expect(card_of(phone, child)).to_contain_text(NOT_YET)
    await phone.ready_for_no_network()
    async with phone.offline():
        await phone.page.reload()
        await expect(card_of(phone, child)).to_contain_text(NOT_YET)
        await expect(phone.says("Số liệu lúc")).to_be_visible()
        await expect(phone.says("Không có mạng")).to_be_visible()
        await screen(phone.page, "today-offline")
        assert await gate.outcome(child.token) == "ok"
    await expect(card_of(phone, child)).to_contain_text(IN)


async def test_a_child_that_a_parent_is_barred_from_goes_from_the_open_page_and_the_phone(
    town: Town, open_phone: OpenPhone, rows: asyncpg.Connection
) -> None:
    school = await town.school()
    khoi = await town.student(school, "Lê Minh Khôi")
    han = await town.student(school, "Lê Gia Hân")
    father = await town.guardian(khoi, han)
    phone = await open_phone()
    await phone.log_in(father)
    await expect(card_of(phone, khoi)).to_contain_text(NOT_YET)
    await phone.is_live()
    assert khoi.name in json.dumps(await phone.page.evaluate(KEPT), ensure_ascii=False)
    loads = phone.watch.loads
    await block(rows, father, khoi)
    await expect(card_of(phone, khoi)).to_have_count(0)
    await expect(card_of(phone, han)).to_contain_text(NOT_YET)
    kept = json.dumps(await phone.page.evaluate(KEPT), ensure_ascii=False)
    assert khoi.name not in kept
    assert str(khoi.id) not in kept
    assert phone.watch.loads == loads

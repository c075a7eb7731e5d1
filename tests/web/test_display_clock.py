"""A screen whose own clock is wrong: its codes follow the server's time, and it says so."""

import httpx
from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.gatework import code_shown_by
from tests.web.province import Town
from tests.web.screens import screen
from tests.web.test_display import believed, paired_screen

_FAST: str = """
    const real = Date.now.bind(Date)
    Date.now = () => real() + 300_000
"""


async def test_a_screen_that_is_five_minutes_fast_shows_the_code_of_now_also_without_network(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    display = await paired_screen(open_phone, api, school, principal, before=_FAST)
    await expect(display.says("Đồng hồ của máy này sai 5 phút")).to_be_visible()
    believed(town, school, await code_shown_by(display))
    await screen(display.page, "display-clock")
    await display.ready_for_no_network()
    async with display.offline():
        await display.page.reload()
        await expect(display.page.get_by_label("Mã điểm danh")).to_be_visible()
        believed(town, school, await code_shown_by(display))
        await expect(display.says("Đồng hồ của máy này sai 5 phút")).to_be_visible()

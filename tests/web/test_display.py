"""The screen at the gate: paired once, then it shows codes that the server believes."""

from datetime import UTC, datetime

import httpx
from playwright.async_api import expect

from app.attendance.codes import StationCode, parse, station_window, verify
from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.gatework import code_shown_by
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import Person, School


async def paired_screen(
    open_phone: OpenPhone,
    api: httpx.AsyncClient,
    school: School,
    principal: Person,
    *,
    before: str | None = None,
) -> Phone:
    """A browser at the school's gate, paired by the code that the principal is shown.

    `before` is a script that runs before those of each page.
    """
    path = f"/v1/stations/{school.gate_id}/pairing"
    answer = await api.post(path, headers=principal.headers)
    display = await open_phone(at_desk=True)
    if before is not None:
        await display.context.add_init_script(before)
    await display.go("/man-hinh")
    await display.page.get_by_label("Mã ghép").fill(answer.json()["pairing_code"])
    await display.page.get_by_role("button", name="Ghép màn hình").click()
    await expect(display.page.get_by_role("heading", name="Cổng chính")).to_be_visible()
    await expect(display.page.get_by_label("Mã điểm danh")).to_be_visible()
    return display


def believed(town: Town, school: School, token: str | None) -> StationCode:
    """The code, which the server would take now."""
    assert token is not None
    code = parse(token)
    verify(town.resources.vault.ring, code)
    assert isinstance(code, StationCode)
    assert (code.school_id, code.number) == (school.id, 1)
    now = datetime.now(UTC)
    assert station_window(code, now, now) == "ok"
    return code


async def next_code(display: Phone, before: str | None) -> str | None:
    """The code that comes after this one."""

    async def is_new() -> bool:
        return await code_shown_by(display) not in (before, None)

    await until(is_new)
    return await code_shown_by(display)


async def test_a_paired_screen_shows_new_codes_also_after_a_reload_without_network(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    display = await paired_screen(open_phone, api, school, principal)
    first = await code_shown_by(display)
    step = believed(town, school, first).step
    await screen(display.page, "display")
    await display.ready_for_no_network()
    async with display.offline():
        await display.page.reload()
        await expect(display.page.get_by_label("Mã điểm danh")).to_be_visible()
        await expect(display.says("Mất mạng từ")).to_be_visible()
        second = await next_code(display, first)
        assert believed(town, school, second).step > step
        await screen(display.page, "display-offline")


async def test_a_screen_that_was_replaced_says_so(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    former = await paired_screen(open_phone, api, school, principal)
    former.watch.allow(401, "/v1/")
    await paired_screen(open_phone, api, school, principal)
    await former.page.reload()
    await expect(former.page.get_by_label("Mã ghép")).to_be_visible()
    await screen(former.page, "display-pairing")


async def test_a_wrong_pairing_code_is_refused_in_words(town: Town, open_phone: OpenPhone) -> None:
    display = await open_phone(at_desk=True)
    for status in (401, 403, 404, 422):
        display.watch.allow(status, "/v1/auth/pair")
    await display.go("/man-hinh")
    await display.page.get_by_label("Mã ghép").fill("101-AAAAA BBBBB")
    await display.page.get_by_role("button", name="Ghép màn hình").click()
    await expect(display.page.get_by_role("alert")).to_be_visible()

"""A family's first steps: by the school's sheet, or by a text message."""

import asyncio
import itertools
import re

import httpx
from playwright.async_api import expect

from tests.fakes.sms import FakeSms
from tests.web.conftest import OpenPhone
from tests.web.paper import activation_links, name_guardian
from tests.web.phone import Phone
from tests.web.province import PASSWORD, Town
from tests.web.screens import screen

_numbers = itertools.count(912_000_001)


def new_number() -> str:
    """Nobody's phone yet."""
    return f"0{next(_numbers)}"


async def test_a_parent_activates_from_the_sheet(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    child = await town.student(school, "Lê Minh Khôi")
    number = new_number()
    await name_guardian(api, school, principal, child, name="Võ Thị Mẹ", phone=number)
    (link,) = await activation_links(api, school, principal)

    phone = await open_phone()
    await phone.page.goto(link)
    await expect(phone.page.get_by_label("Mã trên phiếu")).not_to_have_value("")
    assert "#" not in phone.page.url, "the code stays in no history"
    await screen(phone.page, "activation")
    await phone.page.get_by_label("Số điện thoại").fill(number)
    await phone.page.get_by_label("Đặt mật khẩu").fill(PASSWORD)
    await phone.page.get_by_role("button", name="Kích hoạt tài khoản").click()
    await expect(phone.says("Đã nối với Lê Minh Khôi")).to_be_visible()
    await screen(phone.page, "activated")
    await phone.page.get_by_role("link", name="Tiếp tục").click()
    await decide_all(phone)
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()


async def test_a_sheet_of_somebody_else_is_refused_in_words(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    child = await town.student(school, "Lê Minh Khôi")
    await name_guardian(api, school, principal, child, name="Võ Thị Mẹ", phone=new_number())
    (link,) = await activation_links(api, school, principal)
    phone = await open_phone()
    for status in (401, 403, 404, 422):
        phone.watch.allow(status, "/v1/auth/activate")
    await phone.page.goto(link.partition("#")[0] + "#KHONG-CO-MA")
    await phone.page.get_by_label("Số điện thoại").fill(new_number())
    await phone.page.get_by_label("Đặt mật khẩu").fill(PASSWORD)
    await phone.page.get_by_role("button", name="Kích hoạt tài khoản").click()
    await expect(phone.page.get_by_role("alert")).to_be_visible()
    await screen(phone.page, "activation-refused")


async def test_a_parent_without_a_sheet_gets_a_code_by_text_message(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient, sms: FakeSms
) -> None:
    school = await town.school()
    principal = await town.admin(school)
    child = await town.student(school, "Lê Minh Khôi")
    number = new_number()
    await name_guardian(api, school, principal, child, name="Võ Thị Mẹ", phone=number)
    phone = await open_phone()
    await phone.go("/kich-hoat")
    await phone.page.get_by_role("button", name="Không có phiếu").click()
    await phone.page.get_by_label("Số điện thoại").fill(number)
    await phone.page.get_by_role("button", name="Gửi mã về điện thoại").click()
    await phone.page.get_by_label("Mã trong tin nhắn").fill(await code_to(number, sms))
    await screen(phone.page, "activation-by-message")
    await phone.page.get_by_label("Đặt mật khẩu").fill(PASSWORD)
    await phone.page.get_by_role("button", name="Hoàn tất").click()
    await decide_all(phone)
    await expect(phone.says("Lê Minh Khôi").first).to_be_visible()


async def code_to(number: str, sms: FakeSms) -> str:
    """The six digits of the latest text to a phone; it is sent after the answer."""
    async with asyncio.timeout(60):
        while True:
            for text in reversed(sms.accepted):
                if text.phone[-9:] == number[-9:]:
                    found = re.search(r"\b\d{6}\b", text.text)
                    assert found is not None, text.text
                    return found[0]
            await asyncio.sleep(0.05)


async def decide_all(phone: Phone) -> None:
    """Choose for each consent: nothing is chosen by silence."""
    await expect(phone.page.get_by_role("heading", name="Gia đình chọn")).to_be_visible()
    await screen(phone.page, "consents")
    agreements = phone.page.get_by_label("Đồng ý", exact=True)
    for number in range(await agreements.count()):
        await agreements.nth(number).click()
        await expect(agreements.nth(number)).to_be_checked()
    await phone.page.get_by_role("link", name="Vào ứng dụng").click()

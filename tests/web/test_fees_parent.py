"""A parent's fees: seen line by line, paid by one code for both children, and receipted."""

import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import Locator, expect

from tests.mobile_api.billing import Till, open_till
from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen


def card(phone: Phone, name: str) -> Locator:
    """A child's fees."""
    return phone.page.get_by_role("region", name=name, exact=True)


async def opened(phone: Phone, till: Till) -> None:
    """Fees, from the family's first screen."""
    await phone.log_in(till.parent)
    link = phone.page.get_by_role("link", name="Khoản thu")
    await expect(link).to_contain_text("đ")
    await link.click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Khoản thu")


async def test_an_offer_is_left_and_taken_up_again_and_a_part_is_paid_where_it_may(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    till = await open_till(api, town)
    await town.owner.execute(
        "update billing_period set accepts_partial = true where id = $1", till.period_id
    )
    await till.bill(till.elder, 120_000)
    await till.bill(till.elder, 50_000, item="club", is_voluntary=True)
    phone = await open_phone()
    await opened(phone, till)
    mine = card(phone, till.elder.name)
    pay = phone.page.get_by_role("button", name=re.compile("^Đóng [0-9]"))
    await expect(pay).to_contain_text("120.000")
    await mine.get_by_label("Câu lạc bộ bóng đá").check()
    await expect(pay).to_contain_text("170.000")
    await screen(phone.page, "fees-offer")
    await mine.get_by_role("button", name="Không tham gia").click()
    await expect(pay).to_contain_text("120.000")
    await mine.get_by_text("Đã xong").click()
    await expect(mine.get_by_text("Gia đình đã chọn không tham gia")).to_be_visible()
    await mine.get_by_role("button", name="Tham gia lại").click()
    await expect(mine.get_by_role("button", name="Không tham gia")).to_be_visible()
    # Chosen before; the family chooses anew.
    await mine.get_by_label("Câu lạc bộ bóng đá").uncheck()
    await mine.get_by_role("button", name="Đóng một phần").click()
    await mine.get_by_label("Số tiền đóng lần này").fill("50000")
    await expect(pay).to_contain_text("50.000")
    await pay.click()
    await expect(phone.page.get_by_role("img", name=re.compile("50.000"))).to_be_visible()

    past = datetime.now(UTC) - timedelta(minutes=1)
    await town.owner.execute(
        "update payment_intent set state = 'expired', expires_at = $2 where school_id = $1",
        till.school.id, past,
    )  # fmt: skip
    await phone.page.reload()
    await expect(phone.says("Mã đã hết hạn")).to_be_visible()
    await expect(phone.page.get_by_role("img", name=re.compile("VietQR"))).to_have_count(0)
    await screen(phone.page, "fees-expired")


async def test_what_goes_to_two_accounts_has_two_codes_and_cash_has_none(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    till = await open_till(api, town)
    bills = [
        await till.bill(till.elder, 120_000),
        await till.bill(till.younger, 80_000),
        await till.bill(till.elder, 30_000, seq=2),
    ]
    bank = {"bin": "970415", "number": "106868686868", "holder": "Truong THCS"}
    second = await till.post(till.accountant, "/accounts", kind="bank", name="Bán trú", bank=bank)
    for bill, account_id in zip(bills[1:], (second.json()["id"], till.cash_id), strict=True):
        await town.owner.execute(
            "update invoice set account_id = $2 where id = $1", bill, account_id
        )
    phone = await open_phone()
    await opened(phone, till)
    await expect(phone.says("Các khoản này về 2 tài khoản của trường")).to_be_visible()
    mine = card(phone, till.elder.name)
    await expect(mine).to_contain_text("Nộp tại trường")
    await expect(mine.get_by_role("checkbox")).to_have_count(1)
    pay = phone.page.get_by_role("button", name=re.compile("^Đóng [0-9]"))
    await expect(pay).to_have_text([re.compile("120.000"), re.compile("80.000")])
    await pay.last.click()
    await expect(phone.page.get_by_role("img", name=re.compile("VietQR 80.000"))).to_be_visible()
    await expect(phone.page.get_by_text("106868686868")).to_be_visible()


async def test_where_the_school_bills_nothing_there_is_nothing_of_fees(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    till = await open_till(api, town)
    await till.bill(till.single)
    phone = await open_phone()
    await phone.log_in(till.parent)
    await expect(phone.page.get_by_role("link", name=till.elder.name)).to_be_visible()
    await until(lambda: phone.asked("/v1/fees/due") > 0)
    await expect(phone.page.get_by_role("link", name="Khoản thu")).to_have_count(0)
    await phone.go("/khoan-thu")
    await expect(phone.says("Nhà trường chưa thu khoản nào ở đây")).to_be_visible()

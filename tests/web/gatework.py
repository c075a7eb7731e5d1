"""What a guard does with the web client's scanner."""

import io

import zxingcpp
from PIL import Image
from playwright.async_api import Locator, expect

from tests.web.phone import Phone
from tests.world import Person, School


async def start_scanning(phone: Phone, *, direction: str = "VÀO") -> None:
    """From the scanner's first screen to a camera that reads, with a place that is known."""
    page = phone.page
    await expect(page.get_by_role("button", name="Cổng chính")).to_be_visible()
    await page.get_by_role("button", name="Cổng chính").click()
    await page.get_by_role("button", name=f"Học sinh đang {direction}").click()
    await page.get_by_role("button", name="Bắt đầu quét").click()
    await expect(page.get_by_text("Đưa thẻ vào khung")).to_be_visible()
    await expect(page.locator(".place-badge")).to_have_count(0)


async def guard_with_scanner(phone: Phone, who: Person, school: School) -> None:
    """Log in at the school's gate and start."""
    await phone.stand_at(school)
    await phone.log_in(who)
    await start_scanning(phone)


def answer(phone: Phone) -> Locator:
    """The big band under the camera."""
    return phone.page.locator(".answer")


async def code_shown_by(phone: Phone) -> str | None:
    """What a camera before this screen reads; None while nothing can be read."""
    picture = Image.open(io.BytesIO(await phone.page.screenshot()))
    codes = zxingcpp.read_barcodes(picture)
    return codes[0].text if codes else None

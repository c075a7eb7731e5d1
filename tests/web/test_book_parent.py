"""A parent's week with the contact book: read, answered, asked, and found again."""

from datetime import UTC, datetime, timedelta

import httpx
from playwright.async_api import Locator, expect

from app.schools.common import school_day
from tests.web.bookwork import Desk
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School, Student


async def opened(phone: Phone) -> None:
    """The contact book, by its tab."""
    await phone.page.get_by_role("navigation").get_by_role("link", name="Sổ liên lạc").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Sổ liên lạc")


def bubble(phone: Phone, text: str) -> Locator:
    return phone.page.get_by_role("article").filter(has_text=text)


async def away(desk: Desk) -> None:
    """The teacher reads again the day after tomorrow."""
    until = school_day(datetime.now(UTC)) + timedelta(days=1)
    hours = {
        "school_id": desk.school.id,
        "from_time": "07:00:00",
        "until_time": "17:00:00",
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "away_until": until.isoformat(),
        "away_note": "Tập huấn ở Sở",
    }
    answer = await desk.api.put("/v1/me/contact-hours", json=hours, headers=desk.who.headers)
    assert answer.is_success, answer.text


async def homeroom(town: Town, api: httpx.AsyncClient) -> tuple[School, Student, Desk]:
    school = await town.school()
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    child = await town.student(school, "Lê Minh Khôi")
    return school, child, Desk(api, school, teacher)


async def test_a_mother_and_the_teacher_write_to_each_other(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    _, child, desk = await homeroom(town, api)
    await away(desk)
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await opened(phone)
    await phone.page.get_by_role("link", name="Tin nhắn").click()
    await expect(phone.says("Chưa có tin nhắn")).to_be_visible()
    await screen(phone.page, "messages-none")
    await phone.page.get_by_role("button", name="Nhắn cho thầy cô").click()
    dialog = phone.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Cô Hoa")
    await screen(phone.page, "messages-to-whom")
    await dialog.get_by_role("button", name="Giáo viên chủ nhiệm").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Giáo viên chủ nhiệm")
    await expect(phone.says("Cô Hoa vắng đến hết")).to_be_visible()
    thread = phone.page.url.rpartition("/")[2]

    await phone.page.get_by_role("button", name="Gửi", exact=True).click()
    await expect(phone.says("Mời viết tin nhắn.")).to_be_visible()
    field = phone.page.get_by_role("textbox", name="Tin nhắn")
    await field.fill("Mai cháu đi khám, xin phép cô. <b>Cảm ơn</b> cô ạ!")
    await phone.page.get_by_role("button", name="Gửi", exact=True).click()
    asked = bubble(phone, "Mai cháu đi khám")
    await expect(asked).to_contain_text("<b>Cảm ơn</b>")
    await expect(asked).to_contain_text("Sẽ được đọc vào giờ làm việc")
    await screen(phone.page, "message-later")

    await desk.say(thread, "Vâng, chúc em mau khoẻ.")
    answer = bubble(phone, "chúc em mau khoẻ")
    await expect(answer).to_contain_text("Cô Hoa")
    await desk.ask("POST", f"/threads/{thread}/read", json={"seq": 2})
    await phone.page.reload()
    await expect(asked).to_contain_text("Đã xem")

    await field.fill("Cháu đỡ roi ạ")
    await phone.page.get_by_role("button", name="Gửi", exact=True).click()
    await bubble(phone, "Cháu đỡ roi ạ").get_by_role("button").click()
    await screen(phone.page, "message-actions")
    await dialog.get_by_role("button", name="Sửa").click()
    await dialog.get_by_label("Tin nhắn").fill("Cháu đỡ rồi ạ")
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(bubble(phone, "Cháu đỡ rồi ạ")).to_contain_text("đã sửa")
    await bubble(phone, "Cháu đỡ rồi ạ").get_by_role("button").click()
    await dialog.get_by_role("button", name="Thu hồi").click()
    await dialog.get_by_role("button", name="Thu hồi").click()
    await expect(bubble(phone, "Tin nhắn đã được thu hồi")).to_be_visible()
    await expect(phone.says("Cháu đỡ")).to_have_count(0)

    await answer.get_by_role("button").click()
    await dialog.get_by_role("button", name="Báo cáo với hiệu trưởng").click()
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(dialog.get_by_text("Mời chọn hoặc ghi lý do.")).to_be_visible()
    await dialog.get_by_role("button", name="Lời lẽ xúc phạm").click()
    await screen(phone.page, "message-report")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(dialog.get_by_text("Đã gửi báo cáo")).to_be_visible()
    await dialog.get_by_role("button", name="Đóng").click()
    await screen(phone.page, "messages")

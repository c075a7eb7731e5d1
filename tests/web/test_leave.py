"""Leave by phone: a parent asks, the teacher decides, and the school looks for nobody in vain."""

import io

import httpx
from PIL import Image
from playwright.async_api import FilePayload, Locator, expect

from tests.web.conftest import GuardAt, OpenPhone
from tests.web.cut_off import pass_the_cut_off, ready_for_the_cut_off
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen


def paper() -> FilePayload:
    """A doctor's note as a phone's camera takes it."""
    made = io.BytesIO()
    Image.new("RGB", (900, 1200), "ivory").save(made, "JPEG")
    return {"name": "giay-kham.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def sent(phone: Phone) -> Locator:
    """The requests that were sent."""
    return phone.page.get_by_role("region", name="Các đơn đã gửi")


async def test_a_parent_asks_leave_by_phone_the_teacher_approves_and_no_alert_comes(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    await ready_for_the_cut_off(town, api, guard_at, school)
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    child = await town.student(school, "Lê Minh Khôi")
    mother = await town.guardian(child)
    phone = await open_phone()
    await phone.log_in(mother)
    await phone.go(f"/con/{child.id}")
    await phone.page.get_by_role("link", name="Xin nghỉ").click()
    form = phone.page.locator("form")
    await form.get_by_role("button", name="Gửi đơn").click()
    await expect(form.get_by_text("Mời chọn hoặc ghi lý do.")).to_be_visible()
    await screen(phone.page, "leave-form")
    await form.get_by_role("button", name="Con bị ốm").click()
    await form.locator("input[type=file]").first.set_input_files(paper())
    await expect(form.get_by_role("img", name="Ảnh giấy khám")).to_be_visible()
    await form.get_by_role("button", name="Gửi đơn").click()
    await expect(phone.says("Đã gửi đơn. Đang chờ duyệt.")).to_be_visible()
    await expect(sent(phone)).to_contain_text("Hôm nay: cả ngày")
    await expect(sent(phone)).to_contain_text("Chờ duyệt")
    await screen(phone.page, "leave-sent")

    desk = await open_phone()
    await desk.log_in(teacher)
    waiting = desk.page.get_by_role("region", name="Đơn xin nghỉ chờ duyệt")
    await expect(waiting).to_contain_text("Lê Minh Khôi")
    await expect(waiting).to_contain_text("có ảnh giấy khám")
    await screen(desk.page, "class-leave")
    await waiting.get_by_role("button", name="Xem đơn của Lê Minh Khôi").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Xem ảnh giấy khám").click()
    await expect(dialog.get_by_role("img", name="Ảnh giấy khám")).to_be_visible()
    await dialog.get_by_role("button", name="Không duyệt").click()
    await expect(dialog.get_by_text("Mời ghi vì sao không duyệt.")).to_be_visible()
    await dialog.get_by_label("Lời nhắn cho gia đình").fill("Chúc em mau khoẻ.")
    await screen(desk.page, "class-leave-decide")
    await dialog.get_by_role("button", name="Duyệt", exact=True).click()
    await expect(waiting).to_have_count(0)
    await expect(desk.says("Nghỉ có phép").first).to_be_visible()

    # The page of the mother was open all the time.
    await expect(sent(phone)).to_contain_text("Đã duyệt")
    await expect(sent(phone)).to_contain_text("Chúc em mau khoẻ.")
    await pass_the_cut_off(town, school)
    told = "select count(*) from inbox_item where account_id = $1 and kind = 'absence'"
    assert await town.count(told, mother.account_id) == 0
    await phone.go()
    await expect(phone.page.locator("a.child")).to_contain_text("có phép")
    await expect(phone.says("Chưa có mặt")).to_have_count(0)
    await screen(phone.page, "today-leave")


async def test_a_request_is_taken_back_and_an_early_exit_needs_a_time(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await phone.go(f"/con/{child.id}/xin-nghi")
    form = phone.page.locator("form")
    await form.get_by_role("button", name="Ngày mai").click()
    await form.get_by_role("button", name="Về sớm").click()
    await form.get_by_role("button", name="Đi khám bệnh").click()
    await form.get_by_role("button", name="Gửi đơn").click()
    await expect(form.get_by_text("Mời chọn giờ.")).to_be_visible()
    await form.get_by_label("Về lúc mấy giờ?").fill("10:15")
    await screen(phone.page, "leave-early")
    await form.get_by_role("button", name="Gửi đơn").click()
    await expect(sent(phone)).to_contain_text("Ngày mai: về sớm lúc 10:15")
    await sent(phone).get_by_role("button", name="Rút đơn").click()
    dialog = phone.page.get_by_role("dialog")
    await screen(phone.page, "leave-withdraw")
    await dialog.get_by_role("button", name="Rút đơn").click()
    await expect(dialog).to_have_count(0)
    await expect(sent(phone)).to_contain_text("Đã rút")
    await expect(sent(phone).get_by_role("button")).to_have_count(0)


async def test_several_days_are_asked_for_and_refused_with_a_reason(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    child = await town.student(school, "Lê Minh Khôi")
    phone, desk = await open_phone(), await open_phone()
    await phone.log_in(await town.guardian(child))
    await phone.go(f"/con/{child.id}/xin-nghi")
    form = phone.page.locator("form")
    await form.get_by_role("button", name="Ngày khác").click()
    first = await form.get_by_label("Từ ngày").input_value()
    await form.get_by_label("Đến hết ngày").fill("2020-01-01")
    await form.get_by_label("Lý do").fill("Về quê ăn cưới")
    await form.get_by_role("button", name="Gửi đơn").click()
    await expect(form.get_by_text("Ngày cuối phải sau ngày đầu.")).to_be_visible()
    await screen(phone.page, "leave-days")
    await form.get_by_label("Đến hết ngày").fill(first)
    await form.get_by_role("button", name="Gửi đơn").click()
    await expect(sent(phone)).to_contain_text("Về quê ăn cưới")

    await desk.log_in(teacher)
    await desk.page.get_by_role("link", name="Đơn xin nghỉ").click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Đơn xin nghỉ")
    await desk.page.get_by_role("button", name="Xem đơn của Lê Minh Khôi").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_label("Lời nhắn cho gia đình").fill("Tuần này em thi học kỳ.")
    await dialog.get_by_role("button", name="Không duyệt").click()
    await expect(dialog).to_have_count(0)
    await expect(desk.says("Không duyệt")).to_be_visible()
    await screen(desk.page, "class-leave-all")
    await expect(sent(phone)).to_contain_text("Tuần này em thi học kỳ.")
    await expect(sent(phone)).to_contain_text("Không duyệt")

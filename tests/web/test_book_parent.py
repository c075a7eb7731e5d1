"""A parent's week with the contact book: read, answered, asked, and found again."""

import json
import re
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest
from playwright.async_api import FilePayload, Locator, expect

from app.ids import new_id
from app.schools.common import school_day
from tests.notifications.news import block, until
from tests.web.book_desk import Desk, paper, picture
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.web.test_entry import _KEPT as KEPT
from tests.world import School, Student

_MOMENTS = {
    "announcement": ("created_at", "changed_at", "published_at"),
    "announcement_recipient": ("published_at", "changed_at"),
}


async def opened(phone: Phone) -> None:
    """The contact book, by its tab."""
    await phone.page.get_by_role("navigation").get_by_role("link", name="Sổ liên lạc").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Sổ liên lạc")


async def until_loaded(picture: Locator) -> None:
    """Wait until the browser has the picture."""
    await until(lambda: picture.evaluate("(each) => each.naturalWidth > 0"))


async def a_month_ago(town: Town, school: School) -> None:
    """Let what the school has announced so far be of last month."""
    for table, columns in _MOMENTS.items():
        changes = ", ".join(f"{each} = {each} - interval '31 days'" for each in columns)
        await town.owner.execute(f"update {table} set {changes} where school_id = $1", school.id)


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


def entry(phone: Phone, title: str) -> Locator:
    """An entry of the feed."""
    return phone.page.get_by_role("listitem").filter(has_text=title)


async def test_a_week_is_read_answered_acknowledged_and_its_homework_done(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school, khoi, teacher = await homeroom(town, api)
    han = await town.student(await town.school(), "Lê Gia Hân")
    mother = await town.guardian(khoi, han)
    principal = Desk(api, school, await town.admin(school))
    until = datetime.now(UTC) + timedelta(days=2)
    trip = await principal.announce(
        "Tham quan Đền Hùng",
        "Sáng thứ Bảy, khối 6 đi Đền Hùng. <i>Xem</i> https://example.edu.vn/den-hung.",
        answer_kind="rsvp",
        answer_until=until.isoformat(),
        attachment_ids=[
            await principal.attach(picture(), "image/jpeg", "den-hung.jpg"),
            await principal.attach(paper(), "application/pdf", "lich-trinh.pdf"),
        ],
    )
    await principal.announce(
        "Nội quy mới", "Các em mặc đồng phục thứ Hai.", answer_kind="acknowledge"
    )
    day = school_day(datetime.now(UTC)) + timedelta(days=1)
    await teacher.homework(school.class_id, "Bài 4, 5 trang 32", day.isoformat())
    await teacher.remark(khoi, "Hăng hái phát biểu")

    phone = await open_phone()
    await phone.log_in(mother)
    tab = phone.page.get_by_role("link", name="Sổ liên lạc")
    await expect(tab.locator(".count")).to_have_text("2")
    await opened(phone)
    await expect(entry(phone, "Tham quan Đền Hùng")).to_contain_text("Trả lời trước")
    await expect(entry(phone, "Hăng hái phát biểu")).to_contain_text("Khen")
    await expect(entry(phone, "Hăng hái phát biểu")).to_contain_text("Lê Minh Khôi")
    await screen(phone.page, "book")

    await phone.page.get_by_role("link", name="Tham quan Đền Hùng").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Tham quan Đền Hùng")
    await expect(phone.says("<i>Xem</i>")).to_be_visible()
    link = phone.page.get_by_role("link", name="https://example.edu.vn/den-hung", exact=True)
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    picture_button = phone.page.get_by_role("button", name="den-hung.jpg")
    await expect(picture_button).to_be_visible()
    shown = picture_button.get_by_role("img")
    await until_loaded(shown)
    await screen(phone.page, "announcement")
    await picture_button.click()
    dialog = phone.page.get_by_role("dialog")
    await expect(dialog.get_by_role("img", name="den-hung.jpg")).to_be_visible()
    await dialog.get_by_role("button", name="Đóng").click()
    async with phone.page.expect_download() as saved:
        await phone.page.get_by_role("link", name="lich-trinh.pdf").click()
    assert (await saved.value).suggested_filename == "lich-trinh.pdf"
    answer = phone.page.get_by_role("region", name="Câu trả lời của gia đình")
    await answer.get_by_role("button", name="Gửi trả lời").click()
    await expect(answer.get_by_text("Mời chọn hoặc viết câu trả lời.")).to_be_visible()
    await answer.get_by_label("Sẽ tham dự").check()
    await answer.get_by_label("Lời nhắn thêm").fill("Cháu say xe, xin ngồi trước")
    await answer.scroll_into_view_if_needed()
    await screen(phone.page, "announcement-answer")
    await answer.get_by_role("button", name="Gửi trả lời").click()
    await expect(answer).to_contain_text("Bạn trả lời lúc")
    await expect(answer).to_contain_text("Cháu say xe")
    await answer.get_by_role("button", name="Đổi câu trả lời").click()
    await answer.get_by_label("Không tham dự được").check()
    await answer.get_by_role("button", name="Gửi trả lời").click()
    await expect(answer.get_by_role("button", name="Đổi câu trả lời")).to_be_visible()
    await expect(answer).to_contain_text("Không tham dự được")
    await answer.scroll_into_view_if_needed()
    await screen(phone.page, "announcement-answered")
    sheet = await principal.ask("GET", f"/announcements/{trip['id']}/answers")
    (said,) = [each for each in sheet["items"] if each["answer"]]
    assert (said["name"], said["answer"]) == (khoi.name, "no")

    await phone.page.get_by_role("link", name="Quay lại").click()
    await expect(entry(phone, "Tham quan Đền Hùng")).to_contain_text("Đã trả lời")
    await phone.page.get_by_role("link", name="Nội quy mới").click()
    await phone.page.get_by_role("button", name="Đã đọc và nắm rõ").click()
    await expect(phone.says("Gia đình đã xác nhận đã đọc")).to_be_visible()
    await expect(tab.locator(".count")).to_have_count(0)

    await phone.page.get_by_role("link", name="Quay lại").click()
    done = entry(phone, "Bài tập Toán").get_by_role("button", name="Đánh dấu đã làm")
    await done.click()
    marked = entry(phone, "Bài tập Toán").get_by_role("button", name="Đã làm")
    await expect(marked).to_have_attribute("aria-pressed", "true")
    await phone.page.get_by_role("link", name="Bài tập Toán").click()
    await expect(phone.says("Bài 4, 5 trang 32")).to_be_visible()
    await expect(phone.page.get_by_role("button", name="Đã làm")).to_be_visible()
    await screen(phone.page, "homework")
    await phone.page.get_by_role("link", name="Quay lại").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Sổ của Lê Minh Khôi")
    await screen(phone.page, "book-child")
    await phone.page.get_by_role("link", name="Lê Gia Hân").click()
    await expect(phone.says("Chưa có gì trong sổ")).to_be_visible()


async def test_last_months_notice_is_found_without_diacritics(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school, khoi, teacher = await homeroom(town, api)
    principal = Desk(api, school, await town.admin(school))
    await principal.announce("Họp phụ huynh đầu năm", "19 giờ thứ Sáu, tại phòng 6A1.")
    await a_month_ago(town, school)
    await teacher.remark(khoi, "Họp nhóm rất tốt")
    phone = await open_phone()
    await phone.log_in(await town.guardian(khoi))
    await opened(phone)
    await phone.page.get_by_role("link", name="Tìm").click()
    await phone.page.get_by_role("searchbox").fill("hop phu huynh")
    found = phone.page.get_by_role("listitem")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("Họp phụ huynh đầu năm")
    await screen(phone.page, "book-search")
    await phone.page.get_by_role("searchbox").fill("khong co gi")
    await expect(phone.page.get_by_text("Không tìm thấy").last).to_be_visible()
    await phone.page.get_by_role("searchbox").fill("họp")
    await expect(found).to_have_count(2)
    await phone.page.get_by_role("link", name="Họp phụ huynh").click()
    await expect(phone.says("19 giờ thứ Sáu")).to_be_visible()


async def test_without_a_network_the_book_says_from_when_it_is(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school, khoi, teacher = await homeroom(town, api)
    mother = await town.guardian(khoi)
    principal = Desk(api, school, await town.admin(school))
    sent = await principal.announce("Nghỉ giữa kỳ", "Các em nghỉ từ thứ Năm.")
    await teacher.remark(khoi, "Làm bài cẩn thận")
    phone = await open_phone()
    await phone.log_in(mother)
    await opened(phone)
    await phone.page.get_by_role("link", name="Nghỉ giữa kỳ").click()
    await expect(phone.says("Các em nghỉ từ thứ Năm.")).to_be_visible()
    await phone.page.get_by_role("link", name="Quay lại").click()
    await expect(entry(phone, "Làm bài cẩn thận")).to_be_visible()
    await phone.ready_for_no_network()
    async with phone.offline():
        await phone.page.reload()
        await expect(entry(phone, "Làm bài cẩn thận")).to_be_visible()
        await expect(phone.says("Số liệu lúc")).to_be_visible()
        await screen(phone.page, "book-offline")
        await phone.page.get_by_role("link", name="Nghỉ giữa kỳ").click()
        await expect(phone.says("Các em nghỉ từ thứ Năm.")).to_be_visible()
        await expect(phone.says("Số liệu lúc")).to_be_visible()

    await principal.ask(
        "POST", f"/announcements/{sent['id']}/withdrawal", json={"reason": "Ghi nhầm ngày"}
    )
    await expect(phone.says("Ghi nhầm ngày")).to_be_visible()
    await expect(phone.says("Các em nghỉ từ thứ Năm.")).to_have_count(0)
    await phone.go("/tin")
    await phone.page.get_by_role("link", name="Nghỉ giữa kỳ").first.click()
    await expect(phone.says("Ghi nhầm ngày")).to_be_visible()
    # As a tapped push does it.
    told = await town.owner.fetchval(
        "select id from inbox_item where account_id = $1 and kind = 'announcement'",
        mother.account_id,
    )
    await phone.go(f"/tin?mo={told}")
    # The reason stands in the list of news, too.
    await expect(phone.page).to_have_url(re.compile(r"/thong-bao/"))
    await expect(phone.says("Ghi nhầm ngày")).to_be_visible()


async def test_a_pupil_reads_the_own_book_marks_homework_done_and_answers_for_nobody(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school, khoi, teacher = await homeroom(town, api)
    day = school_day(datetime.now(UTC)) + timedelta(days=1)
    await teacher.homework(school.class_id, "Đọc bài Thánh Gióng", day.isoformat())
    taught = "Truyền thuyết: " + "nhân vật, chi tiết kì ảo, ý nghĩa. " * 15 + "Hết bài."
    await teacher.taught(school.class_id, taught)
    principal = Desk(api, school, await town.admin(school))
    await principal.announce("Thu áo ấm", "Ai có áo cũ mang đến lớp.", answer_kind="yes_no")
    pupil = await town.account()
    pupil.person_id = khoi.id
    await town.member(pupil, school, "student")
    phone = await open_phone()
    await phone.log_in(pupil)
    await opened(phone)
    await expect(phone.page.get_by_role("link", name="Tin nhắn")).to_have_count(0)
    await entry(phone, "Bài tập Toán").get_by_role("button", name="Đánh dấu đã làm").click()
    done = entry(phone, "Bài tập Toán").get_by_role("button", name="Đã làm")
    await expect(done).to_have_attribute("aria-pressed", "true")
    await expect(phone.says("Cần trả lời")).to_have_count(0)
    await screen(phone.page, "book-pupil")
    await phone.page.get_by_role("link", name="Thu áo ấm").click()
    await expect(phone.says("Phần trả lời dành cho cha mẹ.")).to_be_visible()
    await expect(phone.page.get_by_role("radio")).to_have_count(0)
    await phone.page.get_by_role("link", name="Quay lại").click()
    await phone.page.get_by_role("link", name="Bài học Ngữ văn").click()
    await expect(phone.says("Hết bài.")).to_be_visible()
    await screen(phone.page, "lesson")


async def test_a_small_childs_day_and_the_week_in_numbers_stand_in_the_book(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Gia Hân")
    mother = await town.guardian(child)
    today = school_day(datetime.now(UTC))
    monday = today - timedelta(days=today.weekday())
    await town.owner.execute(
        "insert into care_entry (school_id, student_id, day, id, class_id, lunch, snack, sleep_min,"
        " author_account_id, author_name, created_at, changed_at)"
        " values ($1, $2, $3, $4, $5, 'all', 'some', 95, $6, 'Cô Lan', now(), now())",
        school.id, child.id, today, new_id(), school.class_id, mother.account_id,
    )  # fmt: skip
    week = {"present_days": 4, "late_days": 1, "praise": 2, "homework_set": 3, "homework_done": 2}
    await town.owner.execute(
        "insert into weekly_summary (school_id, student_id, week_start, id, data, made_at)"
        " values ($1, $2, $3, $4, $5::text::jsonb, now())",
        school.id, child.id, monday, new_id(), json.dumps(week),
    )  # fmt: skip
    phone = await open_phone()
    await phone.log_in(mother)
    await opened(phone)
    await expect(entry(phone, "Bữa ăn và giấc ngủ")).to_contain_text("Bữa trưa: hết suất")
    await expect(entry(phone, "Bữa ăn và giấc ngủ")).to_contain_text("Ngủ trưa: 1 giờ 35 phút")
    await expect(entry(phone, "Tổng kết tuần")).to_contain_text("Có mặt: 5 ngày")
    await expect(entry(phone, "Tổng kết tuần")).to_contain_text("Bài tập đã làm: 2/3")
    await phone.page.get_by_role("link", name="Tổng kết tuần").click()
    await expect(phone.says("Bữa ăn và giấc ngủ")).to_have_count(0)
    await screen(phone.page, "book-week")


async def test_a_father_who_is_barred_sees_no_more_of_the_book(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient, rows: asyncpg.Connection
) -> None:
    _, khoi, teacher = await homeroom(town, api)
    remark = await teacher.remark(khoi, "Rất chăm chỉ")
    father = await town.guardian(khoi, await town.student(await town.school(), "Lê Gia Hân"))
    phone = await open_phone()
    await phone.log_in(father)
    await opened(phone)
    await expect(entry(phone, "Rất chăm chỉ")).to_be_visible()
    await block(rows, father, khoi)
    await expect(entry(phone, "Rất chăm chỉ")).to_have_count(0)
    kept = json.dumps(await phone.page.evaluate(KEPT), ensure_ascii=False)
    assert "Rất chăm chỉ" not in kept
    await phone.go(f"/con/{khoi.id}/so/remark/{remark['id']}")
    await expect(phone.says("Không có học sinh này").first).to_be_visible()


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

    await phone.page.get_by_role("button", name="Kèm ảnh, tài liệu").click()
    note: FilePayload = {"name": "giay-kham.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    await phone.page.locator("input[type=file]").set_input_files(note)
    await expect(phone.page.get_by_role("button", name="Bỏ giay-kham.jpg")).to_be_visible()
    await phone.page.get_by_role("button", name="Gửi", exact=True).click()
    sent = phone.page.get_by_role("article").filter(has=phone.page.get_by_role("img"))
    await until_loaded(sent.get_by_role("img"))

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


@pytest.mark.long
async def test_what_is_taken_back_goes_from_the_pages_below_as_well(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    _, child, teacher = await homeroom(town, api)
    written = [await teacher.remark(child, f"Nhận xét thứ {n}") for n in range(40)]
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await opened(phone)
    entries = phone.page.get_by_role("main").get_by_role("listitem")
    await expect(entries).to_have_count(30)
    await phone.page.mouse.wheel(0, 20_000)
    await expect(entries).to_have_count(40)
    await town.owner.execute(
        "update remark set withdrawn_at = now(), changed_at = now(),"
        " withdrawn_by = author_account_id where id = any($1)",
        [written[n]["id"] for n in (2, 37)],
    )
    await teacher.remark(child, "Nhận xét mới nhất")
    await expect(entry(phone, "Nhận xét mới nhất")).to_be_visible()
    await expect(entries).to_have_count(39)
    for n in (2, 37):
        await expect(entries.get_by_text(f"Nhận xét thứ {n}", exact=True)).to_have_count(0)

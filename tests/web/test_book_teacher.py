"""A teacher's week in the contact book: the class's day, a trip with answers, chasing, messages."""

import io
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from PIL import Image
from playwright.async_api import FilePayload, Locator, expect

from app.contact_book.daily.phrases import DEFAULTS
from app.schools.common import school_day
from tests.notifications.news import until
from tests.web.bookwork import message_of, part
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town, WallClock
from tests.web.screens import screen
from tests.world import School, Student

MOST_REQUESTS: Final = 10
# What a hand needs for a tap and for a letter (the keystroke-level model's figures).
TAP_S, LETTER_S, AIM_S = 1.1, 0.28, 60
PRAISE: Final = DEFAULTS[0].text
LATE: Final = "Con chưa làm bài tập về nhà."
_FAMILIES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Võ", "Đặng", "Bùi")
_GIVEN: Final = ("Minh An", "Gia Bảo", "Khánh Chi", "Tiến Đạt", "Thu Hà")


def photo(name: str = "diem-den.jpg") -> FilePayload:
    made = io.BytesIO()
    Image.new("RGB", (1200, 900), "seagreen").save(made, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": made.getvalue()}


class Hand:
    """Fills in as a teacher does, and knows how long that takes a person."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def tap(self, what: Locator) -> None:
        await what.click()
        self.seconds += TAP_S

    async def write(self, where: Locator, words: str) -> None:
        await where.fill(words)
        self.seconds += TAP_S + len(words) * LETTER_S


async def class_of_45(town: Town, school: School) -> list[Student]:
    names = [f"{family} {given}" for given in _GIVEN for family in _FAMILIES]
    return [await town.student(school, name) for name in names]


def asked_of_the_api(phone: Phone, start: int) -> list[str]:
    paths = [urlsplit(url).path for url in phone.watch.requests[start:]]
    return [path for path in paths if path.startswith("/v1/")]


async def test_the_day_of_a_class_of_45_is_filled_in_under_a_minute_and_ten_requests(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    pupils = await class_of_45(town, school)
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    mother = await town.guardian(pupils[0])
    phone = await open_phone()
    page = phone.page
    await phone.log_in(teacher)
    await page.get_by_role("link", name="Sổ liên lạc").click()
    await expect(page.get_by_role("heading", name="Sổ liên lạc")).to_be_visible()
    await expect(phone.says("Hôm nay chưa ghi")).to_be_visible()
    await screen(page, "book-desk")
    start, hand = len(phone.watch.requests), Hand()
    await hand.tap(page.get_by_role("link", name="Lớp 6A1"))
    await expect(page.get_by_role("heading", name="Sổ lớp 6A1")).to_be_visible()

    lessons, homework = part(page, "Đã học"), part(page, "Bài tập về nhà")
    await hand.write(lessons.get_by_label("Môn"), "Toán")
    await hand.write(lessons.get_by_label("Nội dung bài"), "Cộng hai phân số")
    await hand.tap(homework.get_by_role("button", name="Thêm bài tập"))
    await hand.write(homework.get_by_label("Môn"), "Toán")
    await hand.write(homework.get_by_label("Bài tập", exact=True), "Bài 3, 4 trang 21")
    remarks = part(page, "Nhận xét")
    await hand.tap(remarks.get_by_text("Câu hay dùng"))
    await hand.tap(remarks.get_by_role("button", name="Cả lớp học tập bình thường.").first)
    for phrase, names in (
        (PRAISE, ("Nguyễn Minh An", "Lê Gia Bảo", "Bùi Thu Hà")),
        (LATE, ("Võ Tiến Đạt", "Trần Khánh Chi")),
    ):
        brushes = page.get_by_role("group", name="Câu nhận xét")
        await hand.tap(brushes.get_by_role("button", name=phrase))
        for name in names:
            await hand.tap(remarks.get_by_role("button", name=name))
    await expect(page.get_by_text("1 bài học, 1 bài tập, 45 nhận xét")).to_be_visible()
    await screen(page, "book-class-day")
    await hand.tap(page.get_by_role("button", name="Gửi cho gia đình"))
    await expect(page.get_by_text("Đã lưu. Gia đình nhận một tin cho cả ngày.")).to_be_visible()
    asked = asked_of_the_api(phone, start)
    assert len(asked) <= MOST_REQUESTS, asked
    assert hand.seconds < AIM_S
    await screen(page, "book-class-day-sent")
    await page.get_by_role("link", name="Quay lại").click()
    await expect(phone.says("Đã ghi hôm nay")).to_be_visible()

    said = "select count(*) from remark where school_id = $1 and kind = $2"
    assert await town.count(said, school.id, "praise") == 3
    assert await town.count(said, school.id, "needs_work") == 2
    assert await town.count(said, school.id, "neutral") == 40
    told = "select count(*) from inbox_item where account_id = $1 and kind = 'daily_book'"
    await until(lambda: town.count(told, mother.account_id))
    assert await town.count(told, mother.account_id) == 1


async def test_a_trip_notice_with_a_photo_is_sent_answered_and_chased(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    binh = await town.student(school, "Trần Thị Bình")
    await town.student(school, "Đỗ Gia Đạt")
    mother, father = await town.guardian(an, name="Lê Thị Mẹ"), await town.guardian(binh)
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    phone = await open_phone()
    page = phone.page
    await phone.log_in(teacher)
    await phone.go("/thong-bao")
    await expect(phone.says("Chưa có thông báo nào")).to_be_visible()
    await page.get_by_role("link", name="Soạn thông báo").click()
    # Of one class alone: it is chosen already.
    await expect(page.get_by_role("button", name="Bỏ Lớp 6A1")).to_be_visible()
    await expect(phone.says("Tới gia đình 3 em, 2 tài khoản.")).to_be_visible()
    await expect(phone.says("1 em chưa có phụ huynh nào kích hoạt")).to_be_visible()
    await page.get_by_role("button", name="Xem lại và gửi").click()
    await expect(phone.says("Mời ghi tiêu đề.")).to_be_visible()
    await screen(page, "notice-compose")
    await page.get_by_label("Tiêu đề").fill("Tham quan làng cổ Phước Tích")
    await page.get_by_label("Nội dung").fill("Thứ Bảy, xe chạy 6 giờ 30. Mang nước và mũ.")
    await page.locator("input[type=file]").set_input_files(photo())
    await expect(page.get_by_text("diem-den.jpg", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Đồng ý hay không").click()
    await expect(page.get_by_label("Ngày", exact=True)).not_to_have_value("")
    await screen(page, "notice-question")
    await page.get_by_role("button", name="Xem lại và gửi").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Tới gia đình 3 em, 2 tài khoản.")).to_be_visible()
    await screen(page, "notice-send")
    await dialog.get_by_role("button", name="Gửi ngay").click()
    await expect(phone.says("Đã gửi thông báo.")).to_be_visible()

    notice = UUID(urlsplit(page.url).path.split("/")[3])
    told = "select count(*) from inbox_item where account_id = $1 and kind = 'announcement'"
    await until(lambda: town.count(told, mother.account_id))
    answered = await api.put(
        f"/v1/contact-book/announcements/{notice}/answer",
        json={"student_id": str(an.id), "answer": "yes", "note": "Cháu ăn chay"},
        headers=mother.headers,
    )
    assert answered.status_code == 200, answered.text
    await page.reload()
    await expect(part(page, "Các câu trả lời")).to_contain_text("Đồng ý")
    waiting = part(page, "6A1")
    await expect(waiting).to_contain_text("Trần Thị Bình")
    await expect(waiting).to_contain_text("Đỗ Gia Đạt")
    await expect(waiting).not_to_contain_text("Nguyễn Văn An")
    await screen(page, "notice-chase")
    await page.get_by_role("button", name="Nhắc 2 người chưa trả lời").click()
    await expect(phone.says("Hôm nay đã nhắc rồi.")).to_be_visible()
    reminded = "select count(*) from inbox_item where account_id = $1 and kind = 'answer_wanted'"
    await until(lambda: town.count(reminded, father.account_id))
    assert await town.count(reminded, mother.account_id) == 0
    await page.get_by_role("button", name="Đã trả lời").click()
    await expect(part(page, "6A1")).to_contain_text("Cháu ăn chay")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Tải bảng Excel").click()
    assert (await download.value).suggested_filename.endswith(".xlsx")

    await page.get_by_role("button", name="Thu hồi").click()
    await dialog.get_by_role("button", name="Kế hoạch đã thay đổi").click()
    await screen(page, "notice-withdraw")
    await dialog.get_by_role("button", name="Thu hồi").click()
    await expect(phone.says("Đã thu hồi: Kế hoạch đã thay đổi")).to_be_visible()
    await phone.go("/thong-bao")
    await expect(page.get_by_role("link", name="Tham quan làng cổ")).to_contain_text("Đã thu hồi")
    await screen(page, "notices")


@pytest.mark.long
async def test_a_draft_is_kept_changed_scheduled_and_thrown_away(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    await town.student(school, "Nguyễn Văn An")
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    phone = await open_phone()
    page = phone.page
    await phone.log_in(teacher)
    await phone.go("/thong-bao/soan")
    await page.get_by_label("Tiêu đề").fill("Họp phụ huynh <b>cuối kỳ</b>")
    await page.get_by_role("button", name="Lưu nháp").click()
    await expect(phone.says("Đã lưu bản nháp.")).to_be_visible()
    await page.get_by_role("link", name="Họp phụ huynh <b>cuối kỳ</b>").click()
    await expect(page.get_by_label("Tiêu đề")).to_have_value("Họp phụ huynh <b>cuối kỳ</b>")
    await page.get_by_label("Nội dung").fill("Mời quý phụ huynh.")
    await page.get_by_role("button", name="Hẹn giờ").click()
    await page.get_by_label("Ngày gửi").fill("2020-01-01")
    await page.get_by_label("Giờ gửi").fill("07:00")
    await page.get_by_role("button", name="Xem lại và gửi").click()
    await expect(phone.says("Giờ gửi phải ở phía trước.")).to_be_visible()
    tomorrow = school_day(WallClock().now) + timedelta(days=1)
    await page.get_by_label("Ngày gửi").fill(tomorrow.isoformat())
    await page.get_by_role("button", name="Xem lại và gửi").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Hẹn gửi").click()
    await expect(phone.says("Đã hẹn gửi lúc")).to_be_visible()

    await phone.go("/thong-bao")
    await page.get_by_role("button", name="Hẹn giờ").click()
    await page.get_by_role("link", name="Họp phụ huynh <b>cuối kỳ</b>").click()
    await page.get_by_role("button", name="Xoá bản nháp").click()
    await dialog.get_by_role("button", name="Xoá bản nháp").click()
    await expect(phone.says("Đã xoá bản nháp.")).to_be_visible()
    await expect(phone.says("Chưa có thông báo nào")).to_be_visible()
    assert (
        await town.count("select count(*) from announcement where school_id = $1", school.id) == 0
    )


async def test_a_teacher_answers_a_message_sets_hours_and_writes_first(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    binh = await town.student(school, "Trần Thị Bình")
    mother = await town.guardian(an, name="Lê Thị Mẹ")
    await town.guardian(binh, name="Trần Văn Cha")
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    await message_of(api, mother, an, "Cháu quên áo khoác ở lớp, cô xem giúp ạ.")
    phone = await open_phone()
    page = phone.page
    await phone.log_in(teacher)
    await phone.go("/so-lop")
    await page.get_by_role("link", name="Tin nhắn").click()
    await (
        page.get_by_role("link", name="Lê Thị Mẹ")
        .or_(page.get_by_role("link", name="Nguyễn Văn An"))
        .first.click()
    )
    await expect(phone.says("Cháu quên áo khoác ở lớp")).to_be_visible()
    await page.get_by_role("textbox").fill("Áo ở bàn giáo viên, mai cháu lấy nhé.")
    await page.get_by_role("button", name="Gửi").click()
    await expect(page.get_by_role("log")).to_contain_text("Áo ở bàn giáo viên")
    await expect(phone.says("Đang gửi…")).to_have_count(0)
    await screen(page, "message-of-teacher")
    heard = "select count(*) from inbox_item where account_id = $1 and kind = 'message'"
    await until(lambda: town.count(heard, mother.account_id))

    await phone.go("/tin-nhan")
    await page.get_by_role("button", name="Nhắn cho gia đình").click()
    await page.get_by_label("Gia đình của em nào?").fill("tran thi b")
    found = page.get_by_role("button", name="Trần Thị Bình 6A1")
    await expect(found).to_be_visible()
    await screen(page, "message-to-family")
    await found.click()
    await expect(phone.says("Trần Thị Bình").first).to_be_visible()
    await expect(page.get_by_role("textbox")).to_be_visible()

    await phone.go("/gio-lien-lac")
    await page.get_by_label("Từ", exact=True).fill("08:00")
    await page.get_by_label("Đến", exact=True).fill("07:00")
    await page.get_by_role("button", name="Lưu giờ liên lạc").click()
    await expect(phone.says("Giờ cuối phải sau giờ đầu.")).to_be_visible()
    await page.get_by_label("Đến", exact=True).fill("16:30")
    away = school_day(WallClock().now) + timedelta(days=3)
    await page.get_by_label("Vắng đến hết ngày").fill(away.isoformat())
    await page.get_by_label("Lời nhắn cho gia đình").fill("Cô đi tập huấn.")
    await page.get_by_role("button", name="Lưu giờ liên lạc").click()
    await expect(phone.says("Đã lưu.")).to_be_visible()
    await screen(page, "contact-hours")


@pytest.mark.long
async def test_small_childrens_meals_are_noted_once_and_apart_for_one(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    buds = await town.school_class(school, "Lá 1", grade=0)
    an = await town.student(school, "Nguyễn Văn An", class_id=buds)
    await town.student(school, "Trần Thị Bình", class_id=buds)
    phone = await open_phone()
    page = phone.page
    await phone.log_in(await town.admin(school))
    await phone.go(f"/lop/{school.id}/{buds}/so")
    care = part(page, "Ăn và ngủ")
    await care.get_by_label("Bữa trưa").select_option("all")
    await care.get_by_label("Ngủ trưa (phút)").fill("90")
    await part(page, "Nhận xét").get_by_role("button", name="Nguyễn Văn An").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Như cả lớp").uncheck()
    await dialog.get_by_label("Bữa trưa").select_option("some")
    await dialog.get_by_role("button", name="Sức khoẻ").click()
    await dialog.get_by_label("Lời nhận xét").fill("Con ho nhẹ, đã uống nước ấm.")
    await dialog.get_by_role("button", name="Thêm nhận xét").click()
    await screen(page, "book-small-child")
    await dialog.get_by_role("button", name="Đóng").last.click()
    await page.get_by_role("button", name="Gửi cho gia đình").click()
    await expect(phone.says("Đã lưu. Gia đình nhận một tin cho cả ngày.")).to_be_visible()
    eaten = "select count(*) from care_entry where school_id = $1 and lunch = $2"
    assert await town.count(eaten, school.id, "all") == 1
    assert await town.count(f"{eaten} and student_id = $3", school.id, "some", an.id) == 1
    sealed = "select count(*) from remark where student_id = $1 and text is null"
    assert await town.count(sealed, an.id) == 1


async def test_what_somebody_else_has_said_since_is_loaded_and_not_written_over(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    buds = await town.school_class(school, "Lá 1", grade=0)
    an = await town.student(school, "Nguyễn Văn An", class_id=buds)
    await town.student(school, "Trần Thị Bình", class_id=buds)
    phone = await open_phone()
    page = phone.page
    await phone.log_in(await town.admin(school))
    await phone.go(f"/lop/{school.id}/{buds}/so")
    phone.watch.allow(409, "/v1/contact-book/classes/")
    await part(page, "Ăn và ngủ").get_by_label("Bữa trưa").select_option("all")
    await town.owner.execute(
        "insert into care_entry (school_id, class_id, day, student_id, id, lunch,"
        " author_account_id, author_name, created_at, changed_at) values ($1, $2, $3, $4,"
        " gen_random_uuid(), 'none', gen_random_uuid(), 'Cô Lan', now(), now())",
        school.id,
        buds,
        school_day(datetime.now(UTC)),
        an.id,
    )
    await page.get_by_role("button", name="Gửi cho gia đình").click()
    await expect(phone.says("Nguyễn Văn An (Cô Lan): đã có nội dung mới hơn")).to_be_visible()
    eaten = "select count(*) from care_entry where school_id = $1 and lunch = $2"
    assert await town.count(eaten, school.id, "all") == 0
    await page.get_by_role("button", name="Tải nội dung mới (phần bạn sửa ở mục ấy sẽ mất)").click()
    await expect(
        page.get_by_role("button", name="Tải nội dung mới (phần bạn sửa ở mục ấy sẽ mất)")
    ).to_have_count(0)
    # What was typed is still there, and the child's own day beside it.
    await expect(part(page, "Ăn và ngủ").get_by_label("Bữa trưa")).to_have_value("all")
    await page.get_by_role("button", name="Gửi cho gia đình").click()
    await expect(phone.says("Đã lưu. Gia đình nhận một tin cho cả ngày.")).to_be_visible()
    assert await town.count(eaten, school.id, "all") == 1
    assert await town.count(f"{eaten} and student_id = $3", school.id, "none", an.id) == 1


async def test_what_is_not_sent_for_want_of_a_network_is_kept_and_sent_once(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    await town.student(school, "Nguyễn Văn An")
    phone = await open_phone()
    page = phone.page
    await phone.log_in(await town.staff(school, "subject_teacher", "Thầy Nam"))
    await phone.go(f"/lop/{school.id}/{school.class_id}/so")
    lessons = part(page, "Đã học")
    await expect(lessons.get_by_text("Toán", exact=True)).to_be_visible()
    await lessons.get_by_label("Nội dung bài").fill("Cộng hai phân số")
    send = page.get_by_role("button", name="Gửi cho gia đình")
    async with phone.offline():
        await send.click()
        await expect(page.get_by_role("alert").first).to_contain_text("Chưa có mạng")
    await page.reload()
    await expect(phone.says("Có phần chưa gửi, vẫn còn trên máy này.")).to_be_visible()
    await expect(lessons.get_by_label("Nội dung bài")).to_have_value("Cộng hai phân số")
    await send.click()
    await expect(phone.says("Đã lưu. Gia đình nhận một tin cho cả ngày.")).to_be_visible()
    await send.click()
    taught = "select count(*) from lesson where school_id = $1"
    assert await town.count(taught, school.id) == 1

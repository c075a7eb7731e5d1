"""A teacher's week in the contact book: the class's day, a trip with answers, chasing, messages."""

import io
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
from PIL import Image
from playwright.async_api import FilePayload, Locator, Page, expect

from app.contact_book.daily.phrases import DEFAULTS
from app.schools.common import school_day
from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town, WallClock
from tests.web.screens import screen
from tests.world import Person, School, Student

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


def part(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


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


async def message_of(
    api: httpx.AsyncClient, mother: Person, child: Student, text: str
) -> tuple[str, str]:
    """The mother writes to the homeroom teacher: ids of thread and message."""
    opened = await api.post(
        "/v1/contact-book/threads",
        json={"student_id": str(child.id), "kind": "homeroom"},
        headers=mother.headers,
    )
    assert opened.status_code == 200, opened.text
    thread, message = opened.json()["id"], str(uuid4())
    sent = await api.post(
        f"/v1/contact-book/threads/{thread}/messages",
        json={"id": message, "text": text},
        headers=mother.headers,
    )
    assert sent.status_code == 201, sent.text
    return thread, message


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


async def test_a_principal_writes_to_a_grade_and_reads_the_week_of_all_classes(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    seventh = await town.school_class(school, "7A1", grade=7)
    await town.student(school, "Nguyễn Văn An")
    child = await town.student(school, "Trần Thị Bình", class_id=seventh)
    father = await town.guardian(child)
    desk = await open_phone(at_desk=True)
    page = desk.page
    await desk.log_in(await town.admin(school))
    await page.get_by_role("link", name="Sổ liên lạc").click()
    await expect(desk.says("2 lớp chưa ghi gì trong tuần")).to_be_visible()
    await expect(page.get_by_role("row", name="7A1")).to_contain_text("trống")
    await screen(page, "book-week-desk")
    await page.get_by_role("link", name="Thông báo").click()
    await page.get_by_role("link", name="Soạn thông báo").click()
    await page.get_by_role("button", name="Khối", exact=True).click()
    await page.get_by_role("button", name="Khối 7").click()
    await expect(desk.says("Tới gia đình 1 em, 1 tài khoản.")).to_be_visible()
    await page.get_by_label("Tiêu đề").fill("Khảo sát bữa trưa")
    await page.get_by_label("Nội dung").fill("Nhà trường xin ý kiến gia đình.")
    await page.get_by_role("button", name="Chọn một trong các ý").click()
    await page.get_by_label("Ý 1").fill("Ăn ở trường")
    await page.get_by_role("button", name="Xem lại và gửi").click()
    await expect(desk.says("Mời ghi ít nhất hai ý khác nhau.")).to_be_visible()
    await page.get_by_label("Ý 2").fill("Về nhà ăn")
    await screen(page, "notice-choice-desk")
    await page.get_by_role("button", name="Xem lại và gửi").click()
    await page.get_by_role("dialog").get_by_role("button", name="Gửi ngay").click()
    await expect(desk.says("Đã gửi thông báo.")).to_be_visible()
    await screen(page, "notice-chase-desk")
    told = "select count(*) from inbox_item where account_id = $1 and kind = 'announcement'"
    await until(lambda: town.count(told, father.account_id))


async def test_a_principal_keeps_groups_and_phrases(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    await town.student(school, "Nguyễn Văn An")
    desk = await open_phone(at_desk=True)
    page = desk.page
    await desk.log_in(await town.admin(school))
    await desk.go(f"/nhom?truong={school.id}")
    await page.get_by_role("button", name="Lập nhóm").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Tên nhóm").fill("Đội bóng đá")
    await dialog.get_by_role("button", name="Lập nhóm").click()
    await dialog.get_by_label("Thêm học sinh").fill("van an")
    await dialog.get_by_role("button", name="Nguyễn Văn An 6A1").click()
    members = dialog.get_by_role("list", name="Thành viên")
    await expect(members).to_contain_text("Nguyễn Văn An")
    await screen(page, "group-desk")
    await dialog.get_by_role("button", name="Đóng").last.click()
    await expect(page.get_by_role("button", name="Đội bóng đá")).to_contain_text("1 học sinh")

    await page.get_by_role("link", name="Câu nhận xét").click()
    await expect(desk.says("Đây là những câu gợi ý.")).to_be_visible()
    praise = part(page, "Khen")
    await praise.get_by_label("Câu 1", exact=True).fill("Con rất chăm chỉ.")
    await page.get_by_role("button", name="Lưu các câu").click()
    await expect(desk.says("Đã lưu. Thầy cô dùng được ngay.")).to_be_visible()
    await screen(page, "phrases-desk")
    kept = "select count(*) from phrase where school_id = $1 and text = 'Con rất chăm chỉ.'"
    assert await town.count(kept, school.id) == 1


async def test_a_principal_decides_on_a_reported_message_and_says_why_before_reading(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    father = await town.guardian(an, name="Nguyễn Văn Cha")
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    thread, message = await message_of(api, father, an, "Cô dạy dở lắm <script>alert(1)</script>")
    reported = await api.post(
        f"/v1/contact-book/threads/{thread}/reports",
        json={"message_id": message, "reason": "Lời lẽ xúc phạm"},
        headers=teacher.headers,
    )
    assert reported.status_code in (200, 201, 204), reported.text
    phone = await open_phone()
    page = phone.page
    await phone.log_in(await town.admin(school))
    await phone.go(f"/truong/{school.id}/bao-cao-tin-nhan")
    report = part(page, "Nguyễn Văn Cha")
    await expect(report).to_contain_text("Cô dạy dở lắm <script>alert(1)</script>")
    await screen(page, "reports")
    await report.get_by_role("link", name="Xem cả trao đổi").click()
    await expect(phone.says("Xem trao đổi này?")).to_be_visible()
    await expect(page.get_by_role("log")).to_have_count(0)
    await screen(page, "thread-access")
    await page.get_by_role("button", name="Xử lý một báo cáo").click()
    await page.get_by_role("button", name="Ghi lý do và xem").click()
    await expect(page.get_by_role("log")).to_contain_text("Cô dạy dở lắm")
    looked = "select count(*) from thread_access where school_id = $1 and reason = $2"
    assert await town.count(looked, school.id, "Xử lý một báo cáo") == 1

    await phone.go(f"/truong/{school.id}/bao-cao-tin-nhan")
    await report.get_by_role("button", name="Dừng quyền nhắn tin").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Vì sao?").fill("Xúc phạm giáo viên")
    await dialog.get_by_role("button", name="Dừng quyền nhắn tin").click()
    await expect(phone.says("Đã dừng quyền nhắn tin.")).to_be_visible()
    await report.get_by_role("button", name="Quyết định").click()
    await dialog.get_by_role("button", name="Đúng là sai phạm").click()
    await expect(phone.says("Đã ghi quyết định.")).to_be_visible()
    await expect(phone.says("Không có báo cáo nào")).to_be_visible()
    await page.get_by_role("button", name="Đã dừng nhắn").click()
    await expect(phone.says("Lý do: Xúc phạm giáo viên")).to_be_visible()
    await screen(page, "message-blocks")
    await page.get_by_role("button", name="Cho nhắn lại").click()
    await dialog.get_by_role("button", name="Cho nhắn lại").click()
    await expect(phone.says("Không ai bị dừng nhắn tin")).to_be_visible()


async def test_the_department_asks_its_schools_and_sees_sums(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school(org_unit_id=1)
    mother = await town.guardian(await town.student(school, "Nguyễn Văn An"))
    desk = await open_phone(at_desk=True)
    page = desk.page
    await desk.log_in(await town.department_admin())
    await desk.go("/so/thong-bao")
    await page.get_by_role("link", name="Soạn thông báo").click()
    await page.get_by_role("searchbox").fill(f"Số {school.id}")
    await page.get_by_role("button", name=f"Trường THCS Số {school.id}").click()
    await expect(desk.says("Tới gia đình 1 em, 1 tài khoản.")).to_be_visible()
    await page.get_by_label("Tiêu đề").fill("Phòng chống bão số 9")
    await page.get_by_label("Nội dung").fill("Mời gia đình theo dõi dự báo.")
    await page.get_by_role("button", name="Xác nhận đã đọc").click()
    await screen(page, "department-notice-desk")
    await page.get_by_role("button", name="Xem lại và gửi").click()
    await page.get_by_role("dialog").get_by_role("button", name="Gửi ngay").click()
    await expect(desk.says("Đã tới 1/1 trường")).to_be_visible()
    await expect(page.get_by_role("row", name=f"Trường THCS Số {school.id}")).to_be_visible()
    await screen(page, "department-notice-sums-desk")
    told = "select count(*) from inbox_item where account_id = $1 and kind = 'announcement'"
    await until(lambda: town.count(told, mother.account_id))
    await page.get_by_role("link", name="Quay lại").click()
    await expect(page.get_by_role("link", name="Phòng chống bão số 9")).to_be_visible()
    await screen(page, "department-notices-desk")
    await page.get_by_role("link", name="Mức độ sử dụng").click()
    await expect(page.get_by_role("heading", name="Sổ liên lạc của các trường")).to_be_visible()
    await screen(page, "department-book-desk")


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


async def test_a_principal_lets_guardians_write_apart_and_a_teacher_stand_in(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    await town.student(school, "Nguyễn Văn An")
    await town.staff(school, "homeroom_teacher", "Cô Hoa")
    await town.staff(school, "subject_teacher", "Thầy Nam")
    phone = await open_phone()
    page = phone.page
    await phone.log_in(await town.admin(school))
    await phone.go(f"/truong/{school.id}/the/{school.class_id}")
    await page.get_by_role("button", name="Nguyễn Văn An").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Tin nhắn tách riêng").click()
    apart = part(page, "Tin nhắn tách riêng")
    await apart.get_by_role("button", name="Cho tách riêng").click()
    await expect(apart.get_by_text("Mời ghi căn cứ.")).to_be_visible()
    await apart.get_by_label("Căn cứ").fill("Quyết định 12/2026 của toà")
    await apart.get_by_role("button", name="Cho tách riêng").click()
    await expect(apart).to_contain_text("Đang cho tách riêng")
    await screen(page, "messages-apart")

    await phone.go(f"/truong/{school.id}/can-bo")
    phone.watch.allow(404, f"/v1/schools/{school.id}/staff/")
    await page.get_by_role("button", name="Cô Hoa").click()
    await dialog.get_by_role("button", name="Người thay nhận tin nhắn").click()
    stand_in = part(page, "Người thay nhận tin nhắn")
    await stand_in.get_by_label("Tìm giáo viên").fill("thay nam")
    await stand_in.get_by_role("button", name="Thầy Nam").click()
    until_day = school_day(WallClock().now) + timedelta(days=5)
    await stand_in.get_by_label("Đến hết ngày").fill(until_day.isoformat())
    await stand_in.get_by_role("button", name="Đặt người thay").click()
    await expect(stand_in).to_contain_text("Thầy Nam thay đến")
    await screen(page, "stand-in")
    await stand_in.get_by_role("button", name="Thôi thay").click()
    await expect(stand_in).to_contain_text("Chưa có người thay.")

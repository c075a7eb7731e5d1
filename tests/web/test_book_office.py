"""The principal's and the department's side of the contact book."""

from datetime import timedelta

import httpx
import pytest
from playwright.async_api import FilePayload, expect

from app.schools.common import school_day
from tests.notifications.news import until
from tests.pdfs import saved as pdf
from tests.pdfs import sheet
from tests.web.bookwork import message_of, part
from tests.web.conftest import OpenPhone
from tests.web.province import Town, WallClock
from tests.web.screens import screen

CIRCULAR = pdf(sheet())


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


@pytest.mark.long
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
    circular = FilePayload(name="Công văn 12.pdf", mimeType="application/pdf", buffer=CIRCULAR)
    await page.locator("input[type=file]").set_input_files(circular)
    await expect(page.get_by_role("button", name="Bỏ Công văn 12.pdf")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await screen(page, "department-notice-desk")
    await page.get_by_role("button", name="Xem lại và gửi").click()
    await page.get_by_role("dialog").get_by_role("button", name="Gửi ngay").click()
    await expect(desk.says("Đã tới 1/1 trường")).to_be_visible()
    await expect(page.get_by_role("row", name=f"Trường THCS Số {school.id}")).to_be_visible()
    await expect(page.get_by_role("link", name="Công văn 12.pdf")).to_be_visible()
    await screen(page, "department-notice-sums-desk")
    phone = await open_phone()
    await phone.log_in(mother)
    await phone.go(f"/thong-bao/{school.id}/{page.url.rsplit('/', 1)[1]}")
    async with phone.page.expect_download() as saved:
        await phone.page.get_by_role("link", name="Công văn 12.pdf").click()
    assert (await saved.value).suggested_filename == "Công văn 12.pdf"
    told = "select count(*) from inbox_item where account_id = $1 and kind = 'announcement'"
    await until(lambda: town.count(told, mother.account_id))
    await page.get_by_role("link", name="Quay lại").click()
    await expect(page.get_by_role("link", name="Phòng chống bão số 9")).to_be_visible()
    await screen(page, "department-notices-desk")
    await page.get_by_role("link", name="Mức độ sử dụng").click()
    await expect(page.get_by_role("heading", name="Sổ liên lạc của các trường")).to_be_visible()
    await screen(page, "department-book-desk")


@pytest.mark.long
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

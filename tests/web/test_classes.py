"""A teacher's class on the phone: who is there, noting by hand, and answers to families."""

import httpx
from playwright.async_api import Locator, expect

from app.schools.common import school_day
from tests.web.conftest import GuardAt, OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town, WallClock
from tests.web.screens import screen
from tests.world import Person


def row(phone: Phone, name: str) -> Locator:
    return phone.page.get_by_role("button").filter(has_text=name)


async def test_a_teacher_sees_who_has_not_been_scanned_and_notes_one_by_hand(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    await town.student(school, "Trần Thị Bình")
    await town.student(school, "Đỗ Gia Đạt")
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    gate = guard_at(school, await town.staff(school, "guard"))
    await gate.results(gate.scan(an.token))

    phone = await open_phone()
    await phone.stand_at(school)
    await phone.log_in(teacher)
    # The only class of the teacher opens by itself.
    await expect(phone.page.get_by_role("heading", name="Lớp 6A1")).to_be_visible()
    await expect(row(phone, "Nguyễn Văn An")).to_contain_text("Có mặt")
    await expect(row(phone, "Nguyễn Văn An")).to_contain_text("Cổng chính")
    await expect(row(phone, "Trần Thị Bình")).to_contain_text("Chưa quét")
    await expect(phone.says("Vắng")).to_have_count(0)
    await screen(phone.page, "class")

    await phone.page.get_by_role("button", name="Chưa quét 2").click()
    await expect(row(phone, "Nguyễn Văn An")).to_have_count(0)
    await phone.page.get_by_label("Tìm theo tên").fill("do dat")
    await expect(row(phone, "Trần Thị Bình")).to_have_count(0)
    await row(phone, "Đỗ Gia Đạt").click()
    await screen(phone.page, "class-mark")
    await phone.page.get_by_role("button", name="Tiếp tục").click()
    await expect(phone.says("Mời ghi lý do")).to_be_visible()
    await phone.page.get_by_role("button", name="Quên thẻ").click()
    await phone.page.get_by_role("button", name="Tiếp tục").click()
    await expect(
        phone.says("Ghi Đỗ Gia Đạt vào trường ngay bây giờ, ở Cổng chính.")
    ).to_be_visible()
    await screen(phone.page, "class-mark-confirm")
    assert await town.count("select count(*) from scan_event where source = 'mark'") == 0
    await phone.page.get_by_role("button", name="Ghi nhận").click()
    await expect(phone.says("Đã ghi vào trường lúc")).to_be_visible()
    await phone.page.get_by_role("button", name="Xong").click()
    await expect(phone.page.get_by_role("button", name="Chưa quét 1")).to_be_visible()
    event = await town.owner.fetchrow(
        "select person_id, reason, outcome from scan_event where source = 'mark'"
        " and school_id = $1", school.id,
    )  # fmt: skip
    assert event is not None
    assert (event["reason"], event["outcome"]) == ("Quên thẻ", "ok")


async def test_a_mark_by_mistake_is_taken_back_at_once(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    await town.student(school, "Lê Minh Khôi")
    phone = await open_phone()
    await phone.stand_at(school)
    await phone.log_in(await town.staff(school, "homeroom_teacher", "Cô Hoa"))
    await row(phone, "Lê Minh Khôi").click()
    await phone.page.get_by_role("button", name="Quên thẻ").click()
    await phone.page.get_by_role("button", name="Tiếp tục").click()
    await phone.page.get_by_role("button", name="Ghi nhận").click()
    await phone.page.get_by_role("button", name="Huỷ lượt này").click()
    await expect(phone.says("Đã huỷ lượt vừa ghi.")).to_be_visible()
    await phone.page.get_by_role("button", name="Xong").click()
    await expect(row(phone, "Lê Minh Khôi")).to_contain_text("Chưa quét")


async def ask(api: httpx.AsyncClient, mother: Person, student_id: str, **more: str) -> None:
    day = school_day(WallClock().now).isoformat()
    body = {"student_id": student_id, "day": day, "kind": "was_there"} | more
    answer = await api.post("/v1/attendance/disputes", json=body, headers=mother.headers)
    assert answer.status_code == 201, answer.text


async def test_a_teacher_answers_a_family_and_the_mother_reads_it(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    mother = await town.guardian(an, name="Lê Thị Mẹ")
    await ask(api, mother, str(an.id), note="Cháu có mặt từ 6 giờ 50, bạn cùng bàn cũng thấy.")

    phone = await open_phone()
    await phone.log_in(await town.staff(school, "homeroom_teacher", "Cô Hoa"))
    asked = phone.page.get_by_role("region", name="Gia đình báo chưa đúng")
    await expect(asked).to_contain_text("bạn cùng bàn cũng thấy")
    await expect(asked).to_contain_text("Lê Thị Mẹ")
    await screen(phone.page, "class-disputes")
    await asked.get_by_role("button", name="Trả lời").click()
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Gửi trả lời").click()
    await expect(dialog.get_by_text("Mời chọn một điều.")).to_be_visible()
    await dialog.get_by_label("Gia đình báo đúng").check()
    await dialog.get_by_label("Lời nhắn cho gia đình").fill("Cô đã xem lại, em có mặt.")
    await screen(phone.page, "class-dispute-answer")
    await dialog.get_by_role("button", name="Gửi trả lời").click()
    await expect(asked).to_have_count(0)

    read = await api.get(f"/v1/students/{an.id}/disputes", headers=mother.headers)
    (answered,) = read.json()["items"]
    assert (answered["state"], answered["message"]) == ("upheld", "Cô đã xem lại, em có mặt.")


async def test_a_dispute_that_a_colleague_has_answered_says_so(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    await ask(api, await town.guardian(an), str(an.id))
    principal = await town.admin(school)
    phone = await open_phone()
    phone.watch.allow(409, "/v1/attendance/corrections")
    await phone.log_in(await town.staff(school, "homeroom_teacher", "Cô Hoa"))
    await phone.page.get_by_role("button", name="Trả lời").click()
    listed = await api.get(f"/v1/schools/{school.id}/disputes", headers=principal.headers)
    dispute_id = listed.json()["items"][0]["id"]
    url = f"/v1/schools/{school.id}/disputes/{dispute_id}/answer"
    phone.watch.allow(409, url)
    faster = await api.post(
        url, json={"answer": "declined", "message": "Có ảnh ở cổng."}, headers=principal.headers
    )
    assert faster.status_code == 200
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_label("Gia đình báo đúng").check()
    await dialog.get_by_label("Lời nhắn cho gia đình").fill("Em có mặt.")
    await dialog.get_by_role("button", name="Gửi trả lời").click()
    await expect(dialog.get_by_role("alert").last).to_contain_text("đã được trả lời")


async def test_a_teacher_reads_who_has_corrected_the_day_and_why(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    child = await town.student(school, "Nguyễn Văn An")
    body = {
        "student_id": str(child.id),
        "day": school_day(WallClock().now).isoformat(),
        "shift_id": str(school.morning_id),
        "state": "absent_excused",
        "reason": "Mẹ em đã gọi điện cho nhà trường.",
    }
    headers = (await town.admin(school, "Nguyễn Thị Hiệu")).headers
    answer = await api.post("/v1/attendance/corrections", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    phone = await open_phone()
    await phone.log_in(await town.staff(school, "homeroom_teacher", "Cô Hoa"))
    await row(phone, "Nguyễn Văn An").click()
    dialog = phone.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Nguyễn Thị Hiệu đã sửa")
    await expect(dialog).to_contain_text("Mẹ em đã gọi điện cho nhà trường.")
    await screen(phone.page, "class-pupil-corrected")


async def test_a_subject_teacher_chooses_among_classes_and_answers_no_family(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    await ask(api, await town.guardian(an), str(an.id))
    second = await town.school_class(school, "6A2")
    await town.school_class(school, "6A3")
    teacher = await town.staff(school, "subject_teacher", "Thầy Toán")
    await town.owner.execute(
        "insert into class_teacher values ($1, $2, $3, 'Toán')",
        school.id,
        second,
        teacher.person_id,
    )
    phone = await open_phone()
    await phone.log_in(teacher)
    await expect(phone.page.get_by_role("link", name="Lớp 6A2")).to_be_visible()
    await expect(phone.page.get_by_role("link", name="Lớp 6A3")).to_have_count(0)
    await screen(phone.page, "classes")
    await phone.page.get_by_role("link", name="Lớp 6A1").click()
    await expect(row(phone, "Nguyễn Văn An")).to_be_visible()
    await expect(phone.says("Gia đình báo chưa đúng")).to_have_count(0)


async def test_without_a_network_the_list_says_from_when_it_is(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    await town.student(school, "Nguyễn Văn An")
    phone = await open_phone()
    await phone.log_in(await town.staff(school, "homeroom_teacher", "Cô Hoa"))
    await expect(row(phone, "Nguyễn Văn An")).to_be_visible()
    async with phone.offline():
        await phone.page.get_by_role("button", name="Tải lại").click()
        await expect(phone.says("Số liệu lúc")).to_be_visible()
        await expect(row(phone, "Nguyễn Văn An")).to_be_visible()


async def test_a_principal_answers_for_a_class_without_a_teacher_and_finds_the_own_check_in(
    town: Town, open_phone: OpenPhone, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    an = await town.student(school, "Nguyễn Văn An")
    await ask(api, await town.guardian(an, name="Lê Thị Mẹ"), str(an.id))
    phone = await open_phone()
    await phone.log_in(await town.admin(school))
    await phone.go("/lop")
    asked = phone.page.get_by_role("region", name="Gia đình báo chưa đúng")
    await expect(asked).to_contain_text("Nguyễn Văn An · 6A1")
    await asked.get_by_role("button", name="Trả lời").click()
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_label("Điểm danh đã đúng").check()
    await dialog.get_by_label("Lời nhắn cho gia đình").fill("Camera ở cổng có hình em.")
    await dialog.get_by_role("button", name="Gửi trả lời").click()
    await expect(asked).to_have_count(0)
    await phone.page.get_by_role("link", name="Lớp 6A1").click()
    await expect(row(phone, "Nguyễn Văn An")).to_be_visible()
    await phone.page.get_by_role("link", name="Quay lại").click()
    await expect(phone.page.get_by_role("heading", name="Các lớp")).to_be_visible()
    await phone.page.get_by_role("link", name="Cài đặt").click()
    await phone.page.get_by_role("link", name="Điểm danh của tôi").click()
    await expect(phone.page.get_by_role("button", name="Dùng điện thoại này")).to_be_visible()

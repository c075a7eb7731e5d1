"""A principal's set-up by hand: area, gates, shifts, calendar, classes and cards."""

import os
import re
from datetime import UTC, datetime

import msgspec
from playwright.async_api import FilePayload, Locator, expect

from app.schools.common import school_day
from tests.web.conftest import OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School

_CENTRE = "16.463700, 107.590900"


async def as_principal(town: Town, phone: Phone, path: str) -> School:
    school = await town.school()
    await phone.log_in(await town.admin(school))
    await phone.go(f"/truong/{school.id}/{path}")
    return school


def button(phone: Phone, name: str) -> Locator:
    return phone.page.get_by_role("button", name=name)


async def office_screen(phone: Phone, name: str) -> None:
    """Hold the screen to account as it is; its picture is taken on a desk's screen too."""
    await phone.page.evaluate("() => scrollTo(0, 0)")
    await screen(phone.page, name)
    if os.environ.get("SCREENS") == "1":
        small = phone.page.viewport_size
        assert small is not None
        await phone.page.set_viewport_size({"width": 1280, "height": 800})
        await screen(phone.page, f"{name}-desk")
        await phone.page.set_viewport_size(small)


def dialog(phone: Phone) -> Locator:
    return phone.page.get_by_role("dialog").last


async def test_an_area_is_drawn_from_where_the_phone_stands(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    await phone.stand(16.4637, 107.5909, accuracy_m=12)
    school = await as_principal(town, phone, "co-so/moi")
    await button(phone, "Lưu").click()
    await expect(phone.says("Mời nhập tên.")).to_be_visible()
    await expect(phone.says("Chưa có khu vực.")).to_be_visible()

    await button(phone, "Dùng vị trí của tôi").click()
    await expect(phone.says("sai số khoảng 12 m")).to_be_visible()
    await expect(phone.page.get_by_label("Tọa độ tâm")).to_have_value(_CENTRE)
    await phone.page.get_by_label("Tên cơ sở").fill("Cơ sở hai")
    await phone.page.get_by_label("Bán kính (mét)").fill("25")
    await expect(phone.says("Khu vực khá nhỏ.")).to_be_visible()
    # Ten metres to the north, by keys alone.
    centre = phone.page.get_by_role("button", name="Tâm: phím mũi tên để dời")
    await centre.press("Shift+ArrowUp")
    await phone.page.get_by_label("Bán kính (mét)").fill("90")
    await expect(phone.says("Rộng 180 m × 180 m")).to_be_visible()
    await office_screen(phone, "office-campus")
    await button(phone, "Lưu").click()
    await expect(phone.says("Hình tròn, bán kính 90 m")).to_be_visible()
    await office_screen(phone, "office-campuses")

    raw = await town.owner.fetchval(
        "select fence::text from campus where school_id = $1 and name = 'Cơ sở hai'", school.id
    )
    fence = msgspec.json.decode(raw)
    assert fence["type"] == "circle"
    assert fence["radius_m"] == 90
    assert abs((fence["lat"] - 16.4637) * 110_663.5 - 10) < 0.1


async def test_corners_that_cross_are_not_sent_and_mended_ones_are(
    town: Town, open_phone: OpenPhone
) -> None:
    desk = await open_phone(at_desk=True)
    school = await as_principal(town, desk, "co-so/moi")
    await desk.page.get_by_label("Tên cơ sở").fill("Cơ sở ba")
    await button(desk, "Nhiều góc").click()
    await desk.page.get_by_text("Gõ tọa độ các góc").click()
    corners = desk.page.get_by_label("Mỗi dòng một góc")
    crossing = ["16.46, 107.59", "16.461, 107.591", "16.46, 107.591", "16.461, 107.59"]
    await corners.fill("\n".join([*crossing[:2], "đâu đó"]))
    await corners.blur()
    await expect(desk.says("Dòng 3 chưa đúng")).to_be_visible()
    await corners.fill("\n".join(crossing))
    await corners.blur()
    await expect(desk.says("Đường biên đang cắt chính nó.").first).to_be_visible()
    await button(desk, "Xem cả khu vực").click()
    before = desk.asked(f"/v1/schools/{school.id}/campuses")
    await button(desk, "Lưu").click()
    assert desk.asked(f"/v1/schools/{school.id}/campuses") == before

    # The third corner goes away: three corners cannot cross.
    await desk.page.get_by_role("button", name="Góc 3: phím").press("Delete")
    await expect(desk.says("Đường biên đang cắt")).to_have_count(0)
    await screen(desk.page, "office-corners-desk")
    await button(desk, "Lưu").click()
    await expect(desk.page.get_by_text(re.compile("^Hình 3 góc"))).to_be_visible()


async def test_a_campus_with_a_gate_cannot_be_ended_and_that_is_said_in_words(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    phone.watch.allow(409, "/v1/schools/")
    await as_principal(town, phone, "co-so")
    await button(phone, "Ngừng dùng").first.click()
    await expect(phone.says("Không quét được ở đây nữa.")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Ngừng dùng").click()
    await expect(dialog(phone).get_by_role("alert")).to_contain_text("vẫn còn điểm quét")


async def test_a_gate_is_added_renamed_and_ended(town: Town, open_phone: OpenPhone) -> None:
    phone = await open_phone()
    school = await as_principal(town, phone, "diem-quet")
    await button(phone, "Thêm điểm quét").click()
    await button(phone, "Lưu").click()
    await expect(phone.says("Mời nhập tên.")).to_be_visible()
    await phone.page.get_by_label("Tên điểm quét").fill("Cổng sau")
    await button(phone, "Lưu").click()
    card = phone.page.locator(".card", has_text="Cổng sau")
    await expect(card).to_be_visible()
    await card.get_by_role("button", name="Sửa").click()
    await phone.page.get_by_label("Tên điểm quét").fill("Cổng Nguyễn Huệ")
    await button(phone, "Lưu").click()
    await office_screen(phone, "office-stations")
    card = phone.page.locator(".card", has_text="Cổng Nguyễn Huệ")
    await card.get_by_role("button", name="Ngừng dùng").click()
    await expect(phone.says("Lượt quét cũ vẫn còn.")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Ngừng dùng").click()
    await expect(card).to_have_count(0)
    ended = "select count(*) from station where school_id = $1 and ended_at is not null"
    assert await town.count(ended, school.id) == 1


async def test_a_shift_is_said_in_words_and_a_time_that_cannot_be_is_not_saved(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    school = await as_principal(town, phone, "ca-hoc")
    await button(phone, "Ca chiều").click()
    words = "Vào lớp 13:00, muộn sau 13:05, chốt vắng 13:30, tan 17:00. Thứ Hai đến Thứ Sáu."
    await expect(phone.says(words)).to_be_visible()
    await phone.page.get_by_label("Giờ chốt vắng").fill("17:30")
    await expect(phone.says("Giờ chốt vắng phải trước giờ tan.")).to_be_visible()
    await button(phone, "Lưu").click()
    await expect(dialog(phone)).to_be_visible()
    await phone.page.get_by_label("Giờ chốt vắng").fill("13:45")
    await phone.page.get_by_label("T7").check()
    await office_screen(phone, "office-shift")
    await button(phone, "Lưu").click()
    await expect(phone.says("chốt vắng 13:45, tan 17:00. Thứ Hai đến Thứ Bảy.")).to_be_visible()
    await office_screen(phone, "office-shifts")
    saved = await town.owner.fetchval(
        "select weekdays from shift where school_id = $1 and cut_off = '13:45'", school.id
    )
    assert saved == [1, 2, 3, 4, 5, 6]


async def test_days_off_are_marked_on_the_month_and_taken_back(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    school = await as_principal(town, phone, "lich")
    await button(phone, "Tháng sau").click()
    today = school_day(datetime.now(UTC))
    year, month = divmod(today.year * 12 + today.month, 12)
    await button(phone, f"10/{month + 1:02}").click()
    await phone.page.get_by_role("radio", name="Trường nghỉ").check()
    await dialog(phone).get_by_label("Tên").fill("Nghỉ mưa lũ")
    await dialog(phone).get_by_label("Đến hết ngày").fill(f"{year}-{month + 1:02}-09")
    await dialog(phone).get_by_role("button", name="Lưu").click()
    await expect(phone.says("Ngày cuối phải sau ngày đầu")).to_be_visible()
    await dialog(phone).get_by_label("Đến hết ngày").fill(f"{year}-{month + 1:02}-12")
    await office_screen(phone, "office-calendar-day")
    await dialog(phone).get_by_role("button", name="Lưu").click()
    await expect(phone.page.locator(".calendar-day.closure")).to_have_count(3)
    await office_screen(phone, "office-calendar")
    days = "select count(*) from calendar_day where school_id = $1 and kind = 'closure'"
    assert await town.count(days, school.id) == 3

    await button(phone, "Xóa: Nghỉ mưa lũ").click()
    await expect(phone.says("trở lại là ngày thường")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Xóa").click()
    await expect(phone.page.locator(".calendar-day.closure")).to_have_count(0)
    assert await town.count(days, school.id) == 0


async def test_whoever_lost_a_phone_is_logged_out_everywhere(
    town: Town, open_phone: OpenPhone
) -> None:
    phone, lost = await open_phone(), await open_phone()
    lost.watch.allow(401, "/v1/")
    school = await as_principal(town, phone, "can-bo")
    guard = await town.staff(school, "guard", "Lê Văn Bảo")
    await lost.log_in(guard)
    await phone.page.reload()
    await phone.page.get_by_label("Tìm theo tên").fill("van bao")
    await button(phone, "Lê Văn Bảo").click()
    await expect(dialog(phone)).to_contain_text("Bảo vệ")
    await office_screen(phone, "office-staff")
    await button(phone, "Mất điện thoại: đăng xuất mọi máy").click()
    await expect(phone.says("Máy bị mất không dùng được nữa")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Đăng xuất mọi máy").click()
    await expect(phone.says("Đã đăng xuất khỏi")).to_be_visible()
    await expect(lost.page.get_by_role("button", name="Đăng nhập")).to_be_visible()


async def test_a_card_is_revoked_and_issued_anew(town: Town, open_phone: OpenPhone) -> None:
    phone = await open_phone()
    school = await town.school()
    pupil = await town.student(school, "Nguyễn Như Ánh")
    await town.guardian(pupil)
    await phone.log_in(await town.admin(school))
    await phone.go(f"/truong/{school.id}/lop")
    await phone.page.get_by_label("Tìm học sinh").fill("nhu anh")
    await phone.page.get_by_role("link", name="Nguyễn Như Ánh").click()
    # The search leads to the pupil, who is opened at once.
    await expect(dialog(phone)).to_contain_text("Có thẻ")
    await expect(dialog(phone)).to_contain_text("Đã kích hoạt")
    await office_screen(phone, "office-pupil")
    await dialog(phone).get_by_role("button", name="Báo mất thẻ").click()
    await expect(phone.says("Thẻ không quét được nữa")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Báo mất thẻ").click()
    await expect(phone.says("Thẻ đã hết hiệu lực.")).to_be_visible()
    live = "select count(*) from card where school_id = $1 and revoked_at is null"
    assert await town.count(live, school.id) == 0
    await button(phone, "Cấp thẻ").click()
    await expect(phone.says("Thẻ cũ hết hiệu lực ngay.")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Cấp thẻ").click()
    await expect(phone.says("Đã cấp thẻ mới.")).to_be_visible()
    assert await town.count(live, school.id) == 1


async def test_a_new_sheet_is_printed_only_after_what_it_voids_was_said(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    school = await town.school()
    await town.student(school)
    await phone.log_in(await town.admin(school))
    await phone.go(f"/truong/{school.id}/lop")
    await office_screen(phone, "office-classes")
    await phone.page.locator(".class-link").first.click()
    await expect(phone.says("Chín thẻ một trang A4.")).to_be_visible()
    await office_screen(phone, "office-class")
    await button(phone, "Tải phiếu để in").click()
    await expect(phone.says("sẽ hết hiệu lực")).to_be_visible()
    async with phone.page.expect_download() as coming:
        await button(phone, "In phiếu mới").click()
    file = await coming.value
    assert re.fullmatch(r"phieu-\w+\.pdf", file.suggested_filename)
    assert (await file.path()).read_bytes().startswith(b"%PDF")


def many(rows: int) -> FilePayload:
    """A roster of more rows than are imported at once, in a class that is not there yet."""
    lines = ["Mã định danh,Họ và tên,Lớp,Ca học,Người giám hộ 1,SĐT 1,Quan hệ 1"]
    lines += [
        f"{4_700_000_000 + n},Nguyễn Văn Đông {n},9A9,Ca sáng,Trần Thị Mẹ {n},09{n:08},Mẹ"
        for n in range(1, rows + 1)
    ]
    data = "\n".join(lines).encode()
    return {"name": "ca-truong.csv", "mimeType": "text/csv", "buffer": data}


async def test_a_long_import_goes_on_while_its_page_is_closed(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    school = await as_principal(town, phone, "nhap/hoc-sinh")
    await phone.page.locator("input[type=file]").set_input_files(many(600))
    await expect(phone.says("Trường chưa có các lớp: 9A9.")).to_be_visible()
    await office_screen(phone, "office-import-faults")
    await button(phone, "Tạo các lớp này và kiểm tra lại").click()
    await button(phone, "Nhập 600 dòng").click()
    await expect(phone.page.get_by_role("progressbar")).to_be_visible()
    await phone.go(f"/truong/{school.id}/chuan-bi")
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Chuẩn bị trường")
    await phone.go(f"/truong/{school.id}/nhap/hoc-sinh")
    await expect(phone.says("Đã nhập xong")).to_be_visible(timeout=90_000)
    await expect(phone.says("ca-truong.csv")).to_be_visible()
    pupils = "select count(*) from student where school_id = $1"
    assert await town.count(pupils, school.id) == 600


async def test_the_checklist_says_what_is_next_and_leads_there(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    await as_principal(town, phone, "chuan-bi")
    await expect(phone.page.get_by_text(re.compile(r"Đã xong \d trên 9 việc"))).to_be_visible()
    await office_screen(phone, "office-setup")
    await phone.page.get_by_role("link", name="Làm ngay").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Lịch năm học")


async def test_the_department_adds_a_school_and_sees_how_far_it_is(
    town: Town, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    unit = await town.org_unit(unit_id=77)
    # The API counts on from the last school; the town goes on with numbers of its own.
    await town.owner.execute(
        "insert into school (id, org_unit_id, name, level)"
        " values (900000, $1, 'Trường THPT Xa', 'upper_secondary')",
        unit,
    )
    await phone.log_in(await town.department_admin(org_unit_id=unit))
    await button(phone, "Thêm trường").click()
    await dialog(phone).get_by_label("Tên trường").fill("Trường Tiểu học Vỹ Dạ")
    await dialog(phone).get_by_label("Họ và tên").fill("Lê Thị Hoa")
    await dialog(phone).get_by_label("Số điện thoại").fill("12")
    await button(phone, "Lưu").click()
    await expect(phone.says("Số điện thoại chưa đúng.")).to_be_visible()
    await dialog(phone).get_by_label("Số điện thoại").fill("0987 000 777")
    await button(phone, "Lưu").click()
    await expect(phone.says("Đã thêm Trường Tiểu học Vỹ Dạ.")).to_be_visible()
    await button(phone, "Trường Tiểu học Vỹ Dạ").click()
    await expect(dialog(phone)).to_contain_text("1/3 vị trí đã có người")
    await phone.page.keyboard.press("Escape")
    await office_screen(phone, "office-department")

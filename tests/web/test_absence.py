"""An absence on the phones: told, answered, called about, put right; and hours of one's own."""

import httpx
from playwright.async_api import expect

from tests.web.conftest import GuardAt, OpenPhone
from tests.web.cut_off import pass_the_cut_off, ready_for_the_cut_off
from tests.web.province import Town, local
from tests.web.screens import screen


async def test_a_wrong_absence_is_disputed_and_replaced(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    await town.owner.execute("update school set phone = '+842343821234' where id = $1", school.id)
    await ready_for_the_cut_off(town, api, guard_at, school)
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    child = await town.student(school, "Lê Minh Khôi")
    mother = await town.guardian(child, name="Lê Thị Mẹ")
    phone = await open_phone()
    await phone.log_in(mother)
    card = phone.page.locator("a.child")
    await expect(card).to_contain_text("Chưa quét thẻ hôm nay")
    await phone.is_live()
    await pass_the_cut_off(town, school)
    await expect(card).to_contain_text("Chưa có mặt ở trường")
    call = phone.page.get_by_role("link", name="Gọi trường")
    await expect(call).to_have_attribute("href", "tel:+842343821234")
    await screen(phone.page, "today-absent")
    await phone.page.get_by_role("link", name="Tin báo").click()
    alert = phone.page.locator(".news").filter(has_text="chưa có mặt")
    await expect(alert.locator(".mark-of.alarm")).to_be_visible()
    await screen(phone.page, "inbox-absent")
    await phone.page.get_by_role("link", name="Báo chưa đúng").click()
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_label("Hôm đó có đến trường").check()
    await dialog.get_by_role("button", name="Gửi nhà trường").click()
    await expect(phone.says("Nhà trường đang xem")).to_be_visible()

    desk = await open_phone()
    await desk.log_in(teacher)
    asked = desk.page.get_by_role("region", name="Gia đình báo chưa đúng")
    await asked.get_by_role("button", name="Trả lời").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_label("Gia đình báo đúng").check()
    await expect(dialog.get_by_label("Có mặt")).to_be_checked()
    await dialog.get_by_label("Lời nhắn cho gia đình").fill("Em ngồi trong lớp, thẻ bị hỏng.")
    await screen(desk.page, "class-dispute-correct")
    await dialog.get_by_role("button", name="Gửi trả lời").click()
    await expect(asked).to_have_count(0)
    row = desk.page.get_by_role("button").filter(has_text="Lê Minh Khôi")
    await expect(row).to_contain_text("Có mặt")

    # The mother's page was open all the time.
    await expect(phone.page.locator(".state")).to_contain_text("Đã có mặt hôm nay")
    await expect(phone.says("Nhà trường sửa: Có mặt")).to_be_visible()
    await expect(phone.page.locator(".corrected")).to_contain_text("Cô Hoa")
    await screen(phone.page, "child-corrected")
    await phone.page.get_by_role("link", name="Tin báo").click()
    await expect(alert).to_contain_text("Đã có tin thay thế")
    await expect(phone.page.get_by_role("link", name="Báo chưa đúng")).to_have_count(0)
    kinds = await town.owner.fetch(
        "select kind from inbox_item where account_id = $1 order by seq", mother.account_id
    )
    assert [row["kind"] for row in kinds] == ["absence", "dispute_answered"], "one message replaces"


async def test_a_teacher_calls_the_family_of_who_is_missing_and_sets_the_state_right(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    child = await town.student(school, "Lê Minh Khôi")
    mother = await town.guardian(child, name="Lê Thị Mẹ")
    desk = await open_phone()
    await desk.log_in(teacher)
    await desk.page.get_by_role("link", name="Chưa có mặt").click()
    pupil = desk.page.get_by_role("region", name="Lê Minh Khôi")
    await expect(pupil).to_contain_text("Chưa báo gia đình")
    await pupil.get_by_role("button", name="Xem số và gọi Lê Thị Mẹ").click()
    number = pupil.get_by_role("link", name="Gọi 0")
    await expect(number).to_have_attribute("href", f"tel:{mother.phone}")
    await expect(number).to_contain_text(local(mother.phone)[:4])
    await screen(desk.page, "class-missing")
    calls = "select count(*) from call_log where school_id = $1 and called_by = $2"
    assert await town.count(calls, school.id, teacher.account_id) == 1

    await desk.page.get_by_role("link", name="Quay lại").click()
    await desk.page.get_by_role("button").filter(has_text="Lê Minh Khôi").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Sửa điểm danh").click()
    await dialog.get_by_role("button", name="Lưu sửa đổi").click()
    await expect(dialog.get_by_text("Mời chọn trạng thái đúng.")).to_be_visible()
    await dialog.get_by_label("Đi muộn").check()
    await dialog.get_by_label("Muộn mấy phút?").fill("12")
    await dialog.get_by_role("button", name="Em có mặt trong lớp").click()
    await screen(desk.page, "class-correct")
    await dialog.get_by_role("button", name="Lưu sửa đổi").click()
    await expect(dialog.get_by_text("Đã sửa điểm danh.")).to_be_visible()
    await dialog.get_by_role("button", name="Xong").click()
    row = desk.page.get_by_role("button").filter(has_text="Lê Minh Khôi")
    await expect(row).to_contain_text("Muộn 12 phút")


async def test_a_teacher_reads_the_own_hours_and_asks_for_own_leave(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    teacher = await town.staff(school, "homeroom_teacher", "Cô Hoa")
    desk = await open_phone()
    await desk.log_in(teacher)
    await desk.go("/cham-cong")
    await desk.page.get_by_role("link", name="Giờ công của tôi").click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Giờ công của tôi")
    await expect(desk.says("Ngày có mặt")).to_be_visible()
    await screen(desk.page, "own-hours")
    await desk.page.get_by_role("button", name="Tháng trước").click()
    await expect(desk.page.get_by_role("button", name="Tháng sau")).to_be_enabled()
    await desk.page.get_by_role("link", name="Quay lại").click()
    await desk.page.get_by_role("link", name="Xin nghỉ").click()
    form = desk.page.locator("form")
    await form.get_by_role("button", name="Ngày mai").click()
    await form.get_by_role("button", name="Đi tập huấn").click()
    await form.get_by_role("button", name="Gửi đơn").click()
    sent = desk.page.get_by_role("region", name="Các đơn đã gửi")
    await expect(sent).to_contain_text("Ngày mai: cả ngày")
    await screen(desk.page, "own-leave")


async def test_quiet_hours_and_a_digest_are_chosen(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    phone = await open_phone()
    await phone.log_in(await town.guardian(await town.student(school)))
    await phone.go("/cai-dat/thong-bao")
    digest = phone.page.get_by_label("Gom tin lại")
    await digest.select_option("21")
    await expect(digest).to_have_value("21")
    # Earlier silence moves the digest to the last hour that is not silent.
    await phone.page.get_by_label("Yên lặng từ").select_option("19:00")
    await expect(digest).to_have_value("18")
    await phone.page.reload()
    await expect(phone.page.get_by_label("Yên lặng từ")).to_have_value("19:00")
    await expect(digest).to_have_value("18")
    await screen(phone.page, "settings-when")

"""A term's start, played by everybody who has a part in it: from the first fee item to receipts."""

import asyncio
import io
import re
from datetime import UTC, datetime

import pypdfium2
from msgspec import Struct
from playwright.async_api import Locator, expect

from app.schools.common import school_day
from scripts import fees
from tests.fakes.bank import FakeBank
from tests.notifications.news import until
from tests.web.conftest import OpenPhone
from tests.web.gatework import code_shown_by
from tests.web.paper import codes_on
from tests.web.phone import Phone
from tests.web.province import Province, Town
from tests.web.screens import screen
from tests.web.tillwork import (
    NUMBER,
    bank_of,
    choose,
    issue_bills,
    open_accounts,
    paid_by,
    reference_of,
    statement_of,
    write_items,
)
from tests.world import Person, School

AN, BINH, CUONG = "Nguyễn Văn An", "Nguyễn Thị Bình", "Trần Văn Cường"


class Play(Struct, frozen=True, kw_only=True):
    """Who plays, and where: `mother` of An and Bình; Cường's father pays by hand at his bank."""

    town: Town
    school: School
    bank: FakeBank
    desk: Phone
    mother: Phone
    principal: Phone


async def test_a_terms_start_from_the_first_item_to_the_close_of_the_day_and_the_receipts(
    town: Town, open_phone: OpenPhone, province: Province
) -> None:
    school = await town.school()
    mother = await town.guardian(*[await town.student(school, name) for name in (AN, BINH)])
    await town.guardian(await town.student(school, CUONG), name="Trần Văn Cha")
    desk = await open_phone(at_desk=True)
    await _everything_is_set_up_and_issued(desk, await town.staff(school, "accountant"), school)
    play = Play(
        town=town,
        school=school,
        bank=await bank_of(town, province, school),
        desk=desk,
        mother=await open_phone(),
        principal=await open_phone(),
    )
    await _both_children_are_paid_by_one_code(play, mother)
    await _a_mistyped_memo_is_found_by_the_statement(play)
    await _what_was_too_much_goes_back_by_two(play)
    await _the_day_is_closed_and_the_bank_agrees(play)
    code = await _the_mother_takes_her_receipts(play)
    await _anybody_may_check_one(await open_phone(), code)
    wrong: list[str] = []
    await asyncio.to_thread(fees.check, province.settings, school_id=school.id, say=wrong.append)
    assert not wrong


async def _everything_is_set_up_and_issued(desk: Phone, who: Person, school: School) -> None:
    await desk.log_in(who)
    await expect(desk.says("Bắt đầu thu không tiền mặt")).to_be_visible()
    await open_accounts(desk, school)
    await write_items(desk, school)
    await issue_bills(desk, school, pupils=3)
    await desk.page.get_by_role("link", name="Xem các phiếu").click()
    await expect(desk.page.get_by_role("link", name=BINH)).to_contain_text("Chưa đóng")


def _card(phone: Phone, name: str) -> Locator:
    """A child's fees."""
    return phone.page.get_by_role("region", name=name, exact=True)


async def _both_children_are_paid_by_one_code(play: Play, who: Person) -> None:
    """The bank's app sees the screen of the phone and nothing else of us."""
    phone, page = play.mother, play.mother.page
    await phone.log_in(who)
    link = page.get_by_role("link", name="Khoản thu")
    await expect(link).to_contain_text("Cần đóng 600.000")
    await link.click()
    for child in (AN, BINH):
        await expect(_card(phone, child)).to_contain_text("Cần đóng 300.000")
    await _card(phone, AN).get_by_text("Xem từng khoản").click()
    await expect(_card(phone, AN).get_by_text("Căn cứ: Nghị quyết 12/2026/NQ-HĐND")).to_be_visible()
    await screen(page, "fees")

    await page.get_by_role("button", name=re.compile("Đóng 600.000")).click()
    drawing = page.get_by_role("img", name=re.compile("VietQR"))
    await expect(drawing).to_be_visible()
    await drawing.scroll_into_view_if_needed()
    await until(lambda: code_shown_by(phone))
    number, amount, memo = paid_by(str(await code_shown_by(phone)))
    await screen(page, "fees-code")
    assert (number, amount) == (NUMBER, 600_000)
    shown = await page.locator("main").inner_text()
    assert AN not in shown
    assert BINH not in shown
    await phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Chép nội dung chuyển khoản").click()
    assert await page.evaluate("() => navigator.clipboard.readText()") == memo
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Lưu ảnh").click()
    assert (await saved.value).suggested_filename.endswith(".png")

    loads = phone.asked("/")
    sent = await play.bank.pay(amount, f"MBVCB.3278907687.{memo}.CT tu 0123456789")
    assert sent.is_settled, sent
    await expect(phone.says("Nhà trường đã nhận 600.000")).to_be_visible()
    assert phone.asked("/") == loads
    await screen(page, "fees-received")


async def _a_mistyped_memo_is_found_by_the_statement(play: Play) -> None:
    """Nobody told of Cường's transfer but the statement, which has the mother's as well."""
    reference = await reference_of(play.town, play.school, CUONG)
    wrong = reference[:-1] + ("0" if reference[-1] != "0" else "1")
    play.bank.transfer(350_000, f"TRAN VAN CUONG {wrong} hoc phi")
    desk, page = play.desk, play.desk.page
    await desk.go(f"/truong/{play.school.id}/thu/sao-ke")
    await _give_statement(play)
    await expect(page.locator(".till-pair", has_text="Tiền mới thấy")).to_contain_text("1")
    await expect(page.locator(".till-pair", has_text="Đã biết từ báo có")).to_contain_text("1")
    await expect(page.locator(".till-pair", has_text="Tổng tiền vào")).to_contain_text("950.000")
    await screen(page, "fees-statement-desk")
    await page.get_by_role("button", name="Nhập sao kê").click()
    await expect(desk.says("Đã nhập sao kê")).to_be_visible()
    await page.get_by_role("link", name="Xem tiền chờ xử lý").click()
    await expect(page.get_by_role("link", name="TRAN VAN CUONG")).to_contain_text("350.000")
    await screen(page, "fees-review-desk")
    await page.get_by_role("link", name="TRAN VAN CUONG").click()
    may_be = page.get_by_role("region", name="Có thể là của")
    await may_be.get_by_role("button", name=CUONG).click()
    await expect(may_be.get_by_label(f"Vào phiếu của {CUONG}")).to_have_value("300.000")
    await screen(page, "fees-resolve-desk")
    await may_be.get_by_role("button", name="Xác nhận").click()
    await expect(desk.says("Đã ghi vào phiếu.")).to_be_in_viewport()
    await expect(page.locator(":focus")).to_contain_text("Đã ghi vào phiếu.")


async def _give_statement(play: Play) -> None:
    """The bank's file as it is now, looked at and not yet imported."""
    await play.desk.page.locator("input[type=file]").set_input_files(
        {"name": "sao-ke.csv", "mimeType": "text/csv", "buffer": statement_of(play.bank)}
    )
    await expect(play.desk.says("Kiểm tra xong, chưa ghi gì")).to_be_visible()


async def _what_was_too_much_goes_back_by_two(play: Play) -> None:
    """Asked for at the desk, approved on the principal's phone, transferred, recorded."""
    desk, page = play.desk, play.desk.page
    dialog = page.get_by_role("dialog")
    await expect(page.locator(".till-pair", has_text="Chưa vào phiếu nào")).to_contain_text("50.0")
    await page.get_by_role("button", name="Hoàn tiền").click()
    await choose(page, "Ngân hàng của người nhận", "Vietcombank")
    await dialog.get_by_label("Số tài khoản người nhận").fill("0123456789")
    await dialog.get_by_label("Tên người nhận").fill("TRAN VAN CHA")
    await dialog.get_by_label("Lý do").fill("Chuyển thừa")
    await screen(page, "fees-refund-desk")
    await dialog.get_by_role("button", name="Gửi").click()
    await expect(page.locator(":focus")).to_contain_text("Đã gửi đề nghị.")
    await _the_principal_looks_and_approves(play)
    out = play.bank.transfer(50_000, "HOAN TIEN CHUYEN THUA", direction="out")
    await desk.go(f"/truong/{play.school.id}/thu/hoan-tien")
    await page.get_by_role("button", name="Ghi kết quả chuyển tiền").click()
    await expect(dialog.get_by_text("0123456789")).to_be_visible()
    await dialog.get_by_label("Mã giao dịch của ngân hàng").fill(str(out.reference))
    await dialog.get_by_role("button", name="Lưu").click()
    await expect(desk.says("Đã hoàn")).to_be_visible()


async def _the_principal_looks_and_approves(play: Play) -> None:
    phone, page = play.principal, play.principal.page
    await phone.log_in(await play.town.admin(play.school))
    await phone.go(f"/truong/{play.school.id}/thu")
    await expect(phone.says("Theo cấp học")).to_be_visible()
    of_the_class = page.get_by_role("row", name="6A1")
    await expect(of_the_class).to_contain_text("3/3")
    await expect(of_the_class).to_contain_text("900.000 đ (100%)")
    await screen(page, "fees-results")
    await page.get_by_role("link", name="1 khoản hoàn tiền chưa xong").click()
    await expect(phone.says("TRAN VAN CHA")).to_be_visible()
    await screen(page, "fees-approve")
    await page.get_by_role("button", name="Duyệt", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    await expect(phone.says("Chờ chuyển tiền")).to_be_visible()


async def _the_day_is_closed_and_the_bank_agrees(play: Play) -> None:
    desk, page = play.desk, play.desk.page
    await desk.go(f"/truong/{play.school.id}/thu/khoa-so")
    await page.get_by_label("Tổng tiền vào theo ngân hàng").fill("1")
    await page.get_by_role("button", name="Khoá sổ").click()
    await expect(desk.says("Có chênh lệch: mời ghi vì sao.")).to_be_visible()
    await expect(page.locator(".till-pair", has_text="Theo sổ")).to_contain_text("950.000")
    await page.get_by_label("Tổng tiền vào theo ngân hàng").fill("950000")
    await screen(page, "fees-close-desk")
    await page.get_by_role("button", name="Khoá sổ").click()
    await expect(desk.says("Đã khoá sổ.")).to_be_visible()

    await desk.go(f"/truong/{play.school.id}/thu/sao-ke")
    await _give_statement(play)
    await expect(page.locator(".till-pair", has_text="Tiền mới thấy")).to_contain_text("0")
    await expect(page.locator(".till-pair", has_text="Tiền hoàn")).to_contain_text("1")
    await page.get_by_role("button", name="Nhập sao kê").click()
    await expect(desk.says("Đã nhập sao kê")).to_be_visible()
    await desk.go(f"/truong/{play.school.id}/thu/doi-chieu")
    today = school_day(datetime.now(UTC)).isoformat()
    await page.get_by_label("Từ ngày").fill(today)
    await page.get_by_label("Đến ngày").fill(today)
    await page.get_by_role("button", name="Đối chiếu").click()
    await expect(desk.says("Khớp hoàn toàn").first).to_be_visible()

    await desk.go("/")
    await expect(page.get_by_role("heading", name="Tiền về theo ngày")).to_be_visible()
    await expect(desk.says("Không có việc gì đang chờ.")).to_be_visible()
    await expect(page.locator(".till-figures")).to_contain_text("950.000")
    await screen(page, "fees-home-desk")


async def _the_mother_takes_her_receipts(play: Play) -> str:
    """One for each child; what the code on one of them says."""
    page = play.mother.page
    await until(
        lambda: play.town.owner.fetchval(
            "select bool_and(pdf_key is not null) from receipt where school_id = $1",
            play.school.id,
        )
    )
    await page.get_by_role("link", name="Biên lai").click()
    receipts = page.get_by_role("listitem")
    await expect(receipts).to_have_count(2)
    await expect(receipts.filter(has_text=AN)).to_contain_text("/00000")
    said = []
    for name in (AN, BINH):
        async with page.expect_download() as paper:
            await receipts.filter(has_text=name).get_by_role("button", name="Tải PDF").click()
        data = (await (await paper.value).path()).read_bytes()
        said.append(pypdfium2.PdfDocument(io.BytesIO(data))[0].get_textpage().get_text_range())
        assert name in said[-1]
        assert "Ba trăm nghìn đồng" in said[-1]
    await screen(page, "fees-receipts")
    await play.mother.go("/khoan-thu")
    await expect(_card(play.mother, AN)).to_contain_text("Không còn khoản nào phải đóng")
    (code,) = codes_on(data)
    return code


async def _anybody_may_check_one(stranger: Phone, code: str) -> None:
    """The grandmother scans the paper: no login, no app, and no name."""
    page = stranger.page
    await stranger.go(code)
    await expect(page.get_by_role("heading", name="Còn hiệu lực")).to_be_visible()
    await expect(page.locator("dl")).to_contain_text("300.000 đồng")
    await expect(page.locator("dl")).to_contain_text("Ba trăm nghìn đồng")
    await screen(page, "receipt-check")
    for name in (AN, BINH):
        await expect(stranger.says(name)).to_have_count(0)
    stranger.watch.allow(404, "/v1/fees/receipts/verify")
    await stranger.go(code[:-1] + ("A" if code[-1] != "A" else "B"))
    await expect(stranger.says("Không có biên lai nào mang mã này")).to_be_visible()
    await screen(page, "receipt-unknown")
    await page.get_by_label("Mã in trên giấy").fill(code.partition("code=")[2].lower())
    await page.get_by_role("button", name="Kiểm tra").click()
    await expect(page.get_by_role("heading", name="Còn hiệu lực")).to_be_visible()
    assert not [url for url in stranger.watch.requests if "/verify" not in url]

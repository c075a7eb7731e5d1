"""A principal's set-up: the first file, mended until it is right."""

import io
from datetime import date
from typing import Any

import openpyxl
from playwright.async_api import FilePayload, expect

from scripts.benches._camera import Camera
from tests.web.conftest import OpenPhone
from tests.web.gatework import answer, guard_with_scanner
from tests.web.paper import codes_on
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen
from tests.world import School

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADINGS = [
    "Mã định danh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Ca học",
    "Người giám hộ 1", "SĐT 1", "Quan hệ 1",
]  # fmt: skip


def roster(*, is_mended: bool) -> bytes:
    """Five pupils; a date, a phone and a relation that nobody can read, unless mended."""
    bad: tuple[Any, Any, Any] = ("31/02/2015", "0905 12", "hàng xóm tốt bụng")
    born, phone, relation = (date(2015, 2, 28), "0913000002", "Mẹ") if is_mended else bad
    rows: list[list[Any]] = [
        ["4600000011", "Nguyễn Thị Ánh", date(2015, 3, 2), "Nữ", "6A1", "Ca sáng",
         "Lê Thị Mẹ", "0913000001", "Mẹ"],
        ["4600000012", "Trần Văn Bình", born, "Nam", "6A1", "Ca sáng",
         "Trần Văn Cha", "0913000003", "Cha"],
        ["4600000013", "Lê Văn Cường", date(2015, 5, 9), "Nam", "6A1", "Ca sáng",
         "Lê Thị Hoa", phone, "Mẹ"],
        ["4600000014", "Phạm Gia Hân", date(2015, 8, 1), "Nữ", "6A1", "Ca sáng",
         "Phạm Thị Lan", "0913000004", relation],
        ["4600000015", "Võ Minh Đức", date(2015, 1, 7), "Nam", "6A1", "Ca sáng",
         "Võ Văn Nam", "0913000005", "Cha"],
    ]  # fmt: skip
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(_HEADINGS)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def choose(phone: Phone, data: bytes) -> None:
    """Choose a file as from the phone's folders."""
    file: FilePayload = {"name": "hoc-sinh.xlsx", "mimeType": _XLSX, "buffer": data}
    await phone.page.locator("input[type=file]").set_input_files(file)


async def draw_fence(desk: Phone, school: School) -> None:
    """Four corners around the school, tapped on the map in the place of its circle."""
    await desk.go(f"/truong/{school.id}/co-so/{school.campus_id}")
    page = desk.page
    await page.get_by_role("button", name="Nhiều góc").click()
    await page.get_by_role("button", name="Xóa hết").click()
    drawn = await page.locator(".fence-map").bounding_box()
    assert drawn is not None
    x, y = drawn["x"] + drawn["width"] / 2, drawn["y"] + drawn["height"] / 2
    for right, down in ((-120, -100), (120, -100), (120, 100), (-120, 100)):
        await page.mouse.click(x + right, y + down)
    await screen(page, "fence-desk")
    await page.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Khu vực trường")


async def import_pupils(desk: Phone, school: School) -> None:
    await desk.go(f"/truong/{school.id}/nhap/hoc-sinh")
    await choose(desk, roster(is_mended=True))
    await desk.page.get_by_role("button", name="Nhập 5 dòng").click()
    await expect(desk.says("Đã nhập xong")).to_be_visible()


async def print_cards(desk: Phone, school: School) -> bytes:
    """The file that the principal takes to the printer."""
    await desk.go(f"/truong/{school.id}/lop")
    await screen(desk.page, "classes-desk")
    await desk.page.get_by_role("link", name="6A1").click()
    await expect(desk.says("Nguyễn Thị Ánh")).to_be_visible()
    await screen(desk.page, "class-desk")
    async with desk.page.expect_download() as getting:
        await desk.page.get_by_role("button", name="Tải tệp thẻ để in").click()
    file = await (await getting.value).path()
    return file.read_bytes()


async def test_from_a_drawn_fence_to_a_printed_card_that_scans(
    town: Town, open_phone: OpenPhone, camera: Camera
) -> None:
    school = await town.school()
    desk = await open_phone(at_desk=True)
    await desk.log_in(await town.admin(school))
    await draw_fence(desk, school)
    fence = await town.owner.fetchval("select fence from campus where id = $1", school.campus_id)
    assert fence["type"] == "Polygon"
    assert len(fence["coordinates"][0]) == 5, "four corners and the first again"
    await import_pupils(desk, school)
    codes = codes_on(await print_cards(desk, school))
    assert len(codes) == 5

    guard = await open_phone()
    await guard_with_scanner(guard, await town.staff(school, "guard"), school)
    camera.show(codes[0])
    await expect(answer(guard)).to_contain_text("Đã vào, đúng giờ")
    outcomes = await town.owner.fetch(
        "select outcome from scan_event where school_id = $1", school.id
    )
    assert [row["outcome"] for row in outcomes] == ["ok"]


async def test_a_principal_mends_three_cells_of_a_roster_and_imports_it(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    desk = await open_phone(at_desk=True)
    await desk.log_in(await town.admin(school))
    await desk.go(f"/truong/{school.id}/nhap")
    await expect(desk.says("Ảnh học sinh")).to_be_visible()
    await screen(desk.page, "imports-desk")
    await desk.page.get_by_role("link", name="Học sinh Học sinh").click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Học sinh")
    await screen(desk.page, "import-desk")

    await choose(desk, roster(is_mended=False))
    await expect(desk.says("3 chỗ cần sửa")).to_be_visible()
    faults = desk.page.locator("table tbody tr")
    await expect(faults).to_have_count(3)
    places = {(await row.locator("th, td").all_inner_texts())[0] for row in await faults.all()}
    assert places == {"3", "4", "5"}, "the rows as Excel counts them"
    await screen(desk.page, "import-faults-desk")
    assert await pupils(town, school.id) == 0

    await choose(desk, roster(is_mended=True))
    await expect(desk.says("Tệp không có lỗi")).to_be_visible()
    assert await pupils(town, school.id) == 0, "a check writes nothing"
    await desk.page.get_by_role("button", name="Nhập 5 dòng").click()
    await expect(desk.says("Đã nhập xong")).to_be_visible()
    await screen(desk.page, "imported-desk")
    assert await pupils(town, school.id) == 5


async def pupils(town: Town, school_id: int) -> int:
    return await town.count("select count(*) from student where school_id = $1", school_id)

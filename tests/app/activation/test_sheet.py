"""A printed sheet: what a phone's camera and an office read off it."""

import io
import re

import pypdfium2
import zxingcpp

from app.activation.codes import new_code, read_code
from app.activation.sheet import PrintedStrip, sheet_pdf
from app.schools.guardians.model import Relation

_DPI = 150


def strip(
    name: str = "Nguyễn Thị Hường", relation: Relation = "mother", *shares: str
) -> PrintedStrip:
    return PrintedStrip(
        student_name="Lê Ngọc Ánh",
        guardian_name=name,
        relation=relation,
        masked_phone="*****678",
        shares_with=list(shares),
        code=new_code(16_777_215),
    )


def sheet(*strips: PrintedStrip, base_url: str = "https://congtruong.hue.edu.vn") -> bytes:
    return sheet_pdf(
        school_name="Trường THCS Nguyễn Tri Phương",
        class_name="6A1",
        base_url=base_url,
        last_day="16/12/2026",
        strips=list(strips),
        active=["Trần Văn Bình: Trần Văn Cha"],
        alone=["Phạm Thị Ốc"],
    )


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def codes_on(pdf: bytes) -> list[list[str]]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    found = []
    for page in document:
        image = page.render(scale=_DPI / 72).to_pil()
        seen = zxingcpp.read_barcodes(image)
        found.append([code.text for code in sorted(seen, key=lambda c: c.position.top_left.y)])
    return found


def test_every_code_is_read_back_at_150_dpi_in_its_place() -> None:
    strips = [strip(f"Nguyễn Thị {n}") for n in range(13)]
    *cut, office = codes_on(sheet(*strips))
    assert [len(page) for page in cut] == [6, 6, 1]
    assert office == []
    links = [link for page in cut for link in page]
    wanted = [f"https://congtruong.hue.edu.vn/kich-hoat#{each.code.printed}" for each in strips]
    assert links == wanted
    assert [read_code(link.partition("#")[2]) for link in links] == [s.code for s in strips]


def test_a_strip_says_who_it_is_for_and_shows_no_whole_number() -> None:
    one = strip("Nguyễn Thị Hường", "mother", "Lê Văn Tư")
    text, office = pages(sheet(one))
    for words in ("Nguyễn Thị Hường (mẹ)", "Lê Ngọc Ánh", "*****678", one.code.printed,
                  "congtruong.hue.edu.vn/kich-hoat", "16/12/2026",
                  "Dùng chung số điện thoại với Lê Văn Tư: cùng một tài khoản"):  # fmt: skip
        assert words in text, (words, text)
    assert not re.search(r"\d{9}", text.replace(one.code.printed, ""))
    assert one.code.printed not in office


def test_the_last_page_names_pupils_without_a_guardian_and_who_needs_no_strip() -> None:
    office = pages(sheet(strip()))[-1]
    assert "Chưa có người giám hộ (1)" in office
    assert "Phạm Thị Ốc" in office
    assert "Trần Văn Bình: Trần Văn Cha" in office
    assert "mã trên các phiếu in trước không dùng được nữa" in office
    # Without anybody to print for there is still the office's page.
    assert len(pages(sheet())) == 1


def test_a_name_is_text_and_never_markup() -> None:
    name = "#panic() *Bà* $x$ <b>"
    assert name in pages(sheet(strip(name)))[0]


def test_a_long_address_and_long_names_stay_on_their_strips() -> None:
    long = strip("Công Tằng Tôn Nữ Thị " * 4)
    pdf = sheet(*[long] * 6, base_url="https://cong-truong.sogddt.thuathienhue.gov.vn/")
    assert [len(page) for page in codes_on(pdf)] == [6, 0]

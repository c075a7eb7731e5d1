import ctypes
import io

import pypdfium2 as pdfium
import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image
from pypdfium2 import raw as pdfium_c

from app.attendance import codes
from app.keys import KeyRing
from app.schools.cards import (
    DEFAULT_QR_MM,
    MAX_QR_MM,
    MIN_QR_MM,
    CardFace,
    cards_pdf,
)

RING = KeyRing.parse("1:" + "5a" * 32)
SCHOOL = "Trường THCS Nguyễn Tri Phương"
LONG_SCHOOL = "Trường Trung học cơ sở và Trung học phổ thông Dân tộc nội trú huyện A Lưới"
EVERY_LETTER = "ăâđêôơưĂÂĐÊÔƠƯ" + "".join(
    vowel_with_tone
    for vowels in (
        "àảãáạ ằẳẵắặ ầẩẫấậ èẻẽéẹ ềểễếệ ìỉĩíị òỏõóọ ồổỗốộ ờởỡớợ ùủũúụ ừửữứự ỳỷỹýỵ",
        "ÀẢÃÁẠ ẰẲẴẮẶ ẦẨẪẤẬ ÈẺẼÉẸ ỀỂỄẾỆ ÌỈĨÍỊ ÒỎÕÓỌ ỒỔỖỐỘ ỜỞỠỚỢ ÙỦŨÚỤ ỪỬỮỨỰ ỲỶỸÝỴ",
    )
    for vowel_with_tone in vowels
)


def faces(*names: str, school_name: str = SCHOOL) -> list[CardFace]:
    return [
        CardFace(
            name=name,
            class_name="6A1",
            school_name=school_name,
            token=codes.issue_card(RING, school_id=42, card_id=n.to_bytes(8, "big")),
        )
        for n, name in enumerate(names)
    ]


def made(cards: list[CardFace]) -> pdfium.PdfDocument:
    return pdfium.PdfDocument(cards_pdf(school_name=SCHOOL, class_name="6A1", cards=cards))


def words_of(page: pdfium.PdfPage) -> str:
    return " ".join(page.get_textpage().get_text_range().split())


def fonts_of(page: pdfium.PdfPage) -> set[str]:
    names = set()
    for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=15):
        font = pdfium_c.FPDFTextObj_GetFont(item.raw)
        assert pdfium_c.FPDFFont_GetIsEmbedded(font)
        buffer = ctypes.create_string_buffer(100)
        pdfium_c.FPDFFont_GetBaseFontName(font, buffer, 100)
        names.add(buffer.value.decode().split("+")[-1])
    return names


def test_every_code_of_a_class_is_read_back_from_the_page_at_150_dpi() -> None:
    cards = faces(*(f"Nguyễn Văn {n}" for n in range(45)))
    document = made(cards)
    found = [
        barcode.text
        for page in document
        for barcode in zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
    ]
    assert len(document) == 5
    assert sorted(found) == sorted(card.token for card in cards)
    for token in found:
        codes.verify(RING, codes.parse(token))


WORST = (
    "Công Tằng Tôn Nữ Nguyễn Phúc Thị Hoàng Bảo Khánh Vân Anh Thư",
    "Nghiêm Khương Trường Nguyễn Phương Hoàng Thượng",
    "A" * 80,
    "Ỷ",
    " ".join(["Nguyễn"] * 30),
)


@pytest.mark.parametrize("qr_mm", [MIN_QR_MM, DEFAULT_QR_MM])
def test_codes_are_read_back_at_150_dpi_beside_the_worst_names_and_pictures(qr_mm: int) -> None:
    of, picture = "12 Chuyên Anh 1", io.BytesIO()
    Image.effect_noise((480, 640), 90).convert("RGB").save(picture, "JPEG")
    cards = [
        replace(
            card, photo=picture.getvalue() if number % 2 else None, class_name="12 Chuyên Anh 1"
        )
        for number, card in enumerate(faces(*WORST * 4, school_name=LONG_SCHOOL))
    ]
    pdf = cards_pdf(school_name=LONG_SCHOOL, class_name=of, cards=cards, qr_mm=qr_mm)
    document = pdfium.PdfDocument(pdf)
    assert len(document) == 3
    found = [
        barcode
        for page in document
        for barcode in zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
    ]
    assert sorted(each.text for each in found) == sorted(card.token for card in cards)
    side = qr_mm / 25.4 * 150
    for each in found:
        codes.verify(RING, codes.parse(each.text))
        width = each.position.top_right.x - each.position.top_left.x
        assert width == pytest.approx(side, abs=3)
    # Names that can be read stand on their cards whole.
    text = " ".join(words_of(page) for page in document)
    assert text.count(WORST[0]) == text.count(WORST[1]) == 4


@pytest.mark.parametrize("qr_mm", [MIN_QR_MM - 1, MAX_QR_MM + 1])
def test_a_code_that_does_not_fit_the_card_is_refused(qr_mm: int) -> None:
    with pytest.raises(ValueError, match=f"{qr_mm} mm"):
        cards_pdf(school_name=SCHOOL, class_name="6A1", cards=[], qr_mm=qr_mm)


def test_the_page_is_a4_and_a_code_is_40_mm_wide_with_four_white_modules_around() -> None:
    page = made(faces(*["Lê Ỷ"] * 9))[0]
    assert page.get_size() == pytest.approx((595.28, 841.89), abs=0.1)
    dots_per_mm = 12
    image = page.render(scale=dots_per_mm * 25.4 / 72).to_pil().convert("L")
    barcodes = zxingcpp.read_barcodes(image)
    assert len(barcodes) == 9
    for barcode in barcodes:
        corner, opposite = barcode.position.top_left, barcode.position.bottom_right
        assert (opposite.x - corner.x) / dots_per_mm == pytest.approx(40, abs=0.6)
        assert (opposite.y - corner.y) / dots_per_mm == pytest.approx(40, abs=0.6)
        # 4 modules are 6.4 mm. The thin outline of the card is farther away than that.
        quiet = int(6.3 * dots_per_mm)
        box = (corner.x - quiet, corner.y - quiet, opposite.x + quiet, opposite.y + quiet)
        ring = image.crop(box)
        ring.paste(255, (quiet - 6, quiet - 6, ring.width - quiet + 6, ring.height - quiet + 6))
        assert ring.getextrema()[0] == 255


def test_the_code_is_drawn_and_no_picture_of_dots() -> None:
    page = made(faces("Lê Ỷ"))[0]
    assert not list(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=15))


def test_every_vietnamese_letter_is_in_the_embedded_font() -> None:
    # In tens, so that no word is wider than its card.
    words = [EVERY_LETTER[i : i + 10].replace(" ", "") for i in range(0, len(EVERY_LETTER), 10)]
    document = made(faces(*words))
    text = " ".join(words_of(page) for page in document)
    assert [word for word in words if word not in text] == []
    assert {name for page in document for name in fonts_of(page)} == {
        "LibertinusSerif-Bold",
        "LibertinusSerif-Regular",
    }


def test_a_name_is_text_and_never_markup() -> None:
    name = '#panic("x") *a* _b_ $c$ <d> @e [f] \\u{41} `g`'
    assert name in words_of(made(faces(name))[0])


def test_long_names_stay_on_their_card() -> None:
    names = (
        "Công Tằng Tôn Nữ Nguyễn Phúc Thị Hoàng Bảo Khánh Vân Anh Thư",
        "A" * 80,
        "Nguyễn Thị Hoàng Phương Anh",
    )
    cards = faces(*names, school_name=LONG_SCHOOL)
    page = made(cards)[0]
    text = words_of(page)
    assert names[0] in text
    assert names[2] in text
    assert text.count(LONG_SCHOOL) == 3
    found = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
    assert {barcode.text for barcode in found} == {card.token for card in cards}


def test_a_class_without_pupils_makes_a_page_that_says_so() -> None:
    document = made([])
    assert len(document) == 1
    assert "Lớp chưa có học sinh nào." in words_of(document[0])


def test_the_order_of_the_list_is_that_of_the_pages() -> None:
    document = made(faces(*(f"Bé {n:02}" for n in range(20))))
    for number, page in enumerate(document):
        text = words_of(page)
        expected = [f"Bé {n:02}" for n in range(number * 9, min(20, number * 9 + 9))]
        places = [text.find(name) for name in expected]
        assert -1 not in places
        assert places == sorted(places)
        assert f"{number + 1} / 3" in text


def test_a_token_too_long_for_the_card_is_refused() -> None:
    card = CardFace(name="A", class_name="6A1", school_name=SCHOOL, token="A" * 62)
    with pytest.raises(ValueError, match="QR version 4"):
        cards_pdf(school_name=SCHOOL, class_name="6A1", cards=[card])

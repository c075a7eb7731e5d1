"""A file's name is its last part, one true line, with an ending that fits what is in it."""

import unicodedata

import pytest

from app.contact_book.attachments.model import Kind
from app.contact_book.attachments.names import file_name


@pytest.mark.parametrize(
    ("raw", "kind", "name"),
    [
        ("đơn xin phép.pdf", "pdf", "đơn xin phép.pdf"),
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("C:\\Users\\cô\\ảnh lớp.PNG", "image", "ảnh lớp.jpg"),
        ("ảnh.jpeg", "image", "ảnh.jpeg"),
        ("thông báo.pdf.exe", "pdf", "thông báo.pdf"),
        ("phim.mp4", "image", "phim.jpg"),
        ("Toán 1.2", "pdf", "Toán 1.2.pdf"),
        ("hai\r\nContent-Type: x", "pdf", "hai Content-Type: x.pdf"),
        ("a\x00b\x07\x1b[31m", "pdf", "ab[31m.pdf"),
        ("ảnh\u202egpj.exe", "image", "ảnhgpj.jpg"),
        ("<script>alert(1)</script>.pdf", "pdf", "script>.pdf"),
        ("👨‍👩‍👧 họp.pdf", "pdf", "👨‍👩‍👧 họp.pdf"),
        (unicodedata.normalize("NFD", "Nghỉ lễ.pdf"), "pdf", "Nghỉ lễ.pdf"),
        ("", "image", "ảnh.jpg"),
        ("...", "pdf", "tài liệu.pdf"),
        (".pdf", "pdf", "pdf.pdf"),
        ("/", "pdf", "tài liệu.pdf"),
        ("\ud800x", "pdf", "x.pdf"),
    ],
)
def test_a_name_is_made_fit(raw: str, kind: Kind, name: str) -> None:
    assert file_name(raw, kind) == name


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = file_name("á" * 1000 + ".pdf", "pdf")
    assert len(name) == 120
    assert name == "á" * 116 + ".pdf"

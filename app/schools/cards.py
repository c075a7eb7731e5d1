"""The printed cards of a class: A4 pages to cut, each code a vector."""

from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import typst
from msgspec import Struct

from app.attendance.qr import qr_svg

_TEMPLATE: Final = Path(__file__).with_name("cards.typ")
# Comes inside typst's wheel and has every Vietnamese letter; the machine's own fonts are left
# aside, so that a page looks the same wherever it is made.
_FONT: Final = "Libertinus Serif"


class CardFace(Struct, frozen=True, kw_only=True):
    """What stands on one card; `token` is the card's code, and carries none of the rest."""

    name: str
    class_name: str
    school_name: str
    token: str


def cards_pdf(*, school_name: str, class_name: str, cards: list[CardFace]) -> bytes:
    """A PDF with nine cards a page in the given order; one page that says so if there is none.

    Takes about 4 ms a card: call it in a thread.

    Raises:
        ValueError: a token does not fit a QR code of version 3.
    """
    data = {
        "title": f"Thẻ học sinh lớp {class_name}",
        "school_name": school_name,
        "font": _FONT,
        "note": "Nhặt được thẻ, xin gửi lại nhà trường",
        "empty": "Lớp chưa có học sinh nào.",
        "cards": [_face(card) for card in cards],
    }
    return typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": msgspec.json.encode(data).decode()},
    )


def _face(card: CardFace) -> dict[str, str]:
    return {
        "name": " ".join(card.name.split()),
        "class_name": card.class_name,
        "school_name": " ".join(card.school_name.split()),
        "qr": qr_svg(card.token, quiet_zone=0),
    }


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)

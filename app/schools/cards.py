"""The printed cards of a class: A4 pages to cut, each code a vector."""

import asyncio
import base64
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from app.attendance.qr import qr_svg
from app.errors import NotFound, Unavailable
from app.photos.urls import object_key
from app.storage import Storage
from app.typesetting import pdf

_TEMPLATE: Final = Path(__file__).with_name("cards.typ")
DEFAULT_QR_MM: Final = 40
MIN_QR_MM: Final = 25
MAX_QR_MM: Final = 40  # with its white border the card is no wider
_AT_ONCE: Final = 8
_PHOTO_PX: Final = (300, 400)


class CardFace(Struct, frozen=True, kw_only=True):
    """What stands on one card; `token` is the card's code, and carries none of the rest.

    `photo_key` only where it may be shown; `photo` is that picture, a JPEG. None: initials.
    """

    name: str
    class_name: str
    school_name: str
    token: str
    photo_key: str | None = None
    photo: bytes | None = None


async def with_photos(storage: Storage, cards: list[CardFace]) -> list[CardFace]:
    """The cards with their pictures, as far as these are there; hold no transaction meanwhile."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def fetched(card: CardFace) -> CardFace:
        if card.photo_key is None:
            return card
        async with gate:
            try:
                photo = await storage.get(object_key(card.photo_key, "full"))
            except (NotFound, Unavailable):
                # Replaced a moment ago, or the storage is away: a card is good without.
                return card
        return replace(card, photo=photo)

    return await asyncio.gather(*(fetched(card) for card in cards))


def cards_pdf(
    *,
    school_name: str,
    class_name: str,
    cards: list[CardFace],
    qr_mm: int = DEFAULT_QR_MM,
) -> bytes:
    """A PDF with nine cards a page in the given order; one page that says so if there is none.

    `qr_mm`, of the code without its white border, is from 25 to 40. Takes about 4 ms a card: call
    it in a thread.

    Raises:
        ValueError: a token does not fit a QR code of version 3, or the size is out of its bounds.
    """
    if not MIN_QR_MM <= qr_mm <= MAX_QR_MM:
        raise ValueError(f"a code of {qr_mm} mm does not fit the card")
    data = {
        "title": f"Thẻ học sinh lớp {class_name}",
        "school_name": school_name,
        "qr_mm": qr_mm,
        "note": "Nhặt được thẻ, xin gửi lại nhà trường",
        "empty": "Lớp chưa có học sinh nào.",
        "cards": [_face(card) for card in cards],
    }
    return pdf(_TEMPLATE, data)


def _face(card: CardFace) -> dict[str, str | None]:
    return {
        "initials": initials(card.name),
        "photo": None if card.photo is None else _picture(card.photo),
        "name": " ".join(card.name.split()),
        "class_name": card.class_name,
        "school_name": " ".join(card.school_name.split()),
        "qr": qr_svg(card.token, quiet_zone=0),
    }


def initials(name: str) -> str:
    """Of the last two words, as one is called: `VA` of Nguyễn Văn An."""
    return "".join(word[0].upper() for word in name.split()[-2:])


def _picture(jpeg: bytes) -> str:
    """As SVG, since typst takes texts alone; what is not three to four is cut at its edges."""
    width, height = _PHOTO_PX
    data = base64.b64encode(jpeg).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {width} {height}"><image width="{width}" height="{height}"'
        f' preserveAspectRatio="xMidYMid slice" xlink:href="data:image/jpeg;base64,{data}"/></svg>'
    )

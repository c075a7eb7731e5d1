"""What whoever scans a receipt's code reads: a small page, complete without script, app or login.

The same address answers programs with JSON; it is on papers that have been printed, so it stays
(docs/decisions/0064).
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import ValidationException
from litestar.response import Redirect

from app.errors import AppError, TooManyRequests
from app.fees.paper.model import NoSuchReceipt, Verified
from app.fees.paper.sheet import VERIFY_PATH, dong
from app.fees.paper.words import in_words
from mobile_api.deps import AnyRequest
from mobile_api.problems import on_app_error, on_bug, on_validation

HTML: Final = "text/html"
_JSON: Final = "application/json"
_TEXT: Final = Path(__file__).with_name("receipt_page.html").read_text()
_PAGE: Final = Template(_TEXT)
_STYLE: Final = re.findall(r"<style>(.*?)</style>", _TEXT, re.S)
_HASHES: Final = " ".join(
    f"'sha256-{b64encode(sha256(each.encode()).digest()).decode()}'" for each in _STYLE
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {_HASHES}; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_NAMES: Final = {
    "receipt": ("Biên lai", "receipt", "Biên lai thu tiền"),
    "credit_slip": ("Phiếu", "slip", "Phiếu ghi nhận tiền chờ sử dụng"),
}
_FORM: Final = f"""
<form action="{VERIFY_PATH}" method="get">
  <label for="code">Mã in trên giấy, cạnh ô vuông
    <span lang="en">The code printed on the paper, beside the square</span></label>
  <input id="code" name="code" required maxlength="64" autocomplete="off"
    autocapitalize="characters" spellcheck="false">
  <button>Kiểm tra</button>
</form>"""

Words = tuple[str, str]  # Vietnamese, English


def wants_page(request: AnyRequest) -> bool:
    """A browser names HTML; a program that takes anything gets JSON, as it always did."""
    return request.accept.best_match([_JSON, HTML], default=_JSON) == HTML


def as_typed(code: str) -> str:
    """A code typed off the paper: in small letters, with spaces."""
    return "".join(code.split()).upper()


def page_of(found: Verified) -> Response[str]:
    """What the books say of the receipt."""
    name, name_en, title = _NAMES[found.kind]
    tone, verdict, why = _said_of(found, name, name_en)
    number = f"{found.series}/{found.number:06}"
    words = in_words(found.amount)
    rows = [
        (("Trường", "School"), found.school_name),
        (("Loại giấy", "Kind"), title),
        (("Số", "Number"), number),
        (("Ngày", "Day"), f"{found.day:%d/%m/%Y}"),
        (("Số tiền", "Amount"), f"{dong(found.amount)} đồng"),
        (("Bằng chữ", "In words"), words[0].upper() + words[1:]),
    ]
    if found.replaced_by is not None:
        rows.append((("Thay bằng số", "Replaced by"), f"{found.series}/{found.replaced_by:06}"))
    return _page(200, tone, verdict, why, _paper(rows))


def _said_of(found: Verified, name: str, name_en: str) -> tuple[str, Words, Words]:
    if found.state == "live":
        return (
            "good",
            ("✓ Còn hiệu lực", "Valid"),
            (
                f"{name} này có trong sổ của nhà trường.",
                f"This {name_en} is in the school's books.",
            ),
        )
    on = f" ngày {found.voided_on:%d/%m/%Y}" if found.voided_on else ""
    on_en = f" on {found.voided_on:%d/%m/%Y}" if found.voided_on else ""
    if found.state == "replaced":
        verdict = ("Đã huỷ, có tờ khác thay", "Void, and replaced by another")
    else:
        verdict = ("Đã huỷ", "Void")
    return (
        "late",
        verdict,
        (
            f"Nhà trường đã lập {name.lower()} này, rồi huỷ{on}. Tờ giấy không còn giá trị.",
            f"The school made this {name_en} and made it void{on_en}. The paper proves nothing.",
        ),
    )


def _paper(rows: Sequence[tuple[Words, str]]) -> str:
    lines = "".join(
        f'<div><dt>{vi} <span lang="en">· {en}</span></dt><dd>{escape(value)}</dd></div>'
        for (vi, en), value in rows
    )
    return f"""<section class="paper">
<p>Mời so từng dòng với tờ giấy. Khác một chữ số là giấy không đúng.
  <span lang="en">Compare each line with the paper. One digit off, and it is not genuine.</span></p>
<dl>{lines}</dl>
<p>Trang này cố ý không nêu tên ai. <span lang="en">No name is shown here, on purpose.</span></p>
</section>"""


def _page(status: int, tone: str, verdict: Words, why: Words, more: str) -> Response[str]:
    text = _PAGE.substitute(
        tone=tone,
        verdict=escape(verdict[0]),
        verdict_en=escape(verdict[1]),
        why=escape(why[0]),
        why_en=escape(why[1]),
        more=more,
    )
    return Response(text, status_code=status, media_type=HTML, headers=_HEADERS)


def _on_app_error(request: AnyRequest, error: AppError) -> Response[Any]:
    if not wants_page(request):
        return on_app_error(request, error)
    kind = type(error)
    if isinstance(error, NoSuchReceipt):
        return _unknown(404)
    title = (kind.title("vi"), kind.title("en"))
    page = _page(kind.status, "late", title, error.detail or ("", ""), _FORM)
    if isinstance(error, TooManyRequests):
        page.headers["Retry-After"] = str(error.retry_after_s)
    return page


def _unknown(status: int) -> Response[str]:
    return _page(
        status,
        "bad",
        ("Không có biên lai nào mang mã này", "No receipt has this code"),
        (
            "Mời xem lại mã có gõ đúng không. Quét từ giấy mà vẫn vậy: mời hỏi nhà trường trước"
            " khi tin tờ giấy ấy.",
            "Please look whether it was typed right. If it was scanned off the paper, ask the"
            " school before you trust it.",
        ),
        _FORM,
    )


def _on_validation(request: AnyRequest, error: ValidationException) -> Response[Any]:
    if not wants_page(request):
        return on_validation(request, error)
    codes = request.query_params.getall("code", [])
    if len(codes) == 1 and set(request.query_params) != {"code"}:
        # Chats put marks of their own behind an address that is passed on.
        return Redirect(f"{VERIFY_PATH}?code={quote(codes[0])}", status_code=303, headers=_HEADERS)
    if not any(codes):
        return _page(
            400,
            "late",
            ("Mời gõ mã của biên lai", "Please type the receipt's code"),
            ("Hoặc quét ô vuông in trên giấy.", "Or scan the square on the paper."),
            _FORM,
        )
    return _unknown(400)


def _on_bug(request: AnyRequest, error: Exception) -> Response[Any]:
    told = on_bug(request, error)
    if not wants_page(request):
        return told
    away = ("Hệ thống đang bận", "We are busy")
    page = _page(
        told.status_code or 500,
        "late",
        away,
        ("Mời tải lại trang sau ít phút.", "Please load it again in a few minutes."),
        _FORM,
    )
    page.headers.update({key: told.headers[key] for key in ("Retry-After",) if key in told.headers})
    return page


EXCEPTION_HANDLERS: Final[dict[Any, Any]] = {
    AppError: _on_app_error,
    ValidationException: _on_validation,
    Exception: _on_bug,
}

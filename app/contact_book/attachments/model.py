"""Attachments: files that go with announcements, homework, messages and remarks."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app.errors import NotFound, TooManyRequests, Unprocessable

Kind = Literal["image", "pdf"]
# What an attachment can belong to. Who may see it there, `owners.py` says.
BoundKind = Literal["announcement", "homework", "message", "remark"]

MAX_BYTES: Final = 10_000_000
MAX_PAGES: Final = 50
MAX_EACH: Final = 10
# Of one account, in a school, in 24 hours.
MAX_FILES_A_DAY: Final = 100
MAX_BYTES_A_DAY: Final = 200_000_000


class Attachment(Struct, frozen=True, kw_only=True):
    """A file as it is stored. `pages` of a PDF, `width` and `height` (px) of a picture."""

    school_id: int
    id: UUID
    uploaded_by: UUID
    kind: Kind
    name: str
    bytes: int
    pages: int | None
    width: int | None
    height: int | None
    object_key: str
    created_at: datetime
    bound_kind: BoundKind | None
    bound_id: UUID | None


class AttachmentShown(Struct, frozen=True, kw_only=True):
    """A file as the API shows it. `url` is the caller's own and good for some 15 minutes.

    `pages` of a PDF; `width` and `height` in px, and `preview_url`, of a picture.
    """

    id: UUID
    kind: Kind
    name: str
    bytes: int
    pages: int | None
    width: int | None
    height: int | None
    url: str
    preview_url: str | None


class NoSuchAttachment(NotFound):
    """Không có tệp đính kèm này | There is no such attachment"""


class AttachmentLost(NotFound):
    """Tệp này không còn trong kho lưu trữ | The storage has lost this file"""


class AttachmentDamaged(NotFound):
    """Tệp này trong kho lưu trữ đã hỏng | The file in the storage is damaged"""


class AttachmentInUse(Unprocessable):
    """Tệp đã được gửi kèm nơi khác | The file already belongs to something else"""


class TooManyAttachments(Unprocessable):
    """Quá nhiều tệp đính kèm | Too many attachments"""


class AttachmentQuota(TooManyRequests):
    """Bạn đã gửi quá nhiều tệp trong ngày | Too many files were sent in a day"""


class NotAttachable(Unprocessable):
    """Chỉ nhận ảnh JPEG, PNG, WebP hoặc tệp PDF | Only JPEG, PNG, WebP or PDF files are taken"""


class PdfEncrypted(Unprocessable):
    """Tệp PDF có mật khẩu | The PDF is protected"""


class PdfBroken(Unprocessable):
    """Tệp PDF bị hỏng | The PDF is damaged"""


class PdfTooLarge(Unprocessable):
    """Tệp PDF quá lớn | The PDF is too large"""

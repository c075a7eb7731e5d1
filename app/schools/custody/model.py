"""Custody papers and decisions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import NotFound, Unprocessable

MediaType = Literal["application/pdf", "image/jpeg", "image/png"]


class NoSuchDocument(NotFound):
    """Không tìm thấy văn bản | No such document"""


class NotADocument(Unprocessable):
    """Tệp không dùng được làm văn bản | The file cannot serve as a document"""


class NoGrounds(Unprocessable):
    """Cần văn bản hoặc lý do | A document or a reason is needed"""


class CustodyDocument(Struct, frozen=True, kw_only=True):
    """A paper on file; its content is asked for one by one, and each look is noted."""

    id: UUID
    media_type: MediaType
    size_bytes: int
    uploaded_by: UUID
    created_at: datetime


class StoredDocument(Struct, frozen=True, kw_only=True):
    """Where a paper lies."""

    id: UUID
    media_type: MediaType
    storage_key: str


class CustodyEvent(Struct, frozen=True, kw_only=True):
    """One decision: who, when, on what grounds."""

    id: UUID
    action: Literal["block", "lift"]
    reason: str | None
    document_id: UUID | None
    decided_by: UUID
    created_at: datetime


class CustodyFile(Struct, frozen=True, kw_only=True):
    """All that is on file about a guardian and a pupil, the newest first."""

    documents: list[CustodyDocument]
    events: list[CustodyEvent]

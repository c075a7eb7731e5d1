"""Pictures of pupils as the API shows them."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

# What became of a file of a zip. The first three are well.
Fate = Literal[
    "new",
    "replaced",
    "unchanged",
    "not_a_code",
    "unknown_code",
    "twice",
    "broken",
    "no_picture",
    "heic_picture",
    "picture_too_large",
    "picture_too_small",
]


class StudentPhoto(Struct, frozen=True, kw_only=True):
    """`photo_url` is null for as long as the guardians have not consented: it is kept unseen."""

    photo_url: str | None
    is_shown: bool


class FileResult(Struct, frozen=True, kw_only=True):
    """One file of a zip: whose picture it is, or in words why it was not taken."""

    file: str
    result: Fate
    student_id: UUID | None
    name: str | None
    message: str


class PhotosImported(Struct, frozen=True, kw_only=True):
    """`ignored` counts what computers leave in a zip: `.DS_Store`, `__MACOSX`, `Thumbs.db`.

    `errors` are the files that were not taken; the others are, whatever became of these.
    """

    dry_run: bool
    files: int
    created: int
    updated: int
    unchanged: int
    ignored: int
    errors: int
    results: list[FileResult]


class Pupil(Struct, frozen=True, kw_only=True):
    """A pupil with a picture to come; `photo_key` is the present one's, shown or not."""

    id: UUID
    moet_code: str | None
    name: str
    photo_key: str | None


class Change(Struct, frozen=True, kw_only=True):
    """A pupil's new picture and the one before."""

    student_id: UUID
    old_key: str | None
    is_shown: bool

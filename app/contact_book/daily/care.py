"""A small child's day: meals, sleep, and a word about it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.daily import edits
from app.contact_book.daily.edits import Before, Edit
from app.contact_book.daily.model import Care, CareBefore, Eaten
from app.contact_book.daily.rights import Pen, kept_text, require_fresh
from app.crypto import SchoolBox
from app.ids import new_id

MOST: Final = 1000
_FIELD: Final = "care_entry.note"
_NAMED: Final = "Ăn và ngủ (meals and sleep):"
_QUOTED: Final = 200


class Draft(Struct, frozen=True, kw_only=True):
    """What is said of a child's day; None: nothing.

    `read_at`: the `changed_at` of what the writer had before them; None: not said.
    """

    student_id: UUID
    breakfast: Eaten | None
    lunch: Eaten | None
    snack: Eaten | None
    sleep_min: int | None
    note: str
    read_at: datetime | None = None


class CareRow(Struct, frozen=True, kw_only=True):
    """A child's day as it is stored."""

    student_id: UUID
    day: date
    id: UUID
    breakfast: Eaten | None
    lunch: Eaten | None
    snack: Eaten | None
    sleep_min: int | None
    note_sealed: bytes | None
    author_name: str
    changed_at: datetime


async def rows_of(
    conn: db.Conn, *, school_id: int, student_ids: Collection[UUID], day: date
) -> dict[UUID, CareRow]:
    """What was said of these children's day."""
    rows = await db.many(
        conn,
        CareRow,
        """
        select student_id, day, id, breakfast, lunch, snack, sleep_min, note_sealed, author_name,
               changed_at
          from care_entry where school_id = $1 and student_id = any($2) and day = $3
        """,
        school_id,
        list(student_ids),
        day,
    )
    return {row.student_id: row for row in rows}


async def write(
    conn: db.Conn,
    *,
    pen: Pen,
    box: SchoolBox,
    day: date,
    drafts: Sequence[Draft],
    names: Mapping[UUID, str],
    now: datetime,
) -> frozenset[UUID]:
    """Write down what is new and what differs; of whom. What was said before is kept.

    The class is locked, and `drafts` are of its pupils, each once; `names` are theirs.

    Raises:
        ChangedSince: it is newer than what the writer had read; with the newer words.
    """
    known = await rows_of(
        conn, school_id=pen.school_id, student_ids=[each.student_id for each in drafts], day=day
    )
    differing = []
    for draft in drafts:
        row = known.get(draft.student_id)
        is_empty = not draft.note and all(each is None for each in _facts(draft))
        if (row is None and is_empty) or (row is not None and _is_same(row, draft, box)):
            continue
        if row is not None:
            named = f"{_NAMED} {names.get(draft.student_id, '')}{_newer_words(row, box)}"
            require_fresh(row.changed_at, read_at=draft.read_at, named=named)
        differing.append(draft)
    changed = [row for draft in differing if (row := known.get(draft.student_id))]
    await edits.keep(
        conn,
        school_id=pen.school_id,
        of_kind="care",
        before=[
            Before(
                of_id=row.id,
                before=dict(zip(_FACTS, _facts(row), strict=True)),
                before_sealed=row.note_sealed,
            )
            for row in changed
        ],
        edited_by=pen.account_id,
        editor_name=pen.name,
        now=now,
    )
    await _upsert(conn, pen, box, day, differing, now)
    return frozenset(each.student_id for each in differing)


def _newer_words(row: CareRow, box: SchoolBox) -> str:
    note = (note_in(row, box) or "")[:_QUOTED]
    return f" ({row.author_name}: “{note}”)" if note else f" ({row.author_name})"


async def _upsert(
    conn: db.Conn, pen: Pen, box: SchoolBox, day: date, drafts: Sequence[Draft], now: datetime
) -> None:
    if not drafts:
        return
    await db.run(
        conn,
        """
        insert into care_entry (school_id, class_id, day, author_account_id, author_name,
               created_at, changed_at, student_id, id, breakfast, lunch, snack, sleep_min,
               note_sealed)
        select $1, $2, $3, $4, $5, $6, $6, q.*
          from unnest($7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[],
               $12::smallint[], $13::bytea[]) as q
            on conflict (school_id, student_id, day) do update
               set breakfast = excluded.breakfast, lunch = excluded.lunch, snack = excluded.snack,
                   sleep_min = excluded.sleep_min, note_sealed = excluded.note_sealed,
                   author_account_id = excluded.author_account_id,
                   author_name = excluded.author_name, edited_at = excluded.changed_at,
                   changed_at = excluded.changed_at
        """,
        pen.school_id,
        pen.of_class.id,
        day,
        pen.account_id,
        pen.name,
        now,
        [each.student_id for each in drafts],
        [new_id() for _ in drafts],
        [each.breakfast for each in drafts],
        [each.lunch for each in drafts],
        [each.snack for each in drafts],
        [each.sleep_min for each in drafts],
        [box.seal(each.note, field=_FIELD) if each.note else None for each in drafts],
    )


_FACTS: Final = ("breakfast", "lunch", "snack", "sleep_min")


def _facts(entry: Draft | CareRow) -> list[Eaten | int | None]:
    return [entry.breakfast, entry.lunch, entry.snack, entry.sleep_min]


def _is_same(row: CareRow, draft: Draft, box: SchoolBox) -> bool:
    return _facts(row) == _facts(draft) and (note_in(row, box) or "") == draft.note


def kept(draft: Draft) -> Draft:
    """As it is stored."""
    return Draft(
        student_id=draft.student_id,
        breakfast=draft.breakfast,
        lunch=draft.lunch,
        snack=draft.snack,
        sleep_min=draft.sleep_min,
        note=kept_text(draft.note, most=MOST),
        read_at=draft.read_at,
    )


def note_in(row: CareRow, box: SchoolBox) -> str | None:
    """The word about the day, unsealed."""
    return None if row.note_sealed is None else box.open(row.note_sealed, field=_FIELD)


def shown(row: CareRow, box: SchoolBox, *, earlier: Sequence[Edit] = ()) -> Care:
    """As its reader sees it; `earlier`: what was said before, for who may change it."""
    return Care(
        student_id=row.student_id,
        day=row.day,
        breakfast=row.breakfast,
        lunch=row.lunch,
        snack=row.snack,
        sleep_min=row.sleep_min,
        note=note_in(row, box),
        author_name=row.author_name,
        changed_at=row.changed_at,
        before=[_before(each, box) for each in earlier],
    )


def _before(edit: Edit, box: SchoolBox) -> CareBefore:
    sealed = edit.before_sealed
    return CareBefore(
        **{name: edit.before.get(name) for name in _FACTS},
        note=None if sealed is None else box.open(sealed, field=_FIELD),
        changed_by=edit.editor_name,
        changed_at=edit.edited_at,
    )


def of_child(draft: Draft, student_id: UUID) -> Draft:
    """What is said of everybody, said of this child."""
    return Draft(
        student_id=student_id,
        breakfast=draft.breakfast,
        lunch=draft.lunch,
        snack=draft.snack,
        sleep_min=draft.sleep_min,
        note=draft.note,
        read_at=draft.read_at,
    )

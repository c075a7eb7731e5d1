"""A school's own words for what is said every day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from app import db
from app.contact_book.daily.model import NamedTwice, Phrase, PhraseAbout, Phrases, RemarkKind
from app.contact_book.model import line_of

_OF_DEFAULTS: Final = UUID("6f3ef2a4-1c0c-5f0e-9d61-0e6f0f3b7a52")
_WORDS: Final[Sequence[tuple[RemarkKind, PhraseAbout, str]]] = (
    ("praise", "remark", "Con hăng hái phát biểu xây dựng bài."),
    ("praise", "remark", "Con làm bài đầy đủ, trình bày sạch đẹp."),
    ("praise", "remark", "Con tiến bộ rõ trong tuần này."),
    ("praise", "conduct", "Con biết giúp đỡ bạn bè."),
    ("praise", "conduct", "Con lễ phép, giữ gìn nề nếp lớp."),
    ("neutral", "remark", "Cả lớp học tập bình thường."),
    ("needs_work", "remark", "Con chưa làm bài tập về nhà."),
    ("needs_work", "remark", "Con cần tập trung hơn trong giờ học."),
    ("needs_work", "remark", "Con quên mang sách vở, đồ dùng học tập."),
    ("needs_work", "conduct", "Con còn nói chuyện riêng trong giờ học."),
)
DEFAULTS: Final = [
    Phrase(id=uuid5(_OF_DEFAULTS, text), kind=kind, about=about, text=text)
    for kind, about, text in _WORDS
]


async def phrases_of(conn: db.Conn, *, school_id: int) -> Phrases:
    """The school's phrases in their order; of a school that never put down any: the defaults."""
    own = await db.many(
        conn,
        Phrase,
        """
        select id, kind, about, text from phrase
         where school_id = $1 and ended_at is null order by position, id
        """,
        school_id,
    )
    if own:
        return Phrases(items=own, are_defaults=False)
    has_any: bool = await db.value(
        conn, "select exists (select from phrase where school_id = $1)", school_id
    )
    return Phrases(items=[] if has_any else DEFAULTS, are_defaults=not has_any)


async def replace(
    conn: db.Conn, *, school_id: int, phrases: Sequence[Phrase], now: datetime
) -> None:
    """Let exactly these be the school's phrases, in this order.

    Raises:
        NamedTwice: an id or a text stands there twice.
    """
    texts = [line_of(each.text) for each in phrases]
    if len(set(texts)) < len(texts) or len({each.id for each in phrases}) < len(phrases):
        raise NamedTwice
    await db.value(conn, "select 1 from school where id = $1 for no key update", school_id)
    await db.run(
        conn,
        """
        update phrase set ended_at = $3
         where school_id = $1 and ended_at is null and id <> all($2::uuid[])
        """,
        school_id,
        [each.id for each in phrases],
        now,
    )
    await db.run(
        conn,
        """
        insert into phrase (school_id, id, kind, about, text, position, created_at)
        select $1, q.id, q.kind, q.about, q.text, q.position, $2
          from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) with ordinality
               as q (id, kind, about, text, position)
            on conflict (school_id, id) do update
               set kind = excluded.kind, about = excluded.about, text = excluded.text,
                   position = excluded.position, ended_at = null
        """,
        school_id,
        now,
        [each.id for each in phrases],
        [each.kind for each in phrases],
        [each.about for each in phrases],
        texts,
    )

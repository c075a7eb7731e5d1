"""Whether something may be collected at all: a name against the state's and the department's words.

A name is read as a person reads it who wants to see the word: without diacritics, case, dots and
blanks between letters, with letters of other scripts and digits as what they look like.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

from app import db
from app.fees.setup.model import Collector, FeeItem, Forbidden
from app.fees.setup.rules import INNOCENT, STATE_RULES, VOLUNTARY_WORDS
from app.names import text_key
from app.schools.org.queries import units_above

# Cyrillic and Greek letters, digits and signs, as what they look like.
_LOOKS_LIKE: Final = str.maketrans(
    dict(zip("аеорсухіјѕтнмвкαεορυικντ", "aeopcyxijstnmbkaeopuiknt", strict=True))
    | {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s", "|": "i"}
)
_APART: Final = re.compile(r"[^a-z0-9]+")


def first_forbidden(
    name: str, collector: Collector, rules: Iterable[Forbidden]
) -> Forbidden | None:
    """The rule that this name breaks, collected by `collector`; None: it may be collected."""
    readings = list(_readings(name))
    for rule in rules:
        if rule.collector in (None, collector) and _says(readings, rule.words):
            return rule
    return None


def sounds_voluntary(name: str) -> bool:
    """Whether the name speaks of a gift."""
    return _says(list(_readings(name)), VOLUNTARY_WORDS)


def key_of_words(text: str) -> str:
    """A word as rules hold it: its plain reading."""
    return _APART.sub(" ", text_key(_visible(text))).strip()


async def rules_for(conn: db.Conn, *, school_id: int) -> list[Forbidden]:
    """The state's rules and the live ones of the units that the school stands under."""
    units = await units_above(conn, school_ids=[school_id])
    return [*STATE_RULES, *await department_rules(conn, unit_ids=units)]


async def department_rules(conn: db.Conn, *, unit_ids: Collection[int]) -> list[Forbidden]:
    """What these units forbid now, the oldest first."""
    return await db.many(
        conn,
        Forbidden,
        """
        select id, org_unit_id, collector, name, words, legal_basis, created_at, ended_at
          from forbidden_collection
         where org_unit_id = any($1) and ended_at is null
         order by id
        """,
        list(unit_ids),
    )


async def forbidden_among(conn: db.Conn, *, school_id: int, items: Sequence[FeeItem]) -> set[UUID]:
    """Of these items those that may not be collected any more: a rule may be younger than they."""
    rules = await rules_for(conn, school_id=school_id)
    return {
        item.id for item in items if first_forbidden(item.name, item.collector, rules) is not None
    }


def _says(readings: Sequence[str], words: Iterable[str]) -> bool:
    patterns = [_pattern(word) for word in words]
    return any(pattern.search(reading) for pattern in patterns for reading in readings)


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """The word as a whole, its letters together or apart: `bao ve`, `baove`, `b.a.o-ve`."""
    letters = "[^a-z0-9]*".join(word.replace(" ", ""))
    return re.compile(rf"(?<![a-z0-9]){letters}(?![a-z0-9])")


def _readings(name: str) -> Iterator[str]:
    """The name without diacritics, as it stands and with look-alikes read as letters."""
    visible = _visible(name)
    for innocent in INNOCENT:
        visible = visible.replace(innocent, " ")
    yield text_key(visible)
    yield text_key(visible.translate(_LOOKS_LIKE))


def _visible(text: str) -> str:
    """Compatibility forms folded, what is not seen left out, lower case."""
    folded = unicodedata.normalize("NFKC", text)
    seen = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFC", seen).casefold()

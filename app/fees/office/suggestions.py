"""Which bills a transfer may be for, when its memo does not say so plainly. Only suggested.

A reference that lost its `HP`, or in which a letter or two went wrong; the pupil's name; the given
name beside the class; an amount that few bills have left.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.office.review_model import FundLine, Reason, Suggestion
from app.fees.references import PREFIX, packed, references_in

MOST: Final = 10
_MAX_MEMO: Final = 300
_CODE: Final = 9  # characters behind the prefix
_MOST_WRONG: Final = 2
# More bills of one amount than this say nothing.
_FEW: Final = 5
_WEIGHTS: Final[dict[Reason, int]] = {
    "reference": 16,
    "near_reference": 8,
    "name": 4,
    "class": 2,
    "amount": 1,
}


class _Row(Struct, frozen=True, kw_only=True):
    invoice_id: UUID
    pay_ref: str
    refs: list[str]
    period_name: str
    student_id: UUID
    student_name: str
    class_name: str | None
    due_day: date
    rest: int
    is_named: bool
    is_given_and_class: bool


class Codes(Struct, frozen=True, kw_only=True):
    """What of a memo may be a reference: sure ones, and stretches in which one may hide."""

    exact: list[str]
    stretches: list[str]

    @property
    def halves(self) -> list[str]:
        """Beginnings and ends of four: one of them outlives one or two slips."""
        return sorted({piece for each in self.stretches for piece in (each[:4], each[-4:])})


def codes_in(memo: str) -> Codes:
    """The references in a memo without their prefix too, and what stands behind any `HP`."""
    flat = packed(memo)[:_MAX_MEMO]
    exact = dict.fromkeys(references_in(memo))
    for start in range(max(0, len(flat) - _CODE + 1)):
        exact.update(dict.fromkeys(references_in(PREFIX + flat[start : start + _CODE])))
    stretches = []
    start = flat.find(PREFIX)
    while start >= 0:
        behind = flat[start + len(PREFIX) :]
        stretches += [behind[:length] for length in (_CODE - 1, _CODE, _CODE + 1)]
        start = flat.find(PREFIX, start + 1)
    return Codes(
        exact=list(exact), stretches=[each for each in stretches if len(each) >= _CODE - 1]
    )


def wrong_letters(written: str, meant: str) -> int:
    """How many letters were changed, left out, added, or changed places (Damerau's distance)."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(written, 1):
        above, row = row, [i]
        for j, wanted in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            is_swapped = i > 1 and j > 1 and letter == meant[j - 2] and written[i - 2] == wanted
            row.append(min(cost, before[j - 2] + 1) if is_swapped else cost)
        before = above
    return row[-1]


async def suggestions(conn: db.Conn, *, school_id: int, fund: FundLine) -> list[Suggestion]:
    """Open bills that the fund's free money may be for, the likeliest first."""
    if fund.free == 0:
        return []
    codes = codes_in(fund.memo)
    rows = await _rows(conn, school_id=school_id, fund=fund, codes=codes)
    of_amount = sum(row.rest == fund.free for row in rows)
    judged = [(row, list(_why(row, fund, codes, is_rare=of_amount <= _FEW))) for row in rows]
    found = sorted(
        ((row, why) for row, why in judged if why),
        key=lambda each: (-sum(_WEIGHTS[reason] for reason in each[1]), each[0].due_day),
    )
    return [
        Suggestion(
            invoice_id=row.invoice_id,
            pay_ref=row.pay_ref,
            period_name=row.period_name,
            student_id=row.student_id,
            student_name=row.student_name,
            class_name=row.class_name,
            due_day=row.due_day,
            rest=row.rest,
            why=why,
        )
        for row, why in found[:MOST]
    ]


def _why(row: _Row, fund: FundLine, codes: Codes, *, is_rare: bool) -> Iterable[Reason]:
    if set(row.refs) & set(codes.exact):
        yield "reference"
    elif _is_near(row.refs, codes.stretches):
        yield "near_reference"
    if row.is_named:
        yield "name"
    if row.is_given_and_class:
        yield "class"
    if row.rest == fund.free and is_rare:
        yield "amount"


def _is_near(refs: Sequence[str], stretches: Sequence[str]) -> bool:
    return any(
        wrong_letters(stretch, ref.removeprefix(PREFIX)) <= _MOST_WRONG
        for ref in refs
        for stretch in stretches
    )


async def _rows(conn: db.Conn, *, school_id: int, fund: FundLine, codes: Codes) -> list[_Row]:
    """Open bills with anything of the memo in them, or of the very amount.

    A bill's references are its own and those of the transfers that families had in mind.
    """
    flat = packed(fund.memo)[:_MAX_MEMO].lower()
    words = fund.memo and _words(fund.memo)
    return await db.many(
        conn,
        _Row,
        """
        with recursive named as (
            select p.ref, coalesce(p.invoice_id, t.invoice_id) as invoice_id
              from pay_reference p
              left join payment_intent_share t
                     on t.school_id = $1 and t.intent_id = p.intent_id
             where p.school_id = $1 and (p.ref = any($2) or substr(p.ref, 3, 4) = any($3)
                or right(p.ref, 4) = any($3))
             union
            -- The code of a void bill leads to the one that was issued for it.
            select n.ref, i.id
              from named n join invoice i on i.school_id = $1 and i.replaces = n.invoice_id),
        pupil as materialized (
            select s.id, s.name, position(replace(s.search_key, ' ', '') in $4) > 0 as is_named,
                   reverse(split_part(reverse(s.search_key), ' ', 1)) = any($5) as is_given
              from student s where s.school_id = $1),
        class as materialized (
            select c.id, c.name,
                   position(lower(regexp_replace(c.name, '[^A-Za-z0-9]', '', 'g')) in $4) > 0
                       as is_named
              from school_class c where c.school_id = $1),
        bill as materialized (
            select i.id as invoice_id, i.pay_ref, i.period_id, s.id as student_id,
                   s.name as student_name, c.name as class_name, i.due_day,
                   i.total - i.paid as rest, s.is_named,
                   s.is_given and coalesce(c.is_named, false) as is_given_and_class
              from invoice i
              join pupil s on s.id = i.student_id
              left join class c on c.id = i.class_id
             where i.school_id = $1 and i.state = 'open' and i.paid < i.total
               and (s.is_named or (s.is_given and c.is_named) or i.total - i.paid = $6
                    or i.id in (select invoice_id from named))
             order by i.id in (select invoice_id from named) desc, s.is_named desc,
                      (s.is_given and coalesce(c.is_named, false)) desc, i.due_day
             limit 500)
        select b.invoice_id, b.pay_ref,
               coalesce((select array_agg(n.ref) from named n
                          where n.invoice_id = b.invoice_id), '{}') as refs,
               p.name as period_name, b.student_id, b.student_name, b.class_name, b.due_day, b.rest,
               b.is_named, b.is_given_and_class
          from bill b
          join billing_period p on p.school_id = $1 and p.id = b.period_id
        """,
        school_id,
        codes.exact,
        codes.halves,
        flat,
        words or [],
        fund.free,
    )


def _words(memo: str) -> list[str]:
    """Its words as a search key has them."""
    return sorted({packed(word).lower() for word in memo.replace(".", " ").split()} - {""})

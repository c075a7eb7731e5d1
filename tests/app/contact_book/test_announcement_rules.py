"""Text as it is kept, questions that can be answered, and when something may go out."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import is_normalized
from uuid import UUID

import pytest
from msgspec.structs import replace

from app.contact_book.announcements.model import BadPublishTime, BadQuestion, Written
from app.contact_book.announcements.service import cleaned, publish_time, require_before
from app.contact_book.model import Desk, FamilyLink, key_of, line_of, text_of
from app.contact_book.telling import EXCERPT_CHARS, excerpt
from app.ids import new_id

NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
PLAIN = Written(
    title="Họp",
    body="",
    to_families=True,
    to_staff=False,
    to_leaders=False,
    answer_kind="none",
    answer_options=[],
    answer_until=None,
    is_urgent=False,
)


def test_text_is_kept_in_nfc_with_its_lines_and_markup() -> None:
    kept = text_of(" <b>Ti\u00eau\u0309</b>\r\nhai\rba  ")
    assert kept == "<b>Tiêủ</b>\nhai\nba"
    assert text_of("e\u0302\u0301") == "ế"
    assert is_normalized("NFC", kept)
    assert line_of("  Họp \n phụ\thuynh ") == "Họp phụ huynh"


def test_a_key_has_no_diacritics_and_an_end() -> None:
    assert key_of("Đại hội", "PHỤ HUYNH") == "dai hoi phu huynh"
    assert len(key_of("ế" * 10_000)) == 4000


def test_an_excerpt_is_one_line_of_bounded_length() -> None:
    assert excerpt("một\n\nhai") == "một hai"
    long = excerpt("a" * 500)
    assert (len(long), long[-1]) == (EXCERPT_CHARS, "…")


@pytest.mark.parametrize(
    "changes",
    [
        {"answer_kind": "choice"},
        {"answer_kind": "choice", "answer_options": ["Một"]},
        {"answer_kind": "choice", "answer_options": ["Một", " Một "]},
        {"answer_kind": "yes_no", "answer_options": ["Có", "Không"]},
        {"answer_until": NOW},
    ],
)
def test_a_question_nobody_can_answer_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises(BadQuestion):
        cleaned(replace(PLAIN, **changes))


def test_a_choice_keeps_its_options_in_their_order() -> None:
    kept = cleaned(replace(PLAIN, answer_kind="choice", answer_options=[" Đi  xe", "Đi bộ"]))
    assert kept.answer_options == ["Đi xe", "Đi bộ"]


def test_it_goes_out_now_or_within_a_year_and_before_its_deadline() -> None:
    assert publish_time(None, NOW) == NOW
    assert publish_time(NOW - timedelta(minutes=1), NOW) == NOW  # a slow clock means now
    later = NOW + timedelta(days=300)
    assert publish_time(later, NOW) == later
    for at in (NOW - timedelta(hours=1), NOW + timedelta(days=400)):
        with pytest.raises(BadPublishTime):
            publish_time(at, NOW)
    require_before(None, NOW)
    require_before(later, NOW)
    with pytest.raises(BadPublishTime):
        require_before(NOW, NOW)


def _desk(**changes: Any) -> Desk:
    none: frozenset[UUID] = frozenset()
    fields: dict[str, Any] = {
        "school_id": 1,
        "account_id": new_id(),
        "staff_id": new_id(),
        "is_principal": False,
        "homeroom_class_ids": none,
        "taught_class_ids": none,
    }
    return Desk(**(fields | changes))


def test_who_leads_and_who_teaches_a_class() -> None:
    led, taught, far = new_id(), new_id(), new_id()
    teacher = _desk(homeroom_class_ids=frozenset([led]), taught_class_ids=frozenset([taught]))
    assert [teacher.leads(each) for each in (led, taught, far, None)] == [True, False, False, False]
    assert [teacher.teaches(each) for each in (led, taught, far)] == [True, True, False]
    assert teacher.class_ids == sorted([led, taught])
    principal = _desk(is_principal=True)
    assert (principal.class_ids, principal.leads(None), principal.teaches(far)) == (
        None,
        True,
        True,
    )


def test_only_a_living_guardian_writes() -> None:
    link = FamilyLink(school_id=1, student_id=new_id(), is_self=False, until=None)
    assert link.may_write
    assert not replace(link, is_self=True).may_write
    assert not replace(link, until=NOW.date()).may_write

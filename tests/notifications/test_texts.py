"""The texts: complete in both languages, in NFC, and silent about the child where they must be."""

import hashlib
from datetime import UTC, date, datetime
from itertools import combinations
from unicodedata import is_normalized

import pytest
from msgspec import json

from notifications import texts
from notifications.texts import KINDS, LOCALES, BadParameter, Locale, UnknownKind

PARAMS: dict[str, object] = {
    "student": "Nguyễn An",
    "school": "Trường THCS Nguyễn Huệ",
    "gate": "Cổng chính",
    "at": datetime(2026, 11, 15, 23, 52, tzinfo=UTC),
    "minutes": 10,
    "day": date(2026, 11, 16),
    "status": "present",
    "code": "123456",
    "person": "Nguyễn Thị Dì",
    "dispute": "not_there",
    "answer": "upheld",
    "message": "Cô đã xem lại.",
}
INBOX_KINDS = [name for name, kind in KINDS.items() if "inbox" in kind.channels]
SMS_KINDS = [name for name, kind in KINDS.items() if "sms" in kind.channels]


def test_an_arrival_reads_as_a_parent_expects_it() -> None:
    text = texts.render_inbox("arrival", "vi", PARAMS, today=date(2026, 11, 16))
    assert text.title == "Nguyễn An đã vào trường lúc 06:52"
    assert text.body == "Cổng chính, Trường THCS Nguyễn Huệ"
    assert texts.render_push("arrival", "vi").title == "Con đã vào trường"


def test_an_arrival_told_on_another_day_says_which_day_it_was() -> None:
    tomorrow = date(2026, 11, 17)
    vi = texts.render_inbox("arrival", "vi", PARAMS, today=tomorrow)
    assert vi.title == "Nguyễn An đã vào trường lúc 06:52 ngày 16/11"
    en = texts.render_inbox("arrival", "en", PARAMS, today=tomorrow)
    assert en.title == "Nguyễn An arrived at 06:52 on 16/11"


def test_a_child_marked_by_name_came_through_no_gate() -> None:
    text = texts.render_inbox("arrival", "vi", PARAMS | {"gate": None})
    assert text.body == "Trường THCS Nguyễn Huệ"


def test_a_correction_names_the_scan_that_brought_it_about() -> None:
    correction = PARAMS | {"status": "present", "day": "2026-11-16"}
    undone = texts.render_inbox("correction", "vi", correction)
    assert undone.body == "Ngày 16/11/2026: có mặt. Trường THCS Nguyễn Huệ"
    vi = texts.render_inbox("correction", "vi", correction | {"direction": "out"})
    assert vi.body == "Ra lúc 06:52. Ngày 16/11/2026: có mặt. Trường THCS Nguyễn Huệ"
    en = texts.render_inbox(
        "correction", "en", correction | {"direction": "in"}, today=date(2026, 11, 17)
    )
    assert en.body == "In at 06:52. 16/11/2026: present. Trường THCS Nguyễn Huệ"
    for nonsense in ("across", ["in"]):
        with pytest.raises(BadParameter, match="direction"):
            texts.render_inbox("correction", "vi", correction | {"direction": nonsense})


def test_an_instant_may_come_as_json() -> None:
    text = texts.render_inbox("arrival", "vi", PARAMS | {"at": "2026-11-15T23:52:00Z"})
    assert "06:52" in text.title


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_can_be_told_on_each_of_its_channels_in_both_languages(name: str) -> None:
    kind = KINDS[name]
    for locale in LOCALES:
        wording = kind.wording(locale)
        assert (wording.inbox is not None) == ("inbox" in kind.channels)
        assert (wording.push is not None) == ("fcm" in kind.channels)
        assert (wording.sms is not None) == ("sms" in kind.channels)


@pytest.mark.parametrize("name", KINDS)
def test_both_languages_of_a_kind_tell_the_same_facts(name: str) -> None:
    vi, en = (
        [texts.placeholders(part) for part in (*(wording.inbox or ()), wording.sms or "")]
        for wording in (KINDS[name].vi, KINDS[name].en)
    )
    assert vi == en


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", INBOX_KINDS)
def test_every_inbox_text_renders_in_nfc(name: str, locale: Locale) -> None:
    decomposed = PARAMS | {"student": "Nguyễn A\u0309n"}
    text = texts.render_inbox(name, locale, decomposed, today=date(2026, 11, 16))
    assert "Nguyễn Ản" in text.title
    for part in (text.title, text.body):
        assert part
        assert "{" not in part
        assert is_normalized("NFC", part)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", INBOX_KINDS)
def test_no_push_text_has_a_placeholder(name: str, locale: Locale) -> None:
    text = texts.render_push(name, locale)
    for part in (text.title, text.body):
        assert part
        assert not texts.placeholders(part)
        assert is_normalized("NFC", part)


@pytest.mark.parametrize("name", SMS_KINDS)
def test_every_sms_fits_one_part(name: str) -> None:
    vi = texts.render_sms(name, "vi", PARAMS).body
    assert len(vi.encode("utf-16-be")) // 2 <= 70
    assert is_normalized("NFC", vi)
    en = texts.render_sms(name, "en", PARAMS).body
    assert en.isascii()
    assert len(en) <= 160


@pytest.mark.parametrize("name", KINDS)
def test_a_missing_parameter_is_an_error_at_once(name: str) -> None:
    wording = KINDS[name].vi
    needed = set().union(*map(texts.placeholders, (*(wording.inbox or ()), wording.sms or "")))
    source = {"time": "at", "place": "school"}
    for placeholder in needed - {"scan"}:  # of a correction, and only of some
        parameter = source.get(placeholder, placeholder)
        rest = {key: value for key, value in PARAMS.items() if key != parameter}
        render = texts.render_sms if wording.sms else texts.render_inbox
        with pytest.raises(BadParameter, match=parameter):
            render(name, "vi", rest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("student", "  "),
        ("student", 7),
        ("at", datetime(2026, 11, 16, 6, 52)),  # noqa: DTZ001 - a naive one is the point
        ("at", "06:52"),
        ("gate", ["Cổng"]),
    ],
)
def test_a_parameter_of_the_wrong_kind_is_an_error(name: str, value: object) -> None:
    with pytest.raises(BadParameter, match=name):
        texts.render_inbox("arrival", "vi", PARAMS | {name: value})


def test_a_status_nobody_knows_is_an_error() -> None:
    with pytest.raises(BadParameter, match="status"):
        texts.render_inbox("correction", "vi", PARAMS | {"status": "asleep"})


def test_braces_in_a_name_are_only_braces() -> None:
    text = texts.render_inbox("arrival", "vi", PARAMS | {"student": "{code} {0}\nAn"})
    assert text.title.startswith("{code} {0} An ")


def test_a_kind_is_not_told_in_a_way_it_has_no_text_for() -> None:
    with pytest.raises(UnknownKind):
        texts.render_inbox("nonsense", "vi", PARAMS)
    with pytest.raises(UnknownKind):
        texts.render_push("otp_reset", "vi")
    with pytest.raises(UnknownKind):
        texts.render_inbox("otp_reset", "vi", PARAMS)
    with pytest.raises(UnknownKind):
        texts.render_sms("arrival", "vi", PARAMS)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_kinds_look_alike_on_a_phone(locale: Locale) -> None:
    titles = [texts.render_push(name, locale).title for name in INBOX_KINDS]
    for one, other in combinations(titles, 2):
        assert one != other
        assert not one.startswith(other)
        assert not other.startswith(one)


def test_what_is_told_about_a_child_at_the_gate_cannot_be_switched_off() -> None:
    for name in ("arrival", "arrival_late", "departure", "scan_unconfirmed", "scan_undone"):
        kind = KINDS[name]
        assert kind.is_safety
        assert kind.urgent
        assert kind.ttl_s == 4 * 3600


def test_a_language_tag_picks_the_language() -> None:
    assert [texts.locale_of(tag) for tag in ("en-GB", "EN", "vi-VN", "fr", "", None)] == [
        "en", "en", "vi", "vi", "vi", "vi",
    ]  # fmt: skip


WORDINGS = {
    ("arrival", 1): "2aaa245e4f0d",
    ("arrival_late", 1): "b1d0aeec6f58",
    ("departure", 1): "1a938d9c0f5c",
    ("scan_unconfirmed", 1): "e027a450d02c",
    ("scan_undone", 1): "1b3e7c6183b9",
    ("correction", 2): "d6938b02c527",
    ("card_lost", 1): "659823efdb27",
    ("transferred", 1): "87820c38c3e3",
    ("pickup_approved", 1): "386e9849664a",
    ("dispute_asked", 1): "ab9b0643d906",
    ("dispute_answered", 1): "b7af6300f81f",
    ("otp_activation", 1): "4556398568bf",
    ("otp_reset", 1): "5d7d6b218ebe",
}


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_wording_has_a_new_version(name: str) -> None:
    """Raise `version` of the kind, then put the new fingerprint here."""
    kind = KINDS[name]
    fingerprint = hashlib.sha256(json.encode([kind.vi, kind.en])).hexdigest()[:12]
    assert WORDINGS.get((name, kind.version)) == fingerprint

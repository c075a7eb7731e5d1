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
    "shift": "Ca sáng",
    "held": 12,
    "from_day": date(2026, 11, 16),
    "to_day": date(2026, 11, 18),
    "part": "day",
    "decision": "approved",
    "closure": "storm",
    "title": "Họp phụ huynh",
    "verdict": "upheld",
    "amount": 1_250_000,
    "due_day": date(2026, 11, 30),
    "offers": 1,
    "change": "refunded",
    "matter": "refund",
    "account": "Vietcombank …4567",
    "account_change": "opened",
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


def test_an_absence_says_who_when_and_what_to_do() -> None:
    text = texts.render_inbox("absence", "vi", PARAMS, today=date(2026, 11, 16))
    assert text.title == "Nguyễn An chưa có mặt ở trường lúc 06:52"
    assert text.body.startswith("Ca sáng, Trường THCS Nguyễn Huệ.")
    assert "gửi đơn xin nghỉ" in text.body
    assert "gọi ngay cho giáo viên chủ nhiệm" in text.body
    assert texts.render_push("absence", "vi").title == "Con chưa có mặt ở trường"
    assert KINDS["absence"].tone == "alarm"
    assert KINDS["arrival"].tone == "good"


@pytest.mark.parametrize(
    ("changed", "vi", "en"),
    [
        ({}, "Nghỉ từ 16/11/2026 đến 18/11/2026", "Away 16/11/2026 to 18/11/2026"),
        (
            {"to_day": "2026-11-16", "part": "morning"},
            "Nghỉ buổi sáng ngày 16/11/2026",
            "Away mornings of 16/11/2026",
        ),
        (
            {"to_day": "2026-11-16", "part": "early_exit", "exit_at": "10:30:00"},
            "Về sớm lúc 10:30, ngày 16/11/2026",
            "Leaves at 10:30, 16/11/2026",
        ),
    ],
)
def test_a_leave_request_says_what_is_asked_for(
    changed: dict[str, object], vi: str, en: str
) -> None:
    for locale, expected in (("vi", vi), ("en", en)):
        text = texts.render_inbox("leave_asked", locale, PARAMS | changed)  # type: ignore[arg-type]
        assert text.body.startswith(f"{expected}. ")


def test_staff_ask_for_leave_under_their_own_name() -> None:
    params = {"person": "Trần Thị Cô", "from_day": "2026-11-16", "to_day": "2026-11-16"}
    assert texts.render_inbox("leave_asked", "vi", params).title == "Đơn xin nghỉ của Trần Thị Cô"


@pytest.mark.parametrize(
    ("decision", "vi", "en"),
    [
        ("approved", "Lời nhắn: Cô đã xem lại.", "Note: Cô đã xem lại."),
        ("rejected", "Lý do: Cô đã xem lại.", "Reason: Cô đã xem lại."),
    ],
)
def test_what_is_said_to_an_approval_is_a_note_and_to_a_refusal_its_reason(
    decision: str, vi: str, en: str
) -> None:
    params = PARAMS | {"decision": decision}
    assert texts.render_inbox("leave_decided", "vi", params).body.endswith(vi)
    assert texts.render_inbox("leave_decided", "en", params).body.endswith(en)
    silent = texts.render_inbox("leave_decided", "vi", params | {"message": None})
    assert silent.body == "Nghỉ từ 16/11/2026 đến 18/11/2026."


def test_an_sms_of_absence_gives_a_carrier_no_more_than_it_must() -> None:
    one = texts.render_sms("absence", "vi", PARAMS).body
    assert "con chua co mat o truong luc 06:52 ngay 16/11" in one
    several = texts.render_sms("absence", "vi", PARAMS | {"given_name": "Đỗ Ẩn"}).body
    assert "con Doan chua co mat" in several
    for text in (one, several):
        assert "Nguy" not in text


def test_a_page_of_the_daily_book_says_what_stands_in_it_and_not_what_it_says() -> None:
    page = PARAMS | {"praise": 2, "needs_work": 1, "health": 1, "lessons": ["Toán", "Tiếng\nAnh"]}
    page |= {"homework": ["Toán"], "care": True}
    vi = texts.render_inbox("daily_book", "vi", page)
    assert vi.title == "Sổ liên lạc của Nguyễn An"
    assert vi.body == (
        "Ngày 16/11/2026: 2 lời khen · 1 điều cần cố gắng · 1 ghi chú sức khoẻ · bài tập: Toán"
        " · đã học: Toán, Tiếng Anh · bữa ăn và giấc ngủ"
    )
    en = texts.render_inbox("daily_book", "en", page)
    assert en.body == (
        "16/11/2026: praise: 2 · to work on: 1 · health notes: 1 · homework: Toán"
        " · taught: Toán, Tiếng Anh · meals and sleep"
    )
    with pytest.raises(BadParameter, match="praise"):
        texts.render_inbox("remark", "vi", page | {"praise": "many"})


def test_a_week_is_told_in_its_numbers() -> None:
    week = PARAMS | {"present_days": 4, "late_days": 1, "praise": 3, "homework_set": 5}
    vi = texts.render_inbox("weekly_summary", "vi", week)
    assert vi.title == "Tuần học của Nguyễn An"
    assert vi.body == (
        "từ 16/11/2026 đến 18/11/2026: 4 ngày đúng giờ · 1 ngày đi muộn · 3 lời khen"
        " · bài tập: xong 0/5"
    )
    en = texts.render_inbox("weekly_summary", "en", week)
    assert en.body.endswith("days on time: 4 · days late: 1 · praise: 3 · homework: 0 of 5 done")


def test_a_bill_says_how_much_until_when_and_that_offers_are_free_to_leave() -> None:
    vi = texts.render_inbox("fee_due", "vi", PARAMS | {"title": "Học kỳ I"})
    assert vi.title == "Khoản thu mới của Nguyễn An"
    assert vi.body == (
        "Học kỳ I: 1.250.000 đồng, hạn 30/11/2026. 1 khoản tự nguyện, tuỳ gia đình."
        " Trường THCS Nguyễn Huệ"
    )
    offer = texts.render_inbox("fee_due", "en", PARAMS | {"amount": 0, "due_day": None})
    assert offer.body.startswith("Họp phụ huynh: voluntary: 1, as you like.")
    paid = texts.render_inbox("fee_paid", "vi", PARAMS)
    assert paid.title == "Trường THCS Nguyễn Huệ đã nhận 1.250.000 đồng của Nguyễn An"
    assert "1" not in texts.render_push("fee_paid", "vi").title


def test_a_digest_says_how_many_news_there_are() -> None:
    assert texts.render_push("digest", "vi", count=3).title == "Có 3 tin mới"
    with pytest.raises(BadParameter, match="count"):
        texts.render_push("digest", "vi")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", INBOX_KINDS)
def test_every_inbox_text_renders_in_nfc(name: str, locale: Locale) -> None:
    decomposed = PARAMS | {"student": "Nguyễn A\u0309n"}
    text = texts.render_inbox(name, locale, decomposed, today=date(2026, 11, 16))
    wording = KINDS[name].wording(locale).inbox
    names_a_child = {"student", "who"} & texts.placeholders(wording[0] if wording else "")
    assert ("Nguyễn Ản" in text.title) == bool(names_a_child)
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
    params = PARAMS | {"given_name": "Nghiêngnghiêng"}
    vi = texts.render_sms(name, "vi", params).body
    assert len(vi.encode("utf-16-be")) // 2 <= (160 if vi.isascii() else 70)
    assert is_normalized("NFC", vi)
    en = texts.render_sms(name, "en", params).body
    assert en.isascii()
    assert len(en) <= 160


@pytest.mark.parametrize("name", KINDS)
def test_a_missing_parameter_is_an_error_at_once(name: str) -> None:
    wording = KINDS[name].vi
    needed = set().union(*map(texts.placeholders, (*(wording.inbox or ()), wording.sms or "")))
    source = {"time": "at", "place": "school", "moment": "at", "span": "from_day"}
    source |= {"leave": "from_day", "first": "from_day", "who": "person"}
    source |= {"money": "amount", "asked": "amount"}
    # Only of some corrections, departures, answers, families.
    optional = {"scan", "allowed", "because", "said", "child", "excerpt", "until", "book", "week"}
    for placeholder in needed - optional:
        parameter = source.get(placeholder, placeholder)
        left_out = {parameter, "student"} if placeholder == "who" else {parameter}
        rest = {key: value for key, value in PARAMS.items() if key not in left_out}
        render = texts.render_inbox if wording.inbox else texts.render_sms
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
    ("departure", 2): "bb84a79541b9",
    ("scan_unconfirmed", 1): "e027a450d02c",
    ("scan_undone", 1): "1b3e7c6183b9",
    ("correction", 2): "d6938b02c527",
    ("card_lost", 1): "659823efdb27",
    ("transferred", 1): "87820c38c3e3",
    ("pickup_approved", 1): "386e9849664a",
    ("dispute_asked", 1): "ab9b0643d906",
    ("dispute_answered", 1): "b7af6300f81f",
    ("correction_asked", 1): "6354149dbc67",
    ("correction_decided", 1): "302d61859c3d",
    ("announcement", 1): "aa1ab4fb1e75",
    ("announcement_withdrawn", 1): "fb5f4ee67efd",
    ("answer_wanted", 1): "0487210aa573",
    ("message", 1): "d16ea5b8fd89",
    ("message_report", 1): "cd21cb896b96",
    ("report_decided", 1): "8fb493a8974c",
    ("remark", 1): "c32f449fbf11",
    ("homework", 1): "cacc13045f9c",
    ("daily_book", 1): "c6d70ee3dfb0",
    ("weekly_summary", 1): "60d4c7e9322d",
    ("fee_due", 1): "bc5c42fd76ab",
    ("fee_paid", 1): "f3a3dad3ecd2",
    ("fee_reminder", 1): "14b9c3d30b51",
    ("fee_changed", 1): "4ff1241a5e26",
    ("fee_review", 1): "bbc669c227e9",
    ("fee_second_person", 1): "a8143e66a716",
    ("fee_account", 1): "66666e0a8c7f",
    ("absence", 1): "2ebbb8fcebaf",
    ("absence_held", 1): "d356be29fa10",
    ("closure", 2): "7a5e14bd9494",
    ("closure_ended", 1): "f220f2264ff0",
    ("leave_asked", 1): "cbab90420e19",
    ("leave_decided", 2): "42cc85df2bd3",
    ("digest", 1): "02a81deaeafc",
    ("otp_activation", 1): "4556398568bf",
    ("otp_reset", 1): "5d7d6b218ebe",
}


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_wording_has_a_new_version(name: str) -> None:
    """Raise `version` of the kind, then put the new fingerprint here."""
    kind = KINDS[name]
    fingerprint = hashlib.sha256(json.encode([kind.vi, kind.en])).hexdigest()[:12]
    assert WORDINGS.get((name, kind.version)) == fingerprint

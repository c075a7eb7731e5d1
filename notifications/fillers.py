"""What fills the placeholders of a text: the parameters of a fact, in words of a language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from app.names import search_key
from notifications.book_words import page_words, week_words

Locale = Literal["vi", "en"]
SCHOOL_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class BadParameter(ValueError):
    """A text cannot be made, because a parameter is missing or is not what it should be."""


_STATUS: Final[Mapping[str, tuple[str, str]]] = {
    "not_scanned": ("chưa quét", "not scanned"),
    "present": ("có mặt", "present"),
    "late": ("đi muộn", "late"),
    "absent_excused": ("vắng có phép", "absent, excused"),
    "absent_unexcused": ("vắng không phép", "absent, unexcused"),
    "left_early": ("về sớm", "left early"),
}
_WAYS: Final[Mapping[str, tuple[str, str]]] = {
    "in": ("Vào lúc", "In at"),
    "out": ("Ra lúc", "Out at"),
}
_DISPUTE: Final[Mapping[str, tuple[str, str]]] = {
    "not_there": ("lúc đó con không có mặt ở trường", "the child was not at school then"),
    "was_there": ("con có mặt ở trường", "the child was at school"),
    "wrong_time": ("giờ chưa đúng", "the time is wrong"),
    "wrong_direction": ("nhầm giữa vào và ra", "in and out are mixed up"),
    "other": ("điều khác", "something else"),
}
_ANSWER: Final[Mapping[str, tuple[str, str]]] = {
    "upheld": ("trường xác nhận gia đình báo đúng", "the school agrees with you"),
    "declined": ("trường thấy điểm danh đã đúng", "the school finds that the record is right"),
}
_DECISION: Final[Mapping[str, tuple[str, str]]] = {
    "approved": ("đã được duyệt", "was approved"),
    "rejected": ("không được duyệt", "was not approved"),
    "withdrawn": ("đã được rút lại", "was withdrawn"),
}
_CLOSURE: Final[Mapping[str, tuple[str, str]]] = {
    "storm": ("mưa bão", "a storm"),
    "flood": ("ngập lụt", "a flood"),
    "other": ("việc đột xuất", "something unforeseen"),
}
_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "day": ("", ""),
    "morning": ("buổi sáng ", "mornings of "),
    "afternoon": ("buổi chiều ", "afternoons of "),
}

_CHANGE: Final[Mapping[str, tuple[str, str]]] = {
    "voided": ("Đã huỷ", "Cancelled"),
    "reissued": ("Đã lập lại", "Issued anew"),
    "written_off": ("Nhà trường không thu nữa", "No longer asked for"),
    "credited": ("Tiền nộp dư được chuyển sang kỳ sau", "Left over, kept for the next bill"),
    "uncredited": ("Tiền nộp dư không còn giữ cho kỳ sau", "No longer kept for the next bill"),
    "held": ("Nhà trường đã nhận và đang xem lại", "Received, the school is looking at it"),
    "refunded": ("Nhà trường đã hoàn lại", "Paid back by the school"),
    "reversed": ("Khoản ghi nhầm đã được gỡ khỏi phiếu", "Put here by mistake, taken off again"),
}
_ACCOUNT_CHANGE: Final[Mapping[str, tuple[str, str]]] = {
    "opened": ("Trường có thêm tài khoản nhận tiền", "The school has a new account"),
    "default": ("Tài khoản nhận tiền mặc định đã đổi", "Another account is the default now"),
    "holder": ("Tên chủ tài khoản nhận tiền đã sửa", "An account's holder was changed"),
    "ended": ("Một tài khoản nhận tiền đã ngừng", "An account was ended"),
    "connected": ("Tài khoản đã nối báo có", "A bank reports on an account now"),
    "secret": ("Khoá báo có đã đổi", "The secret of an account's reports was changed"),
    "disconnected": ("Tài khoản đã ngắt báo có", "No bank reports on an account any more"),
}
_MATTER: Final[Mapping[str, tuple[str, str]]] = {
    "waiver": ("Một đề nghị miễn giảm", "A waiver"),
    "refund": ("Một đề nghị hoàn tiền", "A refund"),
    "strike": ("Một khoản cần gỡ khỏi sổ", "Money to be struck"),
    "deposit": ("Một khoản tiền mặt nộp vào ngân hàng", "Cash paid into the bank"),
    "cash": ("Một khoản thu tiền mặt", "Cash taken over the counter"),
    "write_off": ("Một đề nghị xoá nợ", "A write-off"),
}

Filler = Callable[[Mapping[str, object], Locale, date | None], str]


def _given(name: str) -> Filler:
    return lambda params, _locale, _today: _text(params, name)


def _text(params: Mapping[str, object], name: str) -> str:
    value = params.get(name)
    # A newline in a school's name would break the one line of a notification.
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text:
        raise BadParameter(f"{name}: is missing or not a text")
    return text


def _time(params: Mapping[str, object], locale: Locale, today: date | None) -> str:
    instant: datetime = _converted(params, "at", Annotated[datetime, Meta(tz=True)])
    at = instant.astimezone(SCHOOL_ZONE)
    if today is None or at.date() == today:
        return f"{at:%H:%M}"
    return f"{at:%H:%M} on {at:%d/%m}" if locale == "en" else f"{at:%H:%M} ngày {at:%d/%m}"


def _place(params: Mapping[str, object], _locale: Locale, _today: date | None) -> str:
    school = _text(params, "school")
    # A child marked by name came through no gate.
    return f"{_text(params, 'gate')}, {school}" if params.get("gate") else school


def _scan(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    """The scan that turned up late, if it was one that brought the correction about."""
    way = params.get("direction")
    if way is None:
        return ""
    if not isinstance(way, str) or way not in _WAYS:
        raise BadParameter("direction: is neither in nor out")
    # Without the date: the text goes on with the day.
    return f"{_WAYS[way][locale == 'en']} {_time(params, locale, None)}. "


def _minutes(params: Mapping[str, object], _locale: Locale, _today: date | None) -> str:
    return str(_converted(params, "minutes", Annotated[int, Meta(ge=0, le=1440)]))


def _day(params: Mapping[str, object], _locale: Locale, _today: date | None) -> str:
    return f"{_converted(params, 'day', date):%d/%m/%Y}"


def _span(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    """`from_day` to `to_day`, both inclusive."""
    first, last = (f"{_converted(params, name, date):%d/%m/%Y}" for name in ("from_day", "to_day"))
    if first == last:
        return first if locale == "en" else f"ngày {first}"
    return f"{first} to {last}" if locale == "en" else f"từ {first} đến {last}"


def _first(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    first = f"{_converted(params, 'from_day', date):%d/%m/%Y}"
    return first if locale == "en" else f"ngày {first}"


def _leave(params: Mapping[str, object], locale: Locale, today: date | None) -> str:
    """What is asked for: days, half-days, or from when on (`exit_at`, the school's time)."""
    span = _span(params, locale, today)
    part = params.get("part", "day")
    if part == "early_exit":
        at = f"{_converted(params, 'exit_at', time):%H:%M}"
        return f"Leaves at {at}, {span}" if locale == "en" else f"Về sớm lúc {at}, {span}"
    if not isinstance(part, str) or part not in _PARTS:
        raise BadParameter("part: is no part of a day")
    which = _PARTS[part][locale == "en"]
    return f"Away {which}{span}" if locale == "en" else f"Nghỉ {which}{span}"


def _who(params: Mapping[str, object], _locale: Locale, _today: date | None) -> str:
    """The pupil, or the member of staff."""
    return _text(params, "student" if params.get("student") is not None else "person")


def _because(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    if not params.get("message"):
        return ""
    said = _text(params, "message")
    return f" Reason: {said}" if locale == "en" else f" Lý do: {said}"


def _said(params: Mapping[str, object], locale: Locale, today: date | None) -> str:
    """What who decided adds: of an approval a note, of anything else its reason."""
    if params.get("decision") != "approved" or not params.get("message"):
        return _because(params, locale, today)
    said = _text(params, "message")
    return f" Note: {said}" if locale == "en" else f" Lời nhắn: {said}"


def _excerpt(params: Mapping[str, object], _locale: Locale, _today: date | None) -> str:
    return f" {_text(params, 'excerpt')}" if params.get("excerpt") else ""


def _until(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    if params.get("at") is None:
        return ""
    instant: datetime = _converted(params, "at", Annotated[datetime, Meta(tz=True)])
    at = f"{instant.astimezone(SCHOOL_ZONE):%H:%M %d/%m/%Y}"
    return f" Until {at}." if locale == "en" else f" Hạn trả lời: {at}."


def _count(name: str) -> Filler:
    return lambda params, _locale, _today: str(
        _converted(params, name, Annotated[int, Meta(ge=0, le=1_000_000)])
    )


def _child(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    """For SMS, which a carrier reads: the given name, and that only of who has several children."""
    given = params.get("given_name")
    if given is None:
        return "your child" if locale == "en" else "con"
    letters = search_key(_text(params, "given_name"))
    bare = "".join(each for each in letters if each.isascii() and each.isalpha())[:12].title()
    if locale == "en":
        return bare or "your child"
    return f"con {bare}".rstrip()


def _allowed(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    """Of a departure with an approved early exit."""
    if not params.get("with_leave"):
        return ""
    return ", leaving early with leave" if locale == "en" else ", về sớm có phép"


def _moment(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    """Time and date in ASCII, for SMS."""
    instant: datetime = _converted(params, "at", Annotated[datetime, Meta(tz=True)])
    at = instant.astimezone(SCHOOL_ZONE)
    return f"{at:%H:%M} on {at:%d/%m}" if locale == "en" else f"{at:%H:%M} ngay {at:%d/%m}"


_VERDICT: Final[Mapping[str, tuple[str, str]]] = {
    "upheld": (
        "Nhà trường đã xem và thấy báo cáo là đúng. Cảm ơn bạn đã cho biết.",
        "The school has looked at it and agrees. Thank you for telling it.",
    ),
    "dismissed": (
        "Nhà trường đã xem và không thấy vi phạm.",
        "The school has looked at it and sees nothing against the rules.",
    ),
}


def _money(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
    amount = _converted(params, "amount", Annotated[int, Meta(ge=0)])
    return f"VND {amount:,}" if locale == "en" else f"{amount:,} đồng".replace(",", ".")


def _asked(params: Mapping[str, object], locale: Locale, today: date | None) -> str:
    """What is due until when, and how many offers there are besides."""
    said = []
    if _converted(params, "amount", Annotated[int, Meta(ge=0)]):
        due = f"{_converted(params, 'due_day', date):%d/%m/%Y}"
        money = _money(params, locale, today)
        said.append(f"{money} by {due}." if locale == "en" else f"{money}, hạn {due}.")
    if offers := _converted(params, "offers", Annotated[int, Meta(ge=0)]):
        vi = f"{offers} khoản tự nguyện, tuỳ gia đình."
        said.append(f"voluntary: {offers}, as you like." if locale == "en" else vi)
    return " ".join(said)


def _word(name: str, words: Mapping[str, tuple[str, str]], what: str) -> Filler:
    def word(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
        code = _text(params, name)
        if code not in words:
            raise BadParameter(f"{name}: {code} is no {what}")
        return words[code][locale == "en"]

    return word


def _converted(params: Mapping[str, object], name: str, kind: Any) -> Any:
    try:
        return msgspec.convert(params.get(name), kind)
    except msgspec.ValidationError as error:
        raise BadParameter(f"{name}: {error}") from None


def _page(words: Callable[..., str]) -> Filler:
    def page(params: Mapping[str, object], locale: Locale, _today: date | None) -> str:
        try:
            return words(params, is_english=locale == "en")
        except msgspec.ValidationError as error:
            raise BadParameter(f"the daily book: {error}") from None

    return page


FILLERS: Final[Mapping[str, Filler]] = {
    "student": _given("student"),
    "school": _given("school"),
    "person": _given("person"),
    "code": _given("code"),
    "time": _time,
    "place": _place,
    "scan": _scan,
    "minutes": _minutes,
    "day": _day,
    "status": _word("status", _STATUS, "state of a student's shift"),
    "message": _given("message"),
    "dispute": _word("dispute", _DISPUTE, "kind of dispute"),
    "answer": _word("answer", _ANSWER, "answer to a dispute"),
    "shift": _given("shift"),
    "span": _span,
    "first": _first,
    "leave": _leave,
    "who": _who,
    "because": _because,
    "title": _given("title"),
    "excerpt": _excerpt,
    "until": _until,
    "said": _said,
    "decision": _word("decision", _DECISION, "decision"),
    "verdict": _word("verdict", _VERDICT, "verdict on a report"),
    "closure": _word("closure", _CLOSURE, "kind of closure"),
    "held": _count("held"),
    "count": _count("count"),
    "allowed": _allowed,
    "child": _child,
    "book": _page(page_words),
    "week": _page(week_words),
    "moment": _moment,
    "money": _money,
    "asked": _asked,
    "change": _word("change", _CHANGE, "change of fees"),
    "account": _given("account"),
    "account_change": _word("account_change", _ACCOUNT_CHANGE, "change of an account"),
    "matter": _word("matter", _MATTER, "matter of fees"),
}

"""What people are told, in Vietnamese and English.

A new kind is one entry in `KINDS` here, and one in app/kinds.py, which says how it travels.
Three renderings: the inbox names the child; a push names the kind alone, since it passes through a
foreign platform; an SMS fits one part. Whoever changes a wording raises the kind's `version`.
"""

from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Final, Literal
from unicodedata import normalize

from msgspec import Struct

from app.kinds import NEWS, Channel, NewsKind
from notifications.fillers import FILLERS
from notifications.fillers import SCHOOL_ZONE as SCHOOL_ZONE
from notifications.fillers import BadParameter as BadParameter
from notifications.fillers import Locale as Locale

Tone = Literal["good", "alarm", "plain"]
"""How a client shows it: an arrival and an absence must not look alike, or both are muted."""

LOCALES: Final[tuple[Locale, ...]] = ("vi", "en")


class UnknownKind(LookupError):
    """There is no such kind, or it is not told this way."""


class Text(Struct, frozen=True, kw_only=True):
    """A finished text, in NFC. `title` is empty for an SMS."""

    title: str
    body: str
    version: int


class Wording(Struct, frozen=True, kw_only=True):
    """One language. (title, body); None where the kind is not told that way."""

    inbox: tuple[str, str] | None = None
    push: tuple[str, str] | None = None
    sms: str | None = None


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of news in words; `news` says how it travels."""

    version: int = 1
    tone: Tone = "plain"
    news: NewsKind
    vi: Wording
    en: Wording

    @property
    def urgent(self) -> bool:
        return self.news.urgent

    @property
    def ttl_s(self) -> int:
        return self.news.ttl_s

    @property
    def is_safety(self) -> bool:
        return self.news.is_safety

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self.news.channels

    def wording(self, locale: Locale) -> Wording:
        return self.en if locale == "en" else self.vi


_TAP_VI: Final = "Chạm để xem"
_TAP_EN: Final = "Tap to see"

KINDS: Final[Mapping[str, Kind]] = {
    "arrival": Kind(
        news=NEWS["arrival"],
        tone="good",
        vi=Wording(
            inbox=("{student} đã vào trường lúc {time}", "{place}"),
            push=("Con đã vào trường", _TAP_VI),
        ),
        en=Wording(
            inbox=("{student} arrived at {time}", "{place}"),
            push=("Your child has arrived", _TAP_EN),
        ),
    ),
    "arrival_late": Kind(
        news=NEWS["arrival_late"],
        tone="good",
        vi=Wording(
            inbox=("{student} vào trường muộn, lúc {time}", "Muộn {minutes} phút. {place}"),
            push=("Con vào trường muộn", _TAP_VI),
        ),
        en=Wording(
            inbox=("{student} arrived late, at {time}", "{minutes} min late. {place}"),
            push=("Your child arrived late", _TAP_EN),
        ),
    ),
    "departure": Kind(
        news=NEWS["departure"],
        tone="good",
        vi=Wording(
            inbox=("{student} đã rời trường lúc {time}", "{place}"),
            push=("Con đã rời trường", _TAP_VI),
        ),
        en=Wording(
            inbox=("{student} left at {time}", "{place}"),
            push=("Your child has left school", _TAP_EN),
        ),
    ),
    "scan_unconfirmed": Kind(
        news=NEWS["scan_unconfirmed"],
        vi=Wording(
            inbox=("Thẻ của {student} được dùng lúc {time}", "Nhà trường đang kiểm tra. {place}"),
            push=("Thẻ của con vừa được dùng, trường đang kiểm tra", _TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s card was used at {time}", "The school is checking. {place}"),
            push=("Your child's card was used, the school is checking", _TAP_EN),
        ),
    ),
    "scan_undone": Kind(
        news=NEWS["scan_undone"],
        vi=Wording(
            inbox=("Báo nhầm về {student} lúc {time}", "Lượt quét đã được huỷ. {place}"),
            push=("Tin vừa rồi là báo nhầm", _TAP_VI),
        ),
        en=Wording(
            inbox=("Told by mistake: {student} at {time}", "The scan was cancelled. {place}"),
            push=("The last message was a mistake", _TAP_EN),
        ),
    ),
    "correction": Kind(
        version=2,
        news=NEWS["correction"],
        vi=Wording(
            inbox=("Điểm danh của {student} đã được sửa", "{scan}Ngày {day}: {status}. {school}"),
            push=("Điểm danh của con đã được sửa", _TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s attendance was corrected", "{scan}{day}: {status}. {school}"),
            push=("Your child's attendance was corrected", _TAP_EN),
        ),
    ),
    "card_lost": Kind(
        news=NEWS["card_lost"],
        vi=Wording(
            inbox=(
                "Thẻ của {student} đã bị khoá lúc {time}",
                "Thẻ này hết dùng được. {place}",
            ),
            push=("Thẻ của con đã bị khoá", _TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s card was revoked at {time}", "It is good no more. {place}"),
            push=("Your child's card was revoked", _TAP_EN),
        ),
    ),
    "transferred": Kind(
        news=NEWS["transferred"],
        vi=Wording(
            inbox=("{student} đã chuyển trường", "Ngày học cuối tại {school}: {day}."),
            push=("Con đã chuyển trường", _TAP_VI),
        ),
        en=Wording(
            inbox=("{student} has changed schools", "Last day at {school}: {day}."),
            push=("Your child has changed schools", _TAP_EN),
        ),
    ),
    "pickup_approved": Kind(
        news=NEWS["pickup_approved"],
        vi=Wording(
            inbox=(
                "{person} được đón {student}",
                "Trường đã duyệt. Nếu phụ huynh không biết người này, hãy báo trường ngay.",
            ),
            push=("Có thêm người được đón con", _TAP_VI),
        ),
        en=Wording(
            inbox=(
                "{person} may fetch {student}",
                "The school has approved it. If you do not know this person, tell the school now.",
            ),
            push=("Another person may fetch your child", _TAP_EN),
        ),
    ),
    # To who is to answer it at the school; the other to who asked.
    "dispute_asked": Kind(
        news=NEWS["dispute_asked"],
        vi=Wording(
            inbox=(
                "Gia đình {student} báo điểm danh chưa đúng",
                "Ngày {day}: {dispute}. Mời thầy cô xem và trả lời.",
            ),
            push=("Một gia đình báo điểm danh chưa đúng", _TAP_VI),
        ),
        en=Wording(
            inbox=(
                "{student}'s family says the attendance is wrong",
                "{day}: {dispute}. Please look at it and answer.",
            ),
            push=("A family says the attendance is wrong", _TAP_EN),
        ),
    ),
    "dispute_answered": Kind(
        news=NEWS["dispute_answered"],
        vi=Wording(
            inbox=(
                "Trường đã trả lời về điểm danh của {student}",
                "Ngày {day}: {answer}. {message}",
            ),
            push=("Trường đã trả lời về điểm danh của con", _TAP_VI),
        ),
        en=Wording(
            inbox=(
                "The school has answered about {student}'s attendance",
                "{day}: {answer}. {message}",
            ),
            push=("The school has answered about the attendance", _TAP_EN),
        ),
    ),
    # With diacritics a part holds 70 characters instead of 160; both codes fit one part.
    "otp_activation": Kind(
        news=NEWS["otp_activation"],
        vi=Wording(sms="Cổng Trường: mã kích hoạt {code}, hạn {minutes} phút. Không đưa cho ai."),
        en=Wording(
            sms="Cong Truong: activation code {code}, good for {minutes} minutes. Never share it."
        ),
    ),
    "otp_reset": Kind(
        news=NEWS["otp_reset"],
        vi=Wording(
            sms="Cổng Trường: mã đổi mật khẩu {code}, hạn {minutes} phút. Không đưa cho ai."
        ),
        en=Wording(
            sms="Cong Truong: password reset code {code}, good for {minutes} minutes."
            " Never share it."
        ),
    ),
}


def locale_of(language_tag: str | None) -> Locale:
    """`en-GB` -> `en`; everything else, and None, is Vietnamese."""
    return "en" if (language_tag or "").lower().startswith("en") else "vi"


def render_inbox(
    kind: str, locale: Locale, params: Mapping[str, object], *, today: date | None = None
) -> Text:
    """The full text, for after login.

    `params`, as far as the kind's text asks for them: `student`, `school`, `person`, `message`,
    `gate` (optional), `at` (aware datetime or RFC 3339), `minutes`, `day` (date or ISO), `status`,
    `dispute`, `answer`, `direction` (optional: of the scan that a correction is due to, which was
    at `at`). `today` is the school's day on which it is told: an event of another day is then told
    with its date.

    Raises:
        UnknownKind: no such kind, or it has no inbox text.
        BadParameter: names the parameter.
    """
    known = _kind(kind)
    wording = known.wording(locale).inbox
    if wording is None:
        raise UnknownKind(f"{kind} has no inbox text")
    title, body = (_fill(template, locale, params, today) for template in wording)
    return Text(title=title, body=body, version=known.version)


def render_push(kind: str, locale: Locale) -> Text:
    """The hint that may pass through a foreign platform: the kind, never the child.

    Raises:
        UnknownKind: no such kind, or it is never pushed.
    """
    known = _kind(kind)
    wording = known.wording(locale).push
    if wording is None:
        raise UnknownKind(f"{kind} is never pushed")
    return Text(title=wording[0], body=wording[1], version=known.version)


def render_sms(kind: str, locale: Locale, params: Mapping[str, object]) -> Text:
    """One part of SMS. The one-time codes ask for `code` and `minutes`.

    Raises:
        UnknownKind: no such kind, or it is never sent as SMS.
        BadParameter: names the parameter.
    """
    known = _kind(kind)
    template = known.wording(locale).sms
    if template is None:
        raise UnknownKind(f"{kind} is never sent as SMS")
    return Text(title="", body=_fill(template, locale, params, None), version=known.version)


def placeholders(template: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _kind(name: str) -> Kind:
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None


def _fill(template: str, locale: Locale, params: Mapping[str, object], today: date | None) -> str:
    values = {name: FILLERS[name](params, locale, today) for name in placeholders(template)}
    return normalize("NFC", template.format_map(values))

"""What people are told, in Vietnamese and English.

A new kind is one entry in `KINDS` here, and one in app/kinds.py, which says how it travels.
Three renderings: the inbox names the child; a push names the kind alone, since it passes through a
foreign platform; an SMS fits one part. Whoever changes a wording raises the kind's `version`.
"""

from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Final
from unicodedata import normalize

from app.kinds import NEWS
from notifications.announcement_texts import ANNOUNCEMENT_KINDS
from notifications.book_texts import BOOK_KINDS
from notifications.fee_texts import FEE_KINDS
from notifications.fillers import FILLERS
from notifications.fillers import SCHOOL_ZONE as SCHOOL_ZONE
from notifications.fillers import BadParameter as BadParameter
from notifications.fillers import Locale as Locale
from notifications.leave_texts import LEAVE_KINDS
from notifications.message_texts import MESSAGE_KINDS
from notifications.wording import TAP_EN, TAP_VI, Wording
from notifications.wording import Kind as Kind
from notifications.wording import Text as Text
from notifications.wording import Tone as Tone

LOCALES: Final[tuple[Locale, ...]] = ("vi", "en")


class UnknownKind(LookupError):
    """There is no such kind, or it is not told this way."""


KINDS: Final[Mapping[str, Kind]] = {
    "arrival": Kind(
        news=NEWS["arrival"],
        tone="good",
        vi=Wording(
            inbox=("{student} đã vào trường lúc {time}", "{place}"),
            push=("Con đã vào trường", TAP_VI),
        ),
        en=Wording(
            inbox=("{student} arrived at {time}", "{place}"),
            push=("Your child has arrived", TAP_EN),
        ),
    ),
    "arrival_late": Kind(
        news=NEWS["arrival_late"],
        tone="good",
        vi=Wording(
            inbox=("{student} vào trường muộn, lúc {time}", "Muộn {minutes} phút. {place}"),
            push=("Con vào trường muộn", TAP_VI),
        ),
        en=Wording(
            inbox=("{student} arrived late, at {time}", "{minutes} min late. {place}"),
            push=("Your child arrived late", TAP_EN),
        ),
    ),
    "departure": Kind(
        version=2,
        news=NEWS["departure"],
        tone="good",
        vi=Wording(
            inbox=("{student} đã rời trường lúc {time}{allowed}", "{place}"),
            push=("Con đã rời trường", TAP_VI),
        ),
        en=Wording(
            inbox=("{student} left at {time}{allowed}", "{place}"),
            push=("Your child has left school", TAP_EN),
        ),
    ),
    "scan_unconfirmed": Kind(
        news=NEWS["scan_unconfirmed"],
        vi=Wording(
            inbox=("Thẻ của {student} được dùng lúc {time}", "Nhà trường đang kiểm tra. {place}"),
            push=("Thẻ của con vừa được dùng, trường đang kiểm tra", TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s card was used at {time}", "The school is checking. {place}"),
            push=("Your child's card was used, the school is checking", TAP_EN),
        ),
    ),
    "scan_undone": Kind(
        news=NEWS["scan_undone"],
        vi=Wording(
            inbox=("Báo nhầm về {student} lúc {time}", "Lượt quét đã được huỷ. {place}"),
            push=("Tin vừa rồi là báo nhầm", TAP_VI),
        ),
        en=Wording(
            inbox=("Told by mistake: {student} at {time}", "The scan was cancelled. {place}"),
            push=("The last message was a mistake", TAP_EN),
        ),
    ),
    "correction": Kind(
        version=2,
        news=NEWS["correction"],
        vi=Wording(
            inbox=("Điểm danh của {student} đã được sửa", "{scan}Ngày {day}: {status}. {school}"),
            push=("Điểm danh của con đã được sửa", TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s attendance was corrected", "{scan}{day}: {status}. {school}"),
            push=("Your child's attendance was corrected", TAP_EN),
        ),
    ),
    "card_lost": Kind(
        news=NEWS["card_lost"],
        vi=Wording(
            inbox=(
                "Thẻ của {student} đã bị khoá lúc {time}",
                "Thẻ này hết dùng được. {place}",
            ),
            push=("Thẻ của con đã bị khoá", TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s card was revoked at {time}", "It is good no more. {place}"),
            push=("Your child's card was revoked", TAP_EN),
        ),
    ),
    "transferred": Kind(
        news=NEWS["transferred"],
        vi=Wording(
            inbox=("{student} đã chuyển trường", "Ngày học cuối tại {school}: {day}."),
            push=("Con đã chuyển trường", TAP_VI),
        ),
        en=Wording(
            inbox=("{student} has changed schools", "Last day at {school}: {day}."),
            push=("Your child has changed schools", TAP_EN),
        ),
    ),
    "pickup_approved": Kind(
        news=NEWS["pickup_approved"],
        vi=Wording(
            inbox=(
                "{person} được đón {student}",
                "Trường đã duyệt. Nếu phụ huynh không biết người này, hãy báo trường ngay.",
            ),
            push=("Có thêm người được đón con", TAP_VI),
        ),
        en=Wording(
            inbox=(
                "{person} may fetch {student}",
                "The school has approved it. If you do not know this person, tell the school now.",
            ),
            push=("Another person may fetch your child", TAP_EN),
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
            push=("Một gia đình báo điểm danh chưa đúng", TAP_VI),
        ),
        en=Wording(
            inbox=(
                "{student}'s family says the attendance is wrong",
                "{day}: {dispute}. Please look at it and answer.",
            ),
            push=("A family says the attendance is wrong", TAP_EN),
        ),
    ),
    "dispute_answered": Kind(
        news=NEWS["dispute_answered"],
        vi=Wording(
            inbox=(
                "Trường đã trả lời về điểm danh của {student}",
                "Ngày {day}: {answer}. {message}",
            ),
            push=("Trường đã trả lời về điểm danh của con", TAP_VI),
        ),
        en=Wording(
            inbox=(
                "The school has answered about {student}'s attendance",
                "{day}: {answer}. {message}",
            ),
            push=("The school has answered about the attendance", TAP_EN),
        ),
    ),
    # To who may decide as the second person, and to who asked. The department reads no name.
    "correction_asked": Kind(
        news=NEWS["correction_asked"],
        vi=Wording(
            inbox=(
                "Yêu cầu sửa điểm danh của {who}",
                "Ngày {day}: {status}. Cần người thứ hai, mời thầy cô xem và quyết định.",
            ),
            push=("Có yêu cầu sửa điểm danh chờ duyệt", TAP_VI),
        ),
        en=Wording(
            inbox=(
                "A correction of {who}'s attendance waits",
                "{day}: {status}. It takes a second person: please look at it and decide.",
            ),
            push=("A correction is waiting for you", TAP_EN),
        ),
    ),
    "correction_decided": Kind(
        news=NEWS["correction_decided"],
        vi=Wording(
            inbox=(
                "Yêu cầu sửa điểm danh của {who} {decision}",
                "Ngày {day}: {status}.",
            ),
            push=("Yêu cầu sửa điểm danh đã có trả lời", TAP_VI),
        ),
        en=Wording(
            inbox=("The correction of {who}'s attendance {decision}", "{day}: {status}."),
            push=("Your correction was decided", TAP_EN),
        ),
    ),
    **LEAVE_KINDS,
    **BOOK_KINDS,
    **ANNOUNCEMENT_KINDS,
    **MESSAGE_KINDS,
    **FEE_KINDS,
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
    at `at`), `with_leave` (optional: a departure on an approved early exit); and of absence, leave
    and closures what leave_texts.py says. `today` is the school's day on which it is told: an event
    of another day is then told with its date.

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


def render_push(kind: str, locale: Locale, *, count: int | None = None) -> Text:
    """The hint that may pass through a foreign platform: the kind, never the child.

    `count` is of a digest alone: how many news it stands for.

    Raises:
        UnknownKind: no such kind, or it is never pushed.
        BadParameter: a digest without `count`.
    """
    known = _kind(kind)
    wording = known.wording(locale).push
    if wording is None:
        raise UnknownKind(f"{kind} is never pushed")
    title, body = (_fill(template, locale, {"count": count}, None) for template in wording)
    return Text(title=title, body=body, version=known.version)


def render_sms(kind: str, locale: Locale, params: Mapping[str, object]) -> Text:
    """One part of SMS. The one-time codes ask for `code` and `minutes`; an absence for `at` and,
    where the account has several children, `given_name`.

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

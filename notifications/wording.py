"""What a kind of news is made of, in words."""

from typing import Final, Literal

from msgspec import Struct

from app.kinds import Channel, NewsKind
from notifications.fillers import Locale

Tone = Literal["good", "alarm", "plain"]
"""How a client shows it: an arrival and an absence must not look alike, or both are muted."""

TAP_VI: Final = "Chạm để xem"
TAP_EN: Final = "Tap to see"


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

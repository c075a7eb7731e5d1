"""Who gets in where, of the contact book: announcements, daily book, messages, feed."""

from typing import Final

from tests.mobile_api.rule import Rule

CONTACT_BOOK: Final[dict[str, Rule]] = {}

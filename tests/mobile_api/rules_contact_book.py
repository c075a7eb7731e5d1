"""Who gets in where, of the contact book: announcements, daily book, messages, feed."""

from typing import Final

from tests.mobile_api.rule import FACE, PRINCIPAL, TEACHERS, Roles, Rule

_BOOK: Final = "/v1/contact-book"
_WRITERS: Final[Roles] = (*PRINCIPAL, *TEACHERS)
_SENDERS: Final[Roles] = (*_WRITERS, "guardian")
_HERE: Final = {"school_id": "{school_id}"}

CONTACT_BOOK: Final[dict[str, Rule]] = {
    # Files: sent in by who writes, opened by an address that asks again.
    f"POST {_BOOK}/attachments": Rule(here=_SENDERS, raw=FACE, query=_HERE),
    f"DELETE {_BOOK}/attachments/{{attachment_id}}": Rule(
        own=("guardian",), door_is_for=_WRITERS, query=_HERE
    ),
    f"GET {_BOOK}/files/{{token}}": Rule(
        public=True, ids={"token": "file_token"}, answer=(404, "no-such-attachment")
    ),
    # What is the caller's own, in whatever school.
    f"GET {_BOOK}/feed": Rule(signed_in=True),
    f"GET {_BOOK}/search": Rule(signed_in=True, query={"q": "họp"}),
    f"GET {_BOOK}/unread": Rule(signed_in=True),
}

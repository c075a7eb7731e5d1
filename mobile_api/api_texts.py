"""The words of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct


class Failure(Struct, frozen=True, kw_only=True):
    """A problem that many routes share, as a component of the document."""

    name: str
    description: str
    header: str = ""
    header_text: str = ""


ABOUT: Final[dict[str, Any]] = {
    "title": "Cổng Trường",
    "version": "1",
    "summary": "The backend of a province's school super-app.",
    "description": """\
A child's code is scanned at the school gate, and seconds later the parents know.

**Logging in.** `POST /v1/auth/login` gives an access token for ten minutes, sent as
`Authorization: Bearer`, and a refresh token for `POST /v1/auth/refresh`. `x-who` of an operation
says who gets in: `public`, `gateway` (who signs as the operation says), `signed_in` (any account),
or roles. A role counts in the school that it is held in; what is not the caller's to see does not
exist for the caller: 404.

**Problems.** Every refusal is `application/problem+json` (RFC 9457). `type` is a stable slug to
switch on, `title` and `detail` are for people, in the language that `Accept-Language` prefers:
`vi`, the default, or `en`.

**Conventions.** Bodies are JSON in UTF-8 (`application/json`), up to 1 MB; unknown fields and
unknown query parameters are refused. Files come as `multipart/form-data`, one part, `file`. Ids
are UUIDs, `school_id` is an integer; instants are RFC 3339 in UTC, days `YYYY-MM-DD`, money
integer đồng. Lists are `{"items": [...], "next_cursor": null}`; give `next_cursor` back as
`cursor` for the next page.

**Pictures.** A `photo_url` is a path of this server that needs no login and expires: after an hour
at the earliest, in an offline roster not before the roster. Fetch it when you show it, keep it no
longer. `null`: there is no picture, or nobody has consented to it; show the initials.

**Attachments.** `POST /v1/contact-book/attachments` takes a file as the body itself, a picture or a
PDF; the `id` of the answer goes into `attachment_ids` of what it is sent with, within a day. An
attachment's `url` needs no login, is the caller's own and ends within 15 minutes: fetch it at once.

**Sending again.** A phone often does not know whether its request got through. `POST`, `PUT`,
`PATCH` and `DELETE` that show `Idempotency-Key` take one, of the caller's own making: the same
request, byte for byte, under the same key within two days has no second effect and gets the first
answer, with `Idempotency-Replayed: true`. Another request under a used key is 422. One that comes
while the first still runs waits for it, at last 409: send it again. A refusal is not kept. Scans,
check-ins and marks need none: their `event_id` does the same.
""",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}

TAGS: Final[Mapping[str, str]] = {
    "auth": "Đăng nhập, phiên và mã một lần. Logging in: passwords, one-time codes, sessions.",
    "me": "Tài khoản của tôi. The caller's own account, pushes and check-in phone.",
    "schools": "Trường, lớp, người. Schools: places, classes, pupils, staff, guardians.",
    "life": "Chuyển trường, lên lớp, thẻ và máy mất. Transfers, school years, cards, phones.",
    "attendance": "Điểm danh. Scans at the gate, check-ins, and what became of them.",
    "contact-book": "Sổ liên lạc. Announcements, the daily book, messages between both sides.",
    "fees": "Khoản thu. What a school bills, how families pay, and where the money is.",
    "inbox": "Hộp thư. The caller's news, as a list and as a live stream.",
    "deliveries": "Tin đã gửi. What became of the news, in counts; what was given up.",
    "monitor": "Giám sát. A school's day as it happens, and the department's view.",
    "operations": "Vận hành. Health, for those who run the service.",
}

SUCCESSES: Final[Mapping[int, str]] = {
    200: "Done",
    201: "Made",
    202: "Taken; it is worked on",
    204: "Done; there is nothing to show",
}

FAILURES: Final[Mapping[int, Failure]] = {
    400: Failure(
        name="BadRequest",
        description="The input is malformed or out of its bounds; `errors` names the fields.",
    ),
    401: Failure(
        name="Unauthorized",
        description="No session, or it is over; or the secret that was shown is wrong.",
        header="WWW-Authenticate",
        header_text="Bearer",
    ),
    403: Failure(name="Forbidden", description="The caller's roles do not include this."),
    404: Failure(
        name="NotFound", description="There is no such thing, or it is not the caller's to see."
    ),
    409: Failure(name="Conflict", description="It conflicts with what is stored by now."),
    413: Failure(
        name="TooLarge", description="The body is over 1 MB, or over what the operation says."
    ),
    415: Failure(
        name="UnsupportedMediaType",
        description="The body is not of the media type, charset or encoding that is taken.",
    ),
    422: Failure(
        name="Unprocessable", description="Well-formed, but it cannot be: `detail` says why."
    ),
    429: Failure(
        name="TooManyRequests",
        description="Too many requests of this account, device or address.",
        header="Retry-After",
        header_text="seconds to wait",
    ),
    503: Failure(
        name="Unavailable",
        description="A server behind this one is away; sending the same again is safe.",
        header="Retry-After",
        header_text="seconds to wait, where it is known",
    ),
}

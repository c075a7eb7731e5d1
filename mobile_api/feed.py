"""What families and staff read of the contact book: the feed, its search, the badges."""

import gzip
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec
from litestar import Response, get
from litestar.controller import Controller
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from app.contact_book.feed import service
from app.contact_book.feed.model import FeedPage, Found, FoundKind, ItemKind, Unread
from app.contact_book.feed.readers import readers_of
from app.contact_book.feed.search import search
from app.contact_book.feed.unread import unread
from app.contact_book.threads.reading import reader_of
from app.paging import DEFAULT_LIMIT, MAX_CURSOR_CHARS, Page
from mobile_api.access import SIGNED_IN
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx
from mobile_api.inputs import NO_NUL, Cursor, Limit, QueryId
from mobile_api.openapi import FAILS

# Whoever had a child at a school may read on when it has left, and holds no role any more.
_EVERYBODY: Final = {"who": SIGNED_IN, FAILS: (404,)}

OfKind = Annotated[ItemKind | Literal["all"], QueryParameter(name="kind")]
FoundOf = Annotated[FoundKind | Literal["all"], QueryParameter(name="kind")]
Words = Annotated[
    str,
    QueryParameter(
        min_length=1,
        max_length=100,
        pattern=NO_NUL,
        description="words, all of which must be there; diacritics not needed",
    ),
]
Since = Annotated[
    str | None,
    QueryParameter(
        max_length=MAX_CURSOR_CHARS,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="`since` of the last answer: what has changed, the oldest change first",
    ),
]


class Feed(Controller):
    path = "/v1/contact-book"
    tags = ("contact-book",)

    @get(
        "/feed",
        operation_id="read_feed",
        opt=_EVERYBODY,
        media_type="application/json",
        responses={
            200: ResponseSpec(data_container=FeedPage, description="A page, gzip if asked"),
            304: ResponseSpec(data_container=None, description="Nothing has changed"),
        },
    )
    async def read_feed(
        self,
        request: AnyRequest,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        student_id: QueryId = None,
        kind: OfKind = "all",
        since: Since = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Response[bytes]:
        """Everything of the contact book, the newest first, in all schools; with an ETag.

        For guardians, of the children whom they may see, what was written until a child moved away;
        for pupils, of themselves; for staff, what was sent to them. With `student_id` of one child.
        With `since` what has changed, also what the client has already: merge by `id` and
        `student_id`. An answer without change is 304, and the `since` of before goes on.
        """
        page = await service.page(
            tx,
            vault=resources.vault,
            readers=await readers_of(tx, caller=caller, student_id=student_id),
            account_id=caller.account_id,
            kind=None if kind == "all" else kind,
            cursor=cursor,
            since=since,
            limit=limit,
            now=now,
        )
        return _answer(request, page)

    @get("/unread", operation_id="count_unread", opt={"who": SIGNED_IN})
    async def count_unread(self, tx: Tx, caller: Me, now: Now) -> Unread:
        """What waits for the caller, for the badges: by child, and by school as staff.

        For everybody, their own.
        """
        readers = await readers_of(tx, caller=caller)
        of_threads = await reader_of(tx, caller=caller, now=now)
        return await unread(tx, readers=readers, of_threads=of_threads, now=now)

    @get("/search", operation_id="search_contact_book", opt={**_EVERYBODY, FAILS: (404, 422)})
    async def find(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        q: Words,
        student_id: QueryId = None,
        kind: FoundOf = "all",
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Found]:
        """What has all words of `q`, the newest first: announcements, remarks, homework, lessons
        and messages. Health notes are sealed and not searched.

        Families find what their feed and their messages have had at any time; staff what was sent
        to them, what they wrote themselves, and the messages of their threads.
        """
        return await search(
            tx,
            readers=await readers_of(tx, caller=caller, student_id=student_id),
            of_threads=await reader_of(tx, caller=caller, now=now),
            student_id=student_id,
            q=q,
            kind=None if kind == "all" else kind,
            cursor=cursor,
            limit=limit,
            now=now,
        )


def _answer(request: AnyRequest, page: FeedPage) -> Response[bytes]:
    # The time of asking is in `since` and in the cursor: it is no change.
    known = msgspec.json.encode((page.items, page.next_cursor is None, page.reset))
    etag = f'W/"{sha256(known).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    given = request.headers.get("if-none-match", "")
    if etag.removeprefix("W/") in (tag.strip().removeprefix("W/") for tag in given.split(",")):
        return Response(b"", status_code=304, headers=headers)
    body = msgspec.json.encode(page)
    headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 5)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/json", headers=headers)


HANDLERS = [Feed]

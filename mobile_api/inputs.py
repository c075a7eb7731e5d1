"""Bounded types for what comes in from outside.

PostgreSQL stores no NUL, so no text may hold one. In a body's Struct bounds are stated by msgspec's
`Meta`; Litestar drops those from path and query parameters, hence their own types below.
"""

from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from app.paging import DEFAULT_LIMIT as DEFAULT_LIMIT
from app.paging import MAX_CURSOR_CHARS, MAX_LIMIT

NO_NUL = r"^[^\x00]*$"
# One line that is not blank.
_LINE = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$"
_NOT_BLANK = r"^[^\x00]*[^\x00\s][^\x00]*$"
MAX_SCHOOL_ID = 16_777_215  # three bytes in every code

# Bodies -------------------------------------------------------------------------------------

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_LINE)]
ShortName = Annotated[str, Meta(min_length=1, max_length=50, pattern=_LINE)]
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=_NOT_BLANK)]
Text = Annotated[str, Meta(min_length=1, max_length=5000, pattern=_NOT_BLANK)]
OptionalText = Annotated[str, Meta(max_length=5000, pattern=NO_NUL)]
# Only its size is judged here; app.phones says in words what is wrong with a number.
Phone = Annotated[str, Meta(min_length=8, max_length=20, pattern=r"^[0-9+(). -]+$")]
Token = Annotated[str, Meta(min_length=1, max_length=256, pattern=NO_NUL)]
SchoolId = Annotated[int, Meta(ge=1, le=MAX_SCHOOL_ID)]
OrgUnitId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
# A Literal: the OpenAPI document leaves out the bounds of a list's items.
Weekday = Literal[1, 2, 3, 4, 5, 6, 7]  # ISO: 1 is Monday
SchoolYear = Annotated[str, Meta(max_length=9, pattern=r"^20[0-9]{2}-20[0-9]{2}$")]
MoetCode = Annotated[str, Meta(min_length=10, max_length=10, pattern=r"^[0-9]{10}$")]
PersonalNumber = Annotated[str, Meta(min_length=12, max_length=12, pattern=r"^[0-9]{12}$")]
LocalTime = Annotated[
    str,
    Meta(
        max_length=8,
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
        description="HH:MM or HH:MM:SS in the school's zone",
    ),
]

# Paths --------------------------------------------------------------------------------------

PathSchool = Annotated[int, PathParameter(ge=1, le=MAX_SCHOOL_ID)]
PathOrgUnit = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
PathId = Annotated[UUID, PathParameter()]
PathDay = Annotated[date, PathParameter()]

# Queries; the default stands in the handler's signature: `limit: Limit = DEFAULT_LIMIT` -------

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="rows a page")]
Cursor = Annotated[
    str | None,
    QueryParameter(
        max_length=MAX_CURSOR_CHARS,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="`next_cursor` of the page before",
    ),
]
Search = Annotated[
    str | None,
    QueryParameter(
        max_length=100, pattern=NO_NUL, description="any part of the name, diacritics not needed"
    ),
]
QueryId = Annotated[UUID | None, QueryParameter()]
FromDay = Annotated[date, QueryParameter(name="from", description="first day, inclusive")]
ToDay = Annotated[date, QueryParameter(name="to", description="last day, inclusive")]


def local_time(text: str) -> time:
    """What a `LocalTime` says; its pattern lets a line feed through at the end."""
    return time.fromisoformat(text.strip())


MaybeFromDay = Annotated[
    date | None, QueryParameter(name="from", description="first day, inclusive")
]
MaybeToDay = Annotated[date | None, QueryParameter(name="to", description="last day, inclusive")]

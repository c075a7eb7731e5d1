"""Whom the routes of fees let in, and the inputs that they share."""

from typing import Annotated, Final

from litestar.params import QueryParameter
from msgspec import Meta

from app.identity.model import Caller, Role
from mobile_api.access import NoSuchSchool, only
from mobile_api.inputs import MAX_SCHOOL_ID
from mobile_api.openapi import FAILS

# The school is named in the query or the body: a role elsewhere opens nothing (`require_desk`).
# Hence the 404 where nothing else of the route says so.
ACCOUNTANT: Final = {"who": only("accountant"), FAILS: (404,)}
PRINCIPAL: Final = {"who": only("principal"), FAILS: (404,)}
OFFICE: Final = {"who": only("accountant", "principal"), FAILS: (404,)}

QuerySchool = Annotated[int, QueryParameter(name="school_id", ge=1, le=MAX_SCHOOL_ID)]
Line = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=150,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$",
    ),
]


def require_desk(caller: Caller, school_id: int, *roles: Role) -> int:
    """The school, where the caller holds one of these roles there.

    Raises:
        NoSuchSchool: not so; whether there is such a school is not told.
    """
    if school_id not in caller.schools_as(*roles):
        raise NoSuchSchool
    return school_id

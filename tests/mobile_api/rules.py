"""Who gets in where, written by hand and apart from the code: the walk holds one against the other.

A line a route, in the module of its area: `rules_*.py`. `here`: these roles in the school that is
named (of the class or family or not); `own`: these roles only for their own class, child, screen,
session or item; `anywhere`: these roles in whatever school or department. A guardian who is kept
from the child by a court, another family, another class, another school, somebody without any role,
a revoked session: nobody of these gets in unless a line says so.

`body` and `query` are the least that works; `{names}` are ids of the walk's world, `ids` replaces
what the path means by a name. `answer`: what comes where it is not the route's first success.
"""

from typing import Final

from tests.mobile_api.rule import Rule
from tests.mobile_api.rules_accounts import MINE, PUBLIC
from tests.mobile_api.rules_attendance import ATTENDANCE, LEAVE, MONITOR, REVIEWS, STAFF_HOURS
from tests.mobile_api.rules_contact_book import CONTACT_BOOK
from tests.mobile_api.rules_fees import FEES
from tests.mobile_api.rules_people import IMPORTS, LIFE, PEOPLE, PHOTOS
from tests.mobile_api.rules_schools import DEPARTMENTS, PLACES

__all__ = ["RULES", "Rule"]

RULES: Final[dict[str, Rule]] = (
    LEAVE
    | PUBLIC
    | MINE
    | DEPARTMENTS
    | PLACES
    | PEOPLE
    | LIFE
    | IMPORTS
    | PHOTOS
    | ATTENDANCE
    | MONITOR
    | REVIEWS
    | STAFF_HOURS
    | CONTACT_BOOK
    | FEES
)

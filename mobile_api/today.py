"""A family's first screen in one request."""

from datetime import date

from litestar import get
from msgspec import Struct

from app.attendance import family
from app.attendance.plan import school_day
from app.inbox.queries import last_seq
from app.photos.urls import PhotoUrls
from mobile_api.access import only
from mobile_api.deps import Me, Now, Res, Tx


class FamilyDay(Struct, frozen=True, kw_only=True):
    """`day`: the schools' today. `seq`: of the newest item in the caller's inbox at that moment.

    A stream that greets with this `seq` has told nothing that is not in here.
    """

    day: date
    seq: int
    items: list[family.ChildDay]


@get("/v1/me/today", opt={"who": only("guardian", "student")}, tags=["attendance"])
async def show_today(tx: Tx, caller: Me, now: Now, resources: Res) -> FamilyDay:
    """Today's states and scans of all the caller's children, across schools, by name.

    For guardians, of the children whom they may see, and for pupils, of themselves.
    """
    today = school_day(now)
    # Before the facts: what is told in between is asked for once more, and never missed.
    seq = await last_seq(tx, account_id=caller.account_id)
    urls = PhotoUrls(resources.vault.ring, now)
    return FamilyDay(
        day=today, seq=seq, items=await family.family_day(tx, caller=caller, day=today, urls=urls)
    )


HANDLERS = [show_today]

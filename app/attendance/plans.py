"""Schools' plans in memory, each good for one version."""

from typing import Final

from app import db
from app.attendance.plan import Plan
from app.attendance.queries import plan as plan_of

_MOST: Final = 2_000


class Plans:
    """The plans of the schools that were asked for, read again when their version has moved."""

    def __init__(self) -> None:
        self._plans: dict[int, Plan] = {}

    async def of(self, conn: db.Conn, *, school_id: int, version: int) -> Plan:
        """The school's plan as of that version, or of a later one."""
        held = self._plans.get(school_id)
        if held is None or held.version != version:
            if len(self._plans) >= _MOST:
                self._plans.clear()
            held = self._plans[school_id] = await plan_of(conn, school_id=school_id)
        return held

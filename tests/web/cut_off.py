"""A school's cut-off in the province, where the processes have the real time alone."""

from typing import Final

import httpx

from tests.mobile_api.cut_off import beat
from tests.notifications.news import until
from tests.web.conftest import GuardAt
from tests.web.province import Town
from tests.world import School

_RUNS: Final = "select count(*) from absence_run where school_id = $1"


async def ready_for_the_cut_off(
    town: Town, api: httpx.AsyncClient, guard_at: GuardAt, school: School
) -> None:
    """A gate that was open and has sent everything, and rules by which nothing else is doubtful."""
    rules = {
        "alert_after_min": 0,
        "class_share": 1.0,
        "school_share": 1.0,
        "sms_budget_a_day": 0,
        "past_month_needs_two": True,
    }
    url = f"/v1/schools/{school.id}/attendance-rules"
    principal = await town.admin(school)
    answer = await api.put(url, json=rules, headers=principal.headers)
    assert answer.status_code == 200, answer.text
    gate = guard_at(school, await town.staff(school, "guard", "Bác Cổng"))
    await beat(gate)
    await beat(gate, closed=True)


async def pass_the_cut_off(town: Town, school: School) -> None:
    """The shift's cut-off was at midnight; comes back when the worker has decided."""
    await town.owner.execute(
        "update shift set late_after = '00:00', cut_off = '00:00' where school_id = $1"
        " and starts_at = '00:00'",
        school.id,
    )
    await town.owner.execute(
        "update school set plan_version = plan_version + 1 where id = $1", school.id
    )

    async def has_run() -> bool:
        return await town.count(_RUNS, school.id) == 1

    await until(has_run)

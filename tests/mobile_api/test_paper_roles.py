"""Whoever has opened an account by paper alone holds no role that a school gives it later."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app import db
from app.attendance.queries import links_of_sessions
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.mobile_api.doors import bearer_of
from tests.mobile_api.paper import PHONE, activate, children, codes, name_guardian, prove_by_text


async def roles(
    owner: asyncpg.Connection, resources: Resources, guardian: dict[str, Any]
) -> list[str]:
    """Of the guardian's one session, as its scans would be decided by."""
    session_id = await owner.fetchval(
        "select s.id from session s join guardianship g on g.account_id = s.account_id"
        " where g.guardian_id = $1 and s.revoked_at is null",
        UUID(guardian["id"]),
    )
    async with db.transaction(resources.pool) as conn:
        links = await links_of_sessions(conn, session_ids=[session_id], now=resources.clock())
    return [role.role for role in links[session_id].roles]


async def test_a_role_waits_until_the_phone_is_proved(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    made = await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    by_paper = bearer_of(await activate(api, code))
    hired = await api.post(
        f"/v1/schools/{cast.other.id}/staff",
        json={"name": "Võ Thị Mẹ", "phone": PHONE, "roles": ["principal"]},
        headers=cast["other principal"].headers,
    )
    assert hired.status_code == 201, hired.text
    pupils = f"/v1/schools/{cast.other.id}/students"
    assert (await api.get(pupils, headers=by_paper)).status_code == 404
    assert (await api.get("/v1/me", headers=by_paper)).json()["memberships"] == []
    assert await roles(owner, resources, made) == []
    # The child that the paper was for is seen meanwhile.
    assert await children(api, by_paper) == [str(cast.student.id)]
    by_text = bearer_of(await prove_by_text(api, resources, PHONE, "reset"))
    assert (await api.get(pupils, headers=by_text)).status_code == 200
    assert await roles(owner, resources, made) == ["principal"]

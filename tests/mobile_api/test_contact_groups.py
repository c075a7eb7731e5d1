"""Groups that a school writes to: whose they are, and who may be in them."""

import httpx

from tests.cast import Cast
from tests.mobile_api.announcing import sent, write


async def test_a_teachers_group_holds_own_pupils_and_is_the_teachers(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    teacher = cast["homeroom_teacher"]
    url = cast.url("/groups")
    for body in (
        {"name": "Đội", "students": [str(cast.neighbour.id)]},
        {"name": "Đội", "students": [str(cast.stranger.id)]},
        {"name": "Đội", "staff": [str(cast["guard"].person_id)]},
    ):
        refused = await api.post(url, json=body, headers=teacher.headers)
        assert (refused.status_code, refused.json()["type"]) == (404, "no-such-recipient")
    made = await api.post(
        url, json={"name": "  Đội  văn nghệ ", "students": [str(cast.student.id)]},
        headers=teacher.headers,
    )  # fmt: skip
    assert made.status_code == 201, made.text
    group = made.json()
    assert (group["name"], group["is_own"]) == ("Đội văn nghệ", True)
    assert [each["class_name"] for each in group["members"]] == ["6A1"]
    one = f"{url}/{group['id']}"
    assert (await api.get(one, headers=cast["subject_teacher"].headers)).status_code == 404
    assert (await api.get(one, headers=cast["principal"].headers)).status_code == 200
    for name in ("guardian", "guard", "student"):
        assert (await api.get(one, headers=cast[name].headers)).status_code == 403, name
    mine = await api.get(url, headers=cast["subject_teacher"].headers)
    assert mine.json() == {"items": []}


async def test_members_change_and_who_is_sent_to_is_who_is_in_it_then(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    principal = cast["principal"]
    url = cast.url("/groups")
    made = await api.post(
        url, json={"name": "Ban phụ huynh", "students": [str(cast.student.id)]},
        headers=principal.headers,
    )  # fmt: skip
    group = made.json()["id"]
    both = [str(cast.student.id), str(cast.neighbour.id)]
    changed = await api.put(
        f"{url}/{group}/members", json={"students": both}, headers=principal.headers
    )
    assert {each["person_id"] for each in changed.json()["members"]} == set(both)
    back = await api.put(
        f"{url}/{group}/members", json={"students": both[1:]}, headers=principal.headers
    )
    assert [each["person_id"] for each in back.json()["members"]] == both[1:]
    audience = [{"kind": "group", "ref": group}]
    one = await sent(api, cast, principal, audience=audience)
    assert one["counts"]["recipients"] == 1
    renamed = await api.patch(
        f"{url}/{group}", json={"name": "Ban đại diện"}, headers=principal.headers
    )
    assert renamed.json()["name"] == "Ban đại diện"
    ended = await api.delete(f"{url}/{group}", headers=principal.headers)
    assert ended.status_code == 204
    assert (await api.get(f"{url}/{group}", headers=principal.headers)).status_code == 404
    assert (await write(api, cast, principal, audience=audience)).status_code == 404

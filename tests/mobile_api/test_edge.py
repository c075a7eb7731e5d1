"""The edge itself: health, problems, sizes, languages."""

import httpx

from tests.world import World


async def test_health_is_public_and_says_ok(api: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready"):
        response = await api.get(path)
        assert response.status_code == 200, response.text
        assert response.json() == {"status": "ok"}


async def test_an_unknown_path_is_a_problem_in_the_callers_language(api: httpx.AsyncClient) -> None:
    vi = await api.get("/v1/nothing")
    en = await api.get("/v1/nothing", headers={"Accept-Language": "en"})
    assert (vi.status_code, en.status_code) == (404, 404)
    assert vi.headers["content-type"] == "application/problem+json"
    assert (vi.json()["title"], en.json()["title"]) == ("Không tìm thấy", "Not found")


async def test_world_makes_a_school(world: World) -> None:
    school = await world.school()
    student = await world.student(school)
    parent = await world.guardian(student)
    guard = await world.staff(school)
    assert parent.headers != guard.headers

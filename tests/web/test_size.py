"""What a parent's phone has to fetch, often over a slow line that is paid for by the megabyte."""

from playwright.async_api import Browser

from scripts.benches.web import AIMS, parents_bytes
from tests.web.province import PASSWORD, Province, Town, local


async def test_a_parent_sees_today_with_forty_kilobytes_of_scripts_and_styles(
    town: Town, chromium: Browser, province: Province
) -> None:
    child = await town.student(await town.school())
    mother = await town.guardian(child)
    today, every = await parents_bytes(
        chromium, province.url, local(mother.phone), PASSWORD, str(child.id)
    )
    assert 20_000 < today <= AIMS["parent_today_kb_gz"] * 1000
    assert today < every < 64_000

"""What a parent's phone has to fetch, often over a slow line that is paid for by the megabyte."""

from playwright.async_api import Browser

from scripts.benches.web import AIMS, PARENTS_PAGES, parents_bytes
from tests.web.province import PASSWORD, Province, Town, local


async def test_no_page_of_a_parent_weighs_more_than_forty_kilobytes_of_scripts_and_styles(
    town: Town, chromium: Browser, province: Province
) -> None:
    child = await town.student(await town.school())
    mother = await town.guardian(child)
    pages, every = await parents_bytes(
        chromium, province.url, local(mother.phone), PASSWORD, str(child.id)
    )
    assert len(pages) == len(PARENTS_PAGES)
    for size in pages.values():
        assert 20_000 < size <= AIMS["parent_page_kb_gz"] * 1000, pages
    assert max(pages.values()) < every < 100_000

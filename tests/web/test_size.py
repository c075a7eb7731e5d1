"""What a parent's phone has to fetch, often over a slow line that is paid for by the megabyte."""

import httpx
from playwright.async_api import Browser

from scripts.benches.web import AIMS, PARENTS_PAGES, parents_bytes
from tests.web.bookwork import message_of
from tests.web.province import PASSWORD, Province, Town, local


async def test_no_page_of_a_parent_weighs_more_than_forty_kilobytes_of_scripts_and_styles(
    town: Town, chromium: Browser, province: Province, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    child = await town.student(school)
    mother = await town.guardian(child)
    await town.staff(school, "homeroom_teacher", "Cô Hoa")
    thread, _ = await message_of(api, mother, child, "Cháu quên vở")
    principal = await town.admin(school)
    said = {"school_id": school.id, "title": "Họp phụ huynh", "answer_kind": "yes_no"}
    made = await api.post("/v1/contact-book/announcements", json=said, headers=principal.headers)
    notice = made.json()["id"]
    await api.post(
        f"/v1/contact-book/announcements/{notice}/publish", json={}, headers=principal.headers
    )
    book = (f"/thong-bao/{school.id}/{notice}", f"/tin-nhan/{school.id}/{thread}")
    pages, every = await parents_bytes(
        chromium, province.url, local(mother.phone), PASSWORD, str(child.id), book
    )
    assert len(pages) == len(PARENTS_PAGES) + len(book)
    for size in pages.values():
        assert 20_000 < size <= AIMS["parent_page_kb_gz"] * 1000, pages
    assert max(pages.values()) < every < 110_000

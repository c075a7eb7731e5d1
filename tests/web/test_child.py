"""A child's page: whose it is, what the school answers; and the news of long ago."""

import re

import httpx
from playwright.async_api import Locator, expect

from tests.web.conftest import GuardAt, OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.world import Person, School, Student

_OLD_NEWS = """
insert into inbox_item (account_id, day, id, event_id, seq, kind, school_id, student_id, title,
       body, data, text_version, created_at)
select $1, now()::date, gen_random_uuid(), gen_random_uuid(), n, 'arrival', $2, $3,
       'Tin số ' || n, 'Cổng chính', '{"tone": "good"}', 1, now()
  from generate_series(1, 70) n
"""


async def shown_code(phone: Phone) -> str:
    """What a scanner would read from the screen."""
    drawing = phone.page.locator("svg[data-code]")
    await expect(drawing).to_be_visible()
    return await drawing.get_attribute("data-code") or ""


async def pupil(town: Town, school: School, student: Student) -> Person:
    """The pupil's own account."""
    person = await town.account()
    person.person_id = student.id
    await town.member(person, school, "student")
    return person


def scans(phone: Phone) -> Locator:
    return phone.page.locator("li.scan")


async def test_the_schools_answer_comes_to_the_open_page(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt, api: httpx.AsyncClient
) -> None:
    school = await town.school()
    teacher = await town.staff(school, "homeroom_teacher", "Đỗ Thị Cô")
    child = await town.student(school, "Lê Minh Khôi")
    gate = guard_at(school, await town.staff(school, "guard"))
    assert await gate.outcome(child.token) == "ok"
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await phone.go(f"/con/{child.id}")
    await scans(phone).first.get_by_role("button", name="Báo sai").click()
    dialog = phone.page.get_by_role("dialog")
    await dialog.get_by_label("Giờ chưa đúng").check()
    await dialog.get_by_label("Nhắn thêm").fill("Con vào lúc 6:50.")
    await dialog.get_by_role("button", name="Gửi nhà trường").click()
    await expect(phone.says("Nhà trường đang xem")).to_be_visible()
    await expect(scans(phone).first.get_by_role("button")).to_have_count(0)

    url = f"/v1/schools/{school.id}/disputes"
    (asked,) = (await api.get(url, headers=teacher.headers)).json()["items"]
    assert (asked["kind"], asked["note"]) == ("wrong_time", "Con vào lúc 6:50.")
    answer = {"answer": "upheld", "message": "Cô đã xem lại."}
    answered = await api.post(f"{url}/{asked['id']}/answer", json=answer, headers=teacher.headers)
    assert answered.status_code == 200
    await expect(phone.says("Cô đã xem lại.")).to_be_visible()
    await expect(scans(phone).first.get_by_role("button")).to_have_count(1)


async def test_a_pupil_has_the_own_day_and_the_own_code(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt
) -> None:
    school = await town.school()
    student = await town.student(school, "Lê Minh Khôi")
    gate = guard_at(school, await town.staff(school, "guard"))
    assert await gate.outcome(student.token) == "ok"
    phone = await open_phone()
    await phone.log_in(await pupil(town, school, student))
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text(student.name)
    await expect(phone.page.locator(".state")).to_contain_text("Đã vào trường")
    await expect(scans(phone)).to_have_count(1)
    await phone.page.locator(".tabs").get_by_role("link", name="Mã của em").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Mã của em")
    assert await gate.outcome(await shown_code(phone), "out") == "ok"


async def test_another_familys_child_is_nobody_here(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    own, other = await town.student(school), await town.student(school, "Phạm Gia Hân")
    await town.guardian(other)
    phone = await open_phone()
    await phone.log_in(await town.guardian(own))
    for page in ("", "/ma", "/don"):
        await phone.go(f"/con/{other.id}{page}")
        heading = phone.page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("Không có học sinh này")
        await expect(phone.says("Phạm Gia Hân")).to_have_count(0)


async def test_older_news_comes_as_one_scrolls(town: Town, open_phone: OpenPhone) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    mother = await town.guardian(child)
    await town.owner.execute("insert into inbox_head values ($1, 70)", mother.account_id)
    await town.owner.execute(_OLD_NEWS, mother.account_id, school.id, child.id)
    phone = await open_phone()
    await phone.log_in(mother)
    await expect(phone.page.locator(".tabs .count")).to_have_text("70")
    await phone.page.get_by_role("link", name=re.compile("Tin báo")).click()
    news = phone.page.locator(".news")
    await expect(news.first).to_contain_text("Tin số 70")
    for place in (30, 60, 70):
        await expect(news.nth(place - 1)).to_be_attached()
        await news.nth(place - 1).scroll_into_view_if_needed()
    await expect(news).to_have_count(70)
    await expect(news.last).to_contain_text("Tin số 1")
    await expect(phone.says("Hết tin")).to_be_visible()
    assert phone.asked("/v1/inbox") == 1 + 3, "the badge's page, then three of thirty"

"""What goes wrong between people: reports, a guardian who is stopped, a principal who looks in."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from app import audit, db
from notifications.relay import Relay
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.talking import Talk, good, refused
from tests.notifications.news import inbox, titles
from tests.world import Person, World


async def audited(owner: asyncpg.Connection) -> list[str]:
    return [row["kind"] for row in await owner.fetch("select kind from audit_entry order by seq")]


async def report(talk: Talk, who: Person, thread: Any, message: Any) -> httpx.Response:
    body = {"message_id": message["id"], "reason": "Lời lẽ xúc phạm"}
    return await talk.ask(who, "POST", f"/threads/{thread['id']}/reports", body)


async def reports(api: httpx.AsyncClient, cast: Cast, state: str = "open") -> list[Any]:
    answer = await api.get(
        cast.url("/message-reports"), params={"state": state}, headers=cast["principal"].headers
    )
    items: list[Any] = good(answer)["items"]
    return items


async def test_a_reported_message_is_judged_once_by_the_principal_with_all_it_ever_said(
    talk: Talk, cast: Cast, api: httpx.AsyncClient, relay: Relay, owner: asyncpg.Connection
) -> None:
    mother, teacher, head = cast["guardian"], cast["homeroom_teacher"], cast["principal"]
    thread = await talk.open(mother)
    said = await talk.said(mother, thread, "Đồ tồi")
    await talk.of_message(mother, "PATCH", thread, said, body={"text": "Thôi bỏ qua"})
    assert refused(await report(talk, mother, thread, said)) == (409, "own-message")
    for _ in range(2):
        assert (await report(talk, teacher, thread, said)).status_code == 204
    good(await talk.of_message(mother, "POST", thread, said, "/taken-back"))
    await owner.execute("update outbox set due_at = now()")
    await relay.relay_due()
    assert await titles(owner, head) == ["Có tin nhắn bị báo cáo"]
    assert await titles(owner, mother) == []

    (found,) = await reports(api, cast)
    assert (found["text"], found["author_name"]) == ("Thôi bỏ qua", "Lê Thị Mẹ")
    assert [each["text"] for each in found["edits"]] == ["Đồ tồi"]
    assert (found["reporter_name"], found["reason"]) == ("Ông homeroom_teacher", "Lời lẽ xúc phạm")
    url = cast.url(f"/message-reports/{found['id']}/decision")
    decided = good(
        await api.post(url, json={"decision": "upheld", "note": "Đã nhắc"}, headers=head.headers)
    )
    assert (decided["decision"], decided["decided_by"]) == ("upheld", "Ông principal")
    again = await api.post(url, json={"decision": "dismissed"}, headers=head.headers)
    assert refused(again) == (409, "already-decided")
    assert await reports(api, cast) == []
    assert len(await reports(api, cast, "decided")) == 1
    assert await audited(owner) == ["message_report_upheld"]
    # Who reported it hears what came of it; who wrote it, and who decided, of nothing.
    await relay.relay_due()
    (news,) = [each for each in await inbox(owner, teacher) if each["kind"] == "report_decided"]
    assert news["body"] == "Nhà trường đã xem và thấy báo cáo là đúng. Cảm ơn bạn đã cho biết."
    assert news["data"]["thread_id"] == thread["id"]
    assert "Báo cáo tin nhắn của bạn đã được xử lý" not in await titles(owner, mother)
    assert await titles(owner, head) == ["Có tin nhắn bị báo cáo"]


async def test_a_principal_judges_nothing_of_a_child_whom_a_court_keeps_from_them(
    talk: Talk, cast: Cast, api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    mother, head = cast["guardian"], cast["principal"]
    thread = await talk.open(mother)
    said = await talk.said(mother, thread, "Đồ tồi")
    assert (await report(talk, cast["homeroom_teacher"], thread, said)).status_code == 204
    (found,) = await reports(api, cast)
    father = await world.guardian(cast.student, name="Cha")
    await owner.execute(
        "update guardianship set account_id = $1, custody_blocked_at = now() where account_id = $2",
        head.account_id,
        father.account_id,
    )
    assert await reports(api, cast, "all") == []
    answer = await api.post(
        cast.url(f"/message-reports/{found['id']}/decision"),
        json={"decision": "dismissed"},
        headers=head.headers,
    )
    assert refused(answer) == (404, "no-such-report")


async def test_of_two_principals_who_judge_at_once_one_does(
    talk: Talk, cast: Cast, api: httpx.AsyncClient, world: World, owner: asyncpg.Connection
) -> None:
    vice = await world.staff(cast.school, "principal", "Cô Phó")
    thread = await talk.open(cast["guardian"])
    said = await talk.said(cast["guardian"], thread, "Đồ tồi")
    await report(talk, cast["homeroom_teacher"], thread, said)
    (found,) = await reports(api, cast)
    url = cast.url(f"/message-reports/{found['id']}/decision")
    answers = await asyncio.gather(
        *(
            api.post(url, json={"decision": decision}, headers=who.headers)
            for who in (vice, cast["principal"])
            for decision in ("upheld", "dismissed")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await audited(owner)) == 1


async def test_who_is_stopped_while_writing_writes_nothing_after_it(talk: Talk, cast: Cast) -> None:
    mother, teacher = cast["guardian"], cast["homeroom_teacher"]
    thread = await talk.open(mother)
    bad = await talk.said(mother, thread, "Đồ tồi")
    body = {"message_id": bad["id"], "reason": "Xúc phạm"}
    answers = await asyncio.gather(
        *(talk.send(mother, thread, f"Lại {n}") for n in range(5)),
        talk.ask(teacher, "POST", f"/threads/{thread['id']}/blocks", body),
        *(talk.send(mother, thread, f"Nữa {n}") for n in range(5)),
    )
    assert {answer.status_code for answer in answers} <= {200, 201, 403}
    sent = sum(answer.status_code == 201 for answer in answers)
    assert len(await talk.texts(teacher, thread)) == 1 + sent
    assert refused(await talk.send(mother, thread)) == (403, "writing-stopped")


async def test_a_guardian_reports_the_teacher_too_and_nobody_judges_what_they_wrote_or_reported(
    talk: Talk, cast: Cast, api: httpx.AsyncClient, world: World
) -> None:
    mother, head = cast["guardian"], cast["principal"]
    await world.member(cast["homeroom_teacher"], cast.school, "principal")
    thread = await talk.open(mother)
    said = await talk.said(cast["homeroom_teacher"], thread, "Chị nên xem lại mình")
    assert (await report(talk, mother, thread, said)).status_code == 204
    (found,) = await reports(api, cast)
    assert (found["author_kind"], found["reporter_kind"]) == ("staff", "guardian")
    url = cast.url(f"/message-reports/{found['id']}/decision")
    body = {"decision": "dismissed"}
    own = await api.post(url, json=body, headers=cast["homeroom_teacher"].headers)
    assert refused(own) == (403, "own-report")
    assert good(await api.post(url, json=body, headers=head.headers))["decision"] == "dismissed"


async def test_a_stopped_guardian_reads_on_and_writes_again_when_the_principal_lifts_it(
    talk: Talk, cast: Cast, world: World, api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    mother, teacher, head = cast["guardian"], cast["homeroom_teacher"], cast["principal"]
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    thread = await talk.open(mother)
    bad = await talk.said(father, thread, "Tôi sẽ tới tận nơi")
    good_one = await talk.said(teacher, thread, "Mời anh trao đổi nhẹ nhàng")
    url = f"/threads/{thread['id']}/blocks"
    body = {"message_id": bad["id"], "reason": "Doạ nạt"}
    assert refused(await talk.ask(mother, "POST", url, body))[0] == 403
    assert refused(await talk.ask(cast["subject_teacher"], "POST", url, body))[0] == 404
    staff = await talk.ask(teacher, "POST", url, body | {"message_id": good_one["id"]})
    assert refused(staff) == (422, "not-to-be-stopped")
    for _ in range(2):
        stopped = good(await talk.ask(teacher, "POST", url, body))
    (block,) = stopped["blocks"]
    assert (block["guardian_name"], block["set_by"]) == ("Nguyễn Văn Cha", "Ông homeroom_teacher")

    assert refused(await talk.send(father, thread)) == (403, "writing-stopped")
    edit = await talk.of_message(father, "PATCH", thread, bad, body={"text": "Tệ hơn"})
    assert refused(edit) == (403, "writing-stopped")
    assert len(await talk.texts(father, thread)) == 2
    look = await talk.look(father, thread)
    assert (look["why_not"], look["blocks"]) == ("stopped", [])
    assert (await talk.look(mother, thread))["may_write"] is True
    good(await talk.of_message(father, "POST", thread, bad, "/taken-back"))

    listed = await api.get(cast.url("/message-blocks"), headers=head.headers)
    assert [each["id"] for each in good(listed)["items"]] == [block["id"]]
    lift = f"{url}/{block['id']}/lift"
    assert (await talk.ask(teacher, "POST", lift, {"reason": "Thôi"})).status_code == 403
    good(await talk.ask(head, "POST", lift, {"reason": "Đã xin lỗi"}))
    assert refused(await talk.ask(head, "POST", lift, {"reason": "Lại"})) == (404, "no-such-block")
    await talk.said(father, thread, "Tôi xin lỗi")
    assert await audited(owner) == ["writing_stopped", "writing_allowed"]


async def test_a_principal_reads_for_a_day_after_saying_why_and_both_sides_see_it(
    talk: Talk, cast: Cast, clock: Clock, owner: asyncpg.Connection, database: str
) -> None:
    mother, teacher, head = cast["guardian"], cast["homeroom_teacher"], cast["principal"]
    thread = await talk.open(mother)
    await talk.said(mother, thread, "Chuyện riêng của gia đình")
    assert await talk.threads(head) == []
    (line,) = await talk.threads(head, student_id=str(cast.student.id))
    assert (line["side"], line["last_message"], line["unread"]) == ("principal", None, 0)
    for path in ("/messages", f"/messages/{mother.account_id}/edits"):
        denied = await talk.ask(head, "GET", f"/threads/{thread['id']}{path}")
        assert refused(denied) == (403, "access-needed")
    assert (await talk.look(head, thread))["needs_access"] is True

    reason = {"reason": "Gia đình khiếu nại ngày 16/11"}
    look = good(await talk.ask(head, "POST", f"/threads/{thread['id']}/access", reason))
    assert (look["needs_access"], look["why_not"]) == (False, "reader")
    assert await talk.texts(head, thread) == ["Chuyện riêng của gia đình"]
    assert (await talk.send(head, thread)).status_code == 403
    await talk.read(head, thread, 1)
    assert await owner.fetchval("select count(*) from thread_read") == 1  # the author's own
    for who in (mother, teacher):
        shown = await talk.look(who, thread)
        assert [each["name"] for each in shown["looks"]] == ["Ông principal"]
        assert "khiếu nại" not in str(shown)
    kept = await owner.fetchval("select reason from thread_access")
    assert kept == "Gia đình khiếu nại ngày 16/11"
    assert await audited(owner) == ["thread_opened"]
    conn = await db.connect(database, role=db.APP_ROLE)
    async with conn.transaction():
        await db.scope(conn, schools=[cast.school.id])
        assert (await audit.verify(conn, school_id=cast.school.id)) == (1, None)
    await conn.close()

    clock.now += timedelta(hours=24)
    denied = await talk.ask(head, "GET", f"/threads/{thread['id']}/messages")
    assert refused(denied) == (403, "access-needed")


async def test_a_principal_sees_what_was_taken_back_only_for_a_reason(
    talk: Talk, cast: Cast
) -> None:
    mother, head = cast["guardian"], cast["principal"]
    thread = await talk.open(mother)
    said = await talk.said(mother, thread, "Câu đã thu hồi")
    good(await talk.of_message(mother, "POST", thread, said, "/taken-back"))
    good(await talk.ask(head, "POST", f"/threads/{thread['id']}/access", {"reason": "Báo cáo"}))
    assert await talk.texts(head, thread) == ["Câu đã thu hồi"]
    assert await talk.texts(mother, thread) == [""]


async def test_a_principal_who_is_the_childs_parent_reads_as_a_parent_and_never_the_others_matter(
    talk: Talk, cast: Cast, world: World, api: httpx.AsyncClient
) -> None:
    head, mother = cast["principal"], cast["guardian"]
    await world.guardian(cast.student, person=head, name="Bố hiệu trưởng")
    rule = cast.url(f"/students/{cast.student.id}/separate-threads")
    good(await api.put(rule, json={"reason": "Bố mẹ ly hôn"}, headers=head.headers))
    apart, together = await talk.open(mother, is_apart=True), await talk.open(mother)
    await talk.said(mother, apart, "Không để bố cháu biết")
    await talk.said(mother, together, "Chuyện chung")
    for path in ("", "/messages"):
        assert refused(await talk.ask(head, "GET", f"/threads/{apart['id']}{path}"))[0] == 404
    pry = await talk.ask(head, "POST", f"/threads/{apart['id']}/access", {"reason": "Tò mò"})
    assert refused(pry)[0] == 404
    assert await talk.texts(head, together) == ["Chuyện chung"]
    assert (await talk.look(head, together))["looks"] == []

"""News for a phone whose app is closed: from the scan to the lock screen to the child's day.

In two halves that meet at the payload. Headless Chromium subscribes to no push service, so the page
gets the subscription of one of ours; what our worker sends there is decrypted, and handed byte for
byte to the service worker of the real browser.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from playwright.async_api import CDPSession, Error, Worker, expect

from tests.fakes.webpush import FakePushService, Taken
from tests.fakes.webpush_browser import Browser
from tests.notifications.news import until
from tests.web.conftest import GuardAt, OpenPhone
from tests.web.phone import Phone
from tests.web.province import Town
from tests.web.screens import screen

_SUBSCRIBES = """
    const made = (given) => ({
        endpoint: given.endpoint,
        options: {userVisibleOnly: true, applicationServerKey: null},
        toJSON: () => ({endpoint: given.endpoint, keys: {p256dh: given.p256dh, auth: given.auth}}),
        unsubscribe: async () => true,
    })
    PushManager.prototype.getSubscription = async () => null
    PushManager.prototype.subscribe = async ({applicationServerKey}) =>
        made(await window.subscribeAt(applicationServerKey))
"""
_SHOWN = """
async () => (await self.registration.getNotifications()).map((each) => ({
    title: each.title, body: each.body, tag: each.tag, data: each.data, silent: each.silent,
}))
"""
# A tap, as the browser tells it. Only a real one may open a window, so what is opened is noted.
_TAP = """
async () => {
    const opened = []
    self.clients.openWindow = async (url) => { opened.push(url); return null }
    const [notification] = await self.registration.getNotifications()
    const event = new NotificationEvent("notificationclick", {notification, action: ""})
    const work = []
    event.waitUntil = (promise) => work.push(promise)
    self.dispatchEvent(event)
    await Promise.all(work)
    return {opened, left: (await self.registration.getNotifications()).length}
}
"""


async def with_pushes(phone: Phone, service: FakePushService) -> list[Browser]:
    """Let the phone's browser subscribe at our push service, with the key that the page gives."""
    made: list[Browser] = []

    async def subscribe(_source: Any, server_key: str) -> dict[str, str]:
        browser = service.subscribe(server_key)
        made.append(browser)
        return {"endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": browser.auth}

    await phone.context.expose_binding("subscribeAt", subscribe)
    await phone.context.add_init_script(_SUBSCRIBES)
    return made


async def closed_app(phone: Phone) -> CDPSession:
    """Close the app's page; the browser and its service worker stay."""
    elsewhere = await phone.another_tab()
    await phone.page.close()
    phone.page = elsewhere
    return await phone.context.new_cdp_session(elsewhere)


class PushInlet:
    """Hands pushes to a browser as if its push service had sent them."""

    def __init__(self, session: CDPSession, origin: str) -> None:
        self._session, self._origin = session, origin
        self._registration: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        session.on("ServiceWorker.workerRegistrationUpdated", self._on_registrations)

    def _on_registrations(self, event: Any) -> None:
        for each in event["registrations"]:
            is_ours = each["scopeURL"] == f"{self._origin}/" and not each["isDeleted"]
            if is_ours and not self._registration.done():
                self._registration.set_result(each["registrationId"])

    async def deliver(self, payload: str) -> None:
        await self._session.send("ServiceWorker.enable")
        sent = {"origin": self._origin, "registrationId": await self._registration}
        await self._session.send("ServiceWorker.deliverPushMessage", {**sent, "data": payload})


async def taken_by(browser: Browser, service: FakePushService) -> Taken:
    """The message that our worker sent to this browser."""
    found: list[Taken] = []

    def is_there() -> bool:
        found[:] = [each for each in service.accepted if each.browser == browser.name]
        return bool(found)

    await until(is_there)
    return found[-1]


def worker_of(phone: Phone) -> Worker:
    """The one that a push was handed to: the browser may have ended an idle one before."""
    return phone.context.service_workers[-1]


async def shown(phone: Phone, inlet: PushInlet, payload: str) -> list[dict[str, Any]]:
    """What is on the lock screen after this push.

    Handed in by the debugger it is lost with a worker that is just being ended; a push service
    would keep it. So it is handed in until it is shown: with one tag it is one notice.
    """
    found: list[dict[str, Any]] = []

    async def look() -> bool:
        try:
            async with asyncio.timeout(5):
                found[:] = await worker_of(phone).evaluate(_SHOWN)
        except (TimeoutError, Error, IndexError):
            found.clear()
        return bool(found)

    async def handed_in() -> bool:
        await inlet.deliver(payload)
        with suppress(TimeoutError):
            await until(look, within_s=8)
        return bool(found)

    await until(handed_in)
    return found


async def test_a_closed_app_gets_the_push_and_its_tap_opens_that_childs_day(
    town: Town, open_phone: OpenPhone, guard_at: GuardAt, push_service: FakePushService
) -> None:
    school = await town.school()
    khoi = await town.student(school, "Lê Minh Khôi")
    han = await town.student(school, "Lê Gia Hân")
    gate = guard_at(school, await town.staff(school, "guard"))
    phone = await open_phone()
    browsers = await with_pushes(phone, push_service)
    await phone.log_in(await town.guardian(khoi, han))
    await screen(phone.page, "today-push")
    await phone.page.get_by_role("button", name="Bật thông báo").click()
    await expect(phone.page.get_by_role("button", name="Bật thông báo")).to_have_count(0)
    await phone.ready_for_no_network()
    session = await closed_app(phone)

    assert await gate.outcome(han.token) == "ok"
    (browser,) = browsers
    sent = await taken_by(browser, push_service)
    inlet = PushInlet(session, phone.url)
    payload = json.dumps(sent.payload, ensure_ascii=False)
    (notice,) = await shown(phone, inlet, payload)
    assert notice["title"] == sent.payload["notification"]["title"]
    assert notice["tag"] == sent.payload["notification"]["tag"]
    assert "Gia Hân" not in json.dumps(notice, ensure_ascii=False), "nobody agreed to names"

    tapped = await worker_of(phone).evaluate(_TAP)
    assert tapped["left"] == 0
    (address,) = tapped["opened"]
    assert UUID(address.rpartition("/")[2]) == han.id
    await phone.go(address)
    await expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Lê Gia Hân")
    await expect(phone.says("Đã vào trường").first).to_be_visible()


async def test_the_tap_leads_an_open_page_to_the_child_and_after_a_logout_nobody_is_named(
    town: Town, open_phone: OpenPhone
) -> None:
    school = await town.school()
    child = await town.student(school, "Lê Minh Khôi")
    phone = await open_phone()
    await phone.log_in(await town.guardian(child))
    await expect(phone.says(child.name).first).to_be_visible()
    await phone.ready_for_no_network()
    inlet = PushInlet(await phone.context.new_cdp_session(phone.page), phone.url)
    item = {"id": str(child.id), "kind": "arrival", "student_id": str(child.id)}
    words = {"title": "Lê Minh Khôi đã vào trường", "body": "06:52, Cổng chính", "tag": "t"}
    payload = json.dumps({"notification": words, "data": item}, ensure_ascii=False)
    assert (await shown(phone, inlet, payload))[0]["silent"], "the open page says it already"
    loads = phone.watch.loads
    assert (await worker_of(phone).evaluate(_TAP))["opened"] == []
    await expect(phone.page).to_have_url(f"{phone.url}/con/{child.id}")
    assert phone.watch.loads == loads
    await phone.log_out()
    notices = await shown(phone, inlet, payload)
    assert "Khôi" not in json.dumps(notices, ensure_ascii=False)

"""Where a push may go: listed services at public addresses, and no redirect."""

import socket
from typing import Any

import pytest

from notifications.channels.webpush import PublicResolver, WebPushSender, is_public
from tests.fakes.webpush import FakePushService, Fault
from tests.notifications.web_pushes import KEY, SUBJECT, load_key, one, push


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://push.evil.example/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user:pw@fcm.googleapis.com/x",
    ],
)
async def test_what_is_in_the_table_is_asked_again_before_each_send(
    service: FakePushService, sender: WebPushSender, endpoint: str
) -> None:
    message = push(service.subscribe(KEY.public_key), token=endpoint)
    result = await one(sender, message)
    assert (result.outcome, result.reason) == ("drop_message", "endpoint_not_allowed")


async def test_without_the_setting_loopback_is_no_push_service(service: FakePushService) -> None:
    sender = WebPushSender(load_key, subject=SUBJECT)
    result = await one(sender, push(service.subscribe(KEY.public_key)))
    assert (result.outcome, result.reason) == ("drop_message", "endpoint_not_allowed")
    assert service.requests == 0
    await sender.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(
    service: FakePushService, sender: WebPushSender, status: int
) -> None:
    browser, other = service.subscribe(KEY.public_key), service.subscribe(KEY.public_key)
    service.faults.append(Fault(status=status, location=other.endpoint))
    result = await one(sender, push(browser))
    assert (result.outcome, result.reason) == ("drop_message", f"http_{status}")
    assert service.seen == [browser.name]


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("10.1.2.3", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fd00::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_only_public_addresses_are_public(address: str, is_good: bool) -> None:
    assert is_public(address) == is_good


async def test_a_name_that_leads_inside_is_not_gone_to_unless_the_operator_named_it() -> None:
    strict, own = PublicResolver(frozenset()), PublicResolver({"localhost"})
    with pytest.raises(OSError, match="no public address"):
        await strict.resolve("localhost", 443)
    assert (await own.resolve("localhost", 443))[0]["host"] == "127.0.0.1"
    await strict.close()
    await own.close()


async def test_a_listed_name_that_is_bent_to_an_address_inside_is_not_gone_to(
    service: FakePushService, sender: WebPushSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bent(_host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", bent)
    browser = service.subscribe(KEY.public_key)
    result = await one(sender, push(browser, token="https://fcm.googleapis.com/fcm/send/x"))
    assert (result.outcome, result.reason) == ("retry", "dns")
    # The operator's own host may lie there.
    port = service.origin.rpartition(":")[2]
    own = WebPushSender(load_key, subject=SUBJECT, hosts=f"http://push.so.example.vn:{port}")
    inside = browser.endpoint.replace("127.0.0.1", "push.so.example.vn")
    refused = await one(own, push(browser, token=inside))
    assert refused.reason.startswith("refused_403"), "it is signed for the name, not the address"
    await own.close()

"""The body of `messages:send`, read as strictly as FCM does (FCM HTTP v1, `projects.messages`)."""

import re
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta, Struct

MAX_PAYLOAD_BYTES = 4096

Duration = Annotated[str, Meta(pattern=r"^\d{1,12}(\.\d{1,9})?s$")]
Texts = dict[str, str]


class Strict(Struct, forbid_unknown_fields=True):
    pass


class Notification(Strict):
    title: str = ""
    body: str = ""
    image: str = ""


class AndroidNotification(Strict):
    title: str = ""
    body: str = ""
    icon: str = ""
    color: str = ""
    sound: str = ""
    tag: str = ""
    click_action: str = ""
    channel_id: str = ""
    ticker: str = ""
    sticky: bool = False
    notification_priority: str = ""
    default_sound: bool = False
    visibility: str = ""
    notification_count: int = 0
    image: str = ""


class AndroidConfig(Strict):
    collapse_key: str = ""
    priority: Literal["high", "normal", "HIGH", "NORMAL"] = "normal"
    ttl: Duration = "2419200s"
    restricted_package_name: str = ""
    data: Texts = {}
    notification: AndroidNotification | None = None
    direct_boot_ok: bool = False


class ApnsConfig(Strict):
    headers: Texts = {}
    payload: dict[str, Any] = {}
    live_activity_token: str = ""


class WebpushConfig(Strict):
    headers: Texts = {}
    data: Texts = {}
    notification: dict[str, Any] = {}


class Message(Strict):
    name: str = ""
    data: Texts = {}
    notification: Notification | None = None
    android: AndroidConfig | None = None
    webpush: WebpushConfig | None = None
    apns: ApnsConfig | None = None
    fcm_options: Texts = {}
    token: str = ""
    fid: str = ""
    topic: str = ""
    condition: str = ""


class SendRequest(Strict):
    message: Message
    validate_only: bool = False


class Refused(Exception):
    """A 400: `field` is wrong, or (None) the registration token or the size is."""

    def __init__(self, message: str, field: str | None) -> None:
        super().__init__(message)
        self.field = field


_decoder = msgspec.json.Decoder(SendRequest)


def read(body: bytes) -> tuple[Message, dict[str, Any]]:
    """The message, typed and as it came.

    Raises:
        Refused: with the field FCM would name.
    """
    try:
        message = _decoder.decode(body).message
    except msgspec.DecodeError as error:
        path = re.search(r"`\$\.?([^`]*)`", str(error))
        field = re.sub(r"\[\.\.\.\]", "", path[1]) if path else ""
        raise Refused(f"Invalid JSON payload received. {error}", field or "message") from None
    targets = [message.token, message.fid, message.topic, message.condition]
    if sum(map(bool, targets)) != 1:
        raise Refused("Recipient of the message is not set.", "message")
    for key in message.data:
        if key == "from" or key.startswith(("google", "gcm")):
            raise Refused(f"Invalid data payload key: {key}", "message.data")
    raw = cast(dict[str, Any], msgspec.json.decode(body)["message"])
    _check_headers(message)
    if len(msgspec.json.encode({k: v for k, v in raw.items() if k != "token"})) > MAX_PAYLOAD_BYTES:
        raise Refused("Android message is too big", None)
    if message.token.startswith("malformed"):
        raise Refused("The registration token is not a valid FCM registration token", None)
    return message, raw


def _check_headers(message: Message) -> None:
    apns = message.apns.headers if message.apns else {}
    if len(apns.get("apns-collapse-id", "").encode()) > 64:
        raise Refused("apns-collapse-id is longer than 64 bytes", "message.apns.headers")
    if apns.get("apns-priority", "10") not in ("1", "5", "10"):
        raise Refused("apns-priority must be 1, 5 or 10", "message.apns.headers")
    if not apns.get("apns-expiration", "0").isdigit():
        raise Refused("apns-expiration is no Unix time", "message.apns.headers")
    web = message.webpush.headers if message.webpush else {}
    if not web.get("TTL", "0").isdigit():
        raise Refused("TTL is no number of seconds", "message.webpush.headers")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,32}", web.get("Topic", "")):
        raise Refused("Topic is not 32 characters of base64url", "message.webpush.headers")

"""Which addresses a Web Push may be sent to: the browsers' own push services, nothing else.

An endpoint comes from a client, and a server that posts to any address it is given can be sent
into the province's own network.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from app.errors import Unprocessable

_SERVICES: Final = (
    ".googleapis.com",
    ".push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
)
# Without backslash, blank and control characters, in which parsers of URLs differ.
_URL: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]!$&'()*+,;=%]{1,1024}")


class BadPushEndpoint(Unprocessable):
    """Địa chỉ nhận thông báo không được chấp nhận | The push endpoint is not accepted"""


def is_push_endpoint(endpoint: str, *, also: str = "") -> bool:
    """Whether a message may be posted there.

    `also` is PUSH_HOSTS: host names, or whole origins such as `http://127.0.0.1:9099`, separated
    by commas; an origin alone may be without TLS or on a port of its own.
    """
    if not _URL.fullmatch(endpoint):
        return False
    try:
        url = urlsplit(endpoint)
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    if f"{url.scheme}://{url.netloc}" in _entries(also):
        return True
    if url.scheme != "https" or port not in (None, 443):
        return False
    return host.endswith(_SERVICES) or host in _entries(also)


def check_endpoint(endpoint: str, *, also: str = "") -> None:
    """Refuse an endpoint that is none of a browser's push service.

    Raises:
        BadPushEndpoint: another host, or not https.
    """
    if not is_push_endpoint(endpoint, also=also):
        raise BadPushEndpoint(
            (
                "Trình duyệt này dùng máy chủ thông báo chưa được hỗ trợ.",
                "This browser's push service is not supported.",
            )
        )


def own_hosts(also: str) -> frozenset[str]:
    """The host names in PUSH_HOSTS: the operator's own, which may lie in a closed network."""
    return frozenset(urlsplit(e if "://" in e else f"//{e}").hostname or e for e in _entries(also))


def _entries(also: str) -> list[str]:
    return [entry for raw in also.split(",") if (entry := raw.strip().rstrip("/"))]

"""Bodies of another media type, charset or encoding are refused before they are read.

This is also the wall against forged requests: a form on a foreign page can send a browser's
cookies, but not `application/json`.
"""

from functools import lru_cache
from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler

from app.errors import AppError
from mobile_api.openapi import body_of


class UnsupportedMedia(AppError):
    """Kiểu dữ liệu không được hỗ trợ | The media type is not supported"""

    status = 415


async def require_media(request: Request[Any, Any, Any]) -> None:
    """Before every route: a body, where one is taken, is what the route takes, in plain UTF-8.

    Not a guard: Litestar copies the request for each guard and runs a plain function in a thread,
    which cost a check-in a fifth of its CPU.

    Raises:
        UnsupportedMedia: it is not. An empty body is left to the decoder, which says what is
            missing.
    """
    handler = request.route_handler
    if request.method in ("GET", "HEAD") or not isinstance(handler, HTTPRouteHandler):
        return
    kind, wanted = _body_of(handler)
    if kind is None:
        return
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    media, _, parameters = headers.get("content-type", "").lower().partition(";")
    if media.strip() != wanted:
        raise UnsupportedMedia((f"Hãy gửi dạng {wanted}.", f"Send {wanted}."))
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMedia(("Đừng nén nội dung gửi lên.", "Send the body uncompressed."))
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMedia(("Hãy gửi văn bản dạng UTF-8.", "Send UTF-8."))


@lru_cache(maxsize=1024)
def _body_of(handler: HTTPRouteHandler) -> tuple[object, str]:
    return body_of(handler)

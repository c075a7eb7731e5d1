"""Bodies of another media type, charset or encoding are refused before they are read.

This is also the wall against forged requests: a form on a foreign page can send a browser's
cookies, but not `application/json`.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from app.errors import AppError
from mobile_api.openapi import body_of


class UnsupportedMedia(AppError):
    """Kiểu dữ liệu không được hỗ trợ | The media type is not supported"""

    status = 415


def require_media(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """A guard of all routes: a body, where one is taken, is what the route takes, in plain UTF-8.

    Raises:
        UnsupportedMedia: it is not. An empty body is left to the decoder, which says what is
            missing.
    """
    if not isinstance(handler, HTTPRouteHandler) or handler.http_methods <= {"GET", "HEAD"}:
        return
    kind, wanted = body_of(handler)
    if kind is None:
        return
    headers = connection.headers
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

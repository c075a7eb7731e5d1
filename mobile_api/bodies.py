"""What comes in a body: the right media type, and strictly the right types.

A body of another media type, charset or encoding is refused before it is read. This is also the
wall against forged requests: a form on a foreign page can send a browser's cookies, but not
`application/json`. `multipart/form-data` it can: a route that takes it must want a bearer token,
which a browser never adds by itself. With another the server does not start.
"""

from functools import cache
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg

from app.errors import AppError

# In a handler's `opt`: the type of a body that the handler decodes itself, and its media type
# where that is not JSON; several with ", " between.
BODY: Final = "body"
BODY_MEDIA: Final = "body_media"
# In a request's state: why its body is not what the handler takes.
BODY_FAULT: Final = "body_fault"
JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"


class StrictRequest(Request[Any, Any, Any]):
    """Decodes JSON straight into the handler's type.

    Litestar decodes it into anything and converts that leniently: "6" would pass for 6, 1 for true.
    """

    async def json(self) -> Any:
        """The body as the handler's type; None where it is not, which is refused after the login.

        Raises:
            ValidationException: not JSON, not UTF-8, or nested hundreds of levels deep.
        """
        try:
            return _decoder(self.route_handler).decode(await self.body())
        except msgspec.ValidationError as error:
            self.state[BODY_FAULT] = str(error)
            return None
        except UnicodeDecodeError:
            message = "Invalid UTF-8"
        except RecursionError:
            message = "recursion"
        except msgspec.DecodeError as error:
            message = str(error)
        raise ValidationException(extra=[{"message": message}])


@cache
def _decoder(handler: HTTPRouteHandler) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(body_of(handler)[0])


@cache
def body_of(handler: HTTPRouteHandler) -> tuple[Any, str]:
    """The type of the body that the handler takes, None for no body, and its media type."""
    data = handler.parsed_fn_signature.parameters.get("data")
    if data is None:
        return handler.opt.get(BODY), str(handler.opt.get(BODY_MEDIA, JSON))
    stated = data.kwarg_definition
    media = stated.media_type if isinstance(stated, BodyKwarg) else JSON
    return data.annotation, str(getattr(media, "value", media))


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
    kind, wanted = body_of(handler)
    if kind is None:
        return
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    media, _, parameters = headers.get("content-type", "").lower().partition(";")
    if media.strip() not in wanted.split(", "):
        raise UnsupportedMedia((f"Hãy gửi dạng {wanted}.", f"Send {wanted}."))
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMedia(("Đừng nén nội dung gửi lên.", "Send the body uncompressed."))
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMedia(("Hãy gửi văn bản dạng UTF-8.", "Send UTF-8."))

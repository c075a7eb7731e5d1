"""What comes behind the question mark: only what the route knows, and no `null`.

A misspelt filter that is ignored answers with everybody, and `?class_id=null` is a client's bug
that msgspec takes for "no class given".
"""

from datetime import date
from functools import cache
from typing import Any, Final, get_args
from uuid import UUID

from litestar import Request
from litestar.enums import ParamType
from litestar.exceptions import ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg

from mobile_api.bodies import require_media

# Beyond it are pages for machines, whose probes may add what they like.
STRICT_UNDER: Final = "/v1/"
_NULL: Final = "null"
# Of a thousand unknown parameters the first few will do.
_MOST_SAID: Final = 20
_TYPES: Final = {UUID: "uuid", date: "date", int: "int"}


async def require_well_formed(request: Request[Any, Any, Any]) -> None:
    """Before every route: its query and its body's media type are what it takes.

    Raises:
        ValidationException: an unknown parameter, or a `null`.
        UnsupportedMedia: as `require_media`.
    """
    if request.scope["query_string"]:
        require_query(request)
    await require_media(request)


def require_query(request: Request[Any, Any, Any]) -> None:
    """Refuse parameters that the route does not know, and `null` for what is no text.

    Raises:
        ValidationException: names each.
    """
    if not request.scope["path"].startswith(STRICT_UNDER):
        return
    known = _query_of(request.route_handler)
    faults = []
    for name, value in request.query_params.multi_items():
        if name not in known:
            message = f"Object contains unknown field `{name}`"
            faults.append({"key": name, "message": message})
        elif known[name] and value.lower() == _NULL:
            faults.append({"key": name, "message": f"Expected `{known[name]}`, got `null`"})
    if faults:
        raise ValidationException(extra=faults[:_MOST_SAID])


@cache
def _query_of(handler: HTTPRouteHandler) -> dict[str, str]:
    """What the route's parameters are called, and of which type; empty: text, of which all goes."""
    found = {}
    for name, field in handler.parsed_fn_signature.parameters.items():
        stated = field.kwarg_definition
        if isinstance(stated, ParameterKwarg) and stated.param_type is ParamType.QUERY:
            kinds = {field.annotation, *get_args(field.annotation)}
            types = [text for kind, text in _TYPES.items() if kind in kinds]
            found[stated.name or name] = types[0] if types else ""
    return found

"""The OpenAPI document, complete and true: it is read off the routes, their rules and types.

What a route may answer beyond what follows from its shape, it states itself: `FAILS: (401,)` in
`opt` for a public route, `responses=` for a success that its return type does not show.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from inspect import cleandoc
from typing import Any, Final, get_args
from uuid import UUID

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.enums import ParamType
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import ParameterKwarg
from litestar.response import Stream
from litestar.routes import HTTPRoute
from litestar.types import Empty
from litestar.typing import FieldDefinition
from litestar.utils.typing import make_non_optional_union

from mobile_api.access import ALL_ROLES, PUBLIC, Who
from mobile_api.api_texts import ABOUT, FAILURES, SUCCESSES, TAGS, Failure
from mobile_api.bodies import JSON, body_of
from mobile_api.deps import RULE
from mobile_api.idempotency import HEADER, KEY_PATTERN, REPLAYED, honours
from mobile_api.json_schemas import Json, Schemas
from mobile_api.problems import PROBLEM_JSON, Problem
from mobile_api.query_strings import STRICT_UNDER

# In a handler's `opt`: statuses a public route may answer with.
FAILS: Final = "fails"
# Likewise: media types in which a text is answered instead, to who names one in `Accept`.
ALSO: Final = "also"
REFRESH_COOKIE_SCHEME: Final = "refresh_cookie"
_OPENAPI_JSON: Final = "application/vnd.oai.openapi+json"
_SAFE: Final = frozenset({"GET", "HEAD"})
_IDEMPOTENCY_KEY: Final[Json] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Made once for this request, such as a UUID; sent again with it, it is answered "
    "as before and has no second effect.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}
_REPLAYED: Final[Json] = {
    "description": "`true`: the answer of before; nothing was done again",
    "schema": {"type": "string", "enum": ["true"]},
}
_BINARY: Final[Json] = {"type": "string", "format": "binary"}
_BOUNDS: Final = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_items": "minItems",
    "max_items": "maxItems",
    "pattern": "pattern",
}


class _Route(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: what it is called by, who may call it, and what it takes."""

    method: str
    path: str
    handler: HTTPRouteHandler
    who: Who
    body: Any
    body_media: str
    parameters: Sequence[tuple[str, FieldDefinition, ParameterKwarg]]

    @property
    def keeps_answers(self) -> bool:
        return not self.who.is_public and honours(self.handler)

    @property
    def takes_anything(self) -> bool:
        return bool(self.parameters) or self.body is not None or self.keeps_answers


def document(app: Litestar) -> Json:
    """The document of all routes of the app that are in the schema.

    Raises:
        ImproperlyConfiguredException: a route cannot be described: it has no docstring, no known
            tag, or its operation id is not the only one of that name.
    """
    schemas = Schemas()
    paths: dict[str, Json] = {}
    names: dict[str, str] = {}
    for route in sorted(_routes(app), key=lambda each: (each.path, each.method)):
        operation = _operation(route, schemas)
        name = operation["operationId"]
        where = f"{route.method} {route.path}"
        if name in names:
            raise ImproperlyConfiguredException(
                f"{where} and {names[name]} are both called {name}: state an operation_id"
            )
        names[name] = where
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return schemas.resolve(
        {
            "openapi": "3.1.0",
            "info": ABOUT,
            "servers": [{"url": "/"}],
            "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
            "paths": paths,
            "components": {
                "securitySchemes": _security_schemes(),
                "responses": {
                    failure.name: _failure(failure, schemas) for failure in FAILURES.values()
                },
            },
        }
    )


def _routes(app: Litestar) -> Iterator[_Route]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            if not handler.resolve_include_in_schema() or "OPTIONS" in handler.http_methods:
                continue
            fields = handler.parsed_fn_signature.parameters
            body, media = body_of(handler)
            for method in handler.http_methods:
                yield _Route(
                    method=str(method),
                    path=route.path_format,
                    handler=handler,
                    who=handler.opt[RULE],
                    body=body,
                    body_media=media,
                    parameters=_parameters_of(fields),
                )


def _parameters_of(
    fields: Mapping[str, FieldDefinition],
) -> list[tuple[str, FieldDefinition, ParameterKwarg]]:
    found = []
    for name, field in fields.items():
        stated = field.kwarg_definition
        if isinstance(stated, ParameterKwarg) and stated.param_type and not field.is_di_field:
            found.append((stated.name or name, field, stated))
    return found


def _operation(route: _Route, schemas: Schemas) -> Json:
    handler = route.handler
    where = f"{route.method} {route.path}"
    text = cleandoc(handler.fn.__doc__ or "")
    tags = handler.resolve_tags()
    if not text or not tags or not set(tags) <= TAGS.keys():
        raise ImproperlyConfiguredException(f"{where} has no docstring or no tag of {list(TAGS)}")
    operation: Json = {
        "operationId": handler.operation_id or handler.handler_name,
        "tags": tags,
        "summary": re.split(r"(?<=[^.])\.(?=\s|$)", " ".join(text.split()), maxsplit=1)[0],
        "description": text,
        "x-who": _who(route.who),
        "security": _security(route),
        "responses": _responses(route, schemas),
    }
    parameters = [_parameter(*each, schemas) for each in _shown(route)]
    if route.keeps_answers:
        parameters.append(_IDEMPOTENCY_KEY)
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {
                media: {"schema": _BINARY if route.body is bytes else schemas.add(route.body, "in")}
                for media in route.body_media.split(", ")
            },
        }
    return operation


def _who(who: Who) -> list[str]:
    """`public`, `gateway`, `signed_in`, or the roles that get in."""
    if who.is_signed:
        return ["gateway"]
    if who.is_public:
        return ["public"]
    return sorted(who.roles) if who.roles and who.roles != ALL_ROLES else ["signed_in"]


def _security(route: _Route) -> Sequence[Mapping[str, list[str]]]:
    stated = route.handler.resolve_security()
    if stated:
        return stated
    return [] if route.who.is_public else [{"bearer": []}]


def _shown(route: _Route) -> list[tuple[str, FieldDefinition, ParameterKwarg]]:
    """Cookies are a matter of security, not parameters."""
    return [each for each in route.parameters if each[2].param_type is not ParamType.COOKIE]


def _parameter(name: str, field: FieldDefinition, stated: ParameterKwarg, schemas: Schemas) -> Json:
    kind = make_non_optional_union(field.annotation) if field.is_optional else field.annotation
    schema = schemas.add(kind, "in")
    for bound, key in _BOUNDS.items():
        if (limit := getattr(stated, bound)) is not None:
            schema[key] = limit
    has_default = field.default is not Empty
    if has_default and field.default is not None:
        schema["default"] = msgspec.to_builtins(field.default)
    shown: Json = {
        "name": name,
        "in": stated.param_type.value,
        "required": not has_default and not field.is_optional,
        "schema": schema,
    }
    return shown | ({"description": stated.description} if stated.description else {})


def _responses(route: _Route, schemas: Schemas) -> Json:
    handler = route.handler
    stated: Mapping[int, ResponseSpec] = handler.responses or {}
    answers: Json = {}
    if handler.status_code not in stated:
        answers[str(handler.status_code)] = _success(route, schemas)
    for media in handler.opt.get(ALSO, ()):
        answers[str(handler.status_code)]["content"][media] = {"schema": {"type": "string"}}
    for status, spec in stated.items():
        answers[str(status)] = _answer(
            spec.description, _content(spec.data_container, _media(spec.media_type), schemas)
        )
    headers = {
        header.name: {
            "description": header.description or "",
            "schema": {"type": "string"},
        }
        for header in handler.resolve_response_headers()
    }
    if route.keeps_answers:
        headers[REPLAYED] = _REPLAYED
    if headers:
        answers[str(handler.status_code)]["headers"] = headers
    for status in sorted(_failures(route)):
        answers[str(status)] = {"$ref": f"#/components/responses/{FAILURES[status].name}"}
    return answers


def _success(route: _Route, schemas: Schemas) -> Json:
    handler = route.handler
    returned = handler.parsed_fn_signature.return_type
    kind = returned.annotation
    if returned.is_subclass_of(Stream):
        raise ImproperlyConfiguredException(f"{route.path} must state the responses of its stream")
    if returned.is_subclass_of(Response):
        kind = returned.inner_types[0].annotation
    media = _media(handler.media_type) if handler.media_type else JSON
    return _answer(SUCCESSES[handler.status_code], _content(kind, media, schemas))


def _media(media: Any) -> str:
    return str(getattr(media, "value", media))


def _content(kind: Any, media: str, schemas: Schemas) -> Json | None:
    if kind in (None, type(None)):
        return None
    if kind is bytes:
        return {media: {"schema": _BINARY}}
    return {media: {"schema": schemas.add(kind, "out")}}


def _answer(description: str, content: Json | None) -> Json:
    return {"description": description} | ({"content": content} if content else {})


def _failures(route: _Route) -> set[int]:
    """What follows from the shape of a route, and what a public one states."""
    stated = set(route.handler.opt.get(FAILS, ()))
    # What it does not take is refused as well: an unknown query.
    if route.takes_anything or route.path.startswith(STRICT_UNDER):
        stated.add(400)
    if route.body is not None:
        stated |= {413, 415}
    if route.who.is_public:
        return stated
    stated |= {401, 429, 503}
    if route.who.roles:
        stated.add(403)
    kinds = {field.annotation for _, field, _ in route.parameters}
    if "{" in route.path or any(_names(kind, UUID) for kind in kinds):
        stated.add(404)
    if any(_names(kind, date) for kind in kinds):
        stated.add(422)  # a range may be too long, or the wrong way round
    if route.method not in _SAFE and (route.takes_anything or route.who.roles):
        stated |= {409, 422}
    return stated


def _names(kind: Any, wanted: type) -> bool:
    return kind is wanted or wanted in get_args(kind)


def _failure(failure: Failure, schemas: Schemas) -> Json:
    answer: Json = {
        "description": failure.description,
        "content": {PROBLEM_JSON: {"schema": schemas.add(Problem, "out")}},
    }
    if failure.header:
        answer["headers"] = {
            failure.header: {"description": failure.header_text, "schema": {"type": "string"}}
        }
    return answer


def _security_schemes() -> Json:
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token that logging in gave, good for ten minutes.",
        },
        REFRESH_COOKIE_SCHEME: {
            "type": "apiKey",
            "in": "cookie",
            "name": "ct_refresh",
            "description": "A browser's refresh token: HttpOnly, SameSite=Strict.",
        },
        "sepay": {
            "type": "apiKey",
            "in": "header",
            "name": "X-SePay-Signature",
            "description": "SePay's signature of X-SePay-Timestamp and the raw body.",
        },
    }


@get("/schema/openapi.json", opt={RULE: PUBLIC}, tags=["operations"], include_in_schema=False)
async def show_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    """This document."""
    state = request.app.state
    made: bytes | None = state.get("openapi_json")
    if made is None:
        made = msgspec.json.encode(document(request.app))
        state["openapi_json"] = made
    return Response(made, media_type=_OPENAPI_JSON)


HANDLERS = [show_document]

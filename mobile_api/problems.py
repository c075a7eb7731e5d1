"""Errors as `application/problem+json` (RFC 9457), in the caller's language.

One map for the domain's errors, for bad input and for bugs. Nothing of a stack trace goes out.
"""

import re
from typing import Any

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg

from app import db
from app.errors import AppError, TooManyRequests, Unavailable
from mobile_api.bodies import BODY_FAULT
from mobile_api.deps import AnyRequest, Locale, locale_of
from mobile_api.explain import explain
from mobile_api.idempotency import Replay, on_replay

log = structlog.get_logger()
PROBLEM_JSON = "application/problem+json"
_MAX_ECHO = 200  # characters of the caller's own input that come back

# What the framework refuses, before any code of ours: slug, title in Vietnamese and in English.
_HTTP: dict[int, tuple[str, str, str]] = {
    400: ("invalid-input", "Dữ liệu gửi lên không đúng", "The input is not valid"),
    404: ("not-found", "Không tìm thấy", "Not found"),
    405: ("method-not-allowed", "Phương thức không được hỗ trợ", "The method is not allowed"),
    413: ("too-large", "Yêu cầu quá lớn", "The request is too large"),
    500: (
        "internal-error",
        "Lỗi hệ thống, chúng tôi đã ghi nhận",
        "An error on our side; it has been recorded",
    ),
}
_HTTP_DETAILS: dict[int, tuple[str, str]] = {
    405: ("Đầu mục Allow cho biết phương thức dùng được.", "The Allow header has those that are."),
}


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One bad field: `field` is its path in the body, or the parameter's name."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457 §3.1. `type` is a stable slug that a client may switch on."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[FieldError] = []


def problem(
    *, status: int, slug: str, title: str, detail: str = "", errors: list[FieldError] | None = None
) -> Response[Problem]:
    return Response(
        Problem(type=slug, title=title, status=status, detail=detail, errors=errors or []),
        status_code=status,
        media_type=PROBLEM_JSON,
    )


def on_app_error(request: AnyRequest, error: AppError) -> Response[Problem]:
    locale = locale_of(request)
    detail = error.detail[0 if locale == "vi" else 1] if error.detail else ""
    kind = type(error)
    response = problem(
        status=kind.status, slug=kind.slug(), title=kind.title(locale), detail=detail
    )
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def on_validation(request: AnyRequest, error: ValidationException) -> Response[Problem]:
    locale = locale_of(request)
    names = _parameter_names(request)
    fault = request.state.get(BODY_FAULT)
    errors = [_field_error(raw, locale, names) for raw in _raw_errors(error, fault)]
    return _framework_problem(400, locale, errors)


def _framework_problem(
    status: int, locale: Locale, errors: list[FieldError] | None = None, *, detail: str = ""
) -> Response[Problem]:
    slug, *titles = _HTTP[status]
    n = 1 if locale == "en" else 0
    detail = detail or _HTTP_DETAILS.get(status, ("", ""))[n]
    return problem(status=status, slug=slug, title=titles[n], detail=detail, errors=errors)


def _parameter_names(request: AnyRequest) -> dict[str, str]:
    """What callers know the handler's parameters by: `from_day` is `from`."""
    handler = request.scope.get("route_handler")
    if not isinstance(handler, HTTPRouteHandler):
        return {}
    fields = handler.parsed_fn_signature.parameters
    stated = {name: field.kwarg_definition for name, field in fields.items()}
    return {
        name: kwarg.name or name
        for name, kwarg in stated.items()
        if isinstance(kwarg, ParameterKwarg)
    }


def _raw_errors(error: ValidationException, body_fault: str | None) -> list[dict[str, Any]]:
    extra = error.extra
    if isinstance(extra, dict):
        extra = [extra]
    if not isinstance(extra, list) or not extra:
        return [{"message": error.detail}]
    found = [raw if isinstance(raw, dict) else {"message": str(raw)} for raw in extra]
    if body_fault is None:
        return found
    parameters = [raw for raw in found if not str(raw.get("key", "")).startswith("data")]
    return [*parameters, {"message": body_fault}]


def _field_error(raw: dict[str, Any], locale: Locale, names: dict[str, str]) -> FieldError:
    message = str(raw.get("message", ""))
    path = re.search(r" - at `\$?\.?(.*)`$", message)
    missing = re.match(r"Missing required \w+ parameter '([^']*)'", message)
    field = str(raw.get("key", ""))
    if missing:
        field = missing.group(1)
    elif path:
        field = path.group(1)
    # The handlers' own name for the whole body.
    field = "body" if field in ("", "data") else names.get(field, field)
    return FieldError(field=field[:_MAX_ECHO], message=explain(message, locale))


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    locale = locale_of(request)
    status = error.status_code
    if status not in _HTTP:
        status = 400 if status < 500 else 500
    errors = []
    if status == 400 and error.detail:
        errors = [FieldError(field="body", message=explain(str(error.detail), locale))]
    detail = _limit_of(request, locale) if status == 413 else ""
    response = _framework_problem(status, locale, errors, detail=detail)
    if error.headers:
        response.headers |= error.headers  # what may be done instead: Allow
    return response


def _limit_of(request: AnyRequest, locale: Locale) -> str:
    """How large a body of this route may be."""
    handler = request.scope.get("route_handler")
    most = (
        handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    )
    if most is None:
        return ""
    return (
        f"At most {most // 1_000_000} MB." if locale == "en" else f"Tối đa {most // 1_000_000} MB."
    )


def on_bug(request: AnyRequest, error: Exception) -> Response[Problem]:
    """A bug; or a server behind us that is away, or a lost race: clients retry only the latter."""
    locale = locale_of(request)
    if isinstance(error, RecursionError):
        # Nothing recurses here but with the input: JSON as deep as the decoder just takes.
        errors = [FieldError(field="body", message=explain("recursion", locale))]
        return _framework_problem(400, locale, errors)
    if db.is_away(error) or db.is_lost_race(error):
        route = request.scope.get("path_template", "")
        log.warning("http.unavailable", route=route, error=type(error).__name__)
        response = on_app_error(request, Unavailable())
        response.headers["Retry-After"] = "2"
        return response
    log.error(
        "http.bug",
        route=request.scope.get("path_template", ""),
        error=type(error).__name__,
        exc_info=error,
    )
    return _framework_problem(500, locale)


EXCEPTION_HANDLERS: dict[Any, Any] = {
    AppError: on_app_error,
    Replay: on_replay,
    ValidationException: on_validation,
    HTTPException: on_http_error,
    Exception: on_bug,
}

__all__ = ["EXCEPTION_HANDLERS", "PROBLEM_JSON", "FieldError", "Problem"]


def problem_of(request: AnyRequest, error: Exception) -> Response[Problem]:
    """The answer to an error outside of the framework's own handling, which ends here as well."""
    kind = next(kind for kind in type(error).__mro__ if kind in EXCEPTION_HANDLERS)
    answer: Response[Problem] = EXCEPTION_HANDLERS[kind](request, error)
    return answer

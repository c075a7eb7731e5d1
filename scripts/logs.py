"""Structured logs: one JSON object a line, with ids and without persons.

Our own code logs ids only. What libraries and exceptions say is beyond us, so every text is
scrubbed of what looks like a phone, a code, a token or a value out of a database row.
"""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, Final

import msgspec
import structlog

Event = MutableMapping[str, Any]

_HIDDEN: Final = "[hidden]"
_PERSONAL_KEYS: Final = frozenset(
    {"phone", "name", "full_name", "email", "address", "birthday", "date_of_birth", "national_id"}
    | {"password", "token", "access_token", "refresh_token", "authorization", "cookie", "otp"}
    | {"code", "secret", "key", "lat", "lng", "location", "ip", "q", "body"}
)
_PERSONAL_TEXT: Final = re.compile(
    r"""
      (?<![\w-])(?:\+?84|0)(?:[ .-]?\d){9,10}(?![\w-])    # phones
    | (?<![\w-])\d{10,12}(?![\w-])      # identification codes, personal numbers
    | CT1:[0-9A-Z $%*+./:-]+                        # card and station codes
    | eyJ[\w-]+\.[\w-]+\.[\w-]+                     # access tokens
    | [\w.+-]+@[\w-]+\.[\w.]+                       # mail addresses
    | (?<=://)[^/\s@]+:[^/\s@]+(?=@)                # user and password in an address
    | (?<=\?)[\w.-]+=\S*                            # query strings: a search is for a name
    | (?<=query\ argument\ )\$\d+:[^\n]*          # asyncpg shows the value that did not fit
    | (?<=DETAIL:)[^\n]*                            # PostgreSQL shows the row's values
    """,
    re.VERBOSE,
)


def configure(*, service: str, level: str = "info") -> None:
    """Send the logs of this process, libraries included, to stdout as JSON lines.

    Raises:
        ValueError: `level` is none of debug, info, warning, error.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError("LOG_LEVEL is one of debug, info, warning, error")
    shared = _shared(service)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_persons,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.raiseExceptions = False  # a full disk would show the message unscrubbed on stderr
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for chatty in ("httpx", "httpcore", "aiohttp.access", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def without_persons(_logger: object, _method: str, event: Event) -> Event:
    """A structlog processor that hides personal values, at any depth."""
    return {k: _HIDDEN if k in _PERSONAL_KEYS else _scrubbed(v) for k, v in event.items()}


def scrub(text: str) -> str:
    """`text` without what looks personal. A UUID stays: it is an id."""
    return _PERSONAL_TEXT.sub(_HIDDEN, text)


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return without_persons(None, "", value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(item) for item in value]
    if isinstance(value, BaseException):
        return scrub(f"{type(value).__name__}: {value}")
    return value


def _shared(service: str) -> list[structlog.typing.Processor]:
    def name_service(_logger: object, _method: str, event: Event) -> Event:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        name_service,
    ]


def _to_json(event: Event, *, default: Callable[[Any], Any], **_: object) -> str:
    # What msgspec does not know goes by its repr, which may hold anything: scrubbed as well.
    return msgspec.json.encode(event, enc_hook=lambda item: scrub(repr(item))).decode()

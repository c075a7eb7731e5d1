"""The OpenAPI of the scan endpoint, whose body is decoded by hand, one scan at a time.

The schema comes from the same Struct that decodes the scans, so it cannot drift.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema

from app.attendance.model import Instant, Millis, Scan


class _Envelope(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    sent_at: Instant
    sent_mono_ms: Millis
    boot_id: str
    scans: list[Scan]


class _RawSchema(Schema):
    """A schema that is already JSON."""

    def __init__(self, raw: dict[str, Any]) -> None:
        super().__init__()
        self._raw = raw

    def to_schema(self) -> dict[str, Any]:
        return self._raw


@dataclass
class ScanOperation(Operation):
    """Adds the request body that Litestar cannot see."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True,
            content={"application/json": OpenAPIMediaType(schema=_RawSchema(_inline()))},
        )


def _inline() -> dict[str, Any]:
    """The envelope's JSON schema with its references resolved in place."""
    (schema,), components = msgspec.json.schema_components([_Envelope], ref_template="{name}")
    resolved: dict[str, Any] = _resolve(schema, components)
    resolved["properties"]["boot_id"] |= {"minLength": 1, "maxLength": 64}
    resolved["properties"]["scans"] |= {"minItems": 1, "maxItems": 200}
    return resolved


def _resolve(node: Any, components: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return _resolve(components[node["$ref"]], components)
        return {key: _resolve(value, components) for key, value in node.items()}
    if isinstance(node, list):
        return [_resolve(part, components) for part in node]
    return node

"""JSON Schemas of what goes in and out, from the very Structs that decode and encode it.

Litestar's own generator drops bounds and calls a time of day a duration; msgspec's does neither.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, get_origin

import msgspec
import msgspec.inspect as mi
from litestar.datastructures import UploadFile

Json = dict[str, Any]
Way = Literal["in", "out"]

_REF: Final = "#/components/schemas/{name}"
_TIME: Final = {"pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"}


class Schemas:
    """Collects types as routes name them, then makes their schemas and components at once."""

    def __init__(self) -> None:
        self._types: dict[Way, list[Any]] = {"in": [], "out": []}

    def add(self, kind: Any, way: Way) -> Json:
        """A placeholder that `resolve` turns into the schema of `kind`."""
        self._types[way].append(kind)
        return {"x-type": (way, len(self._types[way]) - 1)}

    def resolve(self, document: Json) -> Json:
        """The document with its placeholders filled in and `components.schemas` set."""
        made_in, components_in = _make(self._types["in"])
        made_out, components_out = _make(self._types["out"])
        structs = _structs(self._types["out"])
        for name, cls in structs.items():
            _state_output(components_out[name], cls)
        pages = {name: re.sub(r"^Page_(\w+)_$", r"\1Page", name) for name in components_out}
        clashes = {
            name: f"{name}Input"
            for name, schema in components_in.items()
            if components_out.get(name, schema) != schema
        }
        document = _fill(
            document, {"in": _rename(made_in, clashes), "out": _rename(made_out, pages)}
        )
        both = {
            names.get(name, name): _rename(schema, names)
            for components, names in ((components_in, clashes), (components_out, pages))
            for name, schema in components.items()
        }
        document["components"]["schemas"] = {name: both[name] for name in sorted(both)}
        return document


def _make(types: list[Any]) -> tuple[list[Json], Json]:
    made, components = msgspec.json.schema_components(
        types, ref_template=_REF, schema_hook=_foreign
    )
    plain: list[Json] = [_plain(schema) for schema in made]
    return plain, {name: _plain(schema) for name, schema in components.items()}


def _foreign(kind: type) -> Json:
    """Types that msgspec does not know."""
    if kind is UploadFile:
        return {"type": "string", "contentMediaType": "application/octet-stream"}
    raise NotImplementedError  # msgspec's own word for: I do not know it either


def _plain(node: Any) -> Any:
    """Without indentation in texts, and with what JSON Schema says wrongly said rightly."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    fixed = {key: _plain(value) for key, value in node.items()}
    if isinstance(fixed.get("description"), str):
        lines = fixed["description"].split("\n")
        fixed["description"] = "\n".join(line.strip() for line in lines)
    if fixed.get("format") == "time":
        # RFC 3339's full-time has an offset; a school's shift has none.
        del fixed["format"]
        fixed |= _TIME
    if "enum" in fixed and "type" not in fixed and all(isinstance(v, str) for v in fixed["enum"]):
        fixed["type"] = "string"
    return fixed


def _state_output(schema: Json, cls: Any) -> None:
    """What we encode is stricter than what we would decode: defaults are written out too."""
    config = (get_origin(cls) or cls).__struct_config__
    info = mi.type_info(cls)
    if not isinstance(info, mi.StructType):
        raise TypeError(f"{cls} is no Struct")
    required = []
    for field in info.fields:
        kinds = field.type.types if isinstance(field.type, mi.UnionType) else (field.type,)
        has_default = (field.default, field.default_factory) != (msgspec.NODEFAULT,) * 2
        # Neither required nor with a default: left out while it is UNSET.
        if field.required or (has_default and not config.omit_defaults):
            required.append(field.encode_name)
        shown = schema["properties"][field.encode_name]
        shown.pop("default", None)
        if any(isinstance(kind, mi.DateTimeType) for kind in kinds):
            _state_instant(shown)
    schema["required"] = required


def _state_instant(shown: Json) -> None:
    """Every instant that goes out is aware: RFC 3339."""
    for option in shown.get("anyOf", [shown]):
        if option.get("type") == "string":
            option["format"] = "date-time"


def _structs(types: Iterable[Any]) -> dict[str, Any]:
    """All Structs within these types, by the names that their components have."""
    found: dict[Any, None] = {}
    for info in mi.multi_type_info(types):
        _collect(info, found)
    classes = list(found)
    refs, _ = msgspec.json.schema_components(classes, ref_template="{name}", schema_hook=_foreign)
    return {ref["$ref"]: cls for ref, cls in zip(refs, classes, strict=True)}


def _collect(node: Any, found: dict[Any, None]) -> None:
    if isinstance(node, mi.StructType):
        if node.cls in found:
            return
        found[node.cls] = None
    if isinstance(node, mi.Type | mi.Field):
        for name in node.__struct_fields__:
            _collect(getattr(node, name), found)
    elif isinstance(node, tuple):
        for part in node:
            _collect(part, found)


def _fill(node: Any, made: Mapping[str, list[Json]]) -> Any:
    if isinstance(node, list):
        return [_fill(part, made) for part in node]
    if not isinstance(node, dict):
        return node
    if "x-type" in node:
        way, index = node["x-type"]
        return made[way][index] | {key: node[key] for key in node if key != "x-type"}
    return {key: _fill(value, made) for key, value in node.items()}


def _rename(node: Any, names: Mapping[str, str]) -> Any:
    """References to renamed components follow."""
    if isinstance(node, list):
        return [_rename(part, names) for part in node]
    if isinstance(node, dict):
        return {key: _rename(value, names) for key, value in node.items()}
    if isinstance(node, str) and node.startswith("#/components/schemas/"):
        name = node.rsplit("/", 1)[-1]
        return _REF.format(name=names.get(name, name))
    return node


__all__ = ["Json", "Schemas"]

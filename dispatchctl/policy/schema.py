"""The JSON Schema of policies.yaml for editors, generated from the declarations of the sections.

Layer: policy. Its one job: that document. It accepts what the checker accepts, typed or as text; what depends on
other parts of the file (roles, events, clauses) only the checker can tell.
"""

from typing import Any

from dispatchctl.policy.loading import KEY_LIMIT
from dispatchctl.policy.sections import RULES
from dispatchctl.policy.shapes import EITHER, LIST, MAP, SCALARS, STRUCT, Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BLANK = {"enum": [None, ""]}


def build_schema() -> dict[str, Any]:
    """The schema as plain values (JSON Schema 2020-12)."""
    return {"$schema": DIALECT, "title": "policies.yaml", **_build(RULES)}


def _build(shape: Shape) -> dict[str, Any]:
    if shape.kind == STRUCT:
        return _build_struct(shape)
    if shape.kind == MAP:
        return _build_map(shape)
    if shape.kind == LIST:
        return _build_list(shape)
    if shape.kind == EITHER:
        assert shape.of is not None
        assert shape.other is not None
        return {"anyOf": [_build(shape.of), _build(shape.other)]}
    built = {"enum": list(shape.choices)} if shape.kind == "choice" else dict(SCALARS[shape.kind].schema)
    return _allow_blank(built) if shape.blank else built


def _allow_blank(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [_BLANK, schema]}


def _build_struct(shape: Shape) -> dict[str, Any]:
    properties = {}
    for key in shape.keys:
        built = _build(key.shape)
        properties[key.name] = built if key.required or key.shape.blank else _allow_blank(built)
        if key.note:
            properties[key.name] = {"description": key.note, **properties[key.name]}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [key.name for key in shape.keys if key.required]
    if required:
        schema["required"] = required
    return schema


def _build_map(shape: Shape) -> dict[str, Any]:
    assert shape.of is not None
    names: dict[str, Any] = {"minLength": 1, "maxLength": KEY_LIMIT}
    if shape.pattern:
        names["pattern"] = f"^(?:{shape.pattern})$"
    inner = _build(shape.of)
    if shape.of.kind in (STRUCT, MAP, LIST) and not (shape.of.kind == STRUCT and "required" in inner):
        inner = _allow_blank(inner)
    schema: dict[str, Any] = {"type": "object", "propertyNames": names, "additionalProperties": inner}
    if shape.low:
        schema["minProperties"] = shape.low
    return schema


def _build_list(shape: Shape) -> dict[str, Any]:
    assert shape.of is not None
    inner = _build(shape.of)
    several: dict[str, Any] = {"type": "array", "items": inner}
    if shape.low:
        several["minItems"] = shape.low
    return {"anyOf": [inner, several]}

"""The JSON Schema accepts what the checker accepts, and refuses what the form alone can tell."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.schema import build_schema
from dispatchctl.policy.sections import RULES

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = build_schema()
HEAD = """\
policy: {effective_from: "2026-01-01"}
calendar: {hours: {mon-fri: ["08:30-12:00"]}}
services: {plumbing: {}}
clocks: [{id: c, of: orders, start: taken, stop: closed, limit: 1d}]
"""


class TypedLoader(yaml.SafeLoader):
    """YAML as editors read it: typed, but days are text."""


TypedLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class TextLoader(yaml.SafeLoader):
    """YAML as the checker reads it: text, and null."""


TextLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def is_valid(value: Any) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(value)


def load_both(text: str) -> list[Any]:
    return [yaml.load(text, Loader=TypedLoader), yaml.load(text, Loader=TextLoader)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert list(SCHEMA["properties"]) == [key.name for key in RULES.keys]
    assert SCHEMA["required"] == ["policy", "calendar", "services", "clocks"]


@pytest.mark.parametrize(
    "text",
    [
        (ROOT / "policies.yaml").read_text(encoding="utf-8"),
        HEAD,
        HEAD + "roles:\nareas: null\nescalation: {every: }\nassignment: {ceiling: 8.5, weigh: {area: 0}}\n",
        HEAD + "departments: {工程部: , desk: {title: 12}}\nmeasures: {a: {of: orders, value: {sum: price}}}\n",
        HEAD + "measures: {a: {of: orders, over: {kind: request, paid: {not: null}, price: {at_least: 5}}}}\n",
        HEAD + "reports: {monthly: {title: x, measures: []}}\n".replace("[]", "a") + "measures: {a: {of: orders}}\n",
        HEAD.replace("limit: 1d", "limit: 1d, pause: {a: 3d, b: null}, extendable: true, owner: desk"),
        HEAD.replace("{plumbing: {}}", "{plumbing: {base_price: 50, effort: 2}, 给排水: {base_price: '50.00'}}"),
        HEAD.replace('"08:30-12:00"]', '"08:30-24:00"], sat: [], make-up: "00:00-09:00"'),
        HEAD.replace(
            "calendar: {", "calendar: {country: none, cut_off: '17:30', published_through: 2026, closed: '2026-03-09', "
        ),
    ],
)
def test_what_the_checker_accepts_the_schema_accepts(text: str) -> None:
    assert [str(fault) for fault in compile_policy(text.encode(), "policies.yaml")[1]] == []
    for value in load_both(text):
        jsonschema.validate(value, SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD + "calendr: {}\n",
        HEAD + "days: {}\n",
        HEAD.replace("limit: 1d", "limit: 1y"),
        HEAD.replace("limit: 1d", "limt: 1d"),
        HEAD.replace("stop: closed, ", ""),
        HEAD.replace("stop: closed, ", "stop: [], "),
        HEAD.replace('"2026-01-01"', '"2026-13-01"'),
        HEAD.replace("08:30-12:00", "08:30-25:00"),
        HEAD.replace("mon-fri", "monday"),
        HEAD.replace("services: {plumbing: {}}", "services: {}"),
        HEAD.replace("{plumbing: {}}", "{plumbing: {base_price: 5.001x}}"),
        HEAD.replace("plumbing", "k" * 65),
        HEAD + "privacy: {strict: maybe}\n",
        HEAD + "assignment: {required: [assignee, colour]}\n",
        HEAD + "measures: {a: {of: orders, over: {price: {above: 3}}}}\n",
    ],
)
def test_what_the_schema_refuses_the_checker_refuses(text: str) -> None:
    assert compile_policy(text.encode(), "policies.yaml")[1] != []
    assert [is_valid(value) for value in load_both(text)] == [False, False]

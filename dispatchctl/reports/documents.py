"""A report as plain values: its measures, its sections with their groups, and the items behind a figure. Reports.

What is written in `reports` of the rules is carried out here; how it looks is for output.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.errors import NotFound
from dispatchctl.reports.measures import Figure, Figures, Item, Key, Period, list_measured, work_out
from dispatchctl.reports.values import find_group

Policy = Mapping[str, Any]
Say = Callable[[str, str], str]  # (field a report groups by, its value) -> what people call it

WHOLE: Key = ("", None)


class Heading(NamedTuple):
    """What stands above a report. Times are ISO 8601 text; until is exclusive; policy: the version of the formulas."""

    report: str
    period: str
    start: str
    until: str
    generated_at: str
    policy: str
    before_rules: bool


def build_report(
    db: sqlite3.Connection, policy: Policy, heading: Heading, period: Period, say: Say, rest: str = ""
) -> dict[str, Any]:
    """The document of a report: {"report", "period", ..., "measures": {ID: figure}, "sections": [...]}.

    A section's first row is the period as a whole (`by` null); then, for each field it is grouped by, one row for each
    value that occurs, in the order of the rules. Where the rules say nothing about this report, it is one section,
    titled `rest`, of all measures. NotFound where there are no measures at all.
    """
    sections = list_sections(policy, heading.report, rest)
    wanted: dict[str, list[str]] = {}
    for section in sections:
        for name in section["measures"]:
            known = wanted.setdefault(name, [])
            known += [field for field in section["by"] if field not in known]
    figures = work_out(db, policy, wanted, period)
    return {
        "report": heading.report,
        "period": heading.period,
        "from": heading.start,
        "until": heading.until,
        "generated_at": heading.generated_at,
        "policy": heading.policy,
        "before_rules": heading.before_rules,
        "measures": {
            name: {"title": policy["measures"][name]["title"], **describe_figure(figures[WHOLE][name])}
            for name in wanted
        },
        "sections": [
            {
                "id": section["id"] or str(number),
                "title": section["title"],
                "rows": list(_list_rows(policy, section, figures, say)),
            }
            for number, section in enumerate(sections, 1)
        ],
    }


def list_sections(policy: Policy, report: str, rest: str = "") -> list[dict[str, Any]]:
    """The sections of a report as the rules have them, or one of all measures; NotFound where there are none."""
    sections: list[dict[str, Any]] = policy["reports"].get(report) or []
    if sections:
        return sections
    if not policy["measures"]:
        raise NotFound("the rules have no measures to report", hint="describe them in policies.yaml: measures, reports")
    return [{"id": "measures", "title": rest, "measures": list(policy["measures"]), "by": []}]


def describe_figure(figure: Figure) -> dict[str, Any]:
    """A figure under the keys of json."""
    return {
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "kind": figure.kind,
    }


def _list_rows(policy: Policy, section: Mapping[str, Any], figures: Figures, say: Say) -> list[dict[str, Any]]:
    names = section["measures"]
    rows = [_build_row(WHOLE, names, figures, None)]
    for field in section["by"]:
        keys = [key for key in figures if key[0] == field and any(_is_filled(figures[key].get(name)) for name in names)]
        titles = {key: say(field, key[1]) if key[1] is not None else None for key in keys}
        order = _list_order(policy, field, names)
        keys.sort(key=lambda key: (key[1] is None, order.get(key[1] or "", len(order)), titles[key] or ""))
        rows += [_build_row(key, names, figures, titles[key]) for key in keys]
    return rows


def _is_filled(figure: Figure | None) -> bool:
    return figure is not None and bool(figure.numerator or figure.denominator)


def _build_row(key: Key, names: Sequence[str], figures: Figures, title: str | None) -> dict[str, Any]:
    found = figures[key]
    return {
        "by": key[0] or None,
        "key": key[1],
        "title": title,
        "measures": {name: describe_figure(found[name]) if name in found else None for name in names},
    }


def _list_order(policy: Policy, by: str, names: Sequence[str]) -> dict[str, int]:
    """Value -> its place in the rules, of a field whose values the rules or its page list."""
    for name in names:
        group = find_group(policy["measures"][name]["of"], by, policy)
        if group is None or group.field is None:
            continue
        known: Any = policy.get(group.field.of) if group.field.type == "key" else group.field.choices
        if group.field.name == "clock":
            known = [clock["id"] for clock in policy["clocks"]]
        return {str(value): place for place, value in reversed(list(enumerate(known or ())))}
    return {}


def flatten_report(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections' rows with one figure each: what csv, tsv, jsonl and spreadsheets get."""
    return [
        {
            "report": document["report"],
            "period": document["period"],
            "section": section["id"],
            "by": row["by"],
            "key": row["key"],
            "title": row["title"],
            "measure": name,
            "name": document["measures"][name]["title"],
            "value": figure["value"],
            "numerator": figure["numerator"],
            "denominator": figure["denominator"],
        }
        for section in document["sections"]
        for row in section["rows"]
        for name, figure in row["measures"].items()
        if figure is not None
    ]


FLAT = ("report", "period", "section", "by", "key", "title", "measure", "name", "value", "numerator", "denominator")


def find_measure(policy: Policy, text: str) -> str:
    """The measure of that id or title; NotFound with the nearest names."""
    measures = policy["measures"]
    titles = {measure["title"]: name for name, measure in measures.items()}
    if text in measures or text in titles:
        return text if text in measures else str(titles[text])
    from difflib import get_close_matches

    near = get_close_matches(text, [*measures, *titles], 3, 0.5)
    hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(measures)}" if measures else ""
    raise NotFound(f"no such measure: {text[:60]!r}", place="--drill", hint=hint)


def drill(db: sqlite3.Connection, policy: Policy, name: str, period: Period) -> tuple[dict[str, Any], list[Item]]:
    """({"measure", "numerator": items, "denominator": items or null}, all items): the cases behind a figure.

    The lists are as long as the figure's numbers; a sum and an average have the same items in both, a median has them
    in the denominator and null above.
    """
    items = list_measured(db, policy, name, period)
    kind = policy["measures"][name]["value"][0]
    counted = [{"id": item.id, "instance": item.instance} for item in items if item.counted]
    everything = [{"id": item.id, "instance": item.instance} for item in items]
    document = {
        "measure": name,
        "numerator": None if kind == "median" else counted,
        "denominator": None if kind == "count" else everything,
    }
    return document, items

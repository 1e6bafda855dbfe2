"""What stands in a report, in which order: its measures, its sections with their groups, the items behind a figure.

What is written in `reports` of the rules is carried out here; how it looks is for output.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.errors import NotFound, Refused
from dispatchctl.policy.items import PERSON
from dispatchctl.registers import Pages
from dispatchctl.reports.measures import (
    WHOLE,
    Figure,
    Figures,
    GroupKey,
    Heads,
    Item,
    Window,
    build_figure,
    find_by,
    is_duration,
    list_figure_items,
    work_out,
)
from dispatchctl.reports.values import Catalog

Policy = Mapping[str, Any]
Say = Callable[[str, str], str]  # (field a report groups by, its value) -> what people call it

GENERAL = ("daily", "weekly", "monthly")  # reports that show all measures where the rules do not say which


class Heading(NamedTuple):
    """What stands above a report. Times are ISO 8601 text; until is exclusive; policy: the version of the formulas."""

    report: str
    period: str
    start: str
    until: str
    generated_at: str
    policy: str
    before_rules: bool


class Beside(NamedTuple):
    """A period that stands beside that of a report: what it is called, its times as in Heading, its bounds."""

    name: str
    start: str
    until: str
    period: Window


def build_report(
    db: sqlite3.Connection,
    policy: Policy,
    heading: Heading,
    period: Window,
    say: Say,
    rest: str = "",
    beside: Mapping[str, Beside] | None = None,
    heads: Callable[[Window], Heads] | None = None,
    *,
    pages: Pages,
) -> dict[str, Any]:
    """The document of a report: {"report", "period", ..., "measures": {ID: figure}, "sections": [...]}.

    A section's first row is the period as a whole (`by` null); then, for each field it is grouped by, one row for each
    value that occurs, in the order of the rules. Where the rules say nothing about this report, it is one section,
    titled `rest`, of all measures. beside: the periods that list_wanted_beside names; all are counted by the formulas
    of this one. A value that occurs only in one of them has a row too. heads: of a period, see work_out. pages: of the
    registers that the rules name. NotFound where there are no measures at all.
    """
    beside, catalog = beside or {}, Catalog(policy, pages)
    sections = list_sections(policy, heading.report, rest)
    wanted = _list_wanted(sections)
    figures = {"": work_out(db, catalog, wanted, period, heads and heads(period))}
    for word, other in beside.items():
        asked = _list_wanted(section for section in sections if word in section["beside"])
        figures[word] = work_out(db, catalog, asked, other.period, heads and heads(other.period))
    return {
        "report": heading.report,
        "period": heading.period,
        "from": heading.start,
        "until": heading.until,
        "generated_at": heading.generated_at,
        "policy": heading.policy,
        "before_rules": heading.before_rules,
        "beside": {
            word: {"period": other.name, "from": other.start, "until": other.until} for word, other in beside.items()
        },
        "measures": {
            name: {"title": policy["measures"][name]["title"], **describe_figure(figures[""][WHOLE][name])}
            for name in wanted
        },
        "sections": [
            {
                "id": section["id"] or str(number),
                "title": section["title"],
                "rows": list(_list_rows(catalog, section, figures, say)),
            }
            for number, section in enumerate(sections, 1)
        ],
    }


def _list_wanted(sections: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """measure -> the fields that some section groups it by."""
    wanted: dict[str, list[str]] = {}
    for section in sections:
        for name in section["measures"]:
            known = wanted.setdefault(name, [])
            known += [field for field in section["by"] if field not in known]
    return wanted


def list_sections(policy: Policy, report: str, rest: str = "") -> list[dict[str, Any]]:
    """The sections of a report as the rules have them, or one of all measures; NotFound where there are none."""
    sections: list[dict[str, Any]] = policy["reports"].get(report) or []
    if sections:
        return sections
    if not policy["measures"]:
        raise NotFound("the rules have no measures to report", hint="describe them in policies.yaml: measures, reports")
    if report not in GENERAL:
        raise NotFound(
            f"the rules have no report of that name: {report}", hint=f"describe it in policies.yaml: reports.{report}"
        )
    return [{"id": "measures", "title": rest, "measures": list(policy["measures"]), "by": [], "beside": []}]


def list_wanted_beside(policy: Policy, report: str) -> list[str]:
    """Which periods the sections of a report want beside its own: month-before, year-before."""
    sections = policy["reports"].get(report) or []
    return list(dict.fromkeys(word for section in sections for word in section["beside"]))


def describe_figure(figure: Figure) -> dict[str, Any]:
    """A figure under the keys of json."""
    return {
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "kind": figure.kind,
    }


def _list_rows(
    catalog: Catalog, section: Mapping[str, Any], figures: Mapping[str, Figures], say: Say
) -> list[dict[str, Any]]:
    """figures: of this period under "", of those beside it under their words."""
    names = section["measures"]
    shown = {"": figures[""], **{word: figures[word] for word in section["beside"] if word in figures}}
    rows = [_build_row(catalog, WHOLE, names, shown, None)]
    for field in section["by"]:
        found = [
            key
            for each in shown.values()
            for key in each
            if key.field == field and any(_is_filled(each[key].get(name)) for name in names)
        ]
        keys = list(dict.fromkeys(found))
        titles = {key: say(field, key.value) if key.value is not None else None for key in keys}
        order = _list_order(catalog, field, names)
        keys.sort(
            key=lambda key: (
                key.value is None,
                order.get(key.value or "", len(order)),
                titles[key] or "",
                key.value or "",
            )
        )
        rows += [_build_row(catalog, key, names, shown, titles[key]) for key in keys]
    return rows


def _is_filled(figure: Figure | None) -> bool:
    """Whether something was counted: items, or in their absence what is no count of items (a sum is text)."""
    if figure is None:
        return False
    return bool(figure.numerator) if figure.denominator is None else bool(figure.denominator)


def _build_row(
    catalog: Catalog, key: GroupKey, names: Sequence[str], shown: Mapping[str, Figures], title: str | None
) -> dict[str, Any]:
    def describe(word: str, name: str) -> dict[str, Any] | None:
        figure = shown[word].get(key, {}).get(name)
        if figure is None and find_by(catalog, name, key.field) is not None:
            figure = build_figure(catalog, name)
        return describe_figure(figure) if figure is not None else None

    return {
        "by": key.field or None,
        "key": key.value,
        "title": title,
        "measures": {name: describe("", name) for name in names},
        "beside": {word: {name: describe(word, name) for name in names} for word in shown if word},
    }


def _list_order(catalog: Catalog, by: str, names: Sequence[str]) -> dict[str, int]:
    """Value -> its place in the rules, of a field whose values the rules or its page list."""
    for name in names:
        group = find_by(catalog, name, by)
        if by == PERSON or group is None or group.field is None:
            continue
        known: Any = catalog.policy.get(group.field.of) if group.field.type == "key" else group.field.choices
        if group.field.name == "clock":
            known = [clock["id"] for clock in catalog.policy["clocks"]]
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
            **{key: figure[key] for key in NUMBERS},
            **_flatten_beside(row["beside"], name),
        }
        for section in document["sections"]
        for row in section["rows"]
        for name, figure in row.get("measures", {}).items()  # rows of corrections have none
        if figure is not None
    ]


NUMBERS = ("value", "numerator", "denominator")
BESIDE = {"month-before": "month_before", "year-before": "year_before"}
FIGURES = (*NUMBERS, *(f"{word}_{key}" for word in BESIDE.values() for key in NUMBERS))  # of FLAT, those of numbers
FLAT = (
    *("report", "period", "section", "by", "key", "title", "measure", "name"),
    *FIGURES,
)


def _flatten_beside(beside: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, Any]:
    """{"month_before_value": ..., "year_before_denominator": ...}: null where that period does not stand beside."""
    return {
        f"{column}_{key}": (beside.get(word, {}).get(name) or {}).get(key)
        for word, column in BESIDE.items()
        for key in NUMBERS
    }


def find_measure(policy: Policy, text: str, place: str = "--drill") -> str:
    """The measure of that id or title; NotFound with the nearest names. place: the option, for the message."""
    found = find_titled(policy, text, place)
    if found:
        return found
    measures = policy["measures"]
    titles = [measure["title"] for measure in measures.values()]
    from difflib import get_close_matches

    near = get_close_matches(text, [*measures, *titles], 3, 0.5)
    hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(measures)}" if measures else ""
    raise NotFound(f"no such measure: {text[:60]!r}", place=place, hint=hint)


def find_titled(policy: Policy, text: str, place: str = "") -> str:
    """The measure of that id or title, "" for none; Refused where the title is that of several."""
    measures = policy["measures"]
    if text in measures:
        return text
    found = [name for name, measure in measures.items() if measure["title"] == text]
    if len(found) > 1:
        raise Refused(f"{text[:60]!r} is the title of several", place=place, hint=f"say which: {', '.join(found)}")
    return "".join(found)


def describe_item(item: Item) -> dict[str, Any]:
    """An item behind a figure under the keys of json. ref: of a row its reference; amount: what it adds, else null."""
    return {"id": item.id, "instance": item.instance, "ref": item.ref, "amount": item.amount}


def drill(
    db: sqlite3.Connection,
    policy: Policy,
    name: str,
    period: Window,
    person: str = "",
    headed: Sequence[str] = (),
    *,
    pages: Pages,
) -> tuple[dict[str, Any], list[Item]]:
    """({"measure", "numerator": items, "denominator": items or null}, all items): the cases behind a figure.

    The lists are as long as the figure's numbers; a sum and an average have the same items in both, a median has them
    in the denominator and null above. person, headed: see list_figure_items. pages: as for build_report.
    """
    items = list_figure_items(db, Catalog(policy, pages), name, period, person, headed)
    kind = policy["measures"][name]["value"][0]
    counted = [describe_item(item) for item in items if item.counted]
    everything = [describe_item(item) for item in items]
    document = {
        "measure": name,
        "numerator": None if kind in ("median", "p90") or is_duration(policy["measures"][name]) else counted,
        "denominator": None if kind == "count" else everything,
    }
    return document, items

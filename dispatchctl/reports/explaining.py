"""A figure opened downward: what is counted, by which conditions, and the cases it is made of. Reports (PD-5.4)."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dispatchctl.policy.items import PERSON
from dispatchctl.reports.documents import describe_figure
from dispatchctl.reports.measures import (
    WHOLE,
    Figure,
    GroupKey,
    Heads,
    Item,
    Window,
    build_figure,
    list_figure_items,
    work_out,
)
from dispatchctl.reports.values import Catalog
from dispatchctl.rules.reasons import Reason, bound, cite_rule, make_reason


def explain_measure(
    db: sqlite3.Connection,
    catalog: Catalog,
    name: str,
    period: Window,
    limit: int = 0,
    person: str = "",
    headed: Sequence[str] = (),
    heads: Heads | None = None,
) -> Reason:
    """A measure of a period, or of one person's items in it: the figure, its formula in words, its cases.

    limit: cases of a list, 0: all. person, headed: as for list_figure_items; heads: as for work_out.
    """
    figure = find_figure(db, catalog, name, period, person, heads)
    measure = catalog.policy["measures"][name]
    value = {
        "title": measure["title"],
        **describe_figure(figure),
        "from": period.days[0],
        "until": period.days[1],
        "person": person or None,
    }
    items = list_figure_items(db, catalog, name, period, person, headed)
    because = [
        *cite_rule(measure, catalog.policy),
        make_reason("items", None, {"of": measure["of"], "month": measure["month"]}),
        *_explain_conditions(measure),
        *_explain_items(figure, items, limit),
    ]
    return make_reason("measure", name, value, because)


def find_figure(
    db: sqlite3.Connection, catalog: Catalog, name: str, period: Window, person: str = "", heads: Heads | None = None
) -> Figure:
    """What a measure comes to, for everybody or for one person."""
    figures = work_out(db, catalog, {name: [PERSON] if person else []}, period, heads)
    found = figures.get(GroupKey(PERSON, person) if person else WHOLE, {}).get(name)
    return found or build_figure(catalog, name)


def _explain_conditions(measure: Mapping[str, Any]) -> Iterator[Reason]:
    for part in ("over", "count"):
        for field, (word, wanted) in measure[part].items():
            values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
            yield make_reason("condition", None, {"part": part, "field": field, "word": word, "wanted": values})
    value = measure["value"]
    if len(value) > 1:
        yield make_reason("condition", None, {"part": value[0], "field": value[1], "word": None, "wanted": []})


def _explain_items(figure: Figure, items: Sequence[Item], limit: int) -> Iterator[Reason]:
    counted = [item for item in items if item.counted]
    if figure.kind == "ratio":
        others = [item for item in items if not item.counted]
        yield make_reason("counted", None, {"number": len(counted)}, bound(_list(counted), limit))
        yield make_reason("uncounted", None, {"number": len(others)}, bound(_list(others), limit))
    else:
        yield make_reason("counted", None, {"number": len(items)}, bound(_list(items), limit))


def _list(items: Sequence[Item]) -> list[Reason]:
    return [
        make_reason("item", item.id, {"instance": item.instance, "ref": item.ref, "amount": item.amount})
        for item in items
    ]

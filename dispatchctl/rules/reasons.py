"""One step of a verdict opened downward: what it is, and what it rests on. Pure.

A tree of plain values, the same for a charge, a late clock, a figure and a score, so that one command shows them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Reason = dict[str, Any]  # {"what", "id", "value": {...}, "because": [Reason, ...]}

#: every word that `what` may be
WORDS = (
    *("charge", "clause", "event", "condition", "person", "counting", "earlier", "amount", "besides", "entry"),
    *("case", "state", "severity", "test", "ruling", "owed", "clock", "change", "segment"),
    *("measure", "items", "counted", "uncounted", "item", "left-out", "score", "part", "mark", "reading"),
)


def make_reason(what: str, name: str | None, value: Mapping[str, Any], because: Iterable[Reason] = ()) -> Reason:
    """One step. what: one of WORDS; name: the id of what it is about, None where it has none; value: its facts."""
    return {"what": what, "id": name, "value": dict(value), "because": list(because)}


def bound(reasons: Sequence[Reason], limit: int) -> list[Reason]:
    """The first `limit` of them (0: all), and in their place how many were left out."""
    if not limit or len(reasons) <= limit:
        return list(reasons)
    return [*reasons[:limit], make_reason("left-out", None, {"number": len(reasons) - limit})]


def cite_clauses(clauses: Iterable[str], policy: Mapping[str, Any]) -> list[Reason]:
    """The clauses that a rule stands on, with their texts as the version of the rules gives them (null for none)."""
    return [make_reason("clause", each, {"text": policy["clauses"].get(each) or None}) for each in clauses]


def cite_rule(rule: Mapping[str, Any], policy: Mapping[str, Any]) -> list[Reason]:
    """The clauses of a rule, and how the desk reads them where they leave something open."""
    read = [make_reason("reading", None, {"text": rule["reading"]})] if rule["reading"] else []
    return [*cite_clauses(rule["source"], policy), *read]

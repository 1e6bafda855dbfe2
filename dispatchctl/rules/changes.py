"""What a changed fact did to a clock, and what its due time then rests on, so that it can be told step by step. Pure.

Which due time follows from a change is decided in `rules.clocks` (policies.md, "Changed facts").
"""

from collections.abc import Mapping
from typing import NamedTuple

from dispatchctl.policy.spans import Limit
from dispatchctl.rules.limits import Pause
from dispatchctl.rules.variants import Variant

#: by which rule the due time after a change was found. late: it was late already, and stays so; shorter: the earlier of
#: the old due time and the new limit from the change on; longer: the new limit from the start, not before the change;
#: moved: by the new time it counts from or is due by, not before the change; granted: as longer, and what was granted
#: is not taken back.
WAYS = ("late", "shorter", "longer", "moved", "granted")


class News(NamedTuple):
    """One fact that changed. path: as `when` names it (`priority`, `order.priority`); "" for no value."""

    path: str
    before: str
    after: str


class ChangeOfFacts(NamedTuple):
    """A change of facts that selected another entry of a clock, or moved what it counts from or is due by.

    at: seconds; event, ref: of the row that made it. before, after: the limits of the entries, None for none.
    due_before, due_after: seconds, as known then (None while a pause keeps that open). rule: one of WAYS.
    """

    at: int
    event: str
    ref: str
    facts: tuple[News, ...]
    before: Limit | None
    after: Limit | None
    due_before: int | None
    due_after: int | None
    rule: str


class Basis(NamedTuple):
    """What a due time rests on after changes: one limit counted from one moment, or a time that was fixed.

    variant: whose limit is counted; None for a fixed time. begins: until when it waited for a `from` field, else its
    start. start: from when it counts, later than `begins` where a change begins the count anew. until: when that runs
    out (None while a pause keeps it open). floor: the time before which a change let it not be due, where that decided.
    """

    variant: Variant | None
    begins: int
    start: int
    pauses: tuple[Pause, ...]
    until: int | None
    floor: int | None


def compare_facts(
    news: Mapping[str, tuple[str, str]], earlier: Mapping[str, str], present: Mapping[str, str]
) -> tuple[News, ...]:
    """The facts that made a change: those its row brought, and those that follow from it.

    news: path -> (before, after) of what the row itself says. earlier, present: the values before and after it of what
    the entries ask for; earlier only of what follows from other facts, and has been asked for.
    """
    found = {path: News(path, *values) for path, values in news.items()}
    for path, value in present.items():
        if path in earlier:
            found[path] = News(path, earlier[path], value)
    return tuple(each for each in found.values() if each.before != each.after)

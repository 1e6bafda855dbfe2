"""What one set of rules changes about another: a flat list of paths with the value before and after.

Layer: policy. Its one job: that comparison, of rules and of their days, so that who publishes sees what follows.
"""

from datetime import date
from typing import Any, NamedTuple

from dispatchctl.policy.days import Days
from dispatchctl.policy.showing import show_policy

ADDED, REMOVED, CHANGED, REORDERED = "added", "removed", "changed", "reordered"
OFF, WORKING = "off", "working"
TABLES = (OFF, WORKING)


class Change(NamedTuple):
    """One difference. path: as `policy show` takes it, or `days.DATE`, `days.DATE..DATE`, `days.through`.

    change: added, removed, changed or reordered. before, after: plain values in the words of policies.yaml, None where
    there is none; of a day `off`, `off: NAME`, `working`, `working: NAME`, or None for what its weekday makes it.
    """

    path: str
    change: str
    before: Any
    after: Any


def compare_rules(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The differences between two compiled policies, defaults filled in, in the order of the sections; without days.

    Last, where one was published by a release that read rules otherwise: their editions.
    """
    editions = _compare(before["edition"], after["edition"], "edition")
    return _compare(show_policy(before), show_policy(after), "") + editions


def _compare(before: Any, after: Any, path: str) -> list[Change]:
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return _compare_maps(before, after, path)
    if _has_ids(before) and _has_ids(after):
        return _compare_items(before, after, path)
    change = ADDED if before is None else REMOVED if after is None else CHANGED
    return [Change(path, change, before, after)]


def _compare_maps(before: dict[str, Any], after: dict[str, Any], path: str) -> list[Change]:
    found: list[Change] = []
    for key in (*after, *(key for key in before if key not in after)):
        found += _compare(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    return found


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and item.get("id") for item in value)


def _compare_items(before: list[dict[str, Any]], after: list[dict[str, Any]], path: str) -> list[Change]:
    """Items that carry an id; several of one id (variants of a clock) are paired by their `when`, then in order."""
    found: list[Change] = []
    for name in dict.fromkeys(item["id"] for item in (*after, *before)):
        old = [item for item in before if item["id"] == name]
        new = [item for item in after if item["id"] == name]
        pairs = _pair_variants(old, new)
        single = len(old) <= 1 and len(new) <= 1
        for was, now in pairs:
            number = (new.index(now) if now is not None else old.index(was)) + 1
            found += _compare(was, now, f"{path}.{name}" if single else f"{path}.{name}.{number}")
        kept = [old.index(was) for was, now in pairs if was is not None and now is not None]
        if kept != sorted(kept):  # the first that matches wins, so their order is a rule itself
            conditions = [[item.get("when") or {} for item in items] for items in (old, new)]
            found.append(Change(f"{path}.{name}", REORDERED, *conditions))
    return found


def _pair_variants(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """(before, after) of each variant, in the order of the new ones, then those that are gone."""
    left = list(old)
    pairs: list[tuple[Any, Any]] = []
    for now in new:
        same = next((was for was in left if was.get("when") == now.get("when")), None)
        if same is not None:
            left.remove(same)
        pairs.append((same, now))
    for place, (was, now) in enumerate(pairs):
        if was is None and left and len(old) == len(new):
            pairs[place] = (left.pop(0), now)
    return pairs + [(was, None) for was in left]


def compare_days(before: Days, after: Days) -> list[Change]:
    """The days that are made otherwise, runs of equal ones as one, and the last year that is known."""
    found: list[Change] = []
    run: list[int] = []
    for day in [*list_changed_days(before, after), 0]:
        kinds = describe_day(before, day), describe_day(after, day)
        if run and (day != run[-1] + 1 or kinds != (describe_day(before, run[0]), describe_day(after, run[0]))):
            found.append(_change_days(before, after, run))
            run = []
        run.append(day)
    if before["through"] != after["through"]:
        found.append(Change("days.through", CHANGED, before["through"], after["through"]))
    return found


def list_changed_days(before: Days, after: Days) -> list[int]:
    """The ordinals of the days that are something else after than before, in order."""
    days = {day for tables in (before, after) for name in TABLES for day in tables[name]}
    return sorted(day for day in days if describe_day(before, day) != describe_day(after, day))


def list_past_changes(before: Days, after: Days, today: int) -> list[int]:
    """The changed days before `today` (an ordinal); a year that turns known or unknown counts by its first day."""
    found = [day for day in list_changed_days(before, after) if day < today]
    years = sorted((before["through"], after["through"]))
    found += [first for year in range(years[0] + 1, years[1] + 1) if (first := date(year, 1, 1).toordinal()) < today]
    return sorted(set(found))


def describe_day(days: Days, day: int) -> str | None:
    """What the tables make of a day: `off: NAME`, `working: NAME`, without a name for the desk's own; else None."""
    for table in TABLES:
        if day in days[table]:
            name = days[table][day]
            return f"{table}: {name}" if name else table
    return None


def _change_days(before: Days, after: Days, run: list[int]) -> Change:
    first, last = (date.fromordinal(day).isoformat() for day in (run[0], run[-1]))
    was, now = describe_day(before, run[0]), describe_day(after, run[0])
    change = ADDED if was is None else REMOVED if now is None else CHANGED
    return Change(f"days.{first}" if first == last else f"days.{first}..{last}", change, was, now)

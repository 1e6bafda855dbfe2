"""Whom an urging of a level is told to: up the line of command, and whether one is due again. Pure.

(policies.md, "Escalation"; XX-1.10, GZ-1.3)
"""

from collections.abc import Mapping
from typing import Any

from dispatchctl.policy.spans import Limit
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.limits import add_limit
from dispatchctl.rules.owners import find_order, list_departments
from dispatchctl.rules.people import People

DESK = "desk"


def find_level(one: Instance, now: int) -> int:
    """0 before the due time, 1 (the owner) from then on, and one more for each whole interval, up to the last role."""
    if one.due_at is None or now <= one.due_at:
        return 0
    return 1 + sum(reached <= now for reached in one.levels)


def count_intervals(one: Instance, now: int) -> int:
    """How many whole intervals of `urge` have passed since the due time."""
    due, span = one.due_at or 0, one.variant.urge
    low, high = 0, 1
    while _after(one, due, span, high) <= now:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if _after(one, due, span, middle) <= now:
            low = middle
        else:
            high = middle
    return low


def _after(one: Instance, due: int, span: Limit, count: int) -> int:
    if count == 0:
        return due
    return add_limit(one.variant.calendar, Limit(span.number * count, span.unit), due).at or due


def next_urging(one: Instance, now: int, level: int, last_at: int | None, last_level: int | None) -> int | None:
    """None where an urging is due now; else when the next one will be, seconds.

    One is due where none was recorded at the present level; at the last level one for each interval.
    """
    if last_at is None or last_level is None or last_level < level:
        return None
    due, last = one.due_at or 0, len(one.levels) + 1
    if level < last:
        return one.levels[level - 1]
    passed = count_intervals(one, now)
    if last_at < _after(one, due, one.variant.urge, passed):
        return None
    return _after(one, due, one.variant.urge, passed + 1)


def find_person(
    owner: str, level: int, case: Case, family: Family, people: People, policy: Mapping[str, Any], now: int
) -> list[str]:
    """Who is told at a level, by staff id: level 1 the owner, above it the holder of that role in the owner's line.

    From the owner up the `manager` links, the first of that role or a higher one; without such a link the people of
    that role in the owner's department, else in the desk's; where there is nobody, the next level's.
    """
    roles = policy["escalation"]["roles"]
    is_role = owner in policy["roles"] and owner not in people.histories
    if level <= 1:
        holders = people.holders(owner, now) if is_role else [owner] if owner else []
        if holders:
            return holders
        level = 2
    order = find_order(family, case)
    departments = list_departments(case, order, policy) if is_role or not owner else []
    department = departments[0] if departments else people.facts(owner, now).get("department", "")
    for role in roles[level - 2 :]:
        found = _climb(owner, role, people, now) if owner and not is_role else []
        if not found:
            found = _hold(role, department, people, now)
        if found:
            return found
    return []


def _climb(owner: str, role: str, people: People, now: int) -> list[str]:
    seen = {owner}
    manager = people.facts(owner, now).get("manager", "")
    while manager and manager not in seen:
        seen.add(manager)
        if not people.has_left(manager, now) and people.stands_for(people.facts(manager, now).get("role", ""), role):
            return [manager]
        manager = people.facts(manager, now).get("manager", "")
    return []


def _hold(role: str, department: str, people: People, now: int) -> list[str]:
    holders = people.holders(role, now)
    for place in (department, DESK):
        inside = [staff for staff in holders if place and people.facts(staff, now).get("department") == place]
        if inside:
            return inside
    return holders

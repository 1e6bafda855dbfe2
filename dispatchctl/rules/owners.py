"""Who must act on a clock: its `owner` words turned into people or roles at a time. Pure (policies.md, "Owners")."""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatchctl.registers.page import split_items
from dispatchctl.rules.families import Case, Family
from dispatchctl.rules.people import People

SYSTEM = "system"  # the built-in actor of cron: never a person who could owe anything


def find_order(family: Family, case: Case) -> Case:
    """The order a case belongs to; the case itself where it belongs to none."""
    return family.cases.get(case.parent, case) if case.parent else case


def list_departments(case: Case, order: Case, policy: Mapping[str, Any], at: int | None = None) -> list[str]:
    """The departments a case concerns at a time (None: the latest): its own, else the order's, else its service's."""
    for each in (case, order):
        fields = read_fields_at(each, at)
        named = split_items(fields.get("departments", "")) or split_items(fields.get("department", ""))
        if named:
            return named
    service = (policy.get("services") or {}).get(read_fields_at(order, at).get("service", ""))
    return [service["department"]] if service and service.get("department") else []


def read_fields_at(case: Case, at: int | None) -> Mapping[str, str]:
    """The fields of a case as they were at a time (None: the latest), whenever that was recorded."""
    if at is None or all(row.at <= at for row in case.rows):
        return case.fields
    fields: dict[str, str] = {}
    for row in case.rows:
        # What the case began with holds from the beginning, even if that is said to have been later.
        if row.at <= at or row is case.rows[0]:
            fields.update(row.fields)
    return fields


def find_dispatcher(family: Family, order: Case, at: int) -> str:
    """Who dispatched: of the order's last needs-dispatch or assigned by then, else of its taken; never the system."""
    found = ""
    for moment in family.moments:
        if moment.at > at or moment.row.derived:
            continue
        if moment.case == order.id and moment.event in ("taken", "needs-dispatch"):
            who = moment.row.by
        elif moment.event == "assigned" and moment.row.fields.get("order_id") == order.id:
            who = moment.row.fields.get("dispatcher", "") or moment.row.by
        else:
            continue
        if who and who != SYSTEM:
            found = who
    return found


def read_item(case: Case, item: str, at: int | None) -> Mapping[str, str]:
    """The fields as they were at a time of one item of a case (a measure, an opinion): from the rows about it."""
    if not item:
        return read_fields_at(case, at)
    fields: dict[str, str] = dict(read_fields_at(case, at))
    for row in case.rows:
        if item in row.fields.values() and (at is None or row.at <= at):
            fields.update(row.fields)
    return fields


def resolve_owners(
    words: Sequence[str],
    family: Family,
    case: Case,
    at: int,
    people: People,
    policy: Mapping[str, Any],
    item: str = "",
) -> list[str]:
    """The owners at a time, each once, in the order of the words; [""] where there is nobody.

    A role stays a role: everybody who holds it may act. One who left by then owes nothing: it passes on. item: the
    measure or opinion of the case that is owed.
    """
    order = find_order(family, case)
    found: list[str] = []
    for word in words:
        if word == "department-head":
            departments = list_departments(case, order, policy, at)
            found += [head for each in departments for head in people.heads_of(each, at)]
        elif word in policy.get("roles", ()):
            found.append(word)
        else:
            found += [_pass_on(each, at, people) for each in _name_persons(word, family, case, order, at, item)]
    unique = list(dict.fromkeys(each for each in found if each and each != SYSTEM))
    return unique or [""]


def _name_persons(word: str, family: Family, case: Case, order: Case, at: int, item: str) -> list[str]:
    if word == "dispatcher":
        return [find_dispatcher(family, order, at)]
    if word == "receiver":
        received = read_fields_at(case, at).get("received_by", "")
        return [received or (case.rows[0].by if case.rows else "")]
    return split_items(read_item(case, item, at).get(word, ""))


def _pass_on(staff: str, at: int, people: People) -> str:
    return people.successor(staff, at) if staff and people.has_left(staff, at) else staff

"""Who may approve, waive or reverse a charge; steps of discipline. Pure (KB2-8.1, PR-16, WP-10; policies.md)."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from dispatchctl.policy.spans import Limit
from dispatchctl.registers.page import split_items
from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.limits import add_limit
from dispatchctl.rules.people import People

NEXT_STEP = "next-step"
HEAD = "department-head"


class Sanction(NamedTuple):
    """What an approved entry of the ledger took against a person: its id, when (seconds), which measures."""

    entry: str
    at: int
    taken: tuple[str, ...]


def choose_step(
    discipline: Mapping[str, Any], record: Iterable[Sanction], at: int, calendar: Calendar
) -> tuple[str, list[str]]:
    """(the step above the highest taken within the time before `at`, the entries it rests on); at the top, the top.

    Without a record it is the mildest step. Of an entry only the measures named besides money count: a fine of a rule
    is a price, the step `fine` a measure. The time runs from the approval and includes its last moment.
    """
    steps: Sequence[str] = discipline["steps"]
    number, unit = discipline["within"]
    highest, rests = -1, []
    for each in sorted(record, key=lambda one: (one.at, one.entry)):
        until = add_limit(calendar, Limit(int(number), str(unit)), each.at).at
        places = [steps.index(measure) for measure in each.taken if measure in steps]
        if places and each.at <= at and until is not None and at <= until:
            highest = max(highest, *places)
            rests.append(each.entry)
    return steps[min(highest + 1, len(steps) - 1)], rests


def replace_step(
    measures: Sequence[str], discipline: Mapping[str, Any], record: Iterable[Sanction], at: int, calendar: Calendar
) -> tuple[list[str], list[str]]:
    """(measures with next-step as the concrete one, each once; the entries that rests on)."""
    if NEXT_STEP not in measures:
        return list(measures), []
    step, rests = choose_step(discipline, record, at, calendar)
    return list(dict.fromkeys(step if each == NEXT_STEP else each for each in measures)), rests


def may_decide(people: People, actor: str, staff: str, approver: str, at: int | None = None) -> bool:
    """Whether `actor` may approve what `approver` approves about `staff`: never oneself, never a lower role.

    department-head: who heads the person's department without standing below that person, and whoever stands above a
    head in the line of command; of the head himself, and of a department without one, those above him, or above the
    lowest rank of the line.
    """
    if actor == staff or people.entry(actor, at) is None or people.has_left(actor, at):
        return False
    role = people.facts(actor, at).get("role", "")
    if approver != HEAD:
        return people.stands_for(role, approver)
    department = people.facts(staff, at).get("department", "")
    heads = [head for head in people.heads_of(department, at) if head != staff] if department else []
    own = people.rank(people.facts(staff, at).get("role", ""))
    if actor in heads and people.rank(role) >= own:
        return True
    ranks = [people.rank(people.facts(head, at).get("role", "")) for head in heads]
    return people.rank(role) > max(min(ranks, default=0), own if department in _heads(people, staff, at) else -1)


def _heads(people: People, staff: str, at: int | None) -> list[str]:
    return split_items(people.facts(staff, at).get("heads", ""))


def is_within(amount: str, bounds: Sequence[str]) -> bool:
    """Whether an amount lies in [least, most], both included; without bounds any does."""
    return not bounds or Decimal(bounds[0]) <= Decimal(amount) <= Decimal(bounds[-1])

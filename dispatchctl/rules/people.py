"""Who holds which post at a time: the staff register as a question one can ask. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from dispatchctl.registers.page import VOID, split_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case


class Entry(NamedTuple):
    """What held of a person from `at` on (seconds) until the next entry."""

    at: int
    state: str
    facts: Mapping[str, str]


class People:
    """The staff, by id, with their history by time.

    ranks: those of `escalation.roles`, lowest first; a person of a higher rank stands for a lower one.
    """

    def __init__(self, histories: Mapping[str, Sequence[Entry]], ranks: Sequence[str] = ()) -> None:
        self.histories = histories
        self.ranks = list(ranks)

    @classmethod
    def from_cases(cls, cases: Iterable[Case], ranks: Sequence[str] = ()) -> "People":
        """The people that folded staff cases make; a row's changes hold from its `at` on."""
        found = (case for case in cases if case.register == "staff" and case.state != VOID)
        return cls({case.id: list_history(case) for case in found}, ranks)

    def entry(self, staff: str, at: int | None = None) -> Entry | None:
        """What held of a person at a time (None: the latest known), None before they joined."""
        entries = self.histories.get(staff)
        if not entries:
            return None
        if at is None:
            return entries[-1]
        index = bisect_right(entries, at, key=_read_time) - 1
        return entries[index] if index >= 0 else None

    def here(self, at: int | None = None) -> list[tuple[str, Mapping[str, str]]]:
        """(staff id, facts) of everybody employed at that time, by staff id."""
        found = []
        for staff in sorted(self.histories):
            entry = self.entry(staff, at)
            if entry is not None and entry.state != "left":
                found.append((staff, entry.facts))
        return found

    def has_left(self, staff: str, at: int | None = None) -> bool:
        """Whether the person had left by then."""
        entry = self.entry(staff, at)
        return entry is not None and entry.state == "left"

    def facts(self, staff: str, at: int | None = None) -> Mapping[str, str]:
        """The person's fields at that time; empty for nobody known."""
        entry = self.entry(staff, at)
        return entry.facts if entry is not None else {}

    def name(self, staff: str) -> str:
        """The person's latest name; the id where nobody is known by it."""
        return self.facts(staff).get("name") or staff

    def heads_of(self, department: str, at: int | None = None) -> list[str]:
        """Who heads the department at that time, by staff id."""
        return [staff for staff, facts in self.here(at) if department in split_items(facts.get("heads", ""))]

    def holders(self, role: str, at: int | None = None) -> list[str]:
        """Who holds exactly this role at that time, by staff id."""
        return [staff for staff, facts in self.here(at) if facts.get("role") == role]

    def rank(self, role: str) -> int:
        """The role's place in the chain of command from 0; -1 for one that is not in it."""
        return self.ranks.index(role) if role in self.ranks else -1

    def stands_for(self, role: str, asked: str) -> bool:
        """Whether a person of `role` may do what is `asked`'s: the same role, or a higher one of the chain."""
        if role == asked:
            return True
        mine = self.rank(role)
        return mine >= 0 and mine > self.rank(asked)

    def successor(self, staff: str, at: int | None = None) -> str:
        """To whom passes what a person who has left would owe: the department's head, or their manager; or ""."""
        facts = self.facts(staff, at)
        for head in self.heads_of(facts.get("department", ""), at) if facts.get("department") else ():
            if head != staff:
                return head
        manager = facts.get("manager", "")
        seen = {staff}
        while manager and manager not in seen and self.has_left(manager, at):
            seen.add(manager)
            manager = self.facts(manager, at).get("manager", "")
        return "" if manager in seen else manager


def list_history(case: Case) -> list[Entry]:
    """The history of a person, by time: at each time what the rows that had happened by then say, as recorded.

    What is recorded later about an earlier time stands over what was said of that time, but not of what came between.
    """
    rows = [row for row in case.rows if row.event != "retracted"]
    entries: list[Entry] = []
    facts: Mapping[str, str] = {}
    state = ""
    if all(one.at <= two.at for one, two in pairwise(rows)):
        for row in rows:
            state, facts = _follow(case, row, state, facts)
            entries.append(Entry(row.at, state, facts))
        return entries
    for at in sorted({row.at for row in rows}):
        state, facts = "", {}
        for row in rows:
            if row.at <= at:
                state, facts = _follow(case, row, state, facts)
        if state:
            entries.append(Entry(at, state, facts))
    return entries


def _follow(person: Case, row: Row, state: str, facts: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    state = person.events[row.event].after or state
    if row.event == "joined" and row.fields.get("regular"):
        state = "regular"
    return state, {**facts, **row.fields}


def _read_time(entry: Entry) -> int:
    return entry.at

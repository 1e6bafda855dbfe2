"""What follows from the rows of orders and assignments: who did the work, was it followed up, what is owed. Pure."""

from collections.abc import Mapping, Sequence

from dispatchctl.policy.rulebook import Version
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.derived_base import NOTHING, Calendars, Derived
from dispatchctl.rules.families import Case, Family, Moment
from dispatchctl.rules.owners import find_dispatcher
from dispatchctl.rules.payments import MONEY, MONEYED, read_money


class OfOrder(Derived):
    """dispatcher, worker (the lead at the last `completed`), follow_up (owed, made, unreachable or none), its money.

    source_ref: what its first row is referred to by in another system.
    """

    names = frozenset({"dispatcher", "worker", "follow_up", "source_ref", *MONEY})
    _TAKEN = frozenset({"dispatcher", "source_ref"})
    _FOLLOW_UP, _WORKER, _DISPATCHER = (frozenset({name}) for name in ("follow_up", "worker", "dispatcher"))

    def __init__(self, family: Family, case: Case, calendars: Calendars) -> None:
        super().__init__(family, case, calendars)
        self.worker = ""
        self.closed = self.answered = False
        self.asked: list[tuple[str, str]] = []  # of follow-ups since it was closed: answered or not-reached, and how
        self.cancelled = False
        self.money: list[Row] = []  # those that say something of money

    def note(self, moment: Moment) -> frozenset[str]:
        """See Derived.note."""
        event = moment.event
        if moment.case == self.case.id:
            if moment.register == "state":
                before, self.closed = self.closed, event == "closed"
                self.cancelled = event == "cancelled"
                if self.closed:  # what was said of it before it was reopened is no answer to what was done since
                    self.asked = []
                return (self._FOLLOW_UP if self.closed or before else NOTHING) | MONEY
            if event in MONEYED:
                self.money.append(moment.row)
            self.answered = event == "answered" or (self.answered and event != "reopened")
            moved = MONEY if event in MONEYED else NOTHING
            if self.closed:  # a corrected kind or service
                return self._FOLLOW_UP | moved
            if event == "taken":
                return self._TAKEN | moved
            return (self._DISPATCHER if event == "needs-dispatch" else NOTHING) | moved
        if moment.register == "followups":
            if event in ("answered", "not-reached"):
                self.asked.append((event, self.family.cases[moment.case].fields.get("method", "")))
            return self._FOLLOW_UP
        if moment.register != "assignments" or moment.row.derived:
            return NOTHING
        if event == "completed":
            fields = self.family.cases[moment.case].fields
            if fields.get("role") == "lead":
                self.worker = fields.get("assignee", "")
                return self._WORKER
        return self._DISPATCHER if event == "assigned" else NOTHING

    def get(self, name: str, facts: Mapping[str, str], at: int, version: Version) -> str:
        """See Derived.get."""
        if name in MONEY:
            return read_money(self.money, facts.get("price", ""), cancelled=self.cancelled)[name]
        if name == "worker":
            return self.worker
        if name == "source_ref":
            return self.case.rows[0].source_ref if self.case.rows else ""
        if name == "dispatcher":
            return find_dispatcher(self.family, self.case, at)
        if not self.closed:
            return "none"
        from dispatchctl.rules.followups import find_method, is_demanded  # only when work has ended

        if not is_demanded(self.case.id, facts, self.answered, version.policy):
            return "none"
        method, _ = find_method(facts, self.answered, version.policy)
        asked = [event for event, how in self.asked if method in ("", how)]
        if "answered" in asked:
            return "made"
        return "unreachable" if len(asked) >= version.policy["followups"]["orders"]["attempts"] else "owed"

    def counts(self, moment: Moment, facts: Mapping[str, str], version: Version) -> bool:
        """See Derived.counts: of a follow-up only where it was made as the rules demand it of this order."""
        if moment.register != "followups":
            return True
        from dispatchctl.rules.followups import find_method

        method, _ = find_method(facts, self.answered, version.policy)
        return method in ("", self.family.cases[moment.case].fields.get("method", ""))


TAKEN_OVER = ("contact_id", "content", "requirements")  # what an assignment tells as its order does, unless given


class OfAssignment(Derived):
    """worker: the assignee, once it was completed; and what it took over from its order, as the order now has it."""

    names = frozenset({"worker", *TAKEN_OVER})

    def get(self, name: str, facts: Mapping[str, str], at: int, version: Version) -> str:
        """See Derived.get."""
        if name in TAKEN_OVER:
            there = self.case.parent in self.family.cases
            return find_corrected(self.family, self.case, name, version) if there else ""
        done = self.case.marks.get("completed")
        return facts.get("assignee", "") if done is not None and done <= at else ""


def find_corrected(family: Family, job: Case, name: str, version: Version) -> str:
    """What an order says by now of a field that the assignment took over from it; "" where it stays as it is.

    Taken over is what was equal to what the order (or, where that had none, its service) said when it was assigned,
    also by a row that was taken back since; another value was given then, or corrected since, and stays. Of work that
    has ended, what the order said by then (PD-3.3).
    """
    order = family.cases[job.parent]
    assigned, last = job.rows[0], job.rows[-1]
    dropped = [row for row in family.dropped if row.id == order.id and row.fields.get(name)]
    watched = (name, "service") if name == "requirements" else (name,)
    changed = any(row.event == "amended" and row.fields.get(each) for row in order.rows for each in watched)
    if not (changed or dropped) or any(row.event == "amended" and name in row.fields for row in job.rows):
        return ""
    before = sorted((row for row in (*order.rows, *dropped) if fold_key(row) < fold_key(assigned)), key=fold_key)
    until = [row for row in order.rows if not job.final or fold_key(row) < fold_key(last)]
    if assigned.fields.get(name, "") != _say(before, name, version):
        return ""
    return _say(until, name, version)


def _say(rows: Sequence[Row], name: str, version: Version) -> str:
    """What an order's rows come to say of a field; of requirements where they have none, what its service says."""
    said = _last_said(rows, name)
    if said or name != "requirements":
        return said
    service = version.policy["services"].get(_last_said(rows, "service")) or {}
    return service.get("requirements") or ""


def _last_said(rows: Sequence[Row], name: str) -> str:
    return next((row.fields[name] for row in reversed(rows) if row.fields.get(name)), "")

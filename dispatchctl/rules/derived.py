"""What follows from a case's rows and is counted and compared like a field: `derived` of its register's page. Pure.

One object for each case is told its family's moments in turn, so that what held at any time can be asked on the way.
"""

from collections.abc import Callable, Mapping

from dispatchctl.policy.rulebook import Version
from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.families import Case, Family, Moment
from dispatchctl.rules.owners import find_dispatcher

Calendars = Callable[[Version], Calendar]  # that counts elapsed days


NOTHING: frozenset[str] = frozenset()


class Derived:
    """Of a register without any; the others say more."""

    names: frozenset[str] = frozenset()

    def __init__(self, family: Family, case: Case, calendars: Calendars) -> None:
        self.family, self.case, self.calendars = family, case, calendars

    def note(self, moment: Moment) -> frozenset[str]:
        """Take in a moment of the case, or of one under it; which of `names` may have changed."""
        return NOTHING

    def get(self, name: str, facts: Mapping[str, str], at: int, version: Version) -> str:
        """The value at that time, by that version; "" for none. facts: the case's fields as they then were."""
        return ""


class OfOrder(Derived):
    """dispatcher, worker (the lead at the last `completed`), follow_up (owed, made, unreachable or none)."""

    names = frozenset({"dispatcher", "worker", "follow_up"})
    _FOLLOW_UP, _WORKER, _DISPATCHER = (frozenset({name}) for name in ("follow_up", "worker", "dispatcher"))

    def __init__(self, family: Family, case: Case, calendars: Calendars) -> None:
        super().__init__(family, case, calendars)
        self.worker = ""
        self.closed = self.answered = self.made = False
        self.tries = 0

    def note(self, moment: Moment) -> frozenset[str]:
        """See Derived.note."""
        event = moment.event
        if moment.case == self.case.id:
            if moment.register == "state":
                before, self.closed = self.closed, event == "closed"
                if self.closed:  # what was said of it before it was reopened is no answer to what was done since
                    self.made, self.tries = False, 0
                return self._FOLLOW_UP if self.closed or before else NOTHING
            self.answered = event == "answered" or (self.answered and event != "reopened")
            if self.closed:  # a corrected kind or service
                return self._FOLLOW_UP
            return self._DISPATCHER if event in ("taken", "needs-dispatch") else NOTHING
        if moment.register == "followups":
            self.made = self.made or event == "answered"
            self.tries += event == "not-reached"
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
        if name == "worker":
            return self.worker
        if name == "dispatcher":
            return find_dispatcher(self.family, self.case, at)
        if not self.closed:
            return "none"
        from dispatchctl.rules.followups import is_demanded  # only when work has ended

        if not is_demanded(self.case.id, facts, self.answered, version.policy):
            return "none"
        if self.made:
            return "made"
        return "unreachable" if self.tries >= version.policy["followups"]["orders"]["attempts"] else "owed"


class OfAssignment(Derived):
    """worker: the assignee, once it was completed."""

    names = frozenset({"worker"})

    def get(self, name: str, facts: Mapping[str, str], at: int, version: Version) -> str:
        """See Derived.get."""
        done = self.case.marks.get("completed")
        return facts.get("assignee", "") if done is not None and done <= at else ""


KINDS = ("complaints", "orders", "assignments")


def watch(family: Family, case: Case, calendars: Calendars) -> Derived:
    """What is derived of a case, before its first moment."""
    if case.register == "orders":
        return OfOrder(family, case, calendars)
    if case.register == "assignments":
        return OfAssignment(family, case, calendars)
    if case.register == "complaints":
        from dispatchctl.rules.derived_complaints import OfComplaint  # few commands meet one

        return OfComplaint(family, case, calendars)
    return Derived(family, case, calendars)


def derive_fields(family: Family, case: Case, version: Version, calendars: Calendars) -> dict[str, str]:
    """Everything derived of a case as its family now stands, what is empty left out."""
    if case.register not in KINDS or not case.rows:
        return {}
    found = watch(family, case, calendars)
    for moment in family.moments:
        if moment.case == case.id or family.cases[moment.case].parent == case.id:
            found.note(moment)
    values = {name: found.get(name, case.fields, _LATEST, version) for name in sorted(found.names)}
    return {name: value for name, value in values.items() if value}


_LATEST = 1 << 60

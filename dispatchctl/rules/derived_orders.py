"""What follows from the rows of orders and assignments: who dispatches, who did the work, was it followed up. Pure."""

from collections.abc import Mapping

from dispatchctl.policy.rulebook import Version
from dispatchctl.rules.derived_base import NOTHING, Calendars, Derived
from dispatchctl.rules.families import Case, Family, Moment
from dispatchctl.rules.owners import find_dispatcher


class OfOrder(Derived):
    """dispatcher, worker (the lead at the last `completed`), follow_up (owed, made, unreachable or none), source_ref.

    source_ref: what its first row is referred to by in another system.
    """

    names = frozenset({"dispatcher", "worker", "follow_up", "source_ref"})
    _TAKEN = frozenset({"dispatcher", "source_ref"})
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
            if event == "taken":
                return self._TAKEN
            return self._DISPATCHER if event == "needs-dispatch" else NOTHING
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
        if name == "source_ref":
            return self.case.rows[0].source_ref if self.case.rows else ""
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

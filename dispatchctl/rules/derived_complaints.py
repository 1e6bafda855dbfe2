"""What follows from a complaint's rows: how serious it is by now, what was ruled, who answers for it. Pure.

Apart from `derived`, since most commands meet no complaint.
"""

from collections.abc import Mapping

from dispatchctl.policy.rulebook import Version
from dispatchctl.registers.complaints import RULINGS, TESTS
from dispatchctl.rules.derived_base import NOTHING, Calendars, Derived
from dispatchctl.rules.families import Case, Family, Moment
from dispatchctl.rules.severity import ORDINARY, SERIOUS, list_severity_reasons


class OfComplaint(Derived):
    """severity (decided, else proposed), severity_reasons, classified_by_person, validity, receiver."""

    names = frozenset({"severity", "severity_reasons", "classified_by_person", "validity", "receiver"})
    _INPUTS = frozenset({"departments", "repeats_at", "severity", "check", "received_by", *TESTS})

    def __init__(self, family: Family, case: Case, calendars: Calendars) -> None:
        super().__init__(family, case, calendars)
        self.failed = 0
        self.validity = ""
        first = next((row for row in case.rows if row.event == "classified"), None)
        # A person who finds it ordinary says that it always was: what only the proposal made late is not late.
        self.lowered = first is not None and first.fields.get("severity") == ORDINARY

    def note(self, moment: Moment) -> frozenset[str]:
        """See Derived.note."""
        if moment.case != self.case.id or moment.register == "state":
            return NOTHING
        self.failed += moment.row.fields.get("check") == "failed"
        self.validity = RULINGS.get(moment.event, self.validity)
        told = moment.event in RULINGS or not self._INPUTS.isdisjoint(moment.row.fields)
        return self.names if told else NOTHING

    def get(self, name: str, facts: Mapping[str, str], at: int, version: Version) -> str:
        """See Derived.get."""
        if name == "severity":
            if facts.get("severity") or self.lowered:
                return facts.get("severity") or ORDINARY
            return SERIOUS if self.reasons(facts, version) else ORDINARY
        if name == "severity_reasons":
            return ";".join(self.reasons(facts, version))
        if name == "classified_by_person":
            return "yes" if facts.get("severity") else ""
        if name == "receiver":
            return facts.get("received_by") or self.case.rows[0].by
        return self.validity

    def reasons(self, facts: Mapping[str, str], version: Version) -> list[str]:
        """The tests it meets; see rules.severity."""
        registered = self.case.rows[0].at
        return list_severity_reasons(facts, self.failed, registered, version.policy, self.calendars(version))

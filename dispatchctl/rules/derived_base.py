"""What is derived of a case, asked at any time on the way through its family's moments: the form that each kind fills.

Layer: rules. Its one job: that form, of a register of whose cases nothing is derived.
"""

from collections.abc import Callable, Mapping

from dispatchctl.policy.rulebook import Version
from dispatchctl.rules.calendar import Calendar
from dispatchctl.rules.families import Case, Family, Moment

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

    def counts(self, moment: Moment, facts: Mapping[str, str], version: Version) -> bool:
        """Whether a moment of the case, or of one under it, stops what it is named for, by that version."""
        return True

    def get(self, name: str, facts: Mapping[str, str], at: int, version: Version) -> str:
        """The value at that time, by that version; "" for none. facts: the case's fields as they then were."""
        return ""

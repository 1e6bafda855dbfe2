"""What follows from a case's rows and is counted and compared like a field: `derived` of its register's page. Pure.

One object for each case is told its family's moments in turn, so that what held at any time can be asked on the way.
"""

from dispatchctl.policy.rulebook import Version
from dispatchctl.rules.derived_base import Calendars, Derived
from dispatchctl.rules.derived_orders import OfAssignment, OfOrder
from dispatchctl.rules.families import Case, Family

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

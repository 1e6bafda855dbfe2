"""How serious a complaint is by the rules' tests, until a person decides. Pure (SOP-3.6.2)."""

from collections.abc import Mapping
from typing import Any

from dispatchctl.policy.spans import Limit
from dispatchctl.registers.complaints import TESTS
from dispatchctl.registers.page import split_items
from dispatchctl.rules.calendar import Calendar, parse_time
from dispatchctl.rules.limits import add_limit

SERIOUS, ORDINARY = "serious", "ordinary"


def list_severity_reasons(
    facts: Mapping[str, str], failed: int, registered: int, policy: Mapping[str, Any], calendar: Calendar
) -> list[str]:
    """Which tests of `complaints.serious_when` a complaint meets, by their keys, in the order of the rules.

    facts: its latest fields. failed: how many corrections were found to have failed. registered: seconds. calendar:
    one that counts elapsed days. A test that the rules leave out, or set to false or 0, is never met.
    """
    tests = policy["complaints"]["serious_when"]
    met = {
        "departments_at_least": _reaches(len(split_items(facts.get("departments", ""))), tests["departments_at_least"]),
        "repeated_within": _is_repeated(facts, registered, tests["repeated_within"], calendar),
        "failed_corrections": _reaches(failed, tests["failed_corrections"]),
        **{name: bool(tests[name]) and bool(facts.get(name)) for name in TESTS},
    }
    return [name for name in tests if met.get(name)]


def _reaches(number: int, least: int | None) -> bool:
    return bool(least) and least is not None and number >= least


def _is_repeated(facts: Mapping[str, str], registered: int, within: Any, calendar: Calendar) -> bool:
    earlier = parse_time(facts.get("repeats_at", ""), calendar) if within else None
    if earlier is None:
        return False
    until = add_limit(calendar, Limit(int(within[0]), str(within[1])), earlier).at
    return until is not None and registered <= until

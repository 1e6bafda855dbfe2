"""Checks of the rules that look at several sections at once: unknown roles, hours that overlap, dead clauses.

Layer: policy. Its one job: the tuple of checks over the typed values; each notes its faults on the sheet.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from dispatchctl.policy.checks.appraisal import check_appraisal
from dispatchctl.policy.checks.charges import check_charges, check_discipline
from dispatchctl.policy.checks.clocks import check_clocks
from dispatchctl.policy.checks.complaints import check_complaints, check_followups
from dispatchctl.policy.checks.measures import check_measures, check_reports
from dispatchctl.policy.checks.rights import check_who_may
from dispatchctl.policy.reading import Path, Sheet
from dispatchctl.policy.vocabulary import check_names
from dispatchctl.policy.week import MAKE_UP, build_week, build_working, find_overlap, read_days, show_working

Rules = dict[str, Any]

PERSON_WORDS = ("dispatcher", "receiver", "assignee")  # who a case itself names, besides roles


def check_hours(sheet: Sheet, rules: Rules) -> None:
    """`calendar.hours`: days named once, stretches that do not overlap, some working time."""
    hours = rules["calendar"]["hours"]
    place = ("calendar", "hours")
    given: dict[int, str] = {}
    for key, segments in hours.items():
        if segments and find_overlap(segments):
            sheet.fault((*place, key), "overlapping-hours", "hours overlap", "stretches that share no time")
        if key == MAKE_UP:
            continue
        try:
            days = read_days(key)
        except ValueError as error:
            sheet.fault((*place, key), "bad-days", str(error), "mon to sun, ranges such as mon-fri, make-up")
            continue
        for day in days:
            if day in given:
                message = f"a day of {key} has its hours under {given[day]} already"
                sheet.fault((*place, key), "day-twice", message, "each day once")
                break
            given[day] = key
    if not sheet.is_sound(*place):
        return
    week = build_week(hours)[0]
    if not any(week):
        sheet.fault(place, "no-working-time", "no working time", "hours on at least one day")
    working = build_working(rules["calendar"]["working"])
    bare = show_working([day for day in working if not week[day]])
    if bare:
        message = f"{', '.join(bare)} counts as a working day and has no hours"
        sheet.warn(("calendar", "working"), "day-without-hours", message, "working days that have hours")


def check_own_days(sheet: Sheet, rules: Rules) -> None:
    """`closed` and `open` contradict one another on no day."""
    closed = set(rules["calendar"]["closed"])
    for index, day in enumerate(rules["calendar"]["open"]):
        if day in closed:
            message = f"{date.fromordinal(day).isoformat()} is closed as well"
            sheet.fault(("calendar", "open", index), "open-and-closed", message, "one of the two")


def check_services(sheet: Sheet, rules: Rules) -> None:
    """A service's department is one of `departments`, where these are given."""
    departments = rules["departments"]
    for key, service in rules["services"].items():
        name = service["department"] if service else None
        if departments is not None and name is not None and name not in departments:
            sheet.unknown(("services", key, "department"), "unknown-department", "department", name, list(departments))


def check_roles(sheet: Sheet, rules: Rules) -> None:
    """Who may confirm, extend and reveal, and who is told at each level, are roles there are."""
    roles = list(rules["roles"])
    for key in ("confirm_by", "extend_by"):
        check_names(sheet, ("assignment", key), rules["assignment"][key], [*PERSON_WORDS, *roles])
    check_names(sheet, ("escalation", "roles"), rules["escalation"]["roles"], roles)
    check_names(sheet, ("privacy", "reveal"), rules["privacy"]["reveal"], roles)


def check_pay(sheet: Sheet, rules: Rules) -> None:
    """A share of the wage is no more than all of it."""
    share = (rules["pay"] or {}).get("compensation_share")
    if share is not None and Decimal(share) > 1:
        sheet.fault(("pay", "compensation_share"), "bad-share", f"{share} is more than the whole", "0 to 1")


def check_sources(sheet: Sheet, rules: Rules) -> None:
    """What is cited is listed, once `clauses` is given; a reading is one of something cited."""
    clauses = rules["clauses"]
    cited: list[tuple[Path, Any]] = [
        ((section, index), citing)
        for section in ("clocks", "charges", "rewards")
        for index, citing in enumerate(rules[section] or ())
    ]
    cited += [(("measures", key), measure) for key, measure in rules["measures"].items()]
    cited += [(("rights", name), right) for name, right in (rules["rights"] or {}).items() if isinstance(right, dict)]
    cited += [((section,), rules[section]) for section in ("assignment", "pay")]
    only_by = (rules["followups"]["orders"] or {}).get("only_by", {})
    cited += [(("followups", "orders", "only_by", method), rule) for method, rule in only_by.items()]
    for path, citing in cited:
        if citing and citing["reading"] and not citing["source"] and sheet.is_sound(*path, "source"):
            message = "nothing is cited that it could be a reading of"
            sheet.fault((*path, "reading"), "reading-of-nothing", message, "source: the clauses beside it, or left out")
        if clauses is None:
            continue
        for index, clause in enumerate(citing["source"] if citing else ()):
            if clause not in clauses:
                place = (*path, "source", index)
                sheet.unknown(place, "unknown-clause", "clause", clause, list(clauses), "a clause listed in clauses")


CHECKS = (
    check_hours,
    check_own_days,
    check_services,
    check_roles,
    check_who_may,
    check_sources,
    check_clocks,
    check_complaints,
    check_charges,
    check_discipline,
    check_pay,
    check_followups,
    check_measures,
    check_reports,
    check_appraisal,
)


def check_rules(sheet: Sheet, rules: Rules) -> None:
    """Run every check."""
    for check in CHECKS:
        check(sheet, rules)

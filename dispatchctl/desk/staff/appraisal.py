"""A month's appraisal: who is appraised, the marks they were given, the scores. Desk.

What the measures come to is worked out by the reports; here it meets the staff register and the marks (JD-7, JX-3).
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.names import resolve_staff
from dispatchctl.desk.periods import Period, month_period
from dispatchctl.desk.windows import build_period
from dispatchctl.errors import NotFound, Refused
from dispatchctl.policy.rulebook import Version
from dispatchctl.rules.appraisal import (
    Appraisal,
    Finding,
    ScorePart,
    add_marks,
    appraise,
    write_exact,
)

Findings = Mapping[str, Mapping[str, Finding]]  # staff id -> measure -> what it comes to


class Mark(NamedTuple):
    """What somebody gave for a measure and a month (`staff score`). ref: the row that says so."""

    ref: str
    score: int


class Appraised(NamedTuple):
    """A person with the role they had at the end of the month, and their appraisal."""

    staff: str
    name: str
    role: str
    appraisal: Appraisal


def find_rules(version: Version) -> Mapping[str, Any]:
    """`appraisal` of the rules; NotFound where they have none."""
    rules: Mapping[str, Any] | None = version.policy["appraisal"]
    if rules is None:
        raise NotFound(
            f"the rules {version.label} have no appraisal", hint="describe it in policies.yaml: appraisal, measures"
        )
    return rules


def list_measured(rules: Mapping[str, Any]) -> list[str]:
    """The measures of the appraisal that are worked out of records, not given as marks."""
    return [name for name, measure in rules["measures"].items() if not measure["scored"]]


def list_scored(rules: Mapping[str, Any]) -> list[str]:
    """The measures of the appraisal that people give marks for (`staff score`)."""
    return [name for name, measure in rules["measures"].items() if measure["scored"]]


def find_month(books: Books, month: str) -> Period:
    """The month named, or the one that holds now, which goes up to now."""
    period = month_period(books, month)
    if month not in ("", "this"):
        return period
    return period._replace(end=max(period.start + 1, min(period.end, books.now + 1)))


def find_appraised(books: Books, version: Version, period: Period, text: str) -> str:
    """The staff id of somebody who is appraised for the period; Refused where the rules say nothing of them."""
    rules = find_rules(version)
    staff = resolve_staff(books, text, option="--staff", present=False)
    if not _was_here(books, staff, period):
        raise Refused(f"{staff} {books.people.name(staff)} was not here in {period.name}", place="--staff")
    role = find_role(books, staff, period)
    if role not in rules["roles"]:
        roles = ", ".join(rules["roles"])
        raise Refused(
            f"{staff} {books.people.name(staff)} is {role}: the rules {version.label} appraise {roles}", place="--staff"
        )
    return staff


def find_role(books: Books, staff: str, period: Period) -> str:
    """The role a person had at the end of the period, or when they left within it."""
    return books.people.facts(staff, period.end - 1).get("role", "")


def _was_here(books: Books, staff: str, period: Period) -> bool:
    entries = books.people.histories.get(staff, ())
    before = books.people.entry(staff, period.start)
    within = (entry for entry in entries if period.start < entry.at < period.end)
    return any(entry.state != "left" for entry in (*([before] if before else ()), *within))


def list_marks(books: Books, month: str) -> dict[tuple[str, str], list[Mark]]:
    """(staff, measure) -> every mark given for a month (YYYY-MM), in the order given."""
    rows = books.index.db.execute(
        "SELECT staff, measure, id, score FROM scores"
        " WHERE month = ? AND state <> 'void' AND score IS NOT NULL ORDER BY at, id",
        (month,),
    )
    found: dict[tuple[str, str], list[Mark]] = {}
    for staff, measure, ref, score in rows:
        found.setdefault((staff, measure), []).append(Mark(ref, score))
    return found


def appraise_people(
    books: Books, version: Version, period: Period, findings: Findings, only: str = ""
) -> list[Appraised]:
    """Everybody whose role is appraised and who was here in the month; the best first, equal ones by staff id.

    findings: what the measures of `list_measured` come to; who is missing there has none of them. Those without a
    score come last; of those who left within the month only such as have one. only: a staff id, else all.
    """
    rules = find_rules(version)
    marks = list_marks(books, period.name)
    found = []
    for staff in sorted(books.people.histories):
        role = find_role(books, staff, period)
        if (only and staff != only) or role not in rules["roles"] or not _was_here(books, staff, period):
            continue
        given = {name: add_marks(mark.score for mark in marks.get((staff, name), ())) for name in list_scored(rules)}
        result = appraise(rules, role, {**findings.get(staff, {}), **given})
        if result.score is None and not only and books.people.has_left(staff, period.end - 1):
            continue
        found.append(Appraised(staff, books.people.name(staff), role, result))
    found.sort(key=lambda each: (each.appraisal.score is None, -(each.appraisal.score or Fraction(0)), each.staff))
    return found


def describe_appraised(one: Appraised, version: Version, period: Period) -> dict[str, Any]:
    """A person's appraisal under the keys of json; scores and weights are exact decimals (rules.appraisal)."""
    result = one.appraisal
    return {
        "staff": one.staff,
        "name": one.name,
        "role": one.role or None,
        "month": period.name,
        "measures": {name: _describe_part(part) for name, part in result.parts.items()},
        "score": None if result.score is None else write_exact(result.score),
        "grade": result.grade,
        "bonus": result.bonus,
        "approver": result.approver,
        "reason": result.reason,
        "policy": version.label,
        "pay": None,
    }


def _describe_part(part: ScorePart) -> dict[str, Any]:
    finding = part.finding
    return {
        "value": finding.value if finding else None,
        "numerator": finding.numerator if finding else None,
        "denominator": finding.denominator if finding else None,
        "kind": finding.kind if finding else None,
        "score": None if part.weight is None else write_exact(part.score),
        "weight": None if part.weight is None else write_exact(part.weight),
        "left_out": part.left_out or None,
    }


def say_title(version: Version, name: str) -> str:
    """What people call a measure of the appraisal."""
    return str(find_rules(version)["measures"][name]["title"])


def find_findings(books: Books, version: Version, period: Period) -> dict[str, dict[str, Finding]]:
    """staff -> measure -> what it comes to, for everybody known; who has no items of it has those of nothing."""
    from dispatchctl.reports.measures import make_figure, work_out
    from dispatchctl.reports.values import Catalog

    names = list_measured(find_rules(version))
    measures = version.policy["measures"]
    figures: Any = {}
    if names:
        span = build_period(books, period)
        wanted = {name: ["person"] for name in names}
        figures = work_out(
            books.index.db, Catalog(version.policy, books.pages), wanted, span, books.people.heads_of, whole=False
        )
    found: dict[str, dict[str, Finding]] = {}
    for staff in books.people.histories:
        own = figures.get(("person", staff), {})
        found[staff] = {
            name: Finding(*(own.get(name) or make_figure(measures[name]["value"][0], None))) for name in names
        }
    return found


def score_month(books: Books, version: Version, period: Period, only: str = "") -> list[Appraised]:
    """Everybody's appraisal of a month by these rules, from what the measures come to."""
    return appraise_people(books, version, period, find_findings(books, version, period), only)

"""From what the measures come to for a person to a score, a grade and a bonus; the arithmetic of a month's pay. Pure.

Everything is worked out with exact fractions; only what is shown is cut off, always downwards, so that nobody prints
as a grade that he lacks (policies.md, "Measures, reports, appraisal").
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

COUNTED = ("count", "sum")  # kinds that come to something of nothing: no complaint is zero complaints
PLACES = 6  # of a decimal that does not end
EMPTY = "empty"  # why a measure is left out: there was nothing to measure
ROLE = "role"  # or it is not for this role
NO_DATA = "no data"
#: which way an entry of the ledger moves the pay; warnings and proposals are no money
SIGNS = {"fine": -1, "forfeit": -1, "compensation": -1, "reward": 1}


class Finding(NamedTuple):
    """What one measure comes to for one person, as a report's figure does.

    kind: ratio, count, sum, average, median, or scored (marks that people gave). value: decimal text, rounded where it
    does not end. numerator: a count, or the sum as text. denominator: how many items; None for a count.
    """

    kind: str
    value: str | None
    numerator: int | str | None
    denominator: int | None


class ScorePart(NamedTuple):
    """One measure's part of a score. score: 0 to 100. weight: scaled, so that those that count add up to 100.

    Of a measure that is left out the weight is None; left_out says why: EMPTY or ROLE.
    """

    finding: Finding | None
    score: Fraction = Fraction(0)
    weight: Fraction | None = None
    left_out: str = ""


class Appraisal(NamedTuple):
    """A person's month. score: 0 to 100, None without data (reason says so). bonus: money text, None where blank.

    approver: the role that gives the bonus, where the rules name one for this role.
    """

    parts: dict[str, ScorePart]
    score: Fraction | None
    grade: str | None
    bonus: str | None
    approver: str | None
    reason: str | None


def read_finding(finding: Finding) -> Fraction | None:
    """The exact value; None where there was nothing to divide by."""
    if finding.kind == "count":
        return Fraction(finding.numerator or 0)
    if finding.kind == "sum":
        return Fraction(str(finding.numerator or 0))
    if not finding.denominator:
        return None
    if finding.kind in ("median", "p90", "duration"):
        return None if finding.value is None else Fraction(finding.value)
    return Fraction(str(finding.numerator)) / finding.denominator


def score_value(value: Fraction, full: Fraction, zero: Fraction) -> Fraction:
    """100 at `full` or better, 0 at `zero` or worse, straight between; which way is better follows from the two.

    ValueError where they are equal, which no rules in force are.
    """
    if full == zero:
        raise ValueError("full and zero are the same")
    return 100 * min(max((value - zero) / (full - zero), Fraction(0)), Fraction(1))


def add_marks(marks: Iterable[int]) -> Finding:
    """The marks of one person for one measure and month, as a finding: their mean, their sum and how many."""
    given = list(marks)
    if not given:
        return Finding("scored", None, "0", 0)
    return Finding("scored", write_exact(Fraction(sum(given), len(given))), str(sum(given)), len(given))


def appraise(rules: Mapping[str, Any], role: str, findings: Mapping[str, Finding]) -> Appraisal:
    """The appraisal of one person by `appraisal` of the rules.

    role: the person's, at the end of the month. findings: measure -> what it comes to; one that is not there counts as
    empty. A measure without items, or not for the role, is left out, and the other weights are scaled up to 100. Who
    has nothing but counts of what should be few has no score: a month without work is not a month without fault.
    """
    parts: dict[str, ScorePart] = {}
    total = Fraction(0)
    worked = False
    for name, measure in rules["measures"].items():
        finding = findings.get(name)
        if measure["roles"] and role not in measure["roles"]:
            parts[name] = ScorePart(None, left_out=ROLE)
            continue
        value = read_finding(finding) if finding is not None else None
        if finding is None or value is None:
            parts[name] = ScorePart(finding, left_out=EMPTY)
            continue
        parts[name] = ScorePart(finding, _score_measure(measure, value), Fraction(measure["weight"]))
        total += Fraction(measure["weight"])
        worked = worked or _shows_work(measure, finding, value)
    bonus, approver = rules["bonus"], None
    if role in bonus["roles"]:
        approver = bonus["approver"]
    if not worked or not total:
        parts = {name: part._replace(weight=None) for name, part in parts.items()}
        return Appraisal(parts, None, None, _find_bonus(bonus, role, None), approver, NO_DATA)
    parts = {
        name: part if part.weight is None else part._replace(weight=part.weight * 100 / total)
        for name, part in parts.items()
    }
    score = sum((each.score * each.weight / 100 for each in parts.values() if each.weight is not None), Fraction(0))
    grade = find_grade(rules["grades"], score)
    name = grade["grade"] if grade is not None else None
    money = grade["bonus"] if grade is not None else None
    return Appraisal(parts, score, name, _find_bonus(bonus, role, money), approver, None)


def _score_measure(measure: Mapping[str, Any], value: Fraction) -> Fraction:
    if measure["scored"]:
        return min(max(value, Fraction(0)), Fraction(100))
    return score_value(value, Fraction(measure["full"]), Fraction(measure["zero"]))


def _shows_work(measure: Mapping[str, Any], finding: Finding, value: Fraction) -> bool:
    """Whether there was something to appraise: an item, or more than none of what should be many."""
    if finding.kind not in COUNTED:
        return True
    return value > 0 and Fraction(measure["full"]) > Fraction(measure["zero"])


def find_grade(grades: Sequence[Mapping[str, Any]], score: Fraction) -> Mapping[str, Any] | None:
    """The first grade, from the best down, whose `from` the exact score reaches."""
    return next((grade for grade in grades if score >= Fraction(grade["from"])), None)


def _find_bonus(bonus: Mapping[str, Any], role: str, money: str | None) -> str | None:
    """The grade's bonus, for the roles that have a floor never below it, whatever the score (JX-3)."""
    if role in bonus["roles"]:
        return write_money(max(Decimal(money or "0"), Decimal(bonus["floor"])))
    return None if money is None else write_money(Decimal(money))


# --- what is shown ------------------------------------------------------------------------------------------------


def write_exact(value: Fraction) -> str:
    """The exact decimal; one that does not end is cut off downwards after PLACES places."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return write_down(value, PLACES)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return write_down(value, places)


def write_down(value: Fraction, places: int) -> str:
    """A decimal with that many places, rounded down: 89.999 is 89.99."""
    whole = value.numerator * 10**places // value.denominator
    sign, digits = ("-", str(-whole)) if whole < 0 else ("", str(whole))
    digits = digits.rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def write_money(amount: Decimal) -> str:
    """An amount with its two places."""
    return format(amount.quantize(Decimal("0.01")), "f")


# --- pay ----------------------------------------------------------------------------------------------------------


def share_of_year(amount: Decimal, month: int) -> Decimal:
    """The share of one month (1 to 12) in a year-end bonus: a twelfth, to the fen.

    What was due by the end of a month is rounded down, and the share is what that month adds, so that the twelve
    shares of a year add up to the amount (JD-8).
    """
    fen = Decimal("0.01")
    due, before = ((amount * passed / 12).quantize(fen, ROUND_FLOOR) for passed in (month, month - 1))
    return due - before


def sign_amount(kind: str, amount: str | None) -> Decimal | None:
    """What an entry of the ledger does to the pay: fines, forfeits and compensations negative, rewards positive.

    None for a warning or a proposal, and where no amount was set.
    """
    sign = SIGNS.get(kind)
    return None if sign is None or not amount else sign * Decimal(amount)

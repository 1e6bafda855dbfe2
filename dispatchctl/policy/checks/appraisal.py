"""Checks of the section `appraisal`: weights that make a whole for each role, measures of somebody, no gap in grades.

Layer: policy. Its one job: whether every score that the rules can come to has its parts and its grade.
"""

from decimal import Decimal
from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.policy.reading import Path, Sheet, list_some, show_word

WHOLE = Decimal(100)
PLACE = ("appraisal",)


def check_appraisal(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Everything the section names is there, and it adds up."""
    appraisal = rules["appraisal"]
    if appraisal is None:
        return
    roles = list(rules["roles"])
    vocabulary.check_names(sheet, (*PLACE, "roles"), appraisal["roles"], roles)
    judged = [role for role in appraisal["roles"] if role in roles] or roles
    for key, measure in appraisal["measures"].items():
        if measure is None:
            continue
        path = (*PLACE, "measures", key)
        _check_judged(sheet, (*path, "roles"), measure["roles"], roles, judged)
        if measure["scored"]:
            _check_scored(sheet, path, measure)
        else:
            _check_measure(sheet, path, key, rules["measures"])
            _check_bounds(sheet, path, measure)
    _check_weights(sheet, appraisal["measures"], judged)
    _check_grades(sheet, appraisal["grades"])
    bonus = appraisal["bonus"]
    _check_judged(sheet, (*PLACE, "bonus", "roles"), bonus["roles"], roles, judged)
    if bonus["approver"] is not None and bonus["approver"] not in roles:
        sheet.unknown((*PLACE, "bonus", "approver"), "unknown-role", "role", bonus["approver"], roles)


def _check_judged(sheet: Sheet, path: Path, names: list[str], roles: list[str], judged: list[str]) -> None:
    """Roles there are, each once, and among those that are appraised at all."""
    vocabulary.check_names(sheet, path, names, roles)
    for index, name in enumerate(names):
        if name in roles and name not in judged:
            message = f"{show_word(name)} is not among the roles that are appraised"
            sheet.fault((*path, index), "not-appraised", message, list_some(judged))


def _check_scored(sheet: Sheet, path: Path, measure: dict[str, Any]) -> None:
    for key in ("full", "zero"):
        if measure[key] is not None:
            message = "means nothing of a measure that people score"
            sheet.fault((*path, key), "scored-by-people", message, "left out: marks are from 0 to 100")


def _check_measure(sheet: Sheet, path: Path, key: str, measures: dict[str, Any]) -> None:
    if key not in measures:
        sheet.unknown(path, "unknown-measure", "measure", key, list(measures), _list_measures(measures))
    elif measures[key] is not None and measures[key]["person"] is None and sheet.is_sound("measures", key, "person"):
        message = "is nobody's measure: it names no person"
        sheet.fault(path, "nobodys-measure", message, f"measures.{show_word(key)}.person")


def _list_measures(measures: dict[str, Any]) -> str:
    """Those that could stand here."""
    owned = [key for key, measure in measures.items() if measure is not None and measure["person"] is not None]
    return list_some(owned) if owned else "a measure with a person, or scored: true"


def _check_bounds(sheet: Sheet, path: Path, measure: dict[str, Any]) -> None:
    missing = [key for key in ("full", "zero") if measure[key] is None and sheet.is_sound(*path, key)]
    if missing:
        message = f"has no {' and no '.join(missing)}"
        sheet.fault(path, "no-bounds", message, "full: worth 100, and zero: worth 0; or scored: true")
    elif measure["full"] is not None and measure["full"] == measure["zero"]:
        message = f"full and zero are both {measure['full']}"
        sheet.fault((*path, "zero"), "no-bounds", message, "two different figures")


def _check_weights(sheet: Sheet, measures: dict[str, Any], judged: list[str]) -> None:
    """The weights that apply to a role: 100 together, never more; less is scaled up, which is worth a word.

    No word where all of them are 100 together and each role has a part of them: who wrote so meant it.
    """
    found = [measure for measure in measures.values() if measure is not None]
    place = (*PLACE, "measures")
    if not found or any(measure["weight"] is None for measure in found) or not sheet.is_sound(*place):
        return
    totals = {
        role: sum((Decimal(each["weight"]) for each in found if not each["roles"] or role in each["roles"]), Decimal(0))
        for role in judged
    }
    alike = not any(each["roles"] for each in found)
    above = {role: total for role, total in totals.items() if total > WHOLE}
    parts = sum((Decimal(each["weight"]) for each in found), Decimal(0)) == WHOLE
    below = {role: total for role, total in totals.items() if total < WHOLE and not (parts and total)}
    if above:
        sheet.fault(place, "bad-weights", _say_totals(above, alike=alike), "100")
    if below:
        sheet.warn(place, "scaled-weights", f"{_say_totals(below, alike=alike)}: they are scaled up to 100")


def _say_totals(totals: dict[str, Decimal], *, alike: bool) -> str:
    """alike: every role has the same measures."""
    if alike:
        return f"the weights add up to {next(iter(totals.values())).normalize():f}"
    return "the weights add up " + ", ".join(f"for {role} to {total.normalize():f}" for role, total in totals.items())


def _check_grades(sheet: Sheet, grades: list[dict[str, Any]]) -> None:
    place = (*PLACE, "grades")
    if not grades or not sheet.is_sound(*place):
        return
    names = [grade["grade"] for grade in grades]
    vocabulary.check_names(sheet, place, names, list(names), "grade")
    above = None
    for index, grade in enumerate(grades):
        least = Decimal(grade["from"])
        if above is None and least > WHOLE:
            message = f"nobody scores {grade['from']}"
            sheet.fault((*place, index, "from"), "bad-grades", message, "100 or less")
        elif above is not None and least >= above:
            message = f"{grade['from']} is not below {above:f}, from which the grade above begins"
            sheet.fault((*place, index, "from"), "bad-grades", message, "grades from high to low")
        above = least
    if above:
        last = len(grades) - 1
        message = f"a gap: a score below {above:f} has no grade"
        sheet.fault((*place, last, "from"), "grades-gap", message, "the last grade from 0")

"""Checks of the sections `measures` and `reports`: fields that items have, values there are, measures there are.

Layer: policy. Its one job: what a measure may filter by, count and be grouped by.
"""

from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.policy.checks.clocks import check_event
from dispatchctl.policy.items import (
    AT,
    CLOCK_FIELDS,
    CLOCK_TIMES,
    CLOCKS,
    DURATIONS,
    PERSON,
    SCORE_FIELDS,
    SCORE_TIMES,
    SCORES,
    UNTIL,
    VALUE_KEYS,
    WORKER,
    find_any_field,
    find_item_field,
    list_item_fields,
    split_rows,
)
from dispatchctl.policy.reading import Path, Sheet, list_some
from dispatchctl.policy.shapes import LEFT_OUT
from dispatchctl.registers import Pages
from dispatchctl.registers.page import Field, list_carried


def check_measures(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Every measure: what it is of, its period, its conditions, its value, its person."""
    for key, measure in rules["measures"].items():
        path = ("measures", key)
        of = measure["of"] if measure else None
        if of is None:
            continue
        if not _check_items(sheet, (*path, "of"), of):
            continue
        _check_month(sheet, path, measure)
        for part in ("over", "count"):
            for name, condition in measure[part].items():
                _check_condition(sheet, (*path, part, name), of, name, condition, rules)
        _check_value(sheet, path, measure, rules)
        _check_between(sheet, path, measure)
        _check_person(sheet, path, measure, rules)


def _check_items(sheet: Sheet, path: Path, of: str) -> bool:
    """Whether there is something of that name to count: a register, the rows of an event, clocks or scores."""
    names = sheet.pages.names
    register, event = split_rows(of) or (of, "")
    if register not in names and (event or of not in (CLOCKS, SCORES)):
        known = list(names) if event else [CLOCKS, SCORES, *names]
        sheet.unknown(path, "unknown-register", "register", register, known)
        return False
    if event and event not in sheet.pages.events(register):
        sheet.unknown(path, "unknown-event", f"event of {register}", event, list(sheet.pages.events(register)))
        return False
    return True


def _check_month(sheet: Sheet, path: Path, measure: dict[str, Any]) -> None:
    month, of, pages = measure["month"], measure["of"], sheet.pages
    if month is None:
        return
    if of == CLOCKS:
        known = list(CLOCK_TIMES) + [event for name in pages.names for event in pages.events(name)]
    elif of == SCORES:
        known = list(SCORE_TIMES)
    elif split_rows(of) is not None:
        known = [AT]
    else:
        times = [field.name for field in pages.get(of).fields if field.type in vocabulary.TIME_TYPES]
        known = [*pages.events(of), *times, *([UNTIL] if measure["between"] else [])]
    if month not in known:
        sheet.unknown((*path, "month"), "unknown-time", "time", month, known)


def _check_condition(sheet: Sheet, path: Path, of: str, name: str, condition: Any, rules: dict[str, Any]) -> None:
    field = find_item_field(sheet.pages, of, name, rules)
    if field is None:
        sheet.unknown(path, "unknown-field", f"field of {of}", name, list_item_fields(sheet.pages, of))
        return
    if isinstance(condition, list):
        vocabulary.check_values(sheet, path, field, condition, rules)
    elif isinstance(condition, dict):
        given = [word for word, value in condition.items() if value is not LEFT_OUT]
        if len(given) != 1 and sheet.is_sound(*path):
            allowed = "a value, a list, or one of at_least, below, not"
            sheet.fault(path, "bad-condition", f"{len(given) or 'no'} conditions on {name}", allowed)
        elif given == ["not"]:
            vocabulary.check_values(sheet, (*path, "not"), field, [condition["not"]], rules)


def _check_value(sheet: Sheet, path: Path, measure: dict[str, Any], rules: dict[str, Any]) -> None:
    value = measure["value"]
    place = (*path, "value")
    if isinstance(value, dict):
        given = [word for word in VALUE_KEYS if value[word] is not None]
        if len(given) != 1:
            if sheet.is_sound(*place):
                sheet.fault(place, "bad-value", "name one field", "sum, average, median or p90 of a field")
            return
        name = value[given[0]]
        if name in DURATIONS and (measure["of"] == CLOCKS or measure["between"]):
            return
        field = find_item_field(sheet.pages, measure["of"], name, rules)
        if field is None:
            known = list_item_fields(sheet.pages, measure["of"])
            sheet.unknown((*place, given[0]), "unknown-field", f"field of {measure['of']}", name, known)
        elif field.type not in vocabulary.NUMBER_TYPES:
            sheet.fault((*place, given[0]), "no-number", f"{name} holds no number", "a field of numbers or money")
    elif value == "ratio" and not measure["count"] and sheet.is_sound(*path, "count"):
        sheet.fault(place, "bad-value", "a ratio without count", "count: which of the items")


def _check_between(sheet: Sheet, path: Path, measure: dict[str, Any]) -> None:
    """`between`: two events of a register's cases, for a measure of how long it took."""
    between, value, of = measure["between"], measure["value"], measure["of"]
    if between is None:
        return
    place = (*path, "between")
    if of not in sheet.pages.names:
        sheet.fault(place, "bad-span", f"{of} are no cases", f"of: one of {list_some(list(sheet.pages.names))}")
        return
    if len(between) != 2 and sheet.is_sound(*place):
        sheet.fault(place, "bad-span", f"{len(between)} events", "two: from which to which, as [taken, closed]")
    for index, word in enumerate(between):
        check_event(sheet, (*place, index), of, word)
    named = list(value.values()) if isinstance(value, dict) else []
    if not any(name in DURATIONS for name in named) and sheet.is_sound(*path, "value"):
        sheet.fault(
            place, "bad-span", "what it took is not asked for", "value: {average: elapsed}, or counted, median, p90"
        )


def _check_person(sheet: Sheet, path: Path, measure: dict[str, Any], rules: dict[str, Any]) -> None:
    person, of, pages = measure["person"], measure["of"], sheet.pages
    if person is None:
        return
    if of == CLOCKS:
        known = ["owner", WORKER, *vocabulary.OWNER_WORDS]
        known += [field for name in pages.names for field in vocabulary.list_staff_fields(pages.get(name))]
    elif of == SCORES:
        known = [field.name for field in SCORE_FIELDS.values() if field.type == "staff"]
    elif (rows := split_rows(of)) is not None:
        page = pages.get(rows[0])
        own = [name for name in list_carried(page, rows[1]) if pages.fields(rows[0])[name].type == "staff"]
        known = [*own, WORKER, *vocabulary.list_owner_words(page, [])]
    else:
        known = [WORKER, *vocabulary.list_owner_words(pages.get(of), [])]
    if person not in known:
        sheet.unknown((*path, "person"), "unknown-person", "person", person, list(dict.fromkeys(known)))


def check_reports(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Reports name measures there are, and group by fields that some item of theirs has."""
    measures = rules["measures"]
    for report, sections in rules["reports"].items():
        ids: set[str] = set()
        for index, section in enumerate(sections):
            path = ("reports", report, index)
            if section["id"] is not None and section["id"] in ids:
                sheet.fault((*path, "id"), "named-twice", f"{section['id']} stands twice", "once in a report")
            ids.add(section["id"])
            for place, name in enumerate(section["measures"] or ()):
                if name not in measures:
                    sheet.unknown((*path, "measures", place), "unknown-measure", "measure", name, list(measures))
            for place, name in enumerate(section["by"]):
                if name not in (*CLOCK_FIELDS, PERSON) and _find_by_field(sheet.pages, name) is None:
                    known = list(dict.fromkeys(_list_by_fields(sheet.pages)))
                    sheet.unknown((*path, "by", place), "unknown-field", "field", name, known)
                if name == PERSON and not any(_has_person(measures.get(each)) for each in section["measures"] or ()):
                    message = "none of the measures of this section has a person"
                    sheet.fault((*path, "by", place), "nobodys-measure", message, "measures with person")


def _has_person(measure: dict[str, Any] | None) -> bool:
    return measure is None or measure["person"] is not None  # what is faulty itself is told of once


def _find_by_field(pages: Pages, name: str) -> Field | None:
    prefix, dot, rest = name.partition(".")
    if not dot:
        return find_any_field(pages, name)
    prefixes = {"case", "about"} | {word for each in pages.names for word in vocabulary.list_prefixes(pages.get(each))}
    return find_any_field(pages, rest) if prefix in prefixes else None


def _list_by_fields(pages: Pages) -> list[str]:
    return [field for name in pages.names for field in pages.fields(name)] + [*CLOCK_FIELDS]

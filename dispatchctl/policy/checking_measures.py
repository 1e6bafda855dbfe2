"""Checks of the sections `measures` and `reports`: fields that items have, values there are, measures there are.

Layer: policy. Its one job: what a measure may filter by, count and be grouped by.
"""

from typing import Any

from dispatchctl import registers
from dispatchctl.policy import vocabulary
from dispatchctl.policy.reading import Path, Sheet
from dispatchctl.policy.shapes import LEFT_OUT
from dispatchctl.registers.page import Field

CLOCKS = "clocks"
SCORES = "scores"  # the marks that people were given: one item each
FLAGS = ("true", "false")
CLOCK_STATES = ("running", "paused", "stopped", "ended")
CLOCK_TIMES = ("due_at", "started_at", "stopped_at")
ITEM_FIELDS = ("id", "state", "by")  # of a case, besides its register's own
WORKER = "worker"
PERSON = "person"  # in a report's `by`: each measure's own `person`
VALUE_KEYS = ("sum", "average", "median")

#: fields of an item of `clocks`; the choices of some depend on the rules
CLOCK_FIELDS = {
    "clock": Field("clock", "clock", "时限"),
    "register": Field("register", "register", "台账", type="choice", choices=registers.NAMES),
    "case": Field("case", "case", "事项", type="case"),
    "item": Field("item", "item", "分项"),
    "instance": Field("instance", "instance", "次数", type="integer"),
    "state": Field("state", "state", "状态", type="choice", choices=CLOCK_STATES),
    "breached": Field("breached", "breached", "逾期", type="choice", choices=FLAGS),
    "owner": Field("owner", "owner", "责任人"),
    "policy": Field("policy", "policy", "制度版本"),
    "started_at": Field("started_at", "started", "起算时间", type="time"),
    "stopped_at": Field("stopped_at", "stopped", "停止时间", type="time"),
    "due_at": Field("due_at", "due", "期限", type="time"),
    "stopped_by": Field("stopped_by", "stopped by", "停止事件"),
}

#: fields of an item of `scores`: who was given which mark for what, for which month, by whom
SCORE_FIELDS = {
    "id": Field("id", "id", "编号", type="row"),
    "state": Field("state", "state", "状态"),
    "staff": Field("staff", "staff", "员工", type="staff"),
    "measure": Field("measure", "measure", "评分项"),
    "score": Field("score", "score", "得分", type="integer", of="0..100"),
    "month": Field("month", "month", "月份", type="month"),
    "at": Field("at", "at", "时间", type="time"),
    "by": Field("by", "by", "评分人", type="staff"),
}
SCORE_TIMES = ("month", "at")


def _find_case_field(register: str, path: str) -> Field | None:
    """A field of a case of a register: own, of what it refers to, its id, state or an event's time."""
    if path == "state":
        return Field("state", "state", "状态", type="choice", choices=(*vocabulary.list_states(register), "void"))
    if path in ITEM_FIELDS:
        return Field(path, path, path)
    prefix, dot, name = path.partition(".")
    if dot and prefix == "about":
        return _find_about_field(register, name)
    field = vocabulary.find_field(register, path)
    if field is None and path in registers.events_of(register):
        return Field(path, path, path, type="time")
    return field


def _find_referred_field(register: str, name: str) -> Field | None:
    """A field of the case that a case refers to: an assignment's `service` is its order's."""
    prefixes = [prefix for prefix in vocabulary.list_prefixes(register) if prefix != "staff"]
    fields = [vocabulary.find_field(register, f"{prefix}.{name}") for prefix in prefixes]
    return next((field for field in fields if field is not None), None)


def _find_about_field(register: str, name: str) -> Field | None:
    """A field of the case that an item is about: whichever register that is."""
    if "about" not in registers.fields_of(register) and not registers.get(register).parent:
        return None
    if name == "register":
        return CLOCK_FIELDS["register"]
    return _find_anywhere(name)


def _find_anywhere(name: str) -> Field | None:
    """A field or event of any register; its values are left unchecked, as registers differ in them."""
    known = name in ITEM_FIELDS or any(
        name in registers.known_of(each) or name in registers.events_of(each) for each in registers.NAMES
    )
    if not known:
        return None
    fields = [registers.known_of(each)[name] for each in registers.NAMES if name in registers.known_of(each)]
    return fields[0]._replace(choices=()) if fields else Field(name, name, name)


def find_item_field(of: str, path: str, rules: dict[str, Any]) -> Field | None:
    """The field of an item of a register, of `clocks` or of `scores`; None where items have none of that name."""
    if of == SCORES:
        return SCORE_FIELDS.get(path)
    if of != CLOCKS:
        return _find_case_field(of, path)
    if path == "clock":
        ids = tuple(clock["id"] for clock in rules["clocks"] or () if clock["id"] is not None)
        return CLOCK_FIELDS["clock"]._replace(type="choice", choices=tuple(dict.fromkeys(ids)))
    if path in CLOCK_FIELDS:
        return CLOCK_FIELDS[path]
    prefix, dot, name = path.partition(".")
    if not dot or prefix != "case":
        return None
    for register in dict.fromkeys(clock["of"] for clock in rules["clocks"] or () if clock["of"] in registers.NAMES):
        field = _find_case_field(register, name) or _find_referred_field(register, name)
        if field is not None:
            return field._replace(choices=())
    return None


def list_item_fields(of: str) -> list[str]:
    """What find_item_field answers, for messages."""
    if of == CLOCKS:
        return [*CLOCK_FIELDS, "case.FIELD"]
    if of == SCORES:
        return list(SCORE_FIELDS)
    return [*vocabulary.list_paths(of), *ITEM_FIELDS, *registers.events_of(of)]


def check_measures(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Every measure: what it is of, its period, its conditions, its value, its person."""
    for key, measure in rules["measures"].items():
        path = ("measures", key)
        of = measure["of"] if measure else None
        if of is None:
            continue
        if of not in registers.NAMES and of not in (CLOCKS, SCORES):
            known = [CLOCKS, SCORES, *vocabulary.list_registers()]
            sheet.unknown((*path, "of"), "unknown-register", "register", of, known)
            continue
        _check_month(sheet, path, measure)
        for part in ("over", "count"):
            for name, condition in measure[part].items():
                _check_condition(sheet, (*path, part, name), of, name, condition, rules)
        _check_value(sheet, path, measure, rules)
        _check_person(sheet, path, measure, rules)


def _check_month(sheet: Sheet, path: Path, measure: dict[str, Any]) -> None:
    month, of = measure["month"], measure["of"]
    if month is None:
        return
    if of == CLOCKS:
        known = list(CLOCK_TIMES) + [event for name in registers.NAMES for event in registers.events_of(name)]
    elif of == SCORES:
        known = list(SCORE_TIMES)
    else:
        times = [field.name for field in registers.get(of).fields if field.type in vocabulary.TIME_TYPES]
        known = [*registers.events_of(of), *times]
    if month not in known:
        sheet.unknown((*path, "month"), "unknown-time", "time", month, known)


def _check_condition(sheet: Sheet, path: Path, of: str, name: str, condition: Any, rules: dict[str, Any]) -> None:
    field = find_item_field(of, name, rules)
    if field is None:
        sheet.unknown(path, "unknown-field", f"field of {of}", name, list_item_fields(of))
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
                sheet.fault(place, "bad-value", "name one field", "sum, average or median of a field")
            return
        name = value[given[0]]
        field = find_item_field(measure["of"], name, rules)
        if field is None:
            known = list_item_fields(measure["of"])
            sheet.unknown((*place, given[0]), "unknown-field", f"field of {measure['of']}", name, known)
        elif field.type not in vocabulary.NUMBER_TYPES:
            sheet.fault((*place, given[0]), "no-number", f"{name} holds no number", "a field of numbers or money")
    elif value == "ratio" and not measure["count"] and sheet.is_sound(*path, "count"):
        sheet.fault(place, "bad-value", "a ratio without count", "count: which of the items")


def _check_person(sheet: Sheet, path: Path, measure: dict[str, Any], rules: dict[str, Any]) -> None:
    person, of = measure["person"], measure["of"]
    if person is None:
        return
    if of == CLOCKS:
        known = ["owner", WORKER, *vocabulary.OWNER_WORDS]
        known += [field for name in registers.NAMES for field in vocabulary.list_staff_fields(name)]
    elif of == SCORES:
        known = [field.name for field in SCORE_FIELDS.values() if field.type == "staff"]
    else:
        known = [WORKER, *vocabulary.list_owner_words(of, [])]
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
                if name not in (*CLOCK_FIELDS, PERSON) and _find_by_field(name) is None:
                    known = list(dict.fromkeys(_list_by_fields()))
                    sheet.unknown((*path, "by", place), "unknown-field", "field", name, known)
                if name == PERSON and not any(_has_person(measures.get(each)) for each in section["measures"] or ()):
                    message = "none of the measures of this section has a person"
                    sheet.fault((*path, "by", place), "nobodys-measure", message, "measures with person")


def _has_person(measure: dict[str, Any] | None) -> bool:
    return measure is None or measure["person"] is not None  # what is faulty itself is told of once


def _find_by_field(name: str) -> Field | None:
    prefix, dot, rest = name.partition(".")
    if not dot:
        return _find_anywhere(name)
    prefixes = {"case", "about"} | {word for each in registers.NAMES for word in vocabulary.list_prefixes(each)}
    return _find_anywhere(rest) if prefix in prefixes else None


def _list_by_fields() -> list[str]:
    return [field for name in registers.NAMES for field in registers.fields_of(name)] + [*CLOCK_FIELDS]

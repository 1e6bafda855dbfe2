"""What a measure and a report may name of their items: the fields of cases, of clocks and of scores.

Layer: policy. Its one job: that vocabulary, which the checks, the compiler and the reports share.
"""

from typing import Any

from dispatchctl import registers
from dispatchctl.policy import vocabulary
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


def _name_field(name: str, type: str = "text", of: str = "", choices: tuple[str, ...] = ()) -> Field:
    return Field(name, name, name, type, of, choices)  # what people call it is for the pages and the output to say


#: fields of an item of `clocks`; the choices of some depend on the rules
CLOCK_FIELDS = {
    field.name: field
    for field in (
        _name_field("clock"),
        _name_field("register", "choice", choices=registers.NAMES),
        _name_field("case", "case"),
        _name_field("item"),
        _name_field("instance", "integer"),
        _name_field("state", "choice", choices=CLOCK_STATES),
        _name_field("breached", "choice", choices=FLAGS),
        _name_field("owner"),
        _name_field("policy"),
        _name_field("started_at", "time"),
        _name_field("stopped_at", "time"),
        _name_field("due_at", "time"),
        _name_field("stopped_by"),
    )
}

#: fields of an item of `scores`: who was given which mark for what, for which month, by whom
SCORE_FIELDS = {
    field.name: field
    for field in (
        _name_field("id", "row"),
        _name_field("state"),
        _name_field("staff", "staff"),
        _name_field("measure"),
        _name_field("score", "integer", of="0..100"),
        _name_field("month", "month"),
        _name_field("at", "time"),
        _name_field("by", "staff"),
    )
}
SCORE_TIMES = ("month", "at")


def _find_case_field(register: str, path: str) -> Field | None:
    """A field of a case of a register: own, of what it refers to, its id, state or an event's time."""
    if path == "state":
        return _name_field("state", "choice", choices=(*vocabulary.list_states(register), "void"))
    if path in ITEM_FIELDS:
        return _name_field(path)
    prefix, dot, name = path.partition(".")
    if dot and prefix == "about":
        return _find_about_field(register, name)
    field = vocabulary.find_field(register, path)
    if field is None and path in registers.events_of(register):
        return _name_field(path, "time")
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
    return find_any_field(name)


def find_any_field(name: str) -> Field | None:
    """A field or event of any register; its values are left unchecked, as registers differ in them."""
    known = name in ITEM_FIELDS or any(
        name in registers.known_of(each) or name in registers.events_of(each) for each in registers.NAMES
    )
    if not known:
        return None
    fields = [registers.known_of(each)[name] for each in registers.NAMES if name in registers.known_of(each)]
    return fields[0]._replace(choices=()) if fields else _name_field(name)


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

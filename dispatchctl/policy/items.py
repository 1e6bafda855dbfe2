"""What a measure and a report may name of their items: the fields of cases, of rows, of clocks and of scores.

Layer: policy. Its one job: that vocabulary, which the checks, the compiler and the reports share.
"""

from collections.abc import Sequence
from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.registers import Pages
from dispatchctl.registers.page import SPAN, Field, list_carried

CLOCKS = "clocks"
SCORES = "scores"  # the marks that people were given: one item each
AT = "at"  # when a row's event happened: what puts a row into a period
ROW_FIELDS = ("id", "by", AT)  # of a row, besides what its event carries; id: its case's
FLAGS = ("true", "false")
CLOCK_STATES = ("running", "paused", "stopped", "ended")
CLOCK_TIMES = ("due_at", "started_at", "stopped_at")
ITEM_FIELDS = ("id", "state", "by")  # of a case, besides its register's own
WORKER = "worker"
PERSON = "person"  # in a report's `by`: each measure's own `person`
VALUE_KEYS = ("sum", "average", "median", "p90")
DURATIONS = ("elapsed", "counted")  # of a clock, or between two events: seconds, shown in hours
UNTIL = "until"  # when a span ended: what puts it into a period


def _name_field(name: str, type: str = "text", of: str = "", choices: tuple[str, ...] = ()) -> Field:
    return Field(name, name, name, type, of, choices)  # what people call it is for the pages and the output to say


#: fields of an item of `clocks`; the choices of some depend on the rules and on the registers there are
CLOCK_FIELDS = {
    field.name: field
    for field in (
        _name_field("clock"),
        _name_field("register", "choice"),
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


def split_rows(of: str) -> tuple[str, str] | None:
    """(register, event) of a measure of rows, whose `of` is `orders.paid`; None of one of cases, clocks or scores."""
    register, dot, event = of.partition(".")
    return (register, event) if dot else None


def name_span(of: str, between: Sequence[Sequence[str]]) -> str:
    """What the index calls the spans between two events of a register's cases: `orders.taken..closed`.

    between: [register or "state", name] of each.
    """
    words = (name if register == of else f"{register}.{name}" for register, name in between)
    return f"{of}.{SPAN.join(words)}"


def find_clock_field(pages: Pages, path: str) -> Field | None:
    """A field of an item of `clocks`, None where there is none of that name. Which clocks there are is not said."""
    field = CLOCK_FIELDS.get(path)
    return field._replace(choices=pages.names) if field is not None and path == "register" else field


def _find_case_field(pages: Pages, register: str, path: str) -> Field | None:
    """A field of a case of a register: own, of what it refers to, its id, state or an event's time."""
    if path == "state":
        return _name_field("state", "choice", choices=(*vocabulary.list_states(pages.get(register)), "void"))
    if path in ITEM_FIELDS:
        return _name_field(path)
    prefix, dot, name = path.partition(".")
    if dot and prefix == "about":
        return _find_about_field(pages, register, name)
    if is_event(pages, register, path):
        return _name_field(path, "time")
    return vocabulary.find_field(pages, register, path)


def is_event(pages: Pages, register: str, name: str) -> bool:
    """Whether a name means an event of a register, its last time: not where a field of its rows is called so.

    What is derived may be called as an event is (what was billed): the event was there before.
    """
    return name in pages.events(register) and name not in pages.fields(register)


def _find_referred_field(pages: Pages, register: str, name: str) -> Field | None:
    """A field of the case that a case refers to: an assignment's `service` is its order's."""
    prefixes = [prefix for prefix in vocabulary.list_prefixes(pages.get(register)) if prefix != "staff"]
    fields = [vocabulary.find_field(pages, register, f"{prefix}.{name}") for prefix in prefixes]
    return next((field for field in fields if field is not None), None)


def _find_about_field(pages: Pages, register: str, name: str) -> Field | None:
    """A field of the case that an item is about: whichever register that is."""
    if "about" not in pages.fields(register) and not pages.parent(register):
        return None
    if name == "register":
        return find_clock_field(pages, name)
    return find_any_field(pages, name)


def find_any_field(pages: Pages, name: str) -> Field | None:
    """A field or event of any register; its values are left unchecked, as registers differ in them."""
    known = name in ITEM_FIELDS or any(name in pages.known(each) or name in pages.events(each) for each in pages.names)
    if not known:
        return None
    fields = [pages.known(each)[name] for each in pages.names if name in pages.known(each)]
    return fields[0]._replace(choices=()) if fields else _name_field(name)


def find_item_field(pages: Pages, of: str, path: str, rules: dict[str, Any]) -> Field | None:
    """The field of an item of a register, of rows, `clocks` or `scores`; None where items have none of that name."""
    if of == SCORES:
        return SCORE_FIELDS.get(path)
    rows = split_rows(of)
    if rows is not None:
        return _find_row_field(pages, *rows, path)
    if of != CLOCKS:
        return _find_case_field(pages, of, path)
    if path == "clock":
        ids = tuple(clock["id"] for clock in rules["clocks"] or () if clock["id"] is not None)
        return CLOCK_FIELDS["clock"]._replace(type="choice", choices=tuple(dict.fromkeys(ids)))
    if path in CLOCK_FIELDS:
        return find_clock_field(pages, path)
    prefix, dot, name = path.partition(".")
    if not dot or prefix != "case":
        return None
    for register in dict.fromkeys(clock["of"] for clock in rules["clocks"] or () if clock["of"] in pages.names):
        field = _find_case_field(pages, register, name) or _find_referred_field(pages, register, name)
        if field is not None:
            return field._replace(choices=())
    return None


def _find_row_field(pages: Pages, register: str, event: str, path: str) -> Field | None:
    """A field of a row: what its event carries, its case, author or time, or (case.FIELD) a field of the case."""
    if path in ROW_FIELDS:
        return _name_field(path, {"by": "staff", AT: "time"}.get(path, "case"))
    if path in list_carried(pages.get(register), event):
        return pages.fields(register)[path]
    prefix, dot, name = path.partition(".")
    if not dot or prefix != "case":
        return None
    return _find_case_field(pages, register, name) or _find_referred_field(pages, register, name)


def list_item_fields(pages: Pages, of: str) -> list[str]:
    """What find_item_field answers, for messages."""
    if of == CLOCKS:
        return [*CLOCK_FIELDS, "case.FIELD"]
    if of == SCORES:
        return list(SCORE_FIELDS)
    rows = split_rows(of)
    if rows is not None:
        return [*list_carried(pages.get(rows[0]), rows[1]), *ROW_FIELDS, "case.FIELD"]
    return [*vocabulary.list_paths(pages, of), *ITEM_FIELDS, *pages.events(of)]

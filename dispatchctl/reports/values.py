"""Where the index keeps what a measure names: its fields, times and groups as places to ask for. Reports.

Its one job: `case.service`, `order.priority`, `about.kind` or an event's name, of a register or of clocks, becomes a
Value of store.questions. What may be named is checked when the rules are loaded (policy.checking_measures).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dispatchctl import registers
from dispatchctl.policy import vocabulary
from dispatchctl.policy.checking_measures import CLOCK_FIELDS, CLOCK_TIMES, CLOCKS
from dispatchctl.registers.page import Field
from dispatchctl.store.questions import Place, Value
from dispatchctl.store.schema import mark_column

Policy = Mapping[str, Any]
Hops = tuple[tuple[str, str], ...]

HEAD = ("id", "state", "by")  # what every case has besides its register's fields
SHARED = ("service", "priority", "area", "department")  # of the case or its order: kept with each clock
CLOCK_KINDS = {"instance": "number", "breached": "breached", "owner": "owner"}


class Found(NamedTuple):
    """A value and the field it is of, None for what is no field of a page (an event's time, an id)."""

    value: Value
    field: Field | None = None


def find_value(of: str, path: str, policy: Policy) -> Found | None:
    """The value that `path` names for the items of a register or of clocks; None where they have none of that name."""
    return _find_of_clock(path, policy) if of == CLOCKS else _find_of_case(of, path)


def find_group(of: str, path: str, policy: Policy) -> Found | None:
    """The value that a report groups these items by: as find_value, else that of the case that an item refers to.

    A department that is not on record is that of the service, as it is for the owners of a clock.
    """
    if of == CLOCKS:
        if path in SHARED:
            field = registers.fields_of("orders")[path]
            return Found(Value((Place(path),)), field)
        return _find_of_clock(path, policy) or _find_of_clock(f"case.{path}", policy)
    found = _find_of_case(of, path) or _find_referred(of, path, ())
    if found is None or path != "department":
        return found
    service = _find_of_case(of, "service") or _find_referred(of, "service", ())
    entries = (policy["services"] or {}).items()
    table = tuple((key, entry["department"]) for key, entry in entries if entry["department"])
    if service is None or not table:
        return found
    return found._replace(value=found.value._replace(otherwise=service.value.places, table=table))


def find_time(of: str, month: str, policy: Policy) -> Value:
    """The time that puts an item into a period: a time of a clock, the last `at` of an event, or a field of times."""
    if of == CLOCKS:
        if month in CLOCK_TIMES:
            return Value((Place(month),), "seconds")
        column = mark_column(month)
        names = [name for name in _list_clocked(policy) if month in registers.events_of(name)]
        return Value(tuple(Place(column, (("case", name),)) for name in names), "seconds")
    if month in registers.events_of(of):
        return Value((Place(mark_column(month)),), "seconds")
    date = registers.fields_of(of)[month].type == "date"
    return Value((Place(month),), "date" if date else "iso")


def _list_clocked(policy: Policy) -> list[str]:
    """The registers whose cases have clocks."""
    return list(dict.fromkeys(clock["of"] for clock in policy["clocks"]))


def _find_of_clock(path: str, policy: Policy) -> Found | None:
    if path in CLOCK_FIELDS:
        kind = "seconds" if path in CLOCK_TIMES else CLOCK_KINDS.get(path, "text")
        return Found(Value((Place(path),), kind), CLOCK_FIELDS[path])
    prefix, _, name = path.partition(".")
    if prefix != "case" or not name:
        return None
    places: tuple[Place, ...] = ()
    kind, field = "text", None
    for register in _list_clocked(policy):
        hops = (("case", register),)
        found = _find_own(register, name, hops) or _find_referred(register, name, hops)
        if found is not None:
            places, kind = places + found.value.places, found.value.kind
            field = field or found.field
    return Found(Value(places, kind), field) if places else None


def _find_of_case(register: str, path: str) -> Found | None:
    prefix, _, name = path.partition(".")
    if not name:
        return _find_own(register, path, ())
    if prefix == "about":
        return _find_about(register, name)
    if prefix == "staff":
        people = [field.name for field in registers.get(register).fields if field.type == "staff"]
        if not people:
            return None
        link = "assignee" if "assignee" in people else people[0]  # whom a clock's `when` asks about too
        return _find_own("staff", name, ((link, "staff"),))
    for field in registers.get(register).fields:
        if field.type == "case" and field.of and field.of.removesuffix("s") == prefix:
            return _find_own(field.of, name, ((field.name, field.of),))
    return None


def _find_own(register: str, name: str, hops: Hops) -> Found | None:
    """A value of the case at the end of `hops`: its field, its id, state or author, or an event's last time."""
    field = registers.fields_of(register).get(name)
    if name == "state":
        choices = (*vocabulary.list_states(register), "void")
        return Found(Value((Place(name, hops),)), Field(name, name, name, type="choice", choices=choices))
    if name in HEAD:
        return Found(Value((Place(name, hops),)), Field(name, name, name, type="staff") if name == "by" else None)
    if field is not None:
        kind = "many" if field.many else {"flag": "flag", "integer": "text"}.get(field.type, "text")
        return Found(Value((Place(name, hops),), kind), field)
    if name in registers.events_of(register):
        return Found(Value((Place(mark_column(name), hops),), "seconds"))
    return None


def _find_referred(register: str, name: str, hops: Hops) -> Found | None:
    """A value of the case that the one at the end of `hops` refers to, or of the one that this one refers to."""
    for field in registers.get(register).fields:
        if field.type != "case":
            continue
        if field.of:
            found = _find_own(field.of, name, (*hops, (field.name, field.of)))
        else:
            found = _find_anywhere(name, (*hops,), field.name)
        if found is not None:
            return found
    return None


def _find_anywhere(name: str, hops: Hops, link: str) -> Found | None:
    """A value of the case that `link` names, whichever register it is of: no id is in two of them."""
    places: tuple[Place, ...] = ()
    kind, field = "text", None
    for register in registers.NAMES:
        beyond = (*hops, (link, register))
        found = _find_own(register, name, beyond)
        if (
            found is None
            and registers.get(register).parent
            and any(each.of for each in registers.get(register).fields if each.type == "case")
        ):
            found = _find_referred(register, name, beyond)
        if found is not None:
            places, kind = places + found.value.places, found.value.kind
            field = field or found.field
    return Found(Value(places, kind), field) if places else None


def _find_about(register: str, name: str) -> Found | None:
    fields = registers.fields_of(register)
    link = "about" if "about" in fields else registers.get(register).parent
    if not link:
        return None
    targets = (fields[link].of,) if fields[link].of else registers.NAMES
    if name == "register":
        places = tuple(Place("id", ((link, each),), each) for each in targets)
        return Found(Value(places), CLOCK_FIELDS["register"])
    if fields[link].of:
        return _find_own(fields[link].of, name, ((link, fields[link].of),))
    return _find_anywhere(name, (), link)

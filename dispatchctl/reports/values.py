"""Where the index keeps what a measure names: its fields, times and groups as places to ask for. Reports.

Its one job: `case.service`, `order.priority`, `about.kind` or an event's name, of a register or of clocks, becomes a
Value of store.questions. What may be named is checked when the rules are loaded (policy.checks).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl import registers
from dispatchctl.policy import vocabulary
from dispatchctl.policy.items import CLOCK_FIELDS, CLOCK_TIMES, CLOCKS, SCORE_FIELDS, SCORES, WORKER
from dispatchctl.registers.page import Field
from dispatchctl.rules.variants import person_field
from dispatchctl.store.questions import Place, Value
from dispatchctl.store.schema import mark_column

Policy = Mapping[str, Any]
Hops = tuple[tuple[str, str], ...]

HEAD = ("id", "state", "by")  # what every case has besides its register's fields
SHARED = ("service", "priority", "area", "department")  # of the case or its order: kept with each clock
CLOCK_KINDS = {"instance": "number", "breached": "breached", "owner": "owner"}
RECEIVER, HEADS = "receiver", "department-head"
ABOUT = ("about", "case")  # fields that name a case of any register, which an item is about


class NamedValue(NamedTuple):
    """A value and the field it is of, None for what is no field of a page (an event's time, an id)."""

    value: Value
    field: Field | None = None


def find_value(of: str, path: str, policy: Policy) -> NamedValue | None:
    """The value that `path` names for items of a register, clocks or scores; None where they have none of that name."""
    if of == SCORES:
        return _find_of_score(path)
    return _find_of_clock(path, policy) if of == CLOCKS else _find_of_case(of, path)


def find_group(of: str, path: str, policy: Policy) -> NamedValue | None:
    """The value that a report groups these items by: as find_value, else that of the case that an item refers to.

    A department that is not on record is that of the service, as it is for the owners of a clock.
    """
    if of == SCORES:
        return _find_of_score(path)
    if of == CLOCKS:
        if path in SHARED:
            field = registers.fields_of("orders")[path]
            return NamedValue(Value((Place(path),)), field)
        return _find_of_clock(path, policy) or _find_of_clock(f"case.{path}", policy)
    found = _find_of_case(of, path) or _find_referred(of, path, ())
    if found is None or path != "department":
        return found
    return _add_services(found, _find_of_case(of, "service") or _find_referred(of, "service", ()), policy)


def _add_services(department: NamedValue, service: NamedValue | None, policy: Policy) -> NamedValue:
    """A department and, where none is on record, that of the service."""
    entries = (policy["services"] or {}).items()
    table = tuple((key, entry["department"]) for key, entry in entries if entry["department"])
    if service is None or not table:
        return department
    return department._replace(value=department.value._replace(otherwise=service.value.places, table=table))


def find_time(of: str, month: str, policy: Policy) -> Value:
    """The time that puts an item into a period: a time of a clock, the last `at` of an event, or a field of times."""
    if of == SCORES:
        return Value((Place(month),), "month" if month == "month" else "seconds")
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


# --- whose an item is ---------------------------------------------------------------------------------------------


def find_item_person(of: str, word: str, policy: Policy) -> NamedValue | None:
    """Whose an item is, by the `person` of its measure; None where such items name nobody by that word.

    A staff field of the item, or of the nearest of the cases it is about that has one. worker: who did the work: of an
    order its lead at the last completion, of a complaint whom it is about. receiver: of a complaint who took it in, of
    any other case who began it. department-head: the departments, whose heads whoever asks must know.
    """
    if of == SCORES:
        return _find_of_score(word)
    if of == CLOCKS:
        if word in CLOCK_FIELDS:
            return _find_of_clock(word, policy)
        starts: list[tuple[str, Hops]] = [(register, (("case", register),)) for register in _list_clocked(policy)]
    else:
        starts = [(of, ())]
    if word != HEADS:
        return _merge(_seek(name, hops, (word,)) for name, hops in starts)
    departments = _merge(_seek(name, hops, ("departments", "department"), further=True) for name, hops in starts)
    services = _merge(_seek(name, hops, ("service",)) for name, hops in starts)
    return departments and _add_services(departments, services, policy)


def _seek(
    register: str, hops: Hops, names: Sequence[str], *, further: bool = False, anywhere: bool = True
) -> NamedValue | None:
    """A value of a case of the register or, where its page has none of these names, of the case that it is about.

    further: and of that one too where the page has one, for cases that leave it empty. anywhere: whether it may be
    about a case of any register; from one of these on it is as the pages say.
    """
    own = next((each for name in names if (each := _find_named(register, name, hops)) is not None), None)
    link = registers.fields_of(register).get(_find_link(register))
    if link is None or (own is not None and not further):
        return own
    targets = (link.of,) if link.of else registers.NAMES if anywhere else ()
    still = anywhere and bool(link.of)
    return _merge(
        [own]
        + [
            _seek(each, (*hops, (link.name, each)), names, further=further, anywhere=still)
            for each in targets
            if each != register
        ]
    )


def _find_named(register: str, name: str, hops: Hops) -> NamedValue | None:
    if name == WORKER and register == "complaints":
        name = "about_staff"
    if name in registers.known_of(register):
        return _find_own(register, name, hops)
    return _find_own(register, "by", hops) if name == RECEIVER else None


def _find_link(register: str) -> str:
    """The field of a register that says what its cases are about; "" where they stand by themselves."""
    own = registers.fields_of(register)
    named = [name for name in ABOUT if name in own and own[name].type == "case"]
    return registers.parent_of(register) or (named[0] if named else "")


def _merge(found: Iterable[NamedValue | None]) -> NamedValue | None:
    """One value of several: the first of all their places that holds one."""
    values = [each for each in found if each is not None]
    if not values:
        return None
    many = any(each.value.kind == "many" for each in values)
    places = tuple(dict.fromkeys(place for each in values for place in each.value.places))
    return NamedValue(Value(places, "many" if many else values[0].value.kind), values[0].field)


def _find_of_score(path: str) -> NamedValue | None:
    field = SCORE_FIELDS.get(path)
    if field is None:
        return None
    kind = {"score": "number", "at": "seconds"}.get(path, "text")
    return NamedValue(Value((Place(path),), kind), field)


# --- fields -------------------------------------------------------------------------------------------------------


def _list_clocked(policy: Policy) -> list[str]:
    """The registers whose cases have clocks."""
    return list(dict.fromkeys(clock["of"] for clock in policy["clocks"]))


def _find_of_clock(path: str, policy: Policy) -> NamedValue | None:
    if path in CLOCK_FIELDS:
        kind = "seconds" if path in CLOCK_TIMES else CLOCK_KINDS.get(path, "text")
        return NamedValue(Value((Place(path),), kind), CLOCK_FIELDS[path])
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
    return NamedValue(Value(places, kind), field) if places else None


def _find_of_case(register: str, path: str) -> NamedValue | None:
    prefix, _, name = path.partition(".")
    if not name:
        return _find_own(register, path, ())
    if prefix == "about":
        return _find_about(register, name)
    if prefix == "staff":
        link = person_field(registers.get(register))
        return _find_own("staff", name, ((link, "staff"),)) if link else None
    for field in registers.get(register).fields:
        if field.type == "case" and field.of and field.of.removesuffix("s") == prefix:
            return _find_own(field.of, name, ((field.name, field.of),))
    return None


def _find_own(register: str, name: str, hops: Hops) -> NamedValue | None:
    """A value of the case at the end of `hops`: its field, its id, state or author, or an event's last time."""
    field = registers.known_of(register).get(name)
    if name == "state":
        choices = (*vocabulary.list_states(register), "void")
        return NamedValue(Value((Place(name, hops),)), Field(name, name, name, type="choice", choices=choices))
    if name in HEAD:
        return NamedValue(Value((Place(name, hops),)), Field(name, name, name, type="staff") if name == "by" else None)
    if field is not None:
        kind = "many" if field.many else {"flag": "flag", "integer": "text"}.get(field.type, "text")
        return NamedValue(Value((Place(name, hops),), kind), field)
    if name in registers.events_of(register):
        return NamedValue(Value((Place(mark_column(name), hops),), "seconds"))
    return None


def _find_referred(register: str, name: str, hops: Hops) -> NamedValue | None:
    """A value of the case that the one at the end of `hops` is about, or of the one that this one is about."""
    link = registers.fields_of(register).get(_find_link(register))
    if link is None:
        return None
    return _find_own(link.of, name, (*hops, (link.name, link.of))) if link.of else _find_anywhere(name, hops, link.name)


def _find_anywhere(name: str, hops: Hops, link: str) -> NamedValue | None:
    """A value of the case that `link` names, whichever register it is of: no id is in two of them."""
    places: tuple[Place, ...] = ()
    kind, field = "text", None
    for register in registers.NAMES:
        beyond = (*hops, (link, register))
        found = _find_own(register, name, beyond)
        above = registers.fields_of(register).get(_find_link(register))
        if found is None and above is not None and above.of:
            found = _find_referred(register, name, beyond)
        if found is not None:
            places, kind = places + found.value.places, found.value.kind
            field = field or found.field
    return NamedValue(Value(places, kind), field) if places else None


def _find_about(register: str, name: str) -> NamedValue | None:
    fields = registers.fields_of(register)
    link = "about" if "about" in fields else registers.get(register).parent
    if not link:
        return None
    targets = (fields[link].of,) if fields[link].of else registers.NAMES
    if name == "register":
        places = tuple(Place("id", ((link, each),), each) for each in targets)
        return NamedValue(Value(places), CLOCK_FIELDS["register"])
    if fields[link].of:
        return _find_own(fields[link].of, name, ((link, fields[link].of),))
    return _find_anywhere(name, (), link)

"""Where the index keeps what a measure names: its fields, times and groups as places to ask for. Reports.

Its one job: `case.service`, `order.priority`, `about.kind` or an event's name, of a register or of clocks, becomes a
Value of store.questions. What may be named is checked when the rules are loaded (policy.checks).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.policy import vocabulary
from dispatchctl.policy.items import (
    AT,
    CLOCK_FIELDS,
    CLOCK_TIMES,
    CLOCKS,
    ROW_FIELDS,
    SCORE_FIELDS,
    SCORES,
    WORKER,
    find_clock_field,
    is_event,
    split_rows,
)
from dispatchctl.registers import Pages
from dispatchctl.registers.page import Field, list_carried
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


class Catalog:
    """The places of what the measures of some rules name, in the registers there are."""

    def __init__(self, policy: Policy, pages: Pages) -> None:
        self.policy, self.pages = policy, pages

    def find_value(self, of: str, path: str) -> NamedValue | None:
        """The value that `path` names for items of a register, rows, clocks or scores; None where they have none."""
        if of == SCORES:
            return _find_of_score(path)
        rows = split_rows(of)
        if rows is not None:
            return self._find_of_row(*rows, path)
        return self._find_of_clock(path) if of == CLOCKS else self._find_of_case(of, path)

    def find_group(self, of: str, path: str) -> NamedValue | None:
        """The value that a report groups these items by: as find_value, else that of the case that an item refers to.

        A department that is not on record is that of the service, as it is for the owners of a clock.
        """
        if of == SCORES:
            return _find_of_score(path)
        if of == CLOCKS:
            if path in SHARED:
                field = self.pages.fields("orders")[path]
                return NamedValue(Value((Place(path),)), field)
            return self._find_of_clock(path) or self._find_of_clock(f"case.{path}")
        found = self._find_near(of, path)
        if found is None or path != "department":
            return found
        return self._add_services(found, self._find_near(of, "service"))

    def _find_near(self, of: str, path: str) -> NamedValue | None:
        """The value of a case, or of the one it refers to; of a row its own, else that of its case."""
        if split_rows(of) is not None:
            return self.find_value(of, path) or self.find_value(of, f"case.{path}")
        return self._find_of_case(of, path) or self._find_referred(of, path, ())

    def _add_services(self, department: NamedValue, service: NamedValue | None) -> NamedValue:
        """A department and, where none is on record, that of the service."""
        entries = (self.policy["services"] or {}).items()
        table = tuple((key, entry["department"]) for key, entry in entries if entry["department"])
        if service is None or not table:
            return department
        return department._replace(value=department.value._replace(otherwise=service.value.places, table=table))

    def find_duration(self, measure: Mapping[str, Any], name: str) -> Value:
        """What a clock took, or a case between two events: seconds; name: elapsed, counted, or until, when it ended."""
        if measure["of"] == CLOCKS:
            return Value((Place(name),), "seconds")
        return Value((Place(name, (("id", measure["between"][0]),)),), "seconds")

    def find_time(self, of: str, month: str) -> Value:
        """What puts an item into a period: a time of a clock, the last `at` of an event, or a field of times."""
        if of == SCORES:
            return Value((Place(month),), "month" if month == "month" else "seconds")
        if split_rows(of) is not None:
            return Value((Place(month),), "seconds")
        if of == CLOCKS:
            if month in CLOCK_TIMES:
                return Value((Place(month),), "seconds")
            column = mark_column(month)
            names = [name for name in self._list_clocked() if month in self.pages.events(name)]
            return Value(tuple(Place(column, (("case", name),)) for name in names), "seconds")
        if month in self.pages.events(of):
            return Value((Place(mark_column(month)),), "seconds")
        date = self.pages.fields(of)[month].type == "date"
        return Value((Place(month),), "date" if date else "iso")

    # --- whose an item is ---------------------------------------------------------------------------------------

    def find_person(self, of: str, word: str) -> NamedValue | None:
        """Whose an item is, by the `person` of its measure; None where such items name nobody by that word.

        A staff field of the item, or of the nearest of the cases it is about that has one. worker: who did the work: of
        an order its lead at the last completion, of a complaint whom it is about. receiver: of a complaint who took it
        in, of any other case who began it. department-head: the departments, whose heads whoever asks must know.
        """
        if of == SCORES:
            return _find_of_score(word)
        if of == CLOCKS:
            if word in CLOCK_FIELDS:
                return self._find_of_clock(word)
            starts: list[tuple[str, Hops]] = [(register, (("case", register),)) for register in self._list_clocked()]
        elif (rows := split_rows(of)) is not None:
            if word in list_carried(self.pages.get(rows[0]), rows[1]):
                return self._find_of_row(*rows, word)
            starts = [(rows[0], (("id", rows[0]),))]
        else:
            starts = [(of, ())]
        if word != HEADS:
            return _merge(self._seek(name, hops, (word,)) for name, hops in starts)
        departments = _merge(
            self._seek(name, hops, ("departments", "department"), further=True) for name, hops in starts
        )
        services = _merge(self._seek(name, hops, ("service",)) for name, hops in starts)
        return departments and self._add_services(departments, services)

    def _seek(
        self, register: str, hops: Hops, names: Sequence[str], *, further: bool = False, anywhere: bool = True
    ) -> NamedValue | None:
        """A value of a case of the register or, where its page has none of these names, of the case that it is about.

        further: and of that one too where the page has one, for cases that leave it empty. anywhere: whether it may be
        about a case of any register; from one of these on it is as the pages say.
        """
        own = next((each for name in names if (each := self._find_named(register, name, hops)) is not None), None)
        link = self.pages.fields(register).get(self._find_link(register))
        if link is None or (own is not None and not further):
            return own
        targets = (link.of,) if link.of else self.pages.names if anywhere else ()
        still = anywhere and bool(link.of)
        return _merge(
            [own]
            + [
                self._seek(each, (*hops, (link.name, each)), names, further=further, anywhere=still)
                for each in targets
                if each != register
            ]
        )

    def _find_named(self, register: str, name: str, hops: Hops) -> NamedValue | None:
        if name == WORKER and register == "complaints":
            name = "about_staff"
        if name in self.pages.known(register):
            return self._find_own(register, name, hops)
        return self._find_own(register, "by", hops) if name == RECEIVER else None

    def _find_link(self, register: str) -> str:
        """The field of a register that says what its cases are about; "" where they stand by themselves."""
        own = self.pages.fields(register)
        named = [name for name in ABOUT if name in own and own[name].type == "case"]
        return self.pages.parent(register) or (named[0] if named else "")

    # --- fields -------------------------------------------------------------------------------------------------

    def _list_clocked(self) -> list[str]:
        """The registers whose cases have clocks."""
        return list(dict.fromkeys(clock["of"] for clock in self.policy["clocks"]))

    def _find_of_row(self, register: str, event: str, path: str) -> NamedValue | None:
        """A value of a row: what it carries, its case's id, who and when; with `case.` one of its case."""
        if path in ROW_FIELDS:
            author = Field(path, path, path, type="staff") if path == "by" else None
            return NamedValue(Value((Place(path),), "seconds" if path == AT else "text"), author)
        if path in list_carried(self.pages.get(register), event):
            field = self.pages.fields(register)[path]
            return NamedValue(Value((Place(path),), _find_kind(field)), field)
        prefix, _, name = path.partition(".")
        if prefix != "case" or not name:
            return None
        hops = (("id", register),)
        return self._find_own(register, name, hops) or self._find_referred(register, name, hops)

    def _find_of_clock(self, path: str) -> NamedValue | None:
        if path in CLOCK_FIELDS:
            kind = "seconds" if path in CLOCK_TIMES else CLOCK_KINDS.get(path, "text")
            return NamedValue(Value((Place(path),), kind), find_clock_field(self.pages, path))
        prefix, _, name = path.partition(".")
        if prefix != "case" or not name:
            return None
        places: tuple[Place, ...] = ()
        kind, field = "text", None
        for register in self._list_clocked():
            hops = (("case", register),)
            found = self._find_own(register, name, hops) or self._find_referred(register, name, hops)
            if found is not None:
                places, kind = places + found.value.places, found.value.kind
                field = field or found.field
        return NamedValue(Value(places, kind), field) if places else None

    def _find_of_case(self, register: str, path: str) -> NamedValue | None:
        prefix, _, name = path.partition(".")
        if not name:
            return self._find_own(register, path, ())
        if prefix == "about":
            return self._find_about(register, name)
        if prefix == "staff":
            link = person_field(self.pages.get(register))
            return self._find_own("staff", name, ((link, "staff"),)) if link else None
        for field in self.pages.get(register).fields:
            if field.type == "case" and field.of and field.of.removesuffix("s") == prefix:
                return self._find_own(field.of, name, ((field.name, field.of),))
        return None

    def _find_own(self, register: str, name: str, hops: Hops) -> NamedValue | None:
        """A value of the case at the end of `hops`: its field, its id, state or author, or an event's last time."""
        field = self.pages.known(register).get(name)
        if name == "state":
            choices = (*vocabulary.list_states(self.pages.get(register)), "void")
            return NamedValue(Value((Place(name, hops),)), Field(name, name, name, type="choice", choices=choices))
        if name in HEAD:
            author = Field(name, name, name, type="staff") if name == "by" else None
            return NamedValue(Value((Place(name, hops),)), author)
        if is_event(self.pages, register, name):
            return NamedValue(Value((Place(mark_column(name), hops),), "seconds"))
        if field is not None:
            return NamedValue(Value((Place(name, hops),), _find_kind(field)), field)
        return None

    def _find_referred(self, register: str, name: str, hops: Hops) -> NamedValue | None:
        """A value of the case that the one at the end of `hops` is about, or of the one that this one is about."""
        link = self.pages.fields(register).get(self._find_link(register))
        if link is None:
            return None
        if not link.of:
            return self._find_anywhere(name, hops, link.name)
        return self._find_own(link.of, name, (*hops, (link.name, link.of)))

    def _find_anywhere(self, name: str, hops: Hops, link: str) -> NamedValue | None:
        """A value of the case that `link` names, whichever register it is of: no id is in two of them."""
        places: tuple[Place, ...] = ()
        kind, field = "text", None
        for register in self.pages.names:
            beyond = (*hops, (link, register))
            found = self._find_own(register, name, beyond)
            above = self.pages.fields(register).get(self._find_link(register))
            if found is None and above is not None and above.of:
                found = self._find_referred(register, name, beyond)
            if found is not None:
                places, kind = places + found.value.places, found.value.kind
                field = field or found.field
        return NamedValue(Value(places, kind), field) if places else None

    def _find_about(self, register: str, name: str) -> NamedValue | None:
        fields = self.pages.fields(register)
        link = "about" if "about" in fields else self.pages.parent(register)
        if not link:
            return None
        targets = (fields[link].of,) if fields[link].of else self.pages.names
        if name == "register":
            places = tuple(Place("id", ((link, each),), each) for each in targets)
            return NamedValue(Value(places), find_clock_field(self.pages, name))
        if fields[link].of:
            return self._find_own(fields[link].of, name, ((link, fields[link].of),))
        return self._find_anywhere(name, (), link)


def _find_kind(field: Field) -> str:
    return "many" if field.many else "flag" if field.type == "flag" else "text"


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

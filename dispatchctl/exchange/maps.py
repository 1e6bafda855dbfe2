"""Import maps: which column of somebody else's file is which field of ours, read from YAML and checked. Exchange.

A map is data that travels with other people's files, so it is read by the safe loader of the rules, and every fault
is told at once by its line. What a key of the rules is, the caller knows: `Fit` is handed in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dispatchctl.errors import Fault
from dispatchctl.exchange.layouts import DELIMITERS, ENCODINGS, HEADER_LINES, FileForm
from dispatchctl.exchange.timeforms import check_form
from dispatchctl.policy.checks.places import is_place
from dispatchctl.policy.loading import LIST, MAP, TEXT, Node, load_tree
from dispatchctl.policy.reading import find_nearest, list_some
from dispatchctl.registers import Pages
from dispatchctl.registers.page import FIRST, Event, Register

REGISTERS = ("orders", "assignments", "complaints", "followups", "attendance", "staff")
CONTACT = ("caller", "phone", "address")  # go to the private contacts; the case names the contact
COMMON = ("source_ref", "at", "note")
NOT_MAPPED = ("contact_id", "attached", "row", "read_back")  # ours alone to give
KEYS = (
    "register", "timezone", "encoding", "delimiter", "sheet", "header", "time_format", "none", "moments", "columns",
    "values", "constants", "begins", "events", "case", "event",
)  # fmt: skip

# (register, field, text as typed) -> the text to record; ValueError(message, allowed, hint)
Fit = Callable[[str, str, str], str]


class Further(NamedTuple):
    """A further event of the same input row. at: the column of its time; the event is there where that is not empty."""

    event: str
    at: str
    columns: Mapping[str, str]
    constants: Mapping[str, str]


class ImportMap(NamedTuple):
    """A checked map. `columns` and `constants` are of the first event, or of all events in a log.

    timezone: an IANA name, "" for the policy's. time_formats: as for strptime, the first that fits; none: ISO 8601.
    none: texts that mean nothing. moments: columns in which a date without a time is its 00:00, not its close of
    business. A column may be a template over columns. values: by field, theirs -> ours. case, event_column,
    event_values: of a log with one event a row ("" and empty otherwise); a value names the events that it may be, the
    first possible one is meant. openings: the events that a row may open its case by; begins_column, begins_values: how
    a row says which, where there are several. lines: the line of the map that names a column of theirs.
    """

    register: str
    timezone: str
    layout: FileForm
    time_formats: Sequence[str]
    none: Sequence[str]
    moments: Sequence[str]
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    constants: Mapping[str, str]
    events: Sequence[Further]
    case: str
    event_column: str
    event_values: Mapping[str, tuple[str, ...]]
    openings: Sequence[str]
    begins_column: str
    begins_values: Mapping[str, str]
    lines: Mapping[str, tuple[int, int]]

    @property
    def is_log(self) -> bool:
        """Whether each row of the input is one event of a case that the input names."""
        return bool(self.case)


def load_map(text: bytes, file: str, pages: Pages, fit: Fit) -> tuple[ImportMap | None, list[Fault]]:
    """The map in a YAML text, or its faults, sorted by line. file: how messages name it. pages: of the registers."""
    tree, faults = load_tree(text, file)
    if tree is None or tree.blank or faults:
        return None, faults or [Fault(file, 1, 0, "empty", "is empty", ", ".join(KEYS))]
    reader = _Reader(file, pages, fit)
    found = reader.read(tree)
    return (None if reader.faults else found), sorted(reader.faults, key=lambda fault: (fault.line, fault.column))


def opening_event(page: Register) -> Event:
    """The event that opens a case of the register."""
    return next(event for event in page.events if FIRST in event.before)


class _Reader:
    def __init__(self, file: str, pages: Pages, fit: Fit) -> None:
        self.file, self.pages, self.fit = file, pages, fit
        self.faults: list[Fault] = []
        self.lines: dict[str, tuple[int, int]] = {}
        self.page: Register | None = None

    def note(self, node: Node, code: str, message: str, allowed: str = "", hint: str = "") -> None:
        self.faults.append(Fault(self.file, node.line, node.column, code, message, allowed, hint))

    def note_unknown(self, node: Node, what: str, known: Sequence[str]) -> None:
        near = find_nearest(node.text, list(known))
        hint = f"nearest: {near}" if near else ""
        self.note(node, f"unknown-{what}", f"no such {what}: {node.text[:60]!r}", list_some(list(known)), hint)

    # --- shapes -----------------------------------------------------------------------------------------------------

    def pairs(
        self, node: Node | None, path: str, known: Sequence[str] | None = None, what: str = "key"
    ) -> list[tuple[Node, Node]]:
        """The pairs of a map whose keys are known; a blank or missing map has none."""
        if node is None or node.blank:
            return []
        if node.kind != MAP:
            self.note(node, "not-a-map", f"{path} is not a map", "name: value")
            return []
        found = []
        for key, value in node.pairs:
            if known is not None and key.text not in known:
                self.note_unknown(key, what, known)
            else:
                found.append((key, value))
        return found

    def text(self, node: Node | None, path: str) -> str:
        """The text of a value; "" where it is blank, missing or no text."""
        if node is None or node.blank:
            return ""
        if node.kind != TEXT:
            self.note(node, "not-text", f"{path} is not a text")
            return ""
        return node.text

    def texts(self, node: Node | None, path: str) -> list[str]:
        """The texts of a value that is one text or a list of them."""
        if node is None or node.blank:
            return []
        if node.kind == LIST:
            return [text for item in node.items if (text := self.text(item, path))]
        text = self.text(node, path)
        return [text] if text else []

    def column(self, node: Node | None, path: str) -> str:
        """The name of a column of theirs."""
        name = self.text(node, path)
        if node is not None and name:
            self.lines.setdefault(name, (node.line, node.column))
        elif node is not None and node.blank:
            self.note(node, "missing", f"{path} names no column")
        return name

    # --- the map ----------------------------------------------------------------------------------------------------

    def read(self, tree: Node) -> ImportMap | None:
        top = {key.text: value for key, value in self.pairs(tree, "the map", KEYS)}
        if tree.kind != MAP:
            return None
        self.page = self.read_register(tree, top.get("register"))
        timezone = self.read_timezone(top.get("timezone"))
        layout = self.read_layout(top)
        time_formats = self.read_time_formats(top.get("time_format"))
        none = [text.strip() for text in self.texts(top.get("none"), "none")]
        if self.page is None:
            return None
        openings, begins_column, begins_values = self.read_begins(tree, top.get("begins"))
        case, event_column, event_values = self.read_log(tree, top)
        if case and self.page.name != REGISTERS[0]:
            self.note(top["case"], "conflict", f"a log is of {REGISTERS[0]}")
        fields = self.list_fields(None)
        if self.page.name != REGISTERS[0]:  # what the first event does not take goes to the event that does
            taken = {name for event in self.page.events if event.name in openings for name in self.list_fields(event)}
            fields = tuple(name for name in fields if name in taken or name in (*COMMON, *CONTACT))
        if case:  # the reference of a log's rows is made of the case and the time
            fields = tuple(name for name in fields if name != "source_ref")
        columns = self.read_columns(top.get("columns"), "columns", fields)
        values = self.read_values(top.get("values"), columns, top.get("events"))
        constants = self.read_constants(
            top.get("constants"), "constants", tuple(set(fields) - set(COMMON) - set(CONTACT))
        )
        events = self.read_events(top.get("events"))
        if case and events and "events" in top:
            self.note(top["events"], "conflict", "a log has one event a row, so no further events")
        self.check_complete(tree, openings, columns, constants, log=bool(case))
        moments = self.read_moments(top.get("moments"))
        return ImportMap(
            self.page.name, timezone, layout, time_formats, none, moments, columns, values, constants, events, case,
            event_column, event_values, openings, begins_column, begins_values, self.lines,
        )  # fmt: skip

    def read_layout(self, top: Mapping[str, Node]) -> FileForm:
        encoding = self.read_choice(top.get("encoding"), "encoding", ENCODINGS)
        delimiter, header = top.get("delimiter"), top.get("header")
        word = self.text(delimiter, "delimiter") or "comma"
        if delimiter is not None and word not in DELIMITERS:
            self.note(delimiter, "bad-value", f"delimiter is {word[:60]!r}", "comma, tab, semicolon")
        number = self.text(header, "header") or "1"
        if header is not None and not (number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= HEADER_LINES):
            self.note(
                header, "bad-value", f"header is {number[:60]!r}", f"the row of column names, 1 to {HEADER_LINES}"
            )
            number = "1"
        sheet = self.text(top.get("sheet"), "sheet")
        return FileForm(encoding or "utf-8", DELIMITERS.get(word, ","), int(number), sheet, told=bool(encoding))

    def read_time_formats(self, node: Node | None) -> list[str]:
        forms = self.texts(node, "time_format")
        for form in forms if node is not None else ():
            wrong = check_form(form)
            if wrong and node is not None:
                self.note(node, "bad-time-format", f"time_format {form[:60]!r}: {wrong}", "as for strptime, or %s")
        return forms

    def read_moments(self, node: Node | None) -> list[str]:
        """The columns whose bare dates are moments: those of times that the map reads."""
        found = self.texts(node, "moments")
        for name in found if node is not None else ():
            if name not in self.lines and node is not None:
                known = list(self.lines)
                near = find_nearest(name, known)
                hint = f"nearest: {near}" if near else ""
                self.note(node, "no-column", f"moments: no column {name[:60]!r} is read", list_some(known), hint)
        return found

    def read_register(self, tree: Node, node: Node | None) -> Register | None:
        if node is None or node.blank:
            self.note(node or tree, "missing", "register is missing", ", ".join(REGISTERS))
            return None
        name = self.text(node, "register")
        if name in REGISTERS:
            return self.pages.get(name)
        if name in self.pages.names:
            self.note(node, "not-imported", f"{name} cannot be imported", ", ".join(REGISTERS))
        elif name:
            self.note_unknown(node, "register", REGISTERS)
        return None

    def read_timezone(self, node: Node | None) -> str:
        name = self.text(node, "timezone")
        if node is not None and name:
            from zoneinfo import ZoneInfo

            try:
                ZoneInfo(name)
                known = is_place(name)
            except (ValueError, OSError, LookupError):
                known = False
            if not known:
                self.note(node, "bad-timezone", f"no such timezone: {name[:60]!r}", "an IANA name, Asia/Shanghai")
        return name

    def read_choice(self, node: Node | None, path: str, known: Sequence[str]) -> str:
        word = self.text(node, path).lower()
        if node is not None and word and word not in known:
            self.note(node, "bad-value", f"{path} is {word[:60]!r}", ", ".join(known))
        return word

    def list_fields(self, event: Event | None) -> tuple[str, ...]:
        """The fields that a row may fill in: those of an event (None: of any), and where they go, the contact's."""
        assert self.page is not None
        own = [field.name for field in self.page.fields if field.name not in NOT_MAPPED]
        if event is not None:
            return tuple(name for name in own if name in (*event.required, *event.optional))
        contact = CONTACT if any(field.name == "contact_id" for field in self.page.fields) else ()
        return (*COMMON, *own, *contact)

    def read_columns(self, node: Node | None, path: str, fields: Sequence[str]) -> dict[str, str]:
        found = {}
        for key, value in self.pairs(node, path, fields, "field"):
            found[key.text] = self.column(value, f"{path}.{key.text}")
        return found

    def read_values(
        self, node: Node | None, columns: Mapping[str, str], events: Node | None
    ) -> dict[str, dict[str, str]]:
        """values: theirs -> ours of each field, ours checked."""
        mapped = set(columns)
        for item in events.items if events is not None and events.kind == LIST else ():
            further = dict(((key.text, value) for key, value in item.pairs) if item.kind == MAP else ())
            inner = further.get("columns")
            mapped |= {key.text for key, _ in (inner.pairs if inner is not None and inner.kind == MAP else ())}
        found: dict[str, dict[str, str]] = {}
        for key, value in self.pairs(node, "values", self.list_fields(None), "field"):
            if key.text not in mapped:
                self.note(
                    key, "no-column", f"values.{key.text}: no column is read for {key.text}", "a field of columns"
                )
            if key.text in ("source_ref", "at"):
                self.note(key, "not-mapped", f"{key.text} is taken as it stands")
                continue
            table = found[key.text] = {}
            for theirs, ours in self.pairs(value, f"values.{key.text}"):
                table[theirs.text] = self.fit_value(ours, key.text, f"values.{key.text}.{theirs.text}")
        return found

    def read_constants(self, node: Node | None, path: str, fields: Sequence[str]) -> dict[str, str]:
        return {
            key.text: self.fit_value(value, key.text, f"{path}.{key.text}")
            for key, value in self.pairs(node, path, sorted(fields), "field")
        }

    def fit_value(self, node: Node, field: str, path: str) -> str:
        text = self.text(node, path)
        if not text:
            return ""
        try:
            assert self.page is not None
            return self.fit(self.page.name, field, text)
        except ValueError as error:
            message, allowed, hint = (*error.args, "", "")[:3]
            self.note(node, f"bad-{field}", f"{path}: {message}", allowed, hint)
            return ""

    def read_events(self, node: Node | None) -> list[Further]:
        """The further events of a row, in the order they are recorded in."""
        assert self.page is not None
        if node is None or node.blank:
            return []
        if node.kind != LIST:
            self.note(node, "not-a-list", "events is not a list", "- {event: closed, at: a column}")
            return []
        first = opening_event(self.page).name
        own = {event.name: event for event in self.page.events if event.name not in (first, "amended", "retracted")}
        known = {name: event for name, event in own.items() if set(event.before) != {FIRST}}
        found: list[Further] = []
        for number, item in enumerate(node.items, 1):
            path = f"events.{number}"
            inner = {key.text: value for key, value in self.pairs(item, path, ("event", "at", "columns", "constants"))}
            event = known.get(self.text(inner.get("event"), f"{path}.event"))
            at = self.column(inner.get("at"), f"{path}.at")
            if event is None:
                named = inner.get("event")
                if named is None or named.blank:
                    self.note(item, "missing", f"{path} names no event", list_some(list(known)))
                elif named.kind == TEXT:
                    self.note_unknown(named, "event", list(known))
                continue
            if not at and "at" not in inner:
                self.note(item, "missing", f"{path} has no column for its time", "at: a column")
            if any(each.event == event.name for each in found):
                self.note(item, "twice", f"{event.name} stands twice; a row has each event once")
            fields = self.list_fields(event)
            columns = self.read_columns(inner.get("columns"), f"{path}.columns", (*fields, "note"))
            constants = self.read_constants(inner.get("constants"), f"{path}.constants", fields)
            self.check_required(item, event, columns, constants)
            found.append(Further(event.name, at, columns, constants))
        return found

    def read_begins(self, tree: Node, node: Node | None) -> tuple[list[str], str, dict[str, str]]:
        """(events that may open a case, column that says which, theirs -> ours)."""
        assert self.page is not None
        known = [event.name for event in self.page.events if FIRST in event.before]
        if node is None or node.blank:
            # a case of staff may begin anew, so that only what is opened by several events has to say by which
            if len(known) > 1:
                allowed = f"begins: {known[0]}, or {{column: a column, values: {{theirs: {known[0]}}}}}"
                self.note(
                    node or tree, "missing", f"begins is missing: {self.page.name} begin in several ways", allowed
                )
            return known[:1], "", {}
        if node.kind == TEXT:
            if node.text not in known:
                self.note_unknown(node, "event", known)
            return [node.text], "", {}
        inner = {key.text: value for key, value in self.pairs(node, "begins", ("column", "values"))}
        column = self.column(inner.get("column"), "begins.column")
        values = {}
        for theirs, ours in self.pairs(inner.get("values"), "begins.values"):
            if ours.text in known:
                values[theirs.text] = ours.text
            else:
                self.note_unknown(ours, "event", known)
        if not column or not values:
            self.note(
                node, "missing", "begins needs a column and its values", f"{{column: ..., values: {{..: {known[0]}}}}}"
            )
        return list(dict.fromkeys(values.values())) or known[:1], column, values

    def read_log(self, tree: Node, top: Mapping[str, Node]) -> tuple[str, str, dict[str, tuple[str, ...]]]:
        """(column of the case, column of the event, theirs -> ours) of a log; empty where the map is of none."""
        assert self.page is not None
        if "case" not in top and "event" not in top:
            return "", "", {}
        case = self.column(top.get("case"), "case")
        if "case" not in top:
            self.note(top["event"], "missing", "a log needs the column of its cases", "case: a column")
        known = [event.name for event in self.page.events if event.name not in ("amended", "retracted")]
        inner = {key.text: value for key, value in self.pairs(top.get("event"), "event", ("column", "values"))}
        column = self.column(inner.get("column"), "event.column")
        if not inner.get("column"):
            self.note(top.get("event") or tree, "missing", "a log needs the column of its events", "event.column")
        values: dict[str, tuple[str, ...]] = {}
        for theirs, ours in self.pairs(inner.get("values"), "event.values"):
            names = []
            for item in ours.items if ours.kind == LIST else (ours,):
                name = self.text(item, f"event.values.{theirs.text}")
                if name in known:
                    names.append(name)
                elif name:
                    self.note_unknown(item, "event", known)
            if names:
                values[theirs.text] = tuple(dict.fromkeys(names))
        if not inner.get("values"):
            values = {name: (name,) for name in known}
        return case, column, values

    def check_complete(
        self,
        tree: Node,
        openings: Sequence[str],
        columns: Mapping[str, str],
        constants: Mapping[str, str],
        *,
        log: bool,
    ) -> None:
        """What every map needs: the time, where it is no log the reference, and what the first event requires."""
        assert self.page is not None
        for name in ("at",) if log else ("source_ref", "at"):
            if name not in columns:
                why = "so that a second import writes nothing" if name == "source_ref" else "when it happened"
                self.note(tree, "missing", f"columns.{name} is missing: {why}", f"columns: {{{name}: a column}}")
        for event in self.page.events:
            if event.name in openings:
                self.check_required(tree, event, columns, constants)

    def check_required(
        self, node: Node, event: Event, columns: Mapping[str, str], constants: Mapping[str, str]
    ) -> None:
        for name in event.required:
            if name not in columns and name not in constants:
                self.note(node, "missing", f"{event.name} needs {name}", "a column or a constant")

"""Lists of cases: those of a register that fit --state, --since, --where, --search and the rest. Desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.cases.sheet import describe_contact, own_fields, to_value
from dispatchctl.desk.contacts import list_contacts
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.fields import mark_end, read_field
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.desk.times import Formatter
from dispatchctl.errors import NotFound, UsageFault
from dispatchctl.registers import Pages
from dispatchctl.registers.page import Field, Register, join_items
from dispatchctl.store.lines import check_text
from dispatchctl.store.schema import quote

SEARCHED = ("text", "key", "case", "staff", "contact")  # types of fields


def list_cases(
    books: Books,
    register: str,
    *,
    state: str = "",
    since: int | None = None,
    until: int | None = None,
    where: Sequence[str] = (),
    search: str = "",
    contact: str = "",
    limit: int = 0,
    sort: tuple[str, bool] = ("", False),
) -> list[dict[str, Any]]:
    """The cases of a register that fit, oldest first: begun in [since, until), in a state, with fields and text."""
    for option, text in (*(("--where", each) for each in where), ("--search", search), ("--contact", contact)):
        check_text(option, text)
    fields = {field.name: field for field in own_fields(books, register)}
    page, say_time = books.pages.get(register), Formatter(books.timezone)
    found = _Conditions(books, page, fields)
    found.limit_state(state)
    if since is not None:
        found.add("first_at >= ?", since)
    if until is not None:
        found.add("first_at < ?", until)
    for condition in where:
        found.compare(condition)
    if contact:
        found.of_contact(contact)
    if search:
        found.search(search)
    begun = "at" in page.listed
    columns = ["id", "state", *fields]
    order = _write_order(register, sort, columns) if limit else "first_at, id"
    listed = ", ".join((*map(quote, columns), "first_at", "by"))
    query = f"SELECT {listed} FROM {quote(register)} WHERE {' AND '.join(found.written)} ORDER BY {order}"
    if limit:
        query += f" LIMIT {int(limit)}"
    items = []
    for row in books.index.db.execute(query, found.values):
        item: dict[str, Any] = {"id": row[0], "register": register, "state": row[1]}
        if begun:
            item.update({"at": say_time(row[-2]), "by": row[-1], "by_name": books.people.name(row[-1])})
        for name, text in zip(fields, row[2:-2], strict=True):
            item[name] = to_value(fields[name], text)
        item["contact"] = describe_contact(books, item.get("contact_id") or "", reveal=False)
        items.append(item)
    return items


def name_sources(pages: Pages, register: str) -> list[str]:
    """The registers on whose rows the states of a register's cases rest: its own, those below an order, its parent."""
    page = pages.get(register)
    found = [register]
    for name in pages.names:
        each = pages.get(name)
        if each.under and each.parent and pages.fields(name)[each.parent].of == register:
            found.append(name)
    if page.under and page.parent:
        found.append(pages.fields(register)[page.parent].of)
    return found


def name_columns(books: Books, page: Register) -> tuple[str, ...]:
    """The keys of what list_cases gives, also where it gives nothing."""
    begun = ("at", "by", "by_name") if "at" in page.listed else ()
    return ("id", "register", "state", *begun, *(field.name for field in own_fields(books, page.name)), "contact")


def _write_order(register: str, sort: tuple[str, bool], columns: Sequence[str]) -> str:
    name, descending = sort
    if not name:
        return "first_at, id"
    if name not in columns:
        nearest = suggest_nearest(name, columns)
        raise UsageFault(f"{show_text(name)} is no field of {register}", place="--sort", hint=nearest)
    return f"{quote(name)} {'DESC' if descending else 'ASC'}, id"


class _Conditions:
    """What is asked of a register's table: SQL conditions, of which all must hold, and the values of their ?s."""

    def __init__(self, books: Books, page: Register, fields: Mapping[str, Field]) -> None:
        self.books, self.page, self.fields = books, page, fields
        self.written: list[str] = []
        self.values: list[int | str] = []

    def add(self, condition: str, *values: int | str) -> None:
        self.written.append(condition)
        self.values += values

    def limit_state(self, state: str) -> None:
        """Those in the state; all but the void ones where none is named."""
        if not state:
            self.add("state <> 'void'")
            return
        known = {each.name: each for each in self.page.states}
        if state not in known:
            message = f"{show_text(state)} is no state of {self.page.name} (allowed: {', '.join(known)})"
            raise UsageFault(message, place="--state")
        self.add("state = ?", state)
        if not known[state].final:
            self.add("final = 0")

    def compare(self, condition: str) -> None:
        """FIELD=VALUE, or FIELD= for those without one."""
        name, equals, wanted = condition.partition("=")
        if not equals or name not in self.fields:
            message = f"{show_text(condition)} is not FIELD=VALUE of {self.page.name}"
            raise UsageFault(message, place="--where", hint=suggest_nearest(name, self.fields))
        if not wanted:
            self.add(f"{quote(name)} IS NULL")
            return
        field = mark_end(self.books, self.page.name, self.fields[name], self.books.now)
        one = f"{quote(name)} = ?"
        if field.type == "time":  # the same moment may stand with another offset
            one = f"strftime('%s', {quote(name)}) = strftime('%s', ?)"
        if field.many:
            marked = f"replace(replace({quote(name)}, '\\\\', char(2)), '\\;', char(1))"
            one = f"instr(';' || {marked} || ';', ?) > 0"

        def spell(text: str) -> str:
            return f";{_mark(join_items([text]))};" if field.many else text

        try:  # keys by their titles, people by their names, times and amounts as they may be typed
            value = read_field(self.books, field, wanted, Instant(self.books.now, 0), "--where", employed=False)
        except (NotFound, UsageFault):
            query = f"SELECT 1 FROM {quote(self.page.name)} WHERE {one} LIMIT 1"
            if not self.books.index.db.execute(query, (spell(wanted),)).fetchone():
                raise  # neither known now nor of rules that were
            value = wanted
        self.add(f"({one} OR {one})", spell(value), spell(wanted))

    def of_contact(self, text: str) -> None:
        """Those of a contact, or of everybody with a phone number; NotFound where nobody has it."""
        if "contact_id" not in self.fields:
            raise UsageFault(f"{self.page.name} has no contacts", place="--contact")
        db = self.books.index.db
        found = [text] if db.execute("SELECT 1 FROM contacts WHERE id = ?", (text,)).fetchone() else []
        found = found or [each.contact_id for each in list_contacts(self.books, phone=text)]
        if not found:
            query = f"SELECT 1 FROM {quote(self.page.name)} WHERE contact_id = ? LIMIT 1"
            found = [text] if db.execute(query, (text,)).fetchone() else []  # of another office
        if not found:
            raise NotFound(f"no such contact: {show_text(text)}", place="--contact", hint="a phone number, or P-...")
        self.add(f"contact_id IN ({', '.join('?' * len(found))})", *found)

    def search(self, text: str) -> None:
        """Those with the text in their id or in a field that is read."""
        read = [name for name, field in self.fields.items() if field.type in SEARCHED]
        pattern = f"%{_escape(text)}%"
        likes = "".join(f" OR {quote(name)} LIKE ? ESCAPE '\\'" for name in read)
        self.add(f"(id LIKE ? ESCAPE '\\'{likes})", *[pattern] * (len(read) + 1))


def _escape(text: str) -> str:
    """A text as LIKE takes it literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _mark(text: str) -> str:
    """A list as the record has it, what is escaped inside its items marked: each `;` left parts two items."""
    return text.replace("\\\\", chr(2)).replace("\\;", chr(1))

"""Reads what was typed into the fields of a register: the one way in; what they may hold is in `registers/kinds`. Desk.

The register's page says of which type a field is, `registers.kinds` what such a type may hold; here names and titles
become ids and keys, and what people write for times and amounts becomes what the record holds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.names import is_elsewhere, resolve_case, resolve_key, resolve_staff
from dispatchctl.desk.times import format_time
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.kinds import YES, check_value
from dispatchctl.registers.page import SIGNED, Field, join_items, name_option
from dispatchctl.rules.calendar import last_second
from dispatchctl.typed import (
    is_blank,
    parse_day,
    parse_money,
    parse_month,
    parse_when,
    read_when,
    refuse_value,
    refuse_word,
)

Typed = Mapping[str, "str | Sequence[str] | bool | None"]


def read_fields(
    books: Books,
    register: str,
    typed: Typed,
    moment: Instant,
    options: Mapping[str, str] | None = None,
    *,
    employed: bool | None = True,
) -> dict[str, str]:
    """Typed values as a row of the register holds them; empty ones are left out.

    Keys and titles of the rules become keys, names of people their ids, times ISO 8601, flags `yes`, lists one text.
    options: field -> what messages name, where it is not the option of the page. employed: people have to be employed
    at the moment's time, else Refused; None: now; False: whoever ever joined will do. UsageFault and NotFound for what
    is not understood or not there.
    """
    fields = books.pages.fields(register)
    found: dict[str, str] = {}
    for name, value in typed.items():
        if value in (None, (), [], False) or (isinstance(value, str) and is_blank(value)):
            continue
        field = mark_end(books, register, fields[name], moment.at)
        option = (options or {}).get(name) or name_option(field)
        items = [YES] if value is True else [value] if isinstance(value, str) else list(value or ())
        if field.many and any(map(is_blank, items)):
            raise UsageFault("is empty", place=option)
        texts = [read_field(books, field, item, moment, option, employed=employed) for item in items]
        if not field.many and len(texts) > 1:
            raise UsageFault("takes one value", place=option)
        found[name] = join_items(list(dict.fromkeys(texts))) if field.many else texts[0]
    return found


def mark_end(books: Books, register: str, field: Field, at: int) -> Field:
    """The field, as one that `ends` also where only the rules in force at `at` say so: some clock is due by it."""
    if field.type != "time" or field.ends:
        return field
    named = {(register, field.name), ("assignments", f"order.{field.name}" if register == "orders" else "")}
    clocks = books.book.at(at)[0].policy["clocks"]
    return field._replace(ends=any((clock["of"], clock["due"]) in named for clock in clocks))


def read_field(
    books: Books, field: Field, text: str, moment: Instant, option: str, *, employed: bool | None = True
) -> str:
    """One value of a field, as read_fields; option: what messages name."""
    kind = field.type
    if kind == "key":
        return resolve_key(books.policy, field.of, text, option)
    if kind == "staff":
        if employed:
            return find_employed(books, text, moment.at, option)
        return resolve_staff(books, text, option=option, present=employed is None)
    if kind == "case":
        if is_elsewhere(books, text, field.of) and not books.index.family_of(text):
            return text  # check_references warns of it
        return resolve_case(books, text, (field.of,), only=True) if field.of else resolve_case(books, text)
    if kind == "contact":
        from dispatchctl.desk.contacts import find_by_id  # few fields are

        return find_by_id(books, text, option).contact.contact_id
    if kind == "time":
        if field.ends:
            return read_end(books, text, moment, option)
        return format_time(books, parse_when(text, books.timezone, moment.at, option))
    if kind == "date":
        return parse_day(text, books.timezone, moment.at, option).isoformat()
    if kind == "month":
        return parse_month(text, books.timezone, moment.at, option)
    if kind == "money":
        return parse_money(text, option, signed=field.of == SIGNED)
    allowed = check_value(field, text)
    if allowed:
        raise (refuse_word if kind == "choice" else refuse_value)(option, text, allowed)
    return str(int(text)) if kind == "integer" else text


def read_end(books: Books, text: str, moment: Instant, option: str) -> str:
    """A due or until time as typed, as a row holds it: a bare day is the end of its business, by the rules of then."""
    when = read_when(text, books.timezone, moment.at, option)
    if when.day is None:
        return format_time(books, when.at)
    calendar = books.judging.table.calendar(books.book.at(moment.at)[0])
    return format_time(books, last_second(calendar, when.day))


def check_future(text: str, moment: Instant, option: str, why: str = "") -> None:
    """Refused where a due or until time, as a row has it, does not lie after the moment. why: by which rule."""
    if datetime.fromisoformat(text).timestamp() <= moment.at:
        raise Refused(f"{text} is not in the future{why and f': {why}'}", place=option)


def find_employed(books: Books, text: str, at: int, option: str = "") -> str:
    """The staff id of somebody who was employed at that time (seconds), by id or name; else NotFound or Refused."""
    staff = resolve_staff(books, text, option=option, present=False)
    entry = books.people.entry(staff, at)
    if entry is None:
        raise Refused(f"{staff} {books.people.name(staff)} had not joined at {format_time(books, at)}", place=option)
    if entry.state == "left":
        raise Refused(f"{staff} {books.people.name(staff)} had left at {format_time(books, at)}", place=option)
    return staff

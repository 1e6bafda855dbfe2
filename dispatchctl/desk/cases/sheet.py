"""One case with its history, its clocks and what refers to it: `show`. Desk."""

from collections.abc import Sequence
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.chasing.due import list_due
from dispatchctl.desk.contacts import mask_contact, read_contact
from dispatchctl.desk.items import list_items
from dispatchctl.desk.times import Formatter
from dispatchctl.registers import Pages
from dispatchctl.registers.page import ALONE, VOID, Field, list_part_fields, name_parts, split_items
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.families import Case, Family, find_retracted


def to_value(field: Field | None, text: str | None) -> Any:
    """The text of a field as JSON shows it: a list for a field of many, a number for an integer, null for none."""
    if field is not None and field.many:
        return split_items(text or "")
    if text in (None, ""):
        return None
    if field is not None and field.type == "integer" and text is not None:
        return int(text) if text.lstrip("-").isdigit() else text
    if field is not None and field.type == "flag":
        return True
    return text


def own_fields(books: Books, register: str) -> list[Field]:
    """The fields of a register that a case shows: those of its rows, then what is derived from them.

    What only a row says (which it takes back, that nobody else could) stands with its event.
    """
    return [field for name, field in books.pages.known(register).items() if name not in ("row", ALONE.name)]


def describe_case(books: Books, case: Case, *, reveal: bool = False) -> dict[str, Any]:
    """A case's id, register, state, fields and contact: what `list` prints, and `show` begins with."""
    item: dict[str, Any] = {"id": case.id, "register": case.register, "state": case.state}
    values = books.judging.values(books.family(case.id), case)  # severity: the one in force
    for field in own_fields(books, case.register):
        item[field.name] = to_value(field, values.get(field.name))
    item["contact"] = describe_contact(books, values.get("contact_id", ""), reveal=reveal)
    return item


def describe_contact(books: Books, contact_id: str, *, reveal: bool) -> dict[str, Any] | None:
    """A contact, masked unless revealed; null where the case names none or this office has none of that id."""
    if not contact_id:
        return None
    contact = read_contact(books, contact_id)
    if not reveal:
        contact = mask_contact(books, contact)
    return {"id": contact_id, "name": contact.name, "phone": contact.phone, "address": contact.address}


def describe_row(books: Books, row: Row) -> dict[str, Any]:
    """One row as an event of `show`."""
    say = Formatter(books.timezone)
    fields = books.pages.fields(row.register)
    return {
        "ref": row.ref,
        "at": say(row.at),
        "recorded_at": say.exactly(row.recorded),
        "by": row.by,
        "by_name": books.people.name(row.by),
        "event": row.event,
        "fields": {name: to_value(fields.get(name), text) for name, text in row.fields.items()},
        "note": row.note or None,
        "source_ref": row.source_ref or None,
        "request_id": row.request_id or None,
        "derived": row.derived,
    }


def show_case(books: Books, name: str, *, reveal: bool = False) -> dict[str, Any]:
    """`show`: the case, its history, its clocks and what was refused, its assignments' beside an order's own.

    An order has its complaints, and what may be followed up its follow-ups, besides; an entry of the ledger the others
    of its fact (`same_fact`).
    """
    family = books.family(name)
    case = family.cases[name]
    item = describe_case(books, case, reveal=reveal)
    item["events"] = [describe_row(books, row) for row in case.rows]
    under = [each for each in family.children.get(name, ()) if each.register == "assignments"]
    if case.register == "orders":
        item["assignments"] = [
            {
                "id": each.id,
                "state": each.state,
                "assignee": each.fields.get("assignee"),
                "assignee_name": books.people.name(each.fields.get("assignee", "")),
                "role": each.fields.get("role"),
                "assigned_at": Formatter(books.timezone)(each.marks.get("assigned")),
                "events": [describe_row(books, row) for row in each.rows],
            }
            for each in sorted(under, key=lambda one: one.id)
        ]
        item["complaints"] = [describe_below(books, each, COMPLAINT) for each in list_below(family, name, "complaints")]
    if case.register in FOLLOWED:
        item["followups"] = [describe_below(books, each, FOLLOW_UP) for each in list_below(family, name, "followups")]
    if case.page.item:
        item[name_parts(case.page)] = describe_parts(books, case)
    if case.register == "ledger":
        item["same_fact"] = list_of_same_fact(books, name)
    item["clocks"] = list_due(books, [name])
    item["conflicts"] = [describe_row(books, row) for row in case.conflicts]
    item["taken_back"] = [describe_row(books, row) for row in list_taken_back(books, case)]
    return item


def list_of_same_fact(books: Books, name: str) -> list[str]:
    """The ids of the other entries of the ledger that charge the fact of this one, where all of them stand."""
    from dispatchctl.desk.ledger.entries import LIVE, find_entry, list_same_fact, say_conflict

    entry = find_entry(books.index.db, name)
    standing = list_same_fact(books.index.db, entry) if entry["state"] in LIVE else []
    if len(standing) > 1:
        books.warnings.append(say_conflict(standing))
    return [each for each in standing if each != name]


def describe_parts(books: Books, case: Case) -> list[dict[str, Any]]:
    """What was said of each part of a case (a complaint's measures, a survey's opinions), in the order they came.

    `item`: its number; then the fields that a part has, null where it was not said, and the events in which it was.
    """
    fields, names = books.pages.fields(case.register), list_part_fields(case.page)
    parts = []
    for one in list_items(case, case.page.item):
        rows = [row for row in case.rows if row.fields.get(case.page.item) == one]
        said: dict[str, str] = {}
        for row in rows:
            said.update(row.fields)
        own = {name: to_value(field, said.get(name)) for name, field in fields.items() if name in names}
        del own[case.page.item]
        parts.append({"item": one, **own, "events": [row.event for row in rows]})
    return parts


def name_shown(pages: Pages, register: str) -> list[str]:
    """The registers whose rows a case of this one is shown with: its own, its parent's, those that refer to it."""
    found = [register]
    for name in pages.names:
        parent = pages.get(name).parent
        of = pages.fields(name)[parent].of if parent else None
        if of == register or (of == "" and name != register):
            found.append(name)
        if name == register and of:
            found.append(of)
    return found


def list_taken_back(books: Books, case: Case) -> list[Row]:
    """The rows of a case that count no longer: taken back, or void with its first one, with what voided it."""
    rows = sorted((row for row in books.rows_of(case.id) if row.id == case.id), key=fold_key)
    gone = find_retracted(rows, books.pages)
    return [row for row in rows if case.taken_back or (row.id, row.ref) in gone]


FOLLOWED = ("orders", "complaints", "surveys")
COMPLAINT = ("severity", "content")
FOLLOW_UP = ("about", "method", "satisfaction", "remark")


def list_below(family: Family, name: str, register: str) -> list[Case]:
    """The cases of a register that refer to a case, by id; those that were taken back with all they said are none."""
    found = [each for each in family.children.get(name, ()) if each.register == register and each.state != VOID]
    return sorted(found, key=lambda one: one.id)


def describe_below(books: Books, case: Case, names: Sequence[str]) -> dict[str, Any]:
    """A case below another in a line: `id`, `state`, these fields, when it began (`at`) and by whom."""
    fields = books.pages.known(case.register)
    values = books.judging.values(books.family(case.id), case)
    first = (case.rows or case.conflicts)[0]
    return {
        "id": case.id,
        "state": case.state,
        **{name: to_value(fields[name], values.get(name)) for name in names},
        "at": Formatter(books.timezone)(first.at),
        "by": first.by,
        "by_name": books.people.name(first.by),
    }

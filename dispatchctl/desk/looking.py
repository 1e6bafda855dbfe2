"""Looking: one case with its history and clocks, lists of cases, a person's open work, the state in one line. Desk."""

from collections.abc import Sequence
from typing import Any

from dispatchctl import registers
from dispatchctl.desk.books import Books
from dispatchctl.desk.chasing import Formatter, describe_overdue, list_overdue
from dispatchctl.desk.customers import mask_contact, read_contact
from dispatchctl.desk.duetimes import list_due
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.errors import Refused, UsageFault
from dispatchctl.registers.page import Field, split_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case, Family
from dispatchctl.store.conditions import AT_WORK, RUNNING, read_overdue
from dispatchctl.store.lines import check_text
from dispatchctl.store.schema import quote


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


def own_fields(register: str) -> list[Field]:
    """The fields of a register that a case shows: those of its rows, then what is derived from them."""
    return [field for name, field in registers.known_of(register).items() if name != "row"]


def describe_case(books: Books, case: Case, *, reveal: bool = False) -> dict[str, Any]:
    """A case's id, register, state, fields and contact: what `list` prints, and `show` begins with."""
    item: dict[str, Any] = {"id": case.id, "register": case.register, "state": case.state}
    values = {**case.fields, **books.judging.derive(books.family(case.id), case)}  # severity: the one in force
    for field in own_fields(case.register):
        item[field.name] = to_value(field, values.get(field.name))
    item["contact"] = describe_contact(books, case.fields.get("contact_id", ""), reveal=reveal)
    return item


def describe_contact(books: Books, contact_id: str, *, reveal: bool) -> dict[str, Any] | None:
    """A contact, masked unless revealed; null where the case names none or this office has none of that id."""
    if not contact_id:
        return None
    contact = read_contact(books, contact_id)
    if not reveal:
        contact = mask_contact(contact)
    return {"id": contact_id, "name": contact.name, "phone": contact.phone, "address": contact.address}


def describe_row(books: Books, row: Row) -> dict[str, Any]:
    """One row as an event of `show`."""
    say = Formatter(books.timezone)
    fields = registers.fields_of(row.register)
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

    An order has its complaints, and what may be followed up its follow-ups, besides.
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
    item["clocks"] = list_due(books, [name])
    item["conflicts"] = [describe_row(books, row) for row in case.conflicts]
    return item


FOLLOWED = ("orders", "complaints", "surveys")
COMPLAINT = ("severity", "content")
FOLLOW_UP = ("about", "method", "satisfaction", "remark")


def list_below(family: Family, name: str, register: str) -> list[Case]:
    """The cases of a register that refer to a case, by id."""
    found = [each for each in family.children.get(name, ()) if each.register == register]
    return sorted(found, key=lambda one: one.id)


def describe_below(books: Books, case: Case, names: Sequence[str]) -> dict[str, Any]:
    """A case below another in a line: `id`, `state`, these fields, when it began (`at`) and by whom."""
    fields = registers.known_of(case.register)
    values = {**case.fields, **books.judging.derive(books.family(case.id), case)}
    first = (case.rows or case.conflicts)[0]
    return {
        "id": case.id,
        "state": case.state,
        **{name: to_value(fields[name], values.get(name)) for name in names},
        "at": Formatter(books.timezone)(first.at),
        "by": first.by,
        "by_name": books.people.name(first.by),
    }


def check_reveal(books: Books, reason: str) -> str:
    """Who may reveal: a role of `privacy.reveal` or one above; the actor. Refused otherwise (PR-7)."""
    if not reason:
        raise UsageFault("--reveal needs --reason TEXT")
    actor = books.require_actor()
    role = books.people.facts(actor).get("role", "")
    allowed = books.policy["privacy"]["reveal"]
    if not any(books.people.stands_for(role, each) for each in allowed):
        raise Refused(f"{actor} may not reveal: that is for {', '.join(allowed)} and above")
    return actor


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
    fields = {field.name: field for field in own_fields(register)}
    conditions = ["state <> 'void'"] if state != "void" else ["1"]
    values: list[int | str] = []
    if state:
        known = [each.name for each in registers.get(register).states]
        if state not in known:
            raise UsageFault(
                f"{show_text(state)} is no state of {register} (allowed: {', '.join(known)})", place="--state"
            )
        conditions.append("state = ?")
        if state in [each.name for each in registers.get(register).states if not each.final]:
            conditions.append("final = 0")
        values.append(state)
    if since is not None:
        conditions.append("first_at >= ?")
        values.append(since)
    if until is not None:
        conditions.append("first_at < ?")
        values.append(until)
    for condition in where:
        name, equals, wanted = condition.partition("=")
        if not equals or name not in fields:
            hint = suggest_nearest(name, fields)
            raise UsageFault(f"{show_text(condition)} is not FIELD=VALUE of {register}", place="--where", hint=hint)
        conditions.append(f"{quote(name)} = ?" if wanted else f"{quote(name)} IS NULL")
        if wanted:
            values.append(wanted)
    if contact:
        conditions.append("contact_id = ?")
        values.append(contact)
    if search:
        texts = [name for name, field in fields.items() if field.type in ("text", "key", "case", "staff", "contact")]
        conditions.append("(id LIKE ? OR " + " OR ".join(f"{quote(name)} LIKE ? ESCAPE '\\'" for name in texts) + ")")
        pattern = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        values += [pattern] * (len(texts) + 1)
    columns = ["id", "state", *fields]
    order = "first_at, id"
    if sort[0] and limit:
        if sort[0] not in columns:
            raise UsageFault(
                f"{show_text(sort[0])} is no field of {register}",
                place="--sort",
                hint=suggest_nearest(sort[0], columns),
            )
        order = f"{quote(sort[0])} {'DESC' if sort[1] else 'ASC'}, id"
    listed = ", ".join(map(quote, columns))
    query = f"SELECT {listed} FROM {quote(register)} WHERE {' AND '.join(conditions)} ORDER BY {order}"
    if limit:
        query += f" LIMIT {int(limit)}"
    items = []
    for row in books.index.db.execute(query, values):
        item: dict[str, Any] = {"id": row[0], "register": register, "state": row[1]}
        for name, text in zip(fields, row[2:], strict=True):
            item[name] = to_value(fields[name], text)
        item["contact"] = describe_contact(books, item.get("contact_id") or "", reveal=False)
        items.append(item)
    return items


def list_work(books: Books, staff: str) -> list[dict[str, Any]]:
    """`worklist`: one item for each open case that a person must act on, by its earliest clock (PD-4.2).

    Their own open assignments, and any other case with a running clock that they owe, themselves or by their role.
    """
    role = books.people.facts(staff).get("role", "")
    index = books.index.db
    items: dict[str, dict[str, Any]] = {}
    for owner in dict.fromkeys((staff, role)):
        if not owner:
            continue
        for item in list_running(books, owner):
            items.setdefault(item["case"], item)
    rows = index.execute(
        f"SELECT id, order_id FROM assignments INDEXED BY assignments_load WHERE {AT_WORK.format('')} AND assignee = ?",
        (staff,),
    ).fetchall()
    for case, order in rows:
        if case not in items:
            items[case] = _bare_item(books, case, order, staff)
    for case, item in items.items():
        table = quote(item["register"])
        content = "content" if "content" in registers.fields_of(item["register"]) else "NULL"
        row = index.execute(f"SELECT state, {content} FROM {table} WHERE id = ?", (case,)).fetchone()
        item["state"], item["content"] = row or (None, None)
    late = "9"
    return sorted(items.values(), key=lambda item: (item["due_at"] or late, item["case"]))


def list_running(books: Books, owner: str) -> list[dict[str, Any]]:
    """The running clocks of one owner, paused ones too (with no due time), earliest due first."""
    rest = f"WHERE {RUNNING} AND owner = ? AND due_at IS NOT NULL ORDER BY due_at"
    return list(describe_overdue(books, read_overdue(books.index.db, rest, (owner,)), books.now))


def _bare_item(books: Books, case: str, order: str, staff: str) -> dict[str, Any]:
    row = books.index.db.execute("SELECT service, priority, area FROM orders WHERE id = ?", (order,)).fetchone()
    service, priority, area = row or (None, None, None)
    return {
        "case": case, "register": "assignments", "clock": None, "instance": None, "item": None, "owner": staff,
        "owner_name": books.people.name(staff), "started_at": None, "due_at": None, "late_seconds": None, "level": 0,
        "urged_at": None, "extension": None, "service": service, "priority": priority, "area": area, "source": [],
        "provisional": False, "before_rules": False,
    }  # fmt: skip


def count_state(books: Books) -> dict[str, int]:
    """`status`: how much is late, about to be, and waits to be dispatched."""
    late = len(list_overdue(books))
    soon = len(list_overdue(books, soon=True)) - late
    waiting = books.index.db.execute(
        "SELECT COUNT(*) FROM orders WHERE final = 0 AND state IN ('open', 'pool')"
    ).fetchone()[0]
    return {"late": late, "soon": soon, "unassigned": int(waiting)}

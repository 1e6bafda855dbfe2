"""Lists of cases: those of a register that fit. Desk."""

from collections.abc import Sequence
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.cases.sheet import describe_contact, own_fields, to_value
from dispatchctl.desk.names import show_text, suggest_nearest
from dispatchctl.errors import UsageFault
from dispatchctl.store.lines import check_text
from dispatchctl.store.schema import quote


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
    page = books.pages.get(register)
    fields = {field.name: field for field in own_fields(books, register)}
    conditions = ["state <> 'void'"] if state != "void" else ["1"]
    values: list[int | str] = []
    if state:
        known = [each.name for each in page.states]
        if state not in known:
            raise UsageFault(
                f"{show_text(state)} is no state of {register} (allowed: {', '.join(known)})", place="--state"
            )
        conditions.append("state = ?")
        if state in [each.name for each in page.states if not each.final]:
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

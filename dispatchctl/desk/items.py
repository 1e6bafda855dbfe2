"""The numbered items of a case: `C-20261103-0001#2`. Desk."""

from dispatchctl.desk.books import Books
from dispatchctl.desk.names import resolve_case, show_text
from dispatchctl.errors import NotFound
from dispatchctl.rules.families import Case


def find_item(books: Books, text: str, register: str, field: str) -> tuple[str, str]:
    """(case, item) that `C-20261103-0001#2` or a short `1#2` names; NotFound where the case has no such item."""
    name, mark, number = text.strip().partition("#")
    case = resolve_case(books, name, (register,), only=True)
    item = f"{case}#{number}"
    known = list_items(books.case(case), field)
    if not mark or item not in known:
        hint = f"there are: {', '.join(known)}" if known else f"{case} has none yet"
        raise NotFound(f"no such item: {show_text(text)}", hint=hint)
    return case, item


def resolve_part(books: Books, text: str) -> tuple[str, list[str]]:
    """A case, and where one of its parts is named (`C-20261103-0001#2`) the FIELD=VALUE that says which."""
    name, mark, _ = text.partition("#")
    case = resolve_case(books, name)
    if not mark:
        return case, []
    page = books.case(case).page
    if not page.item:
        raise NotFound(f"{case} has no parts", hint=f"name the case: {case}")
    return case, [f"{page.item}={find_item(books, text, page.name, page.item)[1]}"]


def list_items(case: Case, field: str) -> list[str]:
    """The items of a case that its rows name in this field, in the order they came."""
    return list(dict.fromkeys(row.fields[field] for row in case.rows if row.fields.get(field)))


def next_item(books: Books, case: Case, field: str, ahead: int = 0) -> str:
    """The id of a new item: `CASE#N`, with a writer other than main `CASE#SZ-N`, counted within case and writer."""
    writer = books.folder.writer
    prefix = f"{case.id}#" if writer == "main" else f"{case.id}#{writer}-"
    rows = [row for row in books.rows_of(case.id) if row.fields.get(field, "").startswith(prefix)]  # taken back or not
    numbers = [int(tail) for row in rows if (tail := row.fields[field][len(prefix) :]).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1 + ahead}"

"""The commands about any case: show, list, amend, retract, undo."""

from collections.abc import Collection

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_done, print_results, print_warnings
from dispatchctl.desk.audit import check_reveal, note_reveal
from dispatchctl.desk.books import Books
from dispatchctl.desk.cases.amendments import amend, list_moved, retract, undo
from dispatchctl.desk.cases.listing import list_cases, name_columns, name_sources
from dispatchctl.desk.cases.sheet import name_shown, show_case
from dispatchctl.desk.items import resolve_part
from dispatchctl.desk.names import find_register, resolve_case
from dispatchctl.desk.recording import Done
from dispatchctl.options import (
    CASE,
    COUNT,
    DAY,
    NOT_GIVEN,
    REGISTER,
    STATE,
    GivenText,
    TypedText,
    Writing,
    command,
)
from dispatchctl.output.formats import emit
from dispatchctl.output.labels import label
from dispatchctl.output.sheets import print_case
from dispatchctl.output.terminal import tell
from dispatchctl.registers.row import Row


@command("show")
@click.argument("case", type=CASE)
@click.option("--reveal", is_flag=True, help="The contact unmasked; leaves a row in audit.")
@click.option("--reason", metavar="TEXT", default="", help="Why it is revealed.")
@with_books()
def show(books: Books, case: str, reveal: bool, reason: str) -> None:
    """Show a case: its fields, its history, its clocks.

    \b
    Examples:
      dispatchctl show 7
      dispatchctl show O-20261121-0007 --reveal --reason 上门前联系业主
    """
    name = resolve_case(books, case, ("orders", "assignments", "staff"))
    if reveal:
        actor = check_reveal(books, reason)
        note_reveal(books, actor, name, reason)
    item = show_case(books, name, reveal=reveal)
    wrong = books.find_wrong(name_shown(books.pages, item["register"]))
    print_warnings(books)
    page = books.pages.get(item["register"])
    if not (books.ws.quiet or books.ws.fields or books.ws.sort[0]) and books.ws.form.people:
        print_case(books.ws, item, page)
    else:
        emit(books.ws, [item], single=True, page=page)
    if wrong is not None:
        raise wrong


@command("list")
@click.argument("register", type=REGISTER, default="orders")
@click.option("--state", type=STATE, default=NOT_GIVEN, metavar="S", help="In this state.")
@click.option("--since", type=DAY, default=NOT_GIVEN, help="Begun on that day or later.")
@click.option("--until", type=DAY, default=NOT_GIVEN, help="Begun on that day or earlier.")
@click.option(
    "--where", multiple=True, metavar="FIELD=VALUE", help="With this value (keys, titles, names); may be repeated."
)
@click.option("--search", type=TypedText("text"), default=NOT_GIVEN, metavar="TEXT", help="With this text in a field.")
@click.option(
    "--contact",
    type=TypedText("contact"),
    default=NOT_GIVEN,
    metavar="P",
    help="Of this contact, or of a phone number.",
)
@click.option("--limit", type=COUNT, default=None, help="At most so many.")
@with_books()
def list_command(
    books: Books, register: str, state: str, since: str, until: str, where: tuple[str, ...], search: str,
    contact: str, limit: int | None,
) -> None:  # fmt: skip
    """List the cases of a register: orders by default.

    \b
    Examples:
      dispatchctl list orders --state pool
      dispatchctl list assignments --where assignee=s03 --since 2026-10-01
    """
    from dispatchctl.desk.periods import day_bounds

    name = find_register(register, books.pages)
    items = list_cases(
        books,
        name,
        state=state,
        since=day_bounds(books, since, "--since")[0] if since else None,
        until=day_bounds(books, until, "--until")[1] if until else None,
        where=where,
        search=search,
        contact=contact,
        limit=limit or 0,
        sort=books.ws.sort,
    )
    wrong = books.find_wrong(name_sources(books.pages, name))
    print_warnings(books)
    page = books.pages.get(name)
    emit(
        books.ws,
        items,
        page.listed,
        page=page,
        keys=name_columns(books, page),
        in_order=bool(limit and books.ws.sort[0]),
    )
    if wrong is not None:
        raise wrong


@command("amend")
@click.argument("case", type=CASE)
@click.argument("changes", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@with_books(writes=True)
def amend_command(books: Books, case: str, changes: tuple[str, ...], reason: str, writing: Writing) -> int:
    """Correct fields of a case; the old values stay in its history.

    \b
    Example:
      dispatchctl amend 7 priority=urgent phone=138-0000-0002 --reason 登记有误
      dispatchctl amend C-20261103-0001#2 owner=s05 --reason 责任人有误
    """
    name, item = resolve_part(books, case)
    done = amend(books, name, (*changes, *item), reason, writing)
    _tell_moved(books, done, list(done.rows[0].fields))
    return print_done(books, done.rows[0].register, [done])


def _tell_moved(books: Books, done: Done, said: Collection[str]) -> None:
    """Whose open work a correction reaches, and what is new there."""
    for job, holder, names in list_moved(books, done, said):
        told = ", ".join(label(each, books.lang, books.pages.get(done.rows[0].register)) for each in names)
        tell(f"{job} of {holder} {books.people.name(holder)} follows: {told}")


@command("retract")
@click.argument("case", type=CASE)
@click.argument("row", required=False, default=NOT_GIVEN, type=GivenText("row"))
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@with_books(writes=True)
def retract_command(books: Books, case: str, row: str, reason: str, writing: Writing) -> int:
    """Take back a row of a case, its last by default; what followed from it is derived anew.

    \b
    Example:
      dispatchctl retract 7 --reason 误操作
    """
    name = resolve_case(books, case)
    return _print_retracted(books, *retract(books, name, row, reason, writing))


def _print_retracted(books: Books, done: Done, gone: list[Row]) -> int:
    """The row taken back; of several that one command wrote each, its case as it then is."""
    items = []
    _tell_moved(books, done, [name for row in gone if row.event == "amended" for name in row.fields])
    for row in gone:
        one = done._replace(id=row.id, state=done.family.cases[row.id].state)
        items.append(describe_done(one, retracted=row.event, row=row.ref))
    columns = ("id", "event", "retracted", "row", "state")
    return print_results(books, items, columns, single=len(items) == 1, register=gone[0].register)


@command("undo")
@with_books(present=True)
def undo_command(books: Books, writing: Writing) -> int:
    """Take back your own last event, if nothing followed it, within 10 minutes; of a command of several rows, all.

    \b
    Example:
      dispatchctl undo
    """
    return _print_retracted(books, *undo(books, writing))

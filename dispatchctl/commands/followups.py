"""The commands of the group `follow-up`: new, answer, sign, list."""

from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_items, print_results
from dispatchctl.desk.books import Books
from dispatchctl.desk.chasing.overdue import KEYS as OVERDUE_KEYS
from dispatchctl.desk.customers.followups import (
    REGISTER,
    Asking,
    Followed,
    answer,
    follow_up,
    list_about,
    list_awaited,
    sign,
)
from dispatchctl.options import CASE, NOT_GIVEN, STAFF, OneOf, TypedText, Writing, command
from dispatchctl.output.terminal import tell
from dispatchctl.registers.followups import METHODS

COLUMNS = ("id", "about", "event", "state")
OWED = ("about", "clock", "owner_name", "due_at", "late_seconds", "tries", "followup", "service")
LISTED = ("id", "about", "state", "method", "satisfaction", "remark", "signed_by", "at")
SIGNER = TypedText("contact", "a contact's id or a name")

SATISFACTION = click.option(
    "--satisfaction", type=TypedText("1..5"), default=NOT_GIVEN, help="How satisfied the customer is; 5: very."
)
REMARK = click.option("--remark", metavar="TEXT", default="", help="What the customer said.")
SIGNED_BY = click.option(
    "--signed-by", type=SIGNER, default=NOT_GIVEN, metavar="P|NAME", help="Who signed; a name becomes a contact."
)


def print_followed(books: Books, found: Followed) -> int:
    """Print a follow-up, and on stderr what it still lacks."""
    done = found.done
    if found.unsigned and not done.dry:
        tell(f"the signature is still owed: dispatchctl follow-up sign {done.id}")
    item = describe_done(done, about=found.about)
    return print_results(books, [item], COLUMNS, register=REGISTER)


@command("new")
@click.argument("case", type=CASE)
@click.option("--method", type=OneOf(METHODS), required=True, help="How the customer was asked.")
@SATISFACTION
@REMARK
@click.option("--signed", is_flag=True, help="The case's own contact signed.")
@SIGNED_BY
@click.option("--not-reached", is_flag=True, help="The customer could not be reached.")
@click.option("--with", "together", type=STAFF, multiple=True, help="Who went along; may be repeated.")
@with_books(writes=True)
def new(books: Books, /, case: str, writing: Writing, together: tuple[str, ...], **given: Any) -> int:
    """Ask a customer how it went: of an order, a complaint, or an opinion of a survey (S#1).

    What is told decides what is recorded: answered and signed, answered, not reached, else only that it was asked.

    \b
    Examples:
      dispatchctl follow-up new 7 --method phone --satisfaction 5 --remark 修得很快
      dispatchctl follow-up new C-20261121-0001 --method visit --satisfaction 4 --signed --with s03
      dispatchctl follow-up new 7 --method phone --not-reached
    """
    return print_followed(books, follow_up(books, case, Asking(together=tuple(together), **given), writing))


@command("answer")
@click.argument("follow_up", metavar="F", type=CASE)
@SATISFACTION
@REMARK
@with_books(writes=True)
def answer_command(books: Books, follow_up: str, satisfaction: str, remark: str, writing: Writing) -> int:
    """Record what the customer said to a follow-up that was only asked so far.

    \b
    Example:
      dispatchctl follow-up answer 3 --satisfaction 4
    """
    return print_followed(books, answer(books, follow_up, satisfaction, remark, writing))


@command("sign")
@click.argument("follow_up", metavar="F", type=CASE)
@SIGNED_BY
@with_books(writes=True)
def sign_command(books: Books, follow_up: str, signed_by: str, writing: Writing) -> int:
    """Record that the customer signed the answer: the case's own contact, or who is named.

    \b
    Example:
      dispatchctl follow-up sign 3 --attach 回访表.jpg
    """
    return print_followed(books, sign(books, follow_up, signed_by, writing))


@command("list")
@click.argument("case", type=CASE, required=False, default=NOT_GIVEN)
@with_books(judges=True)
def list_command(books: Books, case: str) -> None:
    """List who is still to be asked, earliest due first; of a case, its follow-ups.

    \b
    Examples:
      dispatchctl follow-up list
      dispatchctl follow-up list C-20261121-0001
    """
    page = books.pages.get(REGISTER)
    if case:
        items, columns, ids = list_about(books, case), LISTED, "id"
        keys = ("id", "register", "state", *(field.name for field in page.fields if field.name != "row"), "contact")
        keys += ("at", "by")
    else:
        items, columns, ids = list_awaited(books), OWED, "about"
        keys = (*OVERDUE_KEYS, "about", "tries", "followup")
    print_items(books, items, columns, ids=ids, page=page, keys=keys)

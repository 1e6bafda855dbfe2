"""The commands of dispatching: suggest, assign, claim, reassign."""

from decimal import Decimal
from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_results, tell_empty
from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.names import resolve_case, resolve_staff
from dispatchctl.desk.orders.candidates import say_excluded, suggest
from dispatchctl.desk.orders.dispatch import Dispatched, Sending, Sent, assign, claim, reassign
from dispatchctl.desk.recording import Done
from dispatchctl.errors import UsageFault
from dispatchctl.options import CASE, NOT_GIVEN, STAFF, Writing, command
from dispatchctl.output.formats import emit
from dispatchctl.output.labels import Column, find_column
from dispatchctl.output.terminal import tell

COLUMNS = ("id", "order_id", "assignee", "role", "state", "reasons")


def say_score(value: Decimal) -> str:
    """A value or score with at most four places, without trailing zeros."""
    text = f"{value.quantize(Decimal('0.0001')):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def say_reasons(reasons: tuple[tuple[str, Decimal], ...]) -> list[str]:
    """Each reason with its value in 0..1: `workload 0.75`."""
    return [f"{name} {say_score(value)}" for name, value in reasons]


def show_sent(sent: Sent, done: Done) -> dict[str, Any]:
    """One assignment as json prints it."""
    item: dict[str, Any] = {"id": sent.assignment, "event": "assigned", "state": sent.state, "order_id": sent.order}
    item |= {"assignee": sent.assignee, "role": sent.role, "reasons": say_reasons(sent.reasons)}
    marks = {"replayed": done.replayed, "dry_run": done.dry}
    return {**item, **{name: True for name, is_so in marks.items() if is_so}}


def print_sent(books: Books, dispatched: Dispatched) -> int:
    """Print the assignments made, the lead's first."""
    done, sent = dispatched
    if done.replayed:
        tell(f"{sent[0].assignment if sent else done.id} was recorded before; nothing was written")
    return print_results(books, [show_sent(each, done) for each in sent], COLUMNS, register="assignments")


@command("suggest")
@click.argument("order", type=CASE)
@click.option("--all", "everybody", is_flag=True, help="Those passed over as well, with why.")
@with_books(judges=True)
def suggest_command(books: Books, order: str, everybody: bool) -> None:
    """Rank who could be sent to an order, each with the reasons.

    \b
    Example:
      dispatchctl suggest 7 --all
    """
    case = resolve_case(books, order, ("orders",), only=True)
    items = []
    found = suggest(books, case)
    if all(each.excluded for each in found):
        tell_empty(books, f"nobody can go to {case}: {say_excluded(found)}")
    for each in found:
        if each.excluded and not everybody:
            continue
        item: dict[str, Any] = {
            "staff": each.staff,
            "name": each.name,
            "score": say_score(each.score),
            "load": say_score(each.load),
            "reasons": say_reasons(each.reasons),
        }
        if everybody:
            item["excluded"] = each.excluded or None
        items.append(item)
    who = find_column("staff")._replace(kind="id")  # beside the name: the id as it is
    columns: list[str | Column] = [who, "name", "score", "load", "reasons", *(["excluded"] if everybody else [])]
    emit(books.ws, items, columns, ids="staff")


@command("assign")
@click.argument("order", type=CASE, required=False, default=NOT_GIVEN)
@click.argument("staff", type=STAFF, required=False, default=NOT_GIVEN)
@click.option("--auto", is_flag=True, help="The best candidate by the rules.")
@click.option("--all", "everything", is_flag=True, help="With --auto: every order that waits to be dispatched.")
@click.option("--helper", "helpers", type=STAFF, multiple=True, help="Somebody who helps; may be repeated.")
@click.option("--content", metavar="TEXT", default="", help="What is to be done; the order's by default.")
@click.option("--requirements", metavar="TEXT", default="", help="How; the order's, or the service's, by default.")
@click.option("--over-ceiling", is_flag=True, help="Even if it takes the person over the ceiling; needs --reason.")
@click.option("--reason", metavar="TEXT", default="", help="Why.")
@with_books(judges=True, writes=True)
def assign_command(books: Books, /, order: str, staff: str, everything: bool, writing: Writing, **given: Any) -> int:
    """Send somebody to an order.

    By name, or with --auto the best candidate: skill, on duty, below the ceiling, then by the weights of the rules.

    \b
    Examples:
      dispatchctl assign 7 s03
      dispatchctl assign --all --auto
    """
    if everything:
        if order or not given["auto"]:
            raise UsageFault("--all goes with --auto, and takes no order")
        beside = [name for name, value in given.items() if name != "auto" and value]
        if beside:
            place = {"helpers": "--helper"}.get(beside[0], f"--{beside[0].replace('_', '-')}")
            raise UsageFault("is about one order, and does not go with --all", place=place)
        return _assign_all(books, writing)
    if not order:
        raise UsageFault("assign needs an order, or --all --auto")
    case = resolve_case(books, order, ("orders",), only=True)
    if staff:
        staff = resolve_staff(books, staff)
    given["helpers"] = tuple(resolve_staff(books, each, option="--helper") for each in given["helpers"])
    return print_sent(books, assign(books, case, Sending(staff=staff, **given), writing))


def _assign_all(books: Books, writing: Writing) -> int:
    from dispatchctl.desk.chasing.worklist import count_waiting
    from dispatchctl.desk.orders.batches import assign_pool

    made, refused = assign_pool(books, writing)
    if not made and not refused:
        tell_empty(books, "no order waits to be dispatched")
    waiting = count_waiting(books)["triage"]
    if waiting:
        many = f"{waiting} order{'' if waiting == 1 else 's'} wait{'s' if waiting == 1 else ''}"
        told = f"{many} for triage, and --all leaves such aside: dispatchctl list orders --state open"
        tell_empty(books, f"hint: {told}" if refused else told)  # beside refusals only lines of their form stand
    items = [show_sent(sent, done) for done, group in made for sent in group]
    return print_results(books, items, COLUMNS, refused=refused, single=False, keys=COLUMNS, register="assignments")


@command("claim")
@click.argument("order", type=CASE)
@with_books(writes=True)
def claim_command(books: Books, order: str, writing: Writing) -> int:
    """Take an order from the pool for yourself.

    \b
    Example:
      dispatchctl --as s03 claim 7
    """
    case = resolve_case(books, order, ("orders",), only=True)
    return print_sent(books, claim(books, case, writing))


@command("reassign")
@click.argument("assignment", type=CASE)
@click.argument("staff", type=STAFF)
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@click.option("--over-ceiling", is_flag=True, help="Even if it takes the person over the ceiling.")
@with_books(writes=True)
def reassign_command(
    books: Books, assignment: str, staff: str, reason: str, over_ceiling: bool, writing: Writing
) -> int:
    """Give an open assignment to somebody else; it gets a new id and new clocks.

    \b
    Example:
      dispatchctl reassign 7 s04 --reason 原人员请假
    """
    from dispatchctl.desk.orders.work import pick_assignment

    actor = require_actor(books)
    case = resolve_case(books, assignment, ("assignments", "orders"), only=True)
    job = pick_assignment(books, case, ("reassigned",), actor)
    return print_sent(books, reassign(books, job, staff, reason, writing, over_ceiling=over_ceiling))

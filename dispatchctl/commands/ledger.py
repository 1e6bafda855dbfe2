"""The commands of the ledger: what is due, proposing, deciding, paying, the fund."""

from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_items, print_results, print_warnings, tell_empty
from dispatchctl.commands.verbs import Asked, Given, Verb, make_verb, serve
from dispatchctl.desk.actors import require_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.due import KEYS
from dispatchctl.desk.recording import Done
from dispatchctl.errors import UsageFault
from dispatchctl.options import (
    CASE,
    MONEY,
    MONTH,
    NOT_GIVEN,
    STAFF,
    TypedText,
    Writing,
    command,
    take_ids,
)
from dispatchctl.output.formats import emit
from dispatchctl.output.terminal import tell

DUE = ("staff_name", "title", "kind", "amount", "range", "also", "occurred_at", "clauses", "entry", "state", "key")
LIST = (
    "id",
    "state",
    "staff_name",
    "rule",
    "kind",
    "amount",
    "range",
    "also",
    "taken",
    "clauses",
    "occurred_at",
    "fund",
)
REGISTER = "ledger"
DONE = ("id", "event", "state", "key", "staff", "rule", "kind", "amount")
FUND = ("id", "event", "at", "staff_name", "rule", "amount", "balance", "reason")
RULE, FUND_NAME, MEASURE = TypedText("rule"), TypedText("fund"), TypedText("measure")

month = click.option("--month", type=MONTH, default=NOT_GIVEN, help="YYYY-MM, this or last.")
person = click.option("--staff", type=STAFF, default=NOT_GIVEN, help="Of this person only.")
need_reason = click.option("--reason", metavar="TEXT", required=True, help="Why.")


@command("due")
@month
@person
@with_books(judges=True)
def due(books: Books, month: str, staff: str) -> None:
    """List what the rules say follows from the facts of a month, each with its clause and evidence.

    \b
    Examples:
      dispatchctl ledger due --month last
      dispatchctl ledger due --staff s07 --format json
    """
    from dispatchctl.desk.ledger.proposals import list_month

    then, items = list_month(books, month, staff)
    if month and not items:
        tell_empty(books, f"nothing is due of {month}")
    print_warnings(books)
    shown = [{key: item[key] for key in KEYS} for item in items]
    emit(then.ws, shown, DUE, ids="key", keys=KEYS, page=books.pages.get("ledger"))


@command("propose")
@take_ids("keys", kind="key", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything of the month that is due.")
@month
@click.option("--again", is_flag=True, help="Although it was waived or reversed; with --reason.")
@click.option("--rule", type=RULE, default=NOT_GIVEN, help="By hand: the rule, one of `hand`.")
@click.option("--staff", type=STAFF, default=NOT_GIVEN, help="By hand: the person.")
@click.option("--case", type=CASE, default=NOT_GIVEN, help="By hand: the case it is about.")
@click.option("--amount", type=MONEY, default=NOT_GIVEN, help="By hand: the amount, where the rule leaves it open.")
@click.option("--reason", metavar="TEXT", default="", help="Why; by hand and with --again always.")
@with_books(judges=True, writes=True)
def propose(
    books: Books,
    keys: tuple[str, ...],
    everything: bool,
    month: str,
    again: bool,
    rule: str,
    staff: str,
    case: str,
    amount: str,
    reason: str,
    writing: Writing,
) -> int:
    """Propose what is due, or what somebody noticed; nothing is charged until it is approved.

    \b
    Examples:
      dispatchctl ledger propose --all --month last
      dispatchctl ledger propose --rule unreachable --staff s07 --reason 三次电话未接
    """
    if rule or staff or case or amount:
        if keys or everything or month:
            raise UsageFault("keys, --all and --month do not go with --rule")
        return _propose_by_hand(books, rule, staff, case, amount, reason, again, writing)
    if everything == bool(keys):
        raise UsageFault("propose takes keys, --all, or --rule and --staff")
    if month and not everything:
        raise UsageFault("goes with --all", place="--month")
    if again and everything:
        raise UsageFault("goes with keys", place="--again")
    if again and not reason:
        raise UsageFault("--again needs --reason")
    from dispatchctl.desk.ledger.proposals import list_open_keys
    from dispatchctl.desk.ledger.proposals import propose as propose_keys

    require_actor(books)
    named = list_open_keys(books, month) if everything else list(keys)
    done, refused = propose_keys(books, named, writing, again=again, reason=reason)
    if not everything and len(named) == 1 and refused:
        raise refused[0].error
    items = [_describe(each) for each in done]
    if everything and not items and not refused:
        tell_empty(books, "nothing is due that has not been proposed")
        return 0
    return print_results(books, items, DONE, refused=refused, single=not everything, register="ledger")


def _propose_by_hand(
    books: Books, rule: str, staff: str, case: str, amount: str, reason: str, again: bool, writing: Writing
) -> int:
    missing = [name for name, text in (("--rule", rule), ("--staff", staff), ("--reason", reason)) if not text]
    if missing:
        raise UsageFault(f"propose by hand needs {', '.join(missing)}")
    from dispatchctl.desk.ledger.proposals import propose_by_hand

    done = propose_by_hand(books, rule, staff, reason, writing, case=case, amount=amount, again=again)
    return print_results(books, [_describe(done)], DONE, register="ledger")


def _describe(done: "Done") -> dict[str, Any]:
    fields = done.rows[0].fields
    return describe_done(done, **{name: fields.get(name) for name in ("key", "staff", "rule", "kind", "amount")})


VERBS = {
    "approve": Verb(
        "approved",
        "Approve an entry; who may is in the rule, and never the person charged.",
        "3 --amount 50 --reason 情节较轻",
        {
            "amount": Asked("The amount, where the rule leaves it open."),
            "taken": None,  # one of the rule's, where the page would take several of any
        },
        more=(
            click.option(
                "--instead",
                "taken",
                type=MEASURE,
                default=NOT_GIVEN,
                help="A measure that the rule allows instead of money.",
            ),
        ),
    ),
    "waive": Verb("waived", "Waive an entry that was proposed or approved.", "3 --reason 事出有因"),
    "reverse": Verb(
        "reversed",
        "Reverse an entry that was approved or paid: a further event, the old ones stay.",
        "3 --reason 投诉改判无效",
    ),
    "paid": Verb("paid", "Record that an approved amount was paid; it goes into the fund that the rule names.", "3"),
    "fulfilled": Verb(
        "fulfilled",
        "Record that what was asked besides money was done: the written self-review was handed in.",
        "3 --attach 检讨.pdf",
    ),
}


def _decide(books: Books, event: str, given: Given, writing: Writing) -> int:
    from dispatchctl.desk.ledger.decisions import decide, settle

    entry = given.pop("entry")
    if event in ("paid", "fulfilled"):
        done = settle(books, entry, event, writing)
    else:
        done = decide(books, entry, event, {name: text for name, text in given.items() if text}, writing)
    item = describe_done(done, amount=done.family.cases[done.id].fields.get("amount"))
    if event == "approved":
        item["warnings"] = list(books.warnings)
    return print_results(books, [item], ("id", "event", "state", "amount"), register=REGISTER)


def _make(name: str, verb: Verb) -> click.Command:
    return make_verb(REGISTER, REGISTER, name, verb, _decide, click.argument("entry", type=CASE), judges=True)


__getattr__ = serve(VERBS, _make)


@command("spend")
@click.option("--amount", type=MONEY, required=True, help="How much.")
@need_reason
@click.option("--fund", type=FUND_NAME, default=NOT_GIVEN, help="Of which fund, where there are several.")
@with_books(judges=True, writes=True)
def spend(books: Books, amount: str, reason: str, fund: str, writing: Writing) -> int:
    """Record what was spent of the fund; never more than is in it.

    \b
    Example:
      dispatchctl ledger spend --amount 120 --reason 部门活动
    """
    from dispatchctl.desk.ledger.fund import spend as spend_of

    done = spend_of(books, amount, reason, writing, fund=fund)
    item = describe_done(done, amount=amount)
    return print_results(books, [item], ("id", "event", "state", "amount"), register="ledger")


@command("fund")
@click.option("--fund", type=FUND_NAME, default=NOT_GIVEN, help="Of which fund; all of them otherwise.")
@with_books(judges=True)
def fund(books: Books, fund: str) -> None:
    """Show the fund: its balance, and what came in and went out.

    \b
    Example:
      dispatchctl ledger fund
    """
    from dispatchctl.desk.ledger.fund import FUND_KEYS, describe_fund

    found = describe_fund(books, fund)
    print_warnings(books)
    if not books.ws.quiet and books.ws.form.whole and not books.ws.fields:
        emit(books.ws, [found], single=True)
    else:
        emit(books.ws, found["entries"], FUND, keys=FUND_KEYS, page=books.pages.get("ledger"))
        if not books.ws.quiet:
            tell(f"balance: {found['balance']} {found['currency']}")


@command("list")
@month
@person
@with_books(judges=True)
def list_command(books: Books, month: str, staff: str) -> None:
    """List the entries of the ledger, those by hand too; of a month: what occurred in it.

    \b
    Example:
      dispatchctl ledger list --month 2026-11 --staff s07
    """
    from dispatchctl.desk.ledger.listing import LIST_KEYS, list_ledger
    from dispatchctl.desk.names import resolve_staff

    wanted = resolve_staff(books, staff, option="--staff", present=False) if staff else ""
    items = list(list_ledger(books, month, wanted))
    if month and not items:
        tell_empty(books, f"the ledger has nothing of {month}")
    print_items(books, items, LIST, keys=LIST_KEYS, page=books.pages.get("ledger"))

"""The commands of the ledger: what is due, proposing, deciding, paying, the fund."""

from typing import Any

import click

from dispatchctl.commands.results import describe_done, print_results, print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.charging import KEYS
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
    pass_workspace,
    take_ids,
    writing_options,
)
from dispatchctl.output.formats import emit
from dispatchctl.output.terminal import tell
from dispatchctl.registers import get
from dispatchctl.workspace import Workspace

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
DONE = ("id", "event", "state", "key", "staff", "rule", "kind", "amount")
FUND = ("id", "event", "at", "staff_name", "rule", "amount", "balance", "reason")
RULE, FUND_NAME, MEASURE = TypedText("rule"), TypedText("fund"), TypedText("measure")

month = click.option("--month", type=MONTH, default=NOT_GIVEN, help="YYYY-MM, this or last.")
person = click.option("--staff", type=STAFF, default=NOT_GIVEN, help="Of this person only.")
need_reason = click.option("--reason", metavar="TEXT", required=True, help="Why.")


@click.command("due")
@month
@person
@pass_workspace
def due(ws: Workspace, month: str, staff: str) -> None:
    """List what the rules say follows from the facts of a month, each with its clause and evidence.

    \b
    Examples:
      dispatchctl ledger due --month last
      dispatchctl ledger due --staff s07 --format json
    """
    from dispatchctl.desk.ledger import list_month

    books = Books(ws)
    books.refuse_faults()
    items = list_month(books, month, staff)
    print_warnings(books)
    emit(ws, items, DUE, ids="key", keys=KEYS, page=get("ledger"))
    books.settle()


@click.command("propose")
@take_ids("keys", kind="key", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything of the month that is due.")
@month
@click.option("--again", is_flag=True, help="Although it was waived or reversed; with --reason.")
@click.option("--rule", type=RULE, default=NOT_GIVEN, help="By hand: the rule, one of `hand`.")
@click.option("--staff", type=STAFF, default=NOT_GIVEN, help="By hand: the person.")
@click.option("--case", type=CASE, default=NOT_GIVEN, help="By hand: the case it is about.")
@click.option("--amount", type=MONEY, default=NOT_GIVEN, help="By hand: the amount, where the rule leaves it open.")
@click.option("--reason", metavar="TEXT", default="", help="Why; by hand and with --again always.")
@writing_options
@pass_workspace
def propose(
    ws: Workspace,
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
    books = Books(ws)
    books.refuse_faults()
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
    if again and not reason.strip():
        raise UsageFault("--again needs --reason")
    from dispatchctl.desk.ledger import list_open_keys
    from dispatchctl.desk.ledger import propose as propose_keys

    books.require_actor()
    named = list_open_keys(books, month) if everything else list(keys)
    done, refused = propose_keys(books, named, writing, again=again, reason=reason)
    if not everything and len(named) == 1 and refused:
        raise refused[0].error
    items = [_describe(each) for each in done]
    if everything and not items and not refused:
        tell("nothing is due that has not been proposed")
        return 0
    return print_results(books, items, DONE, refused=refused, single=not everything, register="ledger")


def _propose_by_hand(
    books: Books, rule: str, staff: str, case: str, amount: str, reason: str, again: bool, writing: Writing
) -> int:
    missing = [name for name, text in (("--rule", rule), ("--staff", staff), ("--reason", reason.strip())) if not text]
    if missing:
        raise UsageFault(f"propose by hand needs {', '.join(missing)}")
    from dispatchctl.desk.ledger import propose_by_hand

    done = propose_by_hand(books, rule, staff, reason, writing, case=case, amount=amount, again=again)
    return print_results(books, [_describe(done)], DONE, register="ledger")


def _describe(done: "Done") -> dict[str, Any]:
    fields = done.rows[0].fields
    return describe_done(done, **{name: fields.get(name) for name in ("key", "staff", "rule", "kind", "amount")})


@click.command("approve")
@click.argument("entry", type=CASE)
@click.option("--amount", type=MONEY, default=NOT_GIVEN, help="The amount, where the rule leaves it open.")
@click.option("--instead", type=MEASURE, default=NOT_GIVEN, help="A measure that the rule allows instead of money.")
@need_reason
@writing_options
@pass_workspace
def approve(ws: Workspace, entry: str, amount: str, instead: str, reason: str, writing: Writing) -> int:
    """Approve an entry; who may is in the rule, and never the person charged.

    \b
    Example:
      dispatchctl ledger approve 3 --amount 50 --reason 情节较轻
    """
    return _decide(ws, entry, "approved", {"amount": amount, "taken": instead, "reason": reason}, writing)


def _decide(ws: Workspace, entry: str, event: str, fields: dict[str, str], writing: Writing) -> int:
    from dispatchctl.desk.ledger import decide

    books = Books(ws)
    books.refuse_faults()
    done = decide(books, entry, event, {name: text for name, text in fields.items() if text}, writing)
    item = describe_done(done, amount=done.family.cases[done.id].fields.get("amount"))
    return print_results(books, [item], ("id", "event", "state", "amount"), register="ledger")


@click.command("waive")
@click.argument("entry", type=CASE)
@need_reason
@writing_options
@pass_workspace
def waive(ws: Workspace, entry: str, reason: str, writing: Writing) -> int:
    """Waive an entry that was proposed or approved.

    \b
    Example:
      dispatchctl ledger waive 3 --reason 事出有因
    """
    return _decide(ws, entry, "waived", {"reason": reason}, writing)


@click.command("reverse")
@click.argument("entry", type=CASE)
@need_reason
@writing_options
@pass_workspace
def reverse(ws: Workspace, entry: str, reason: str, writing: Writing) -> int:
    """Reverse an entry that was approved or paid: a further event, the old ones stay.

    \b
    Example:
      dispatchctl ledger reverse 3 --reason 投诉改判无效
    """
    return _decide(ws, entry, "reversed", {"reason": reason}, writing)


def _settle(ws: Workspace, entry: str, event: str, writing: Writing) -> int:
    from dispatchctl.desk.ledger import settle

    books = Books(ws)
    books.refuse_faults()
    done = settle(books, entry, event, writing)
    item = describe_done(done, amount=done.family.cases[done.id].fields.get("amount"))
    return print_results(books, [item], ("id", "event", "state", "amount"), register="ledger")


@click.command("paid")
@click.argument("entry", type=CASE)
@writing_options
@pass_workspace
def paid(ws: Workspace, entry: str, writing: Writing) -> int:
    """Record that an approved amount was paid; it goes into the fund that the rule names.

    \b
    Example:
      dispatchctl ledger paid 3
    """
    return _settle(ws, entry, "paid", writing)


@click.command("fulfilled")
@click.argument("entry", type=CASE)
@writing_options
@pass_workspace
def fulfilled(ws: Workspace, entry: str, writing: Writing) -> int:
    """Record that what was asked besides money was done: the written self-review was handed in.

    \b
    Example:
      dispatchctl ledger fulfilled 3 --attach 检讨.pdf
    """
    return _settle(ws, entry, "fulfilled", writing)


@click.command("spend")
@click.option("--amount", type=MONEY, required=True, help="How much.")
@need_reason
@click.option("--fund", type=FUND_NAME, default=NOT_GIVEN, help="Of which fund, where there are several.")
@writing_options
@pass_workspace
def spend(ws: Workspace, amount: str, reason: str, fund: str, writing: Writing) -> int:
    """Record what was spent of the fund; never more than is in it.

    \b
    Example:
      dispatchctl ledger spend --amount 120 --reason 部门活动
    """
    from dispatchctl.desk.funds import spend as spend_of

    books = Books(ws)
    books.refuse_faults()
    done = spend_of(books, amount, reason, writing, fund=fund)
    item = describe_done(done, amount=amount)
    return print_results(books, [item], ("id", "event", "state", "amount"), register="ledger")


@click.command("fund")
@click.option("--fund", type=FUND_NAME, default=NOT_GIVEN, help="Of which fund; all of them otherwise.")
@pass_workspace
def fund(ws: Workspace, fund: str) -> None:
    """Show the fund: its balance, and what came in and went out.

    \b
    Example:
      dispatchctl ledger fund
    """
    from dispatchctl.desk.funds import FUND_KEYS, describe_fund

    books = Books(ws)
    books.refuse_faults()
    found = describe_fund(books, fund)
    print_warnings(books)
    if not ws.quiet and ws.form.whole and not ws.fields:
        emit(ws, [found], single=True)
    else:
        emit(ws, found["entries"], FUND, keys=FUND_KEYS, page=get("ledger"))
        if not ws.quiet:
            tell(f"balance: {found['balance']} {found['currency']}")
    books.settle()


@click.command("list")
@month
@person
@pass_workspace
def list_command(ws: Workspace, month: str, staff: str) -> None:
    """List the entries of the ledger, those by hand too; of a month: what occurred in it.

    \b
    Example:
      dispatchctl ledger list --month 2026-11 --staff s07
    """
    from dispatchctl.desk.funds import LIST_KEYS, list_ledger
    from dispatchctl.desk.names import resolve_staff

    books = Books(ws)
    books.refuse_faults()
    wanted = resolve_staff(books, staff, option="--staff", present=False) if staff else ""
    items = list(list_ledger(books, month, wanted))
    print_warnings(books)
    emit(ws, items, LIST, keys=LIST_KEYS, page=get("ledger"))
    books.settle()

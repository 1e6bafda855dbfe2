"""The commands of an order's own events: new-order, triage, cancel, reopen, close, reprice, bill, paid."""

from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_done, print_results, tell_empty
from dispatchctl.commands.verbs import Asked, UseCase, Verb, make_option, make_verb, run_each, serve
from dispatchctl.desk.books import Books
from dispatchctl.desk.names import resolve_case
from dispatchctl.desk.orders.intake import TYPED, Request, Taken, record_order, take_order, triage_fields
from dispatchctl.errors import UsageFault
from dispatchctl.options import CASE, MONEY, NOT_GIVEN, PATH, KeyOf, Writing, command
from dispatchctl.output.terminal import tell
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.page import VOID

REGISTER = "orders"
COLUMNS = ("id", "state", "contact_id", "base_price", "read_back")


def show_taken(taken: Taken) -> dict[str, Any]:
    """The result of new-order as json prints it."""
    return describe_done(
        taken.done, contact_id=taken.contact_id or None, base_price=taken.base_price, read_back=taken.read_back
    )


ASKED = {  # what new-order's options are about; a field of the page without a line here has an option too
    "service": Asked("What is wanted: a key of services, or its title."),
    "content": Asked("What it is about, in detail."),
    "kind": Asked("What it is; request by default."),
    "channel": Asked("How it came; phone by default."),
    "priority": Asked("normal by default."),
    "department": Asked("The service's department by default."),
    "price": Asked("The price agreed, where it is not the base price."),
    "appointment_at": Asked("When somebody is expected."),
    "requirements": Asked("Special requirements."),
    "area": Asked("Where; the contact's area by default."),
}


def ask_for_order(function: Any) -> Any:
    """Give new-order the options of what is recorded of an order as it is typed, from the page."""
    fields = SHIPPED.fields(REGISTER)
    for name in reversed(dict.fromkeys([*ASKED, *TYPED])):
        function = make_option(fields[name], False, ASKED.get(name, Asked())._replace(required=False))(function)
    return function


@command("new-order")
@ask_for_order
@click.option("--caller", metavar="NAME", default="", help="Who calls.")
@click.option("--phone", metavar="P", default="", help="The caller's phone number.")
@click.option("--address", metavar="A", default="", help="Where the work is to be done.")
@click.option("--source-ref", metavar="REF", default="", help="The request's number in another system; taken once.")
@click.option("--read-back", is_flag=True, help="Record that the essentials were read back to the caller.")
@click.option("--answered", metavar="TEXT", default=None, help="It was answered at once: closed, never dispatched.")
@click.option(
    "--from",
    "source",
    type=PATH,
    metavar="FILE|-",
    default=NOT_GIVEN,
    help="Take many from CSV, YAML, JSON or JSON lines.",
)
@click.option("--strict-privacy", is_flag=True, help="Refuse phone and identity numbers in free text.")
@with_books(writes=True)
def new_order(books: Books, /, source: str, strict_privacy: bool, writing: Writing, **given: Any) -> int:
    """Take a request, inquiry, suggestion or report.

    The caller's contact is found by phone and address, or made. What intake.required of the rules asks for is named
    at once where it is missing. With --answered it is closed at once and never dispatched.

    What was typed is read back as it is. What was found of a known caller is whole for the roles of privacy.reveal,
    since the order's row tells who saw it; masked for others, for --dry-run and for rows of a file.

    The columns of a file (--from) are named as the options without their dashes (`source_ref`), besides `note`; what
    `show` and `list` print of an order is taken too. A column that is none of these is refused. A row is taken once,
    however often the file is given: by its source_ref, else by its content and its number among equal rows. With
    --request-id it is known by its line; where a line says something else than before, nothing is taken (exit 4).

    \b
    Example:
      dispatchctl new-order --service plumbing --content 厨房水管漏水 --caller 张三 \\
        --phone 138-0000-0001 --address 3号楼2单元501
    """
    books.strict_privacy = strict_privacy
    if source:
        if any(given.values()):
            raise UsageFault("--from takes everything from its rows; give no other field beside it")
        return _take_many(books, source, writing)
    if given["answered"] is not None and not given["answered"]:
        raise UsageFault("is empty", place="--answered")
    given["answered"] = given["answered"] or ""
    typed = {name: given.pop(name) for name in TYPED}
    taken = take_order(books, Request(typed, **given), writing)
    return print_results(books, [show_taken(taken)], COLUMNS, register="orders")


def _take_many(books: Books, source: str, writing: Writing) -> int:
    from dispatchctl.desk.orders.batches import take_orders

    taken, refused, known = take_orders(books, source, writing)
    if known:
        tell(f"{known} of the rows were there already by their source_ref")
    replayed = sum(each.done.replayed for each in taken)
    if replayed:
        why = (
            "by their --request-id" if writing.request_id else "with the same content; --request-id KEY takes them anew"
        )
        tell(f"{replayed} of the rows had been taken before {why}")
    gone = [each.done.id for each in taken if each.done.replayed and each.done.state == VOID]
    if gone:
        tell(f"{', '.join(gone)} was taken back since, and is not taken anew without another --request-id")
    if not taken and not refused and not known:
        tell_empty(books, f"{source if source != '-' else 'standard input'} holds no rows: nothing was taken")
    return print_results(
        books,
        [show_taken(each) for each in taken],
        COLUMNS,
        refused=refused,
        single=False,
        bad_rows=True,
        register="orders",
    )


@command("triage")
@click.argument("order", type=CASE)
@click.option("--dispatch", is_flag=True, help="It needs somebody on the spot: into the pool.")
@click.option("--answered", metavar="TEXT", default="", help="It was answered; it is closed and never dispatched.")
@click.option("--refer", type=KeyOf("departments"), default=NOT_GIVEN, help="Another department takes it.")
@with_books(writes=True)
def triage(books: Books, order: str, dispatch: bool, answered: str, refer: str, writing: Writing) -> int:
    """Decide whether a request needs somebody to be sent.

    \b
    Example:
      dispatchctl triage 7 --dispatch
    """
    event, fields = triage_fields(books, answered, refer, dispatch)
    return print_done(books, REGISTER, record_order(books, (order,), event, fields, writing)[0])


@command("cancel")
@click.argument("order", type=CASE)
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@click.option("--duplicate-of", type=CASE, default=NOT_GIVEN, help="The order that it repeats.")
@with_books(writes=True)
def cancel(books: Books, order: str, reason: str, duplicate_of: str, writing: Writing) -> int:
    """Cancel an order; its open assignments are withdrawn with it.

    \b
    Example:
      dispatchctl cancel 7 --reason 业主取消
    """
    case = resolve_case(books, order, ("orders",), only=True)
    other = resolve_case(books, duplicate_of, ("orders",), only=True) if duplicate_of else ""
    if other == case:
        raise UsageFault("an order cannot be a duplicate of itself", place="--duplicate-of")
    typed = {"reason": reason, "about": other}
    return print_done(books, REGISTER, record_order(books, (case,), "cancelled", typed, writing)[0])


VERBS = {
    "reopen": Verb(
        "reopened", "Reopen a closed or cancelled order; it waits to be dispatched again.", "7 --reason 故障再次出现"
    ),
    "close": Verb(
        "closed",
        "Close an order with its answer, without waiting for a confirmation.",
        "7 --answered 已由物业公司处理完毕",
        {"answer": Asked("What the caller was told.", required=True)},
    ),
    "reprice": Verb("repriced", "Change the price agreed for an order.", "7 80 --reason 增加材料"),
    "bill": Verb(
        "billed",
        "Record that the payment notice was delivered; what several notices ask for adds up.",
        "7 --amount 50",
        {"amount": Asked("The amount asked for; none where it only reminds.")},
    ),
    "paid": Verb(
        "paid",
        "Record a payment for an order, or what was given back; never more than is owed.",
        "7 --amount 50 --method wechat",
        {
            "amount": Asked("The amount received; below 0 what was given back."),
            "method": Asked("How: a key of payment_methods, or its title.", metavar="METHOD"),
            "reason": Asked("Why; needed for what is given back, and with --over.", required=False),
        },
        more=(click.option("--over", is_flag=True, help="Although it is more than is owed; with --reason."),),
    ),
}


def _make(name: str, verb: Verb) -> click.Command:
    takes = [click.argument("order", type=CASE)]
    if name == "reprice":
        takes.append(click.argument("price", type=MONEY))
    if verb.event in ("billed", "paid"):
        from dispatchctl.desk.orders.payments import record_payment  # few commands are about money

        use_case: UseCase = record_payment
    else:
        use_case = record_order
    return make_verb(REGISTER, "", name, verb, run_each(use_case, REGISTER, "order"), *takes)


__getattr__ = serve(VERBS, _make)

"""The commands of complaints: new, pass-on, classify, rule ... resolve, close, reopen."""

from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_done, print_results
from dispatchctl.commands.verbs import Asked, Verb, make_verb, run_each, serve
from dispatchctl.desk.books import Books
from dispatchctl.desk.customers.complaints import (
    ON_THE_SPOT,
    Complaint,
    judge_severity,
    record_complaint,
    register_complaint,
)
from dispatchctl.desk.fields import Typed
from dispatchctl.desk.items import find_item
from dispatchctl.desk.recording import Done
from dispatchctl.errors import UsageFault
from dispatchctl.options import (
    CASE,
    NOT_GIVEN,
    STAFF,
    WHEN,
    KeyOf,
    TypedText,
    Writing,
    command,
    take_ids,
)
from dispatchctl.output.terminal import tell
from dispatchctl.registers.complaints import GROUPS

REGISTER, GROUP = "complaints", "complaint"
COLUMNS = ("id", "event", "state")
REGISTERED = (*COLUMNS, "contact_id", "proposed_severity", "severity_reasons")
KIND = TypedText("kind")


@command("new")
@click.option("--content", metavar="TEXT", required=True, help="What is complained of, in detail.")
@click.option("--caller", metavar="NAME", default="", help="Who complains.")
@click.option("--phone", metavar="P", default="", help="The complainant's phone number.")
@click.option("--address", metavar="A", default="", help="Where the complainant is at home.")
@click.option("--order", type=CASE, default=NOT_GIVEN, help="The order it is about; its customer, where none is named.")
@click.option("--department", "departments", type=KeyOf("departments"), multiple=True, help="Concerned; repeatable.")
@click.option("--staff", type=STAFF, multiple=True, help="About this person; repeatable.")
@click.option("--media", is_flag=True, help="It stood in public media.")
@click.option("--reputation", is_flag=True, help="It harms reputation or interests.")
@click.option("--system-flaw", is_flag=True, help="It shows a flaw of the system: it goes to management review.")
@click.option("--doubts-system", is_flag=True, help="It raises doubts of the management system.")
@click.option("--received-by", type=STAFF, default=NOT_GIVEN, help="Who received it; whoever records it by default.")
@click.option("--passed-on-by", type=STAFF, default=NOT_GIVEN, help="Who passed it on to the centre.")
@click.option("--resolved", metavar="TEXT", default="", help="How it was settled on the spot; with --outcome.")
@click.option("--outcome", type=TypedText("o"), default=NOT_GIVEN, help=f"{' or '.join(ON_THE_SPOT)}.")
@click.option("--valid", type=KIND, default=NOT_GIVEN, help="With --resolved: it is valid, of this kind.")
@with_books(writes=True)
def new(books: Books, /, writing: Writing, **given: Any) -> int:
    """Register a complaint; prints how serious the rules find it, and why.

    The complainant's contact is found by phone and address, or made. An earlier complaint of the same customer is
    found and noted. With --resolved it is settled at once, which is reported to the receiver's direct superior; with
    --valid it is ruled in the same act, for the --reason given or else for what --resolved says.

    \b
    Example:
      dispatchctl complaint new --content 维修迟到两小时，态度生硬 --caller 张三 --phone 138-0000-0001 \\
        --department engineering --staff s03
      dispatchctl complaint new --content 保洁员态度生硬 --caller 李四 --phone 138-0000-0002 --staff s04 \\
        --resolved 已当面致歉 --outcome concession --valid attitude
    """
    done = register_complaint(books, Complaint(**given), writing)
    severity = judge_severity(books, done)
    contact = done.family.cases[done.id].fields.get("contact_id")
    more = {"contact_id": contact, "proposed_severity": severity.proposed, "severity_reasons": severity.reasons}
    return print_results(books, [describe_done(done, **more)], REGISTERED, register="complaints")


VERBS = {
    "pass-on": Verb(
        "passed-on",
        "Pass a complaint on to whoever receives it from now on.",
        "3 --to s01",
        {"received_by": Asked("Who receives it.", spelled="--to"), "passed_on_by": None},
    ),
    "classify": Verb(
        "classified",
        "Decide how serious a complaint is; until then what the rules propose counts.",
        "3 --severity ordinary --reason 前后两次投诉互不相关",
        {"severity": Asked("How serious it is.")},
    ),
    "explain": Verb(
        "explained", "Record that it was explained to the complainant.", "3 --note 已电话说明收费标准", several=True
    ),
    "investigate": Verb(
        "investigated",
        "Record an investigation; on site, a manager is there.",
        "3 --on-site --manager s05 --note 现场查看渗漏部位",
        {
            "on_site": Asked("At the place itself."),
            "manager": Asked("Who of the managers went; you, if you are one."),
        },
    ),
    "refer": Verb(
        "referred-outside",
        "Record that others, outside, must deal with it; --note says who, and why.",
        "3 --note 已转供电公司",
    ),
    "inform": Verb(
        "informed", "Record that the complainant was told the outcome.", "3 --note 供电公司已修复", several=True
    ),
    "review": Verb(
        "management-review", "Record that it went to management review.", "3 --note 已列入本月管理评审", several=True
    ),
    "reopen": Verb("reopened", "Take a complaint up again.", "3 --note 客户反映问题再次出现"),
    "escalate": Verb(
        "escalated",
        "Report it upward; a level may be passed over.",
        "3 --to general-manager --note 两天无人处理",
        {"escalated_to": Asked("The role it is reported to.")},
    ),
    "confirm": Verb(
        "responsibility-confirmed",
        "Record that the person responsible confirms it.",
        "3 --staff s03",
        {"confirmed_by": Asked("Who confirms.")},
    ),
    "resolve": Verb(
        "resolved",
        "Record the result and how it ended; then the follow-up is owed.",
        "3 --result 已重新施工并试水 --outcome redone",
        {"result": Asked("What was done."), "outcome": Asked("How it ended.")},
    ),
    "close": Verb("closed", "Close a complaint; refused while anything is owed, each thing named.", "3", several=True),
}


def _make(name: str, verb: Verb) -> click.Command:
    subject = "complaints" if verb.several else "complaint"
    take: Any = take_ids(subject) if verb.several else click.argument(subject, type=CASE)
    return make_verb(REGISTER, GROUP, name, verb, run_each(record_complaint, REGISTER, subject), take)


__getattr__ = serve(VERBS, _make)

REASON = click.option("--reason", metavar="TEXT", required=True, help="Why.")


def ask_kinds(function: Any) -> Any:
    """Give `rule` an option for each group of rulings, which takes a kind of it."""
    for group in reversed(GROUPS):
        text = f"It is {group.name}, of this kind: a key or title of the rules."
        function = click.option(f"--{group.name}", type=KIND, default=NOT_GIVEN, help=text)(function)
    return function


@command("rule")
@click.argument("complaint", type=CASE)
@ask_kinds
@click.option("--staff", type=STAFF, multiple=True, help="Whom it is found against; repeatable.")
@REASON
@with_books(writes=True)
def rule(books: Books, /, complaint: str, staff: tuple[str, ...], reason: str, writing: Writing, **kinds: str) -> int:
    """Rule a complaint valid or invalid; either has time limits of its own.

    \b
    Examples:
      dispatchctl complaint rule 3 --valid attitude --reason 录音属实 --staff s03
      dispatchctl complaint rule 4 --invalid standard --reason 收费符合公示标准
    """
    named = [group for group in GROUPS if kinds[group.name]]
    if len(named) != 1:
        raise UsageFault(f"rule takes one of {' KIND and '.join(f'--{group.name}' for group in GROUPS)} KIND")
    group = named[0]
    if staff and not group.blames:
        blaming = next(each.name for each in GROUPS if each.blames)
        message = f"nobody is found at fault by an {group.name} complaint: it goes with --{blaming}"
        raise UsageFault(message, place="--staff")
    typed: dict[str, Any] = {"kind": kinds[group.name], "reason": reason}
    if group.blames:
        typed["about_staff"] = staff
    return _record_one(books, complaint, group.event, typed, writing)


def _record_one(books: Books, complaint: str, event: str, typed: Typed, writing: Writing) -> int:
    return print_done(books, REGISTER, record_complaint(books, (complaint,), event, typed, writing)[0])


@command("analyse")
@click.argument("complaint", type=CASE)
@click.argument("more", type=STAFF, nargs=-1, metavar="[STAFF]...")
@click.option("--cause", metavar="TEXT", required=True, help="What it came of.")
@click.option("--responsible", type=STAFF, multiple=True, help="Who is responsible; repeatable, or name several.")
@with_books(writes=True)
def analyse(
    books: Books, complaint: str, more: tuple[str, ...], cause: str, responsible: tuple[str, ...], writing: Writing
) -> int:
    """Record the cause of a complaint and who is responsible.

    \b
    Example:
      dispatchctl complaint analyse 3 --cause 未按规程试水 --responsible s03 s04
    """
    if more and not responsible:
        raise UsageFault("name who is responsible after --responsible", place=more[0])
    typed = {"cause": cause, "responsible": (*responsible, *more)}
    return _record_one(books, complaint, "analysed", typed, writing)


@command("measure")
@click.argument("complaint", type=CASE)
@click.option("--text", "measure", metavar="TEXT", required=True, help="What is to be done.")
@click.option("--due", "measure_due", type=WHEN, required=True, help="By when; a day ends with its business hours.")
@click.option("--owner", type=STAFF, required=True, help="Who does it.")
@with_books(writes=True)
def measure(books: Books, /, complaint: str, writing: Writing, **typed: Any) -> int:
    """Plan a corrective measure; prints its number, `C-20261121-0003#1`.

    \b
    Example:
      dispatchctl complaint measure 3 --text 全员复训试水规程 --due 2026-11-28 --owner s05
    """
    done, _ = record_complaint(books, (complaint,), "measure-planned", typed, writing)
    return _print_measure(books, done[0])


def _print_measure(books: Books, done: Done, **more: Any) -> int:
    item = done.rows[0].fields["measure_id"]
    described = describe_done(done, measure_id=item, **more)
    columns = (*COLUMNS, "measure_id", *more)
    return print_results(books, [described], columns, ids="measure_id", register="complaints")


@command("finish")
@click.argument("measure", type=CASE)
@with_books(writes=True)
def finish(books: Books, measure: str, writing: Writing) -> int:
    """Record that a corrective measure was carried out.

    \b
    Example:
      dispatchctl complaint finish C-20261121-0003#1
    """
    case, item = find_item(books, measure, "complaints", "measure_id")
    done, _ = record_complaint(books, (case,), "measure-done", {"measure_id": item}, writing)
    return _print_measure(books, done[0])


@command("check-measure")
@click.argument("measure", type=CASE)
@click.option("--result", "check", metavar="R", required=True, help="effective or failed.")
@with_books(writes=True)
def check_measure(books: Books, measure: str, check: str, writing: Writing) -> int:
    """Record whether a corrective measure has worked; one that failed may turn the complaint serious.

    \b
    Example:
      dispatchctl complaint check-measure C-20261121-0003#1 --result effective
    """
    case, item = find_item(books, measure, "complaints", "measure_id")
    typed = {"measure_id": item, "check": check}
    done, _ = record_complaint(books, (case,), "measure-checked", typed, writing)
    severity = judge_severity(books, done[0])
    if check == "failed":
        tell(f"{case}: the rules now propose {severity.proposed} ({', '.join(severity.reasons) or 'no test is met'})")
    return _print_measure(
        books, done[0], proposed_severity=severity.proposed, severity_reasons=severity.reasons,
        severity=severity.in_force,
    )  # fmt: skip

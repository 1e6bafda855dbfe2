"""The command `why`: any verdict opened downward, to the clauses, facts and cases it rests on. Commands."""

from collections.abc import Mapping
from typing import Any

import click

from dispatchctl import registers
from dispatchctl.commands.reports import build_period, find_heads, list_headed
from dispatchctl.commands.results import print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.closing import open_for_period
from dispatchctl.desk.explaining import explain_case, explain_charge, explain_named_clock, suggest_case
from dispatchctl.desk.names import resolve_case, resolve_staff, show_text, suggest_nearest
from dispatchctl.desk.periods import Period as Stretch
from dispatchctl.desk.reporting import find_period
from dispatchctl.errors import NotFound, UsageFault
from dispatchctl.options import CASE, MONTH, NOT_GIVEN, STAFF, pass_workspace
from dispatchctl.output.formats import emit
from dispatchctl.output.reasons import KEYS, add_texts, format_tree, list_steps
from dispatchctl.output.terminal import write_stdout
from dispatchctl.policy.rulebook import Version
from dispatchctl.reports.explaining import explain_measure
from dispatchctl.rules.reasons import Reason, make_reason
from dispatchctl.workspace import Workspace


@click.command("why")
@click.argument("subject", type=CASE, metavar="KEY|CASE|MEASURE")
@click.option("--month", type=MONTH, default=None, help="Of a measure or a person: YYYY-MM, last or this.")
@click.option(
    "--person", type=STAFF, default=NOT_GIVEN, help="Of a measure: one person's figure, and their score's part."
)
@click.option("--limit", type=click.IntRange(0), default=10, metavar="N", help="Entries of each list, 10; 0 for all.")
@pass_workspace
def why(ws: Workspace, subject: str, month: str | None, person: str, limit: int) -> None:
    """Open a verdict downward: a charge, a case with its clocks, a figure of a report, a person's score.

    A charge is named by its key (dispatchctl ledger due), a clock as CASE/CLOCK, a score by the person's id. Without a
    month, a measure is that of the month that holds now, up to now.

    \b
    Examples:
      dispatchctl why A-20261103-0001
      dispatchctl why on_time --month last --person s05
      dispatchctl why late-b/attendance/2026-10.main#7/s05
    """
    books = Books(ws)
    books.refuse_faults()
    stretch = find_period(books, "monthly", month or "", "")
    version, _ = books.book.at(max(stretch.start, stretch.end - 1))
    measure = find_name(version, subject)
    if measure:
        books = open_for_period(books, stretch)
        staff = resolve_staff(books, person, option="--person", present=False) if person else ""
        tree = open_measure(books, version, stretch, measure, staff, limit)
    else:
        if person:
            raise UsageFault("goes with a measure", place="--person")
        tree = open_verdict(books, version, stretch, subject, limit, dated=month is not None)
    print_warnings(books)
    print_tree(ws, tree)
    books.settle()


def find_name(version: Version, text: str) -> str:
    """The measure, or what only the appraisal scores, of that id or title; "" for none."""
    measures = version.policy["measures"]
    scored = (version.policy["appraisal"] or {}).get("measures", {})
    titles = {measure["title"]: name for name, measure in measures.items()}
    return text if text in measures or text in scored else titles.get(text, "")


def open_verdict(books: Books, version: Version, stretch: Stretch, text: str, limit: int, *, dated: bool) -> Reason:
    """What is no measure: a clock, a charge, a person's score, or any other case."""
    if "/" in text:
        if dated:
            raise UsageFault("goes with a measure or a person", place="--month")
        return explain_named_clock(books, text, limit) or explain_charge(books, text, limit)
    if "-" not in text and not text.isdigit() and text not in books.people.histories:
        names = [*version.policy["measures"], *books.people.histories]
        hint = suggest_nearest(text, names) or "see: dispatchctl report monthly --format json, dispatchctl ledger due"
        raise NotFound(f"no such case, measure or key: {show_text(text)}", hint=hint)
    try:
        name = resolve_case(books, registers.case_of(text))
    except NotFound as error:
        raise NotFound(str(error), hint=error.hint or suggest_case(books, text)) from None
    if name in books.people.histories and version.policy["appraisal"] is not None:
        return open_score(open_for_period(books, stretch), version, stretch, name)
    if dated:
        raise UsageFault("goes with a measure or a person", place="--month")
    return explain_case(books, name, limit)


def open_measure(books: Books, version: Version, stretch: Stretch, name: str, staff: str, limit: int) -> Reason:
    """A figure of the month; of one person with what it gives to their score, where the appraisal asks for it."""
    part = find_part(books, version, stretch, name, staff) if staff else None
    if name not in version.policy["measures"]:
        if part is None:
            raise UsageFault("is a mark that people are given: name one", place="--person")
        return part
    period = build_period(books, stretch)
    headed = list_headed(books, staff, period) if staff else []
    heads = find_heads(books, period)
    tree = explain_measure(books.index.db, version.policy, name, period, limit, staff, headed, heads)
    if part is not None:
        tree["because"].insert(0, part)
    return tree


def open_score(books: Books, version: Version, stretch: Stretch, staff: str) -> Reason:
    """A person's score of the month: every part with its figure, its points and its weight."""
    from dispatchctl.desk.appraising import find_appraised

    find_appraised(books, version, stretch, staff)
    item = _appraise(books, version, stretch, staff)
    assert item is not None
    value = {key: item[key] for key in ("name", "month", "score", "grade", "bonus", "reason", "policy")}
    parts = [_describe_part(books, version, stretch, name, staff, item) for name in item["measures"]]
    return make_reason("score", staff, value, parts)


def find_part(books: Books, version: Version, stretch: Stretch, name: str, staff: str) -> Reason | None:
    """What a measure gives to a person's score; None where the appraisal does not ask for it, or not of them."""
    if name not in (version.policy["appraisal"] or {}).get("measures", {}):
        return None
    item = _appraise(books, version, stretch, staff)
    return _describe_part(books, version, stretch, name, staff, item) if item is not None else None


def _appraise(books: Books, version: Version, stretch: Stretch, staff: str) -> Mapping[str, Any] | None:
    from dispatchctl.commands.appraisal import score_month
    from dispatchctl.desk.appraising import describe_appraised

    return next(
        (describe_appraised(one, version, stretch) for one in score_month(books, version, stretch, staff)), None
    )


def _describe_part(
    books: Books, version: Version, stretch: Stretch, name: str, staff: str, item: Mapping[str, Any]
) -> Reason:
    from dispatchctl.commands.appraisal import say_title
    from dispatchctl.desk.appraising import list_marks

    rule = version.policy["appraisal"]["measures"][name]
    value = {
        "title": say_title(version, name),
        **item["measures"][name],
        "full": rule["full"],
        "zero": rule["zero"],
    }
    marks = list_marks(books, stretch.name).get((staff, name), ()) if rule["scored"] else ()
    return make_reason("part", name, value, [make_reason("mark", each.ref, {"mark": each.score}) for each in marks])


def print_tree(ws: Workspace, tree: Reason) -> None:
    """The tree: nested in json and yaml, a line for each step else."""
    told = add_texts(tree, ws)
    if ws.quiet:
        emit(ws, [told])
    elif ws.form.tree:
        emit(ws, [told], single=True)
    elif ws.form.people and not ws.fields:
        write_stdout(format_tree(told, ws.form))
    else:
        emit(ws, list(list_steps(told)), KEYS[:-1], keys=KEYS)

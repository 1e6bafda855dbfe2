"""The command `appraise`: scores, grades, bonuses and pay lines of a month, each figure open to its cases. Commands."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.reports import print_drilled
from dispatchctl.commands.results import print_items, print_warnings, tell_empty
from dispatchctl.desk.books import Books
from dispatchctl.desk.staff.appraisal import (
    Mark,
)
from dispatchctl.desk.staff.scores import Scores, drill_score, say_points, score_people
from dispatchctl.errors import UsageFault
from dispatchctl.options import MEASURE, MONTH, NOT_GIVEN, STAFF, command
from dispatchctl.output.formats import emit
from dispatchctl.output.labels import Column, find_column, say_word
from dispatchctl.output.layout import Layout
from dispatchctl.output.report_layout import say_figure
from dispatchctl.output.terminal import write_stdout
from dispatchctl.registers.page import Register

KEYS = (
    "staff", "name", "role", "month", "measures", "score", "grade", "bonus", "approver", "reason", "policy", "pay",
)  # fmt: skip
MARKS = ("id", "score")
PARTS = ("measure", "value", "score", "weight")
TOTAL = Column("total", "pay", "应发合计", "money")
PAY = {
    "base": ("base", "基本工资"),
    "performance": ("performance bonus", "绩效奖金"),
    "insurance": ("insurance", "保险"),
    "year_end": ("year-end bonus, this month's share", "年终奖（当月份额）"),
    "total": ("total", "应发合计"),
}
WORDS = {
    "no data": ("no data", "无数据"),
    "empty": ("nothing to measure", "当月无数据"),
}
TAKEN_BACK = ("reversed", "waived")


@command("appraise")
@click.option("--month", type=MONTH, default=None, help="YYYY-MM, last or this.")
@click.option("--staff", type=STAFF, default=NOT_GIVEN, help="One person, with every part of the score.")
@click.option("--pay", is_flag=True, help="With the pay lines, for managers and personnel.")
@click.option("--drill", "measure", type=MEASURE, default=NOT_GIVEN, help="With --staff: the cases behind a figure.")
@with_books(judges=True)
def appraise(books: Books, month: str | None, staff: str, pay: bool, measure: str) -> None:
    """Score people by the rules of the month: measures, weights, grade, bonus; the best first, equal ones by id.

    Without a month, the one that holds now, up to now; a closed month as of its closing. A score is printed with two
    places, rounded down. The pay lines stand in private/pay.csv, which is edited by hand: staff,from,line,amount.

    \b
    Examples:
      dispatchctl appraise --month last
      dispatchctl appraise --month 2026-10 --staff s07 --pay
      dispatchctl appraise --month 2026-10 --staff s07 --drill on_time
    """
    if measure and not staff:
        raise UsageFault("opens the figure of one person", place="--drill", hint="name them: --staff ID")
    if measure and pay:
        raise UsageFault("--drill lists cases; leave out --pay")
    if measure:
        print_cases(books, drill_score(books, month or "", staff, measure))
        return
    scores = score_people(books, month or "", staff, pay=pay)
    print_warnings(scores.books)
    if month and not scores.items:
        tell_empty(books, f"nobody is appraised for {month}")
    print_appraised(scores, single=bool(staff))


def print_cases(books: Books, found: tuple[dict[str, Any], Sequence[Any]] | list[Mark]) -> None:
    """The items behind a person's figure; of marks, the rows that gave them."""
    if isinstance(found, list):
        print_items(books, [{"id": mark.ref, "score": mark.score} for mark in found], MARKS, keys=MARKS)
        return
    print_warnings(books)
    print_drilled(books.ws, *found)


# --- printing -----------------------------------------------------------------------------------------------------


def print_appraised(scores: Scores, *, single: bool) -> None:
    """The list; for people a column for each measure, and of one person every part in a line of its own."""
    ws, items = scores.books.ws, scores.items
    if ws.quiet or not ws.form.people:
        emit(ws, items, KEYS, ids="staff", keys=KEYS)
        return
    if single and not ws.fields:
        write_stdout("\n".join(format_person(scores, items[0])))
        return
    titles = scores.titles
    columns: list[str | Column] = ["id", "name", name_role(scores.books)]
    columns += [Column(f"measure {name}", title, title, "number") for name, title in titles.items()]
    columns += ["score", "grade", "bonus", *([TOTAL] if any(item["pay"] for item in items) else [])]
    columns += ["reason"] if any(item["reason"] for item in items) else []
    rows = []
    for item in items:
        cells = {f"measure {name}": say_value(item["measures"][name]) for name in titles}
        score, reason = say_points(item["score"]), say(item["reason"], scores.books.lang)
        rows.append(
            {
                "id": item["staff"],
                **item,
                **cells,
                "score": score,
                "reason": reason,
                "total": (item["pay"] or {}).get("total"),
            }
        )
    emit(ws, rows, columns, ids="staff", keys=KEYS)


def name_role(books: Books) -> Column:
    """A person's post, as the staff register calls it."""
    return find_column("role", books.pages.get("staff"))


def say(word: str | None, lang: str) -> str | None:
    """A word of this command in the language asked for."""
    pair = WORDS.get(word or "")
    return pair[lang == "zh"] if pair else word


def say_value(part: Mapping[str, Any]) -> str:
    """What a measure came to, with what it was made of; "" where it is left out."""
    if part["left_out"]:
        return ""
    return say_figure({**part, "kind": "average" if part["kind"] == "scored" else part["kind"]})


def format_person(scores: Scores, item: Mapping[str, Any]) -> list[str]:
    """One person's month as a person reads it: the result, its parts, and the pay lines where they were asked for."""
    books, titles = scores.books, scores.titles
    ws, lang = books.ws, books.lang
    chinese = lang == "zh"

    def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], *, one: bool = False) -> str:
        layout = Layout(tuple(columns), lang, books.now, ws.headers, one, titles=ws.titles, pages=ws.pages)
        return ws.form.format_table(rows, layout)

    head = {"id": item["staff"], **item, "score": say_points(item["score"]) or say(item["reason"], lang)}
    names = ("id", "name", "month", "score", "grade", "bonus")
    columns = [find_column(name) for name in names]
    columns.insert(2, name_role(books))
    if item["approver"]:
        columns.append(Column("given_by", "given by", "奖金由谁发给"))
        head["given_by"] = scores.roles.get(item["approver"], item["approver"]) if chinese else item["approver"]
    parts = [
        {
            "measure": titles[name],
            "value": say_value(part),
            "score": say_points(part["score"]) or say(part["left_out"], lang),
            "weight": say_points(part["weight"]),
        }
        for name, part in item["measures"].items()
        if part["left_out"] != "role"
    ]
    pieces = [table([head], columns, one=True), table(parts, [find_column(name) for name in PARTS])]
    if item["pay"]:
        lines = [Column("line", "pay", "工资"), find_column("amount")]
        pieces.append(table(list(list_lines(item["pay"], lang, books.pages.get("ledger"))), lines))
    return pieces


def list_lines(pay: Mapping[str, Any], lang: str, page: Register) -> list[dict[str, Any]]:
    """The pay lines in the order of a pay slip, the total last; page: of the ledger, whose words they use."""
    chinese = lang == "zh"
    rows = [{"line": pair[chinese], "amount": pay[key]} for key, pair in PAY.items()]
    for entry in pay["entries"]:
        back = say_word(entry["event"], lang, page, event=True) if entry["event"] in TAKEN_BACK else ""
        line = f"{entry['id']} {entry['rule'] or ''}".rstrip() + (f" ({back})" if back else "")
        rows.insert(-1, {"line": line, "amount": entry["amount"]})
    return rows

"""The command `policy what-if`: a month under other rules, beside what it was. Commands."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_warnings
from dispatchctl.desk.books import Books
from dispatchctl.desk.policy.what_if import (
    VERDICTS,
    compare_month,
)
from dispatchctl.options import MONTH, PATH, command
from dispatchctl.output.cells import say_due
from dispatchctl.output.formats import emit
from dispatchctl.output.labels import Column, find_column, say_word
from dispatchctl.output.layout import Layout
from dispatchctl.output.terminal import neutralise_text, write_stdout

TITLES = {
    "clocks": ("Clocks", "时限"),
    "charges": ("Charges and rewards", "奖惩"),
    "scores": ("Scores", "考核"),
    "totals": ("Totals", "合计"),
}
BEFORE, AFTER = ("before", "原为"), ("after", "改为")
ROWS = ("part", "case", "clock", "item", "started_at", "key", "staff", "before", "after")


@command("what-if")
@click.argument("file", type=PATH, metavar="NEW.yaml")
@click.option("--month", type=MONTH, required=True, help="YYYY-MM, last or this.")
@click.option("--all", "everything", is_flag=True, help="Also what comes out the same.")
@with_books(judges=True)
def what_if(books: Books, file: str, month: str, everything: bool) -> None:
    """Judge a month by other rules, as if they had always been in force, and list what would have been otherwise.

    Clocks due in the month, charges from its facts, its scores, each as it was and as it would be, and what that adds
    up to in cases and money. Nothing is written; a file with faults is refused with all of them.

    \b
    Examples:
      dispatchctl policy what-if next-year.yaml --month last
      dispatchctl policy what-if next-year.yaml --month 2026-10 --all --json
    """
    then, document = compare_month(books, file, month, everything=everything)
    shown = {part: document[part] for part in ("clocks", "charges", "scores")}
    print_warnings(books)
    ws = then.ws
    if ws.quiet:
        rows = [*shown["clocks"], *shown["charges"], *shown["scores"]]
        ids = dict.fromkeys(row.get("case") or row.get("key") or row["staff"] for row in rows)
        emit(ws, [{"id": each} for each in ids])
    elif ws.form.whole:
        write_stdout(ws.form.dump(document))
    elif ws.form.people and not ws.fields and not ws.sort[0]:
        write_stdout(format_document(then, document))
    else:
        emit(ws, list(flatten(shown)), keys=ROWS)


# --- printing -----------------------------------------------------------------------------------------------------


def flatten(shown: Mapping[str, Sequence[Mapping[str, Any]]]) -> Any:
    """All that differs as rows of one kind, for csv, tsv, jsonl and chosen fields: each side as one text."""
    for part, items in shown.items():
        for item in items:
            row = {"part": part.removesuffix("s"), **{key: item.get(key) for key in ROWS[1:-2]}}
            yield {**row, **{side: say_side(part, item[side]) for side in ("before", "after")}}


def say_side(part: str, side: Mapping[str, Any] | None, lang: str = "") -> str:
    """One side of an item on one line; lang: "" in the words of json."""
    if side is None:
        return say_word("none", lang) if lang else "none"
    if part == "clocks":
        return say_word(side["verdict"], lang) if lang else str(side["verdict"])
    if part == "scores":
        return " ".join(str(side[key]) for key in ("score", "grade", "bonus") if side[key] is not None)
    amount = side["amount"] or "–".join(side["range"])
    measures = [*side["also"], *side["propose"]]
    kind = say_word(side["kind"], lang) if lang else side["kind"]
    return " ".join(each for each in (kind, amount, *measures) if each)


def format_document(then: Books, document: Mapping[str, Any]) -> str:
    """The whole as tables for a person, one below the other, what is empty left out but for the totals."""
    ws, lang = then.ws, then.lang
    columns = {
        "clocks": ("case", "clock", "item", "started_at", Column("due", "was due", "原到期"), *_sides(),
                   Column("new_due", "would be due", "新到期")),
        "charges": ("occurred_at", "staff", "rule", "case", *_sides()),
        "scores": ("staff", "name", *_sides()),
    }  # fmt: skip
    form = ws.form
    pieces = []
    for part, wanted in columns.items():
        items = [
            {**item, **{side: say_side(part, item[side], lang) for side in ("before", "after")},
             "due": _say_due(then, item["before"]), "new_due": _say_due(then, item["after"])}
            for item in document[part]
        ]  # fmt: skip
        shown = [
            each if isinstance(each, Column) else find_column(each)
            for each in wanted
            if each != "item" or any(item["item"] for item in items)
        ]
        if items:
            layout = Layout(tuple(shown), lang, then.now, ws.headers, titles=then.list_titles(), pages=ws.pages)
            pieces.append(form.head(TITLES[part][lang == "zh"]) + form.format_table(items, layout))
    lines = [Column("what", "", ""), *_sides("number")]
    layout = Layout(tuple(lines), lang, then.now, ws.headers, pages=ws.pages)
    table = form.format_table(list(list_totals(document["totals"], lang)), layout)
    pieces.append(form.head(TITLES["totals"][lang == "zh"]) + table)
    return neutralise_text("\n".join(pieces), "\n")


def _say_due(then: Books, side: Mapping[str, Any] | None) -> str | None:
    due = (side or {}).get("due_at")
    return say_due(due, then.now, then.lang, provisional=side["provisional"]) if side and due else None


def _sides(kind: str = "text") -> tuple[Column, Column]:
    return Column("before", *BEFORE, kind), Column("after", *AFTER, kind)


def list_totals(totals: Mapping[str, Any], lang: str) -> Any:
    """The totals as rows: what, before, after."""
    chinese = lang == "zh"

    def row(what: str, part: str, *path: str) -> dict[str, Any]:
        found = {}
        for side in ("before", "after"):
            value: Any = totals[part][side]
            for key in path:
                value = value.get(key, "0.00")
            found[side] = str(value)
        return {"what": what, **found}

    for word in VERDICTS:
        if any(totals["clocks"][side][word] for side in ("before", "after")):
            yield row(f"{TITLES['clocks'][chinese]}: {say_word(word, lang)}", "clocks", word)
    yield row(TITLES["charges"][chinese], "charges", "count")
    kinds = dict.fromkeys([*totals["charges"]["before"]["amounts"], *totals["charges"]["after"]["amounts"]])
    for kind in kinds:
        yield row(f"{TITLES['charges'][chinese]}: {say_word(kind, lang)}", "charges", "amounts", kind)
    if any(totals["charges"][side]["open"] for side in ("before", "after")):
        yield row("金额待定" if chinese else "amount left open", "charges", "open")
    yield row("奖金合计" if chinese else "bonuses", "scores", "bonus")

"""Measures dispatchctl on generated histories, prints the tables and writes them to docs/performance.md.

    make bench                           1k, 10k, 100k and 1M orders
    make bench ARGS="--quick"            1k and 10k, in a few minutes
    make bench ARGS="--sizes 100k --data DIR --no-write"

Whole processes, in turn with the floor, medians. Run it from an environment where the program is installed as others
install it: an editable one starts more slowly.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable

from measures import (
    DISTURBED,
    Desk,
    Result,
    generate,
    list_months,
    measure_daily,
    measure_import,
    measure_months,
    measure_rebuild,
    measure_writers,
    open_desk,
)
from peers import measure_peers, measure_questions
from timing import Failed, describe_machine

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}
QUICK = "1k,10k"
FLOOR, BARE = "import click", ""
BEGIN, FINISH = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"

Tables = dict[str, dict[str, list[Result]]]  # by title, by size
REST = 5  # seconds that the machine gets to settle after a rebuild


def read_arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description="Measure dispatchctl on generated histories.")
    parser.add_argument("--sizes", default=",".join(SIZES), help=f"of {', '.join(SIZES)}; all by default")
    parser.add_argument("--quick", action="store_true", help=f"only {QUICK}, and nothing is written")
    parser.add_argument("--rounds", type=int, default=9, help="runs of each command; 9 by default")
    parser.add_argument("--data", default="", help="keep the histories here and use them again; else a temporary one")
    parser.add_argument("--limit", type=float, default=900, help="seconds until a rebuild or import is stopped; 900")
    parser.add_argument("--no-write", action="store_true", help="print only; leave docs/performance.md as it is")
    parser.add_argument(
        "--duckdb", default=sys.executable, metavar="PYTHON", help="a Python that has duckdb to compare with"
    )
    parser.add_argument("--remark", default="", help="a sentence to stand above the tables")
    parser.add_argument("--program", default=os.path.join(os.path.dirname(sys.executable), "dispatchctl"))
    options = parser.parse_args()
    names = (QUICK if options.quick else options.sizes).split(",")
    unknown = [name for name in names if name not in SIZES]
    if unknown:
        parser.error(f"no such size: {', '.join(unknown)} (allowed: {', '.join(SIZES)})")
    if not os.access(options.program, os.X_OK):
        parser.error(f"{options.program} is not there; make bench installs it")
    options.sizes = names
    return options


def measure_size(desk: Desk, options: argparse.Namespace) -> dict[str, list[Result]]:
    """All tables of one size; what fails is a line that says why."""
    found: dict[str, list[Result]] = {}

    def attempt(title: str, call: Callable[[], list[Result]]) -> None:
        begun = time.perf_counter()
        try:
            found[title] = call()
        except Failed as error:
            found[title] = [Result(title, None, None, "", _explain(str(error)))]
        sys.stderr.write(f"  {title}: {time.perf_counter() - begun:.0f} s\n")

    generate(desk)
    attempt("Index", lambda: measure_rebuild(desk, options.limit))
    os.sync()  # what the rebuild wrote goes to the disk now, not while the short commands are timed
    time.sleep(REST)
    if found["Index"][-1].seconds is not None:
        failed: dict[str, str] = {}

        def daily() -> list[Result]:
            results, failed_now = measure_daily(desk, options.rounds, FLOOR, BARE)
            failed.update(failed_now)
            return results + [Result(f"`{name}`", None, None, "", _explain(why)) for name, why in failed.items()]

        attempt("Daily commands", daily)
        floor = next((each.seconds for each in found["Daily commands"] if each.work == "floor F"), None)
        if floor:
            attempt("Questions of a month", lambda: measure_months(desk, options.rounds, floor))
            attempt("The same of others", lambda: measure_questions(desk, list_months(desk)[0], floor, options.duckdb))
        attempt("Writers at once", lambda: measure_writers(desk))
    attempt("Import", lambda: measure_import(desk, options.limit))
    attempt("Peers", lambda: measure_peers(desk, options.duckdb))
    return found


def _explain(error: str) -> str:
    missing = ("o such command", "No module named 'dispatchctl", "has no attribute")
    return "not there yet" if any(sign in error for sign in missing) else error.replace("\n", " ").replace("|", "/")


def show_seconds(seconds: float | None) -> str:
    """ms below ten seconds, else s; a dash for what was not measured."""
    if seconds is None:
        return "–"
    return f"{seconds * 1000:,.1f} ms" if seconds < 10 else f"{seconds:,.1f} s"


def render_table(by_size: dict[str, list[Result]]) -> list[str]:
    """A Markdown table: a line for each work, for each size its time and ratio; the largest size's peak and note."""
    works = list(dict.fromkeys(each.work for results in by_size.values() for each in results))
    lines = [
        f"| work | {' | '.join(by_size)} | reach | peak memory | |",
        f"| --- | {' | '.join('---:' for _ in by_size)} | --- | ---: | --- |",
    ]
    for work in works:
        found = {size: next((each for each in by_size[size] if each.work == work), None) for size in by_size}
        last = next(each for each in reversed(list(found.values())) if each is not None)
        cells = []
        for each in found.values():
            ratio = f" ({each.ratio:.2f})" if each and each.ratio is not None else ""
            cells.append(show_seconds(each.seconds) + ratio if each else "")
        peak = f"{last.peak:.0f} MiB" if last.peak else ""
        lines.append(f"| {work} | {' | '.join(cells)} | {last.reach} | {peak} | {last.note} |")
    return lines


def render(tables: Tables, machine: str, remark: str) -> str:
    """All tables as Markdown, with the machine and the day."""
    busy = [size for size, floor in _find_floors(tables).items() if DISTURBED in floor.note]
    if busy:
        remark = f"{remark} At {', '.join(busy)} {DISTURBED}.".lstrip()
    lines = [f"Measured on {time.strftime('%Y-%m-%d')}: {machine}. {remark}".rstrip(), ""]
    for title, by_size in tables.items():
        lines += [f"### {title}", "", *render_table(by_size), ""]
    return "\n".join(lines)


def _find_floors(tables: Tables) -> dict[str, Result]:
    daily = tables.get("Daily commands", {})
    return {size: each for size, results in daily.items() for each in results if each.work == "floor F"}


def write_document(path: str, text: str) -> None:
    """Put the tables between the marks of the document; what stands around them is written by hand."""
    with open(path, encoding="utf-8") as file:
        before, begin, rest = file.read().partition(BEGIN)
    _, finish, after = rest.partition(FINISH)
    if not begin or not finish:
        raise SystemExit(f"{path}: the marks {BEGIN.strip()} and {FINISH.strip()} are missing")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n{text}\n{finish}{after}")


def main() -> int:
    """Measure every size, print, and write the document."""
    options = read_arguments()
    data = os.path.abspath(options.data) if options.data else tempfile.mkdtemp(prefix="dispatchctl-bench-")
    tables: Tables = {}
    try:
        os.makedirs(data, exist_ok=True)
        machine = describe_machine(data)
        for size in options.sizes:
            sys.stderr.write(f"{size} orders\n")
            desk = open_desk(f"{data}/{size}", SIZES[size], options.program, sys.executable)
            for title, results in measure_size(desk, options).items():
                tables.setdefault(title, {})[size] = results
            if not options.data:
                shutil.rmtree(desk.folder)
    finally:
        if not options.data:
            shutil.rmtree(data, ignore_errors=True)
    text = render(tables, machine, options.remark)
    print(text)
    if any(DISTURBED in floor.note for floor in _find_floors(tables).values()):
        sys.stderr.write("the floor was not steady, so nothing is written; measure again on an idle machine\n")
        return 1
    if not (options.no_write or options.quick):
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        write_document(f"{root}/docs/performance.md", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What is measured on one history: daily commands, the rebuild, a month's questions, an import, many writers."""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple

from timing import Failed, Run, Timed, TooLong, check_run, run_process, time_append, time_in_turn

NOW = "2026-11-20T16:00:00+08:00"  # where the generated history ends
CLERK = "s07"
STEADY = 1.25  # how far the floor's median may lie above its fastest run; beyond it the ratios say nothing
DISTURBED = "the machine was busy: not to be relied on"
WRITERS = 8
TURNS = 5  # commands of each writer
IMPORT_MAP = """register: orders
timezone: Asia/Shanghai
columns: {source_ref: number, at: opened, service: service, area: area, content: content}
constants: {kind: request, priority: normal, channel: phone}
events:
  - {event: closed, at: closed, columns: {answer: answer}}
"""
READ_CSV = """import csv, glob, sys
for path in glob.glob(sys.argv[1] + "/*/*.csv"):
    if "/private/" not in path:
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                pass
"""


class Desk(NamedTuple):
    """One generated history and the program to measure. orders: how many it was generated with."""

    orders: int
    folder: str
    program: str
    python: str
    env: dict[str, str]

    @property
    def records(self) -> str:
        """The folder of records."""
        return f"{self.folder}/records"

    def run(self, *argv: str, limit: float = 0) -> Run:
        """Run the program with these arguments; Failed where it does not exit with 0."""
        return check_run(run_process((self.program, *argv), self.env, limit), ("dispatchctl", *argv))


class Result(NamedTuple):
    """One line of a table. ratio: to `base`, None where there is nothing to compare with."""

    work: str
    seconds: float | None
    ratio: float | None
    reach: str
    note: str = ""
    peak: float = 0


def open_desk(folder: str, orders: int, program: str, python: str) -> Desk:
    """The desk whose generated history lies in a folder; an own cache and nobody's settings."""
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": folder,
        "LANG": "C.UTF-8",
        "XDG_CACHE_HOME": f"{folder}/cache",
        "XDG_CONFIG_HOME": f"{folder}/config",
        "DISPATCHCTL_RECORDS": f"{folder}/records",
        "DISPATCHCTL_NOW": NOW,
        "DISPATCHCTL_AS": CLERK,
    }
    return Desk(orders, folder, program, python, env)


def generate(desk: Desk) -> None:
    """Write the history, unless an earlier run with --data left it; a process of its own, since it takes memory."""
    if os.path.exists(f"{desk.folder}/generated"):
        return
    shutil.rmtree(desk.folder, ignore_errors=True)
    os.makedirs(desk.folder)
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([desk.python, f"{here}/generate.py", desk.records, str(desk.orders)], check=True, text=True)
    with open(f"{desk.folder}/generated", "w") as file:
        file.write(f"{desk.orders}\n")


# --- the index ----------------------------------------------------------------------------------------------------


def measure_rebuild(desk: Desk, limit: float) -> list[Result]:
    """The first command without an index, beside csv.reader over the same files. Leaves the index for the others."""
    repeat = 3 if desk.orders <= 10_000 else 1
    read = [
        check_run(run_process((desk.python, "-I", "-c", READ_CSV, desk.records), desk.env), ("csv",)) for _ in range(3)
    ]
    base = median(run.seconds for run in read)
    runs = []
    for _ in range(repeat):
        shutil.rmtree(f"{desk.folder}/cache", ignore_errors=True)
        try:
            runs.append(desk.run("status", limit=limit))
        except TooLong:
            return [
                Result("`csv.reader` over the record files", base, None, "", peak=read[0].peak),
                Result("index rebuilt (first command)", None, None, "3 × csv", f"stopped after {limit:.0f} s"),
            ]
    seconds, peak = median(run.seconds for run in runs), max(run.peak for run in runs)
    size = sum(entry.stat().st_size for entry in _walk(f"{desk.folder}/cache")) / (1 << 20)
    return [
        Result("`csv.reader` over the record files", base, None, "", peak=read[0].peak),
        Result(
            "index rebuilt (first command)", seconds, seconds / base, "3 × csv, 350 MiB", f"index {size:.0f} MiB", peak
        ),
    ]


def _walk(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _walk(entry.path)
            else:
                yield entry


# --- daily commands -----------------------------------------------------------------------------------------------


def measure_daily(desk: Desk, rounds: int, floor: str, bare: str) -> tuple[list[Result], dict[str, str]]:
    """Every daily command in turn with the floor; writing ones less a bare append and sync."""
    order, job = "", ""
    caller = _read_caller(desk)
    staff = _find_field_staff(desk)

    def take(turn: int) -> Run:
        return desk.run("new-order", "-q", "--kind", "inquiry", "--content", f"地下车位还有没有出租（{turn}）")

    def take_known(turn: int) -> Run:
        nonlocal order
        run = desk.run(
            "new-order",
            "-q",
            "--service",
            "plumbing",
            "--content",
            "厨房水管接头渗水，已关总阀",
            "--caller",
            caller["name"],
            "--phone",
            caller["phone"],
            "--address",
            caller["address"],
        )
        order = run.out.strip()
        return run

    def assign(turn: int) -> Run:
        nonlocal job
        who = staff[turn % len(staff)]  # whoever it is may have enough to do already
        run = desk.run("assign", "-q", order, who, "--over-ceiling", "--reason", "人手不足")
        job = run.out.split()[0]
        return run

    def call(*argv: str) -> Callable[[int], Run]:
        return lambda turn: desk.run(*argv)

    def python(code: str) -> Callable[[int], Run]:
        argv = (desk.python, "-I", "-c", code)
        return lambda turn: check_run(run_process(argv, desk.env), argv)

    cases: dict[str, Callable[[int], Run | float]] = {
        "floor": python(floor),
        "bare": python(bare),
        "append": lambda turn: time_append(desk.folder),
        "append new": lambda turn: time_append(desk.folder, 2),
        "table floor": python(f"{floor}, tabulate, wcwidth"),
        "version": call("--version"),
        "help": call("--help"),
        "take": take,
        "take known": take_known,
        "assign": assign,
        "ack": lambda turn: desk.run("ack", "-q", job),
        "overdue": call("overdue", "--format", "json"),
        "overdue 20": call("overdue", "--format", "json", "--limit", "20"),
        "overdue table": call("overdue"),
        "status": call("status"),
    }
    timed, failed = time_in_turn(cases, rounds)
    late = desk.run("overdue", "--format", "jsonl").out.count("\n")  # not read as JSON: this process must stay small
    return list(_list_daily(timed, late)), failed


def _list_daily(timed: dict[str, Timed], late: int) -> Iterator[Result]:
    base, append = timed["floor"].seconds, timed["append"].seconds
    yield Result("bare Python", timed["bare"].seconds, timed["bare"].seconds / base, "")
    fastest = timed["floor"].fastest
    disturbed = f"; {DISTURBED}" if base > STEADY * fastest else ""
    yield Result("floor F", base, 1.0, "", f"fastest {fastest * 1000:.1f} ms{disturbed}")
    yield Result("bare append + fsync", append, None, "")
    yield Result("the same to a new file: fsync twice", timed["append new"].seconds, None, "")
    table = timed["table floor"].seconds - base
    rows = (
        ("version", "`dispatchctl --version`", "1.15 F", 0.0, ""),
        ("help", "`dispatchctl --help`", "1.35 F", 0.0, ""),
        ("take", "`new-order -q`, less the append", "1.5 F", append, "an inquiry without a caller"),
        (
            "take known",
            "`new-order -q` of a known caller, less the append",
            "1.5 F",
            append,
            "found by phone and address",
        ),
        ("assign", "`assign -q`, less the append", "1.6 F", append, ""),
        ("ack", "`ack -q`, less the append", "1.6 F", append, ""),
        ("overdue", "`overdue --format json`", "2.2 F", 0.0, f"{late} late"),
        ("overdue 20", "`overdue --format json --limit 20`", "1.5 F", 0.0, ""),
        (
            "overdue table",
            "`overdue`, less tabulate's import",
            "2.2 F",
            table,
            f"{late} late; tabulate {table * 1000:.0f} ms",
        ),
        ("status", "`status`", "", 0.0, ""),
    )
    for name, work, reach, less, note in rows:
        if name in timed:
            seconds = timed[name].seconds - less
            yield Result(work, seconds, seconds / base, reach, note, timed[name].peak)


def _read_caller(desk: Desk) -> dict[str, str]:
    with open(f"{desk.records}/private/contacts.csv", newline="", encoding="utf-8") as file:
        return next(csv.DictReader(file))


def _find_field_staff(desk: Desk) -> list[str]:
    items = json.loads(desk.run("list", "staff", "--format", "json").out)
    return [each["id"] for each in items if each.get("role") == "field"]


# --- questions of a month -----------------------------------------------------------------------------------------


def list_months(desk: Desk) -> list[str]:
    """The whole months of the history as YYYY-MM, the newest first."""
    return sorted({entry.name[:7] for entry in os.scandir(f"{desk.records}/orders")}, reverse=True)[1:]


def measure_months(desk: Desk, rounds: int, base: float) -> list[Result]:
    """What is asked about a past month: of the last one, again and again, and each time of another. base: the floor."""
    months = list_months(desk)
    asked = (
        ("`report monthly --format json`", ("report", "monthly"), "2.5 F"),
        ("`report complaints --format json`", ("report", "complaints"), ""),
        ("`ledger due --format json`", ("ledger", "due"), ""),
        ("`appraise --format json`", ("appraise",), ""),
    )
    results = []
    for work, command, reach in asked:
        argv = (*command, "--format", "json", "--month")
        try:
            first = [desk.run(*argv, month) for month in months[1 : rounds + 1] or months[:1]]
            again = [desk.run(*argv, months[0]) for _ in range(rounds + 1)][1:]
        except Failed as error:
            results.append(Result(work, None, None, reach, str(error)))
            continue
        other = median(run.seconds for run in first)
        seconds, peak = median(run.seconds for run in again), max(run.peak for run in (*first, *again))
        note = f"of another month each time ({len(first)}): {other * 1000:,.0f} ms ({other / base:.2f})"
        results.append(Result(work, seconds, seconds / base, reach, note, peak))
    return results


# --- import -------------------------------------------------------------------------------------------------------


def measure_import(desk: Desk, limit: float) -> list[Result]:
    """As many closed orders from one CSV file into a new folder of records, durable."""
    folder = f"{desk.folder}/import"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    _write_history(f"{folder}/history.csv", desk.orders)
    with open(f"{folder}/map.yaml", "w") as file:
        file.write(IMPORT_MAP)
    env = {**desk.env, "DISPATCHCTL_RECORDS": f"{folder}/records", "XDG_CACHE_HOME": f"{folder}/cache"}
    other = desk._replace(env=env)
    begin = ("init", folder, "--demo", "--me", CLERK, "--name", "甲某乙", "-q")
    other.run(*begin)
    try:
        run = other.run("records", "import", f"{folder}/history.csv", "--map", f"{folder}/map.yaml", limit=limit)
    except TooLong:
        return [Result("`records import`", None, None, "60,000 rows/s", f"stopped after {limit:.0f} s")]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    note = f"{desk.orders / run.seconds:,.0f} input rows/s, {2 * desk.orders / run.seconds:,.0f} events/s"
    return [Result("`records import`", run.seconds, None, "60,000 rows/s, 150 MiB", note, run.peak)]


def _write_history(path: str, orders: int) -> None:
    services = ("plumbing", "drain", "electrical", "doors", "hygiene")
    with open(path, "w", newline="", encoding="utf-8") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        write(("number", "opened", "closed", "service", "area", "content", "answer"))
        step = max(1, 5 * 365 * 86400 // orders)
        for number in range(orders):
            opened = 1_606_780_800 + number * step
            shown = [time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)) for at in (opened, opened + 5400)]
            area = f"tower-{number % 4 + 1}"
            write((f"H{number:07d}", *shown, services[number % 5], area, "卫生间地漏返水，有异味", "已疏通，试水正常"))


# --- many writers -------------------------------------------------------------------------------------------------


def measure_writers(desk: Desk) -> list[Result]:
    """One writer alone, then eight at once, each a loop of new-order: the longest wait and the rate."""
    argv = [desk.program, "new-order", "-q", "--kind", "inquiry", "--content", "停水到几点"]
    alone = [check_run(run_process(argv, desk.env), argv).seconds for _ in range(2 * WRITERS)]
    lone, lone_rate = median(alone), len(alone) / sum(alone)
    own = [desk.python, os.path.abspath(__file__), str(TURNS), *argv]
    begun = time.perf_counter()
    children = [subprocess.Popen(own, env=desk.env, stdout=subprocess.PIPE, text=True) for _ in range(WRITERS)]
    answers = [child.communicate()[0] for child in children]
    seconds = time.perf_counter() - begun
    if any(child.returncode for child in children):
        raise Failed("a writer failed")
    waits = [float(word) for answer in answers for word in answer.split()]
    rate = len(waits) / seconds
    return [
        Result("one writer, median", lone, None, "", f"{lone_rate:.1f} commands/s"),
        Result(
            f"{WRITERS} writers at once, longest wait",
            max(waits),
            max(waits) / lone,
            "8 × a lone one",
            f"median {median(waits) * 1000:.0f} ms; {rate:.1f} commands/s, {rate / lone_rate:.2f} × one writer's",
        ),
    ]


# --- what they share ----------------------------------------------------------------------------------------------


def list_record_files(desk: Desk) -> list[os.DirEntry[str]]:
    """The files of all registers, oldest first within each; nothing private."""
    files = [each for each in _walk(desk.records) if each.name.endswith(".csv") and "/private/" not in each.path]
    return sorted(files, key=lambda each: each.path)


def main(argv: list[str]) -> int:
    """One of several writers: run the command so many times, print how long each took."""
    env: dict[str, Any] = dict(os.environ)
    for _ in range(int(argv[0])):
        print(check_run(run_process(argv[1:], env), argv[1:]).seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

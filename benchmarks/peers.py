"""What others on this machine need for the same files; one that is absent is said to be.

The questions of a month are asked of the sqlite3 shell, which imports the files of the registers it needs first, and of
duckdb, which reads them into memory. They are questions that SQL can answer without a calendar of working time, on a
history without corrections: what is due by the charges that rest on an event, by rule and person (all of policies.yaml
but complaint-late, which rests on a late clock); and what customers gave, by whoever did the work. The answers are held
against the program's own.
"""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from typing import NamedTuple

from measures import Desk, Result, list_record_files
from timing import Failed, Run, check_run, run_process

ABSENT = "not installed"
BREACH_RULES = ("complaint-late",)
CHARGES = """
WITH rulings AS (
  SELECT id, "at", event, about_staff, row_number() OVER (PARTITION BY id ORDER BY recorded_at DESC) AS back
  FROM complaints WHERE event IN ('ruled-valid', 'ruled-invalid', 'referred-outside')
), named AS (
  SELECT r.id, r."at", coalesce(nullif(r.about_staff, ''), c.about_staff) AS people
  FROM rulings r JOIN complaints c ON c.id = r.id AND c.event = 'registered'
  WHERE r.back = 1 AND r.event = 'ruled-valid'
), justified AS (
  {split}
), facts AS (
  SELECT 'justified-complaint' AS rule, id, "at", staff, 1 AS nth, 1 AS from_nth FROM justified
  UNION ALL
  SELECT 'five-complaints', id, "at", staff, row_number() OVER (PARTITION BY staff ORDER BY "at", id), 5 FROM justified
  UNION ALL
  SELECT 'late-' || lower(s.class), n.id, n."at", n.staff,
    row_number() OVER (PARTITION BY n.staff, substr(n."at", 1, 7) ORDER BY n."at"), 2
  FROM attendance n JOIN staff s ON s.id = n.staff AND s.event = 'joined' WHERE n.event = 'late'
  UNION ALL
  SELECT 'often-late', id, "at", staff,
    row_number() OVER (PARTITION BY staff, substr("at", 1, 7) ORDER BY "at"), 4
  FROM attendance WHERE event = 'late'
  UNION ALL
  SELECT 'training-' || event, id, "at", staff, 1, 1 FROM training WHERE event IN ('late', 'missed')
), entries AS (
  SELECT p.rule, p."case", p.staff, max(l.event) AS event,
    max(CAST(coalesce(nullif(l.amount, ''), p.amount) AS DECIMAL(12, 2))) AS amount
  FROM ledger p LEFT JOIN ledger l ON l.id = p.id AND l.event = 'approved' WHERE p.event = 'proposed' GROUP BY 1, 2, 3
)
SELECT f.rule, f.staff, count(*), sum(CASE WHEN e.event = 'approved' THEN e.amount END)
FROM facts f LEFT JOIN entries e ON e.rule = f.rule AND e."case" = f.id AND e.staff = f.staff
WHERE f.nth >= f.from_nth AND f."at" >= '{since}' AND f."at" < '{until}'
GROUP BY 1, 2 ORDER BY 1, 2
"""
SATISFACTION = """
WITH done AS (
  SELECT a.order_id, a.assignee, row_number() OVER (PARTITION BY a.order_id ORDER BY c.recorded_at DESC) AS back
  FROM assignments c JOIN assignments a ON a.id = c.id AND a.event = 'assigned'
  WHERE c.event = 'completed' AND a.role = 'lead'
)
SELECT d.assignee, count(*), avg(CAST(f.satisfaction AS INTEGER))
FROM followups f JOIN done d ON d.order_id = f.about AND d.back = 1
WHERE f.event = 'answered' AND f."at" >= '{since}' AND f."at" < '{until}'
GROUP BY 1 ORDER BY 1
"""
SPLIT_SQLITE = """SELECT named.id, named."at", each.value AS staff
  FROM named, json_each('["' || replace(people, ';', '","') || '"]') AS each WHERE people <> ''"""
SPLIT_DUCKDB = """SELECT id, "at", unnest(string_split(people, ';')) AS staff FROM named WHERE people <> ''"""
DUCKDB = """import sys, duckdb
folder, registers, sql = sys.argv[1:]
duckdb.sql("SET enable_progress_bar = false")
for name in registers.split(","):
    duckdb.sql(f"CREATE TABLE {name} AS FROM read_csv('{folder}/{name}/*.csv', all_varchar=true, header=true)")
for row in duckdb.sql(sql).fetchall():
    print(*row, sep=",")
"""
OPEN_LONG = """import sys, duckdb
print(duckdb.sql(f"SELECT count(*) FROM (SELECT id, max_by(event, recorded_at) AS last, min(\\"at\\") AS began "
    f"FROM read_csv('{sys.argv[1]}/assignments/*.csv', all_varchar=true, header=true) GROUP BY id) "
    "WHERE last IN ('assigned','acknowledged','started') AND began < '2026-11-19'").fetchall()[0][0])
"""


class Question(NamedTuple):
    """A question of a month. own: the command that answers it too."""

    title: str
    registers: tuple[str, ...]
    sql: str
    own: str


QUESTIONS = (
    Question(
        "charges by rule and person", ("complaints", "attendance", "training", "staff", "ledger"), CHARGES, "ledger due"
    ),
    Question("satisfaction by person", ("assignments", "followups"), SATISFACTION, "appraise"),
)


def measure_peers(desk: Desk, duck: str) -> list[Result]:
    """The files as a whole. duck: a Python that has duckdb, if one is installed."""
    results = []
    shell = shutil.which("sqlite3")
    if shell:
        target = f"{desk.folder}/peer.db"
        lines = [f".import --csv {entry.path} {entry.path.split('/')[-2]}" for entry in list_record_files(desk)]
        run = _run_shell(desk, shell, target, ["PRAGMA synchronous=OFF;", *lines])
        results.append(Result("sqlite3 `.import` of all files, without folding", run.seconds, None, "", "", run.peak))
        _remove(target)
    else:
        results.append(Result("sqlite3", None, None, "", ABSENT))
    if _has_duckdb(desk, duck):
        argv = (duck, "-I", "-c", OPEN_LONG, desk.records)
        run = _run_checked(desk, argv)
        note = "open for more than a day, straight from the CSV; no working time, no owners"
        results.append(Result("duckdb, assignments only", run.seconds, None, "", note, run.peak))
    else:
        results.append(Result("duckdb", None, None, "", ABSENT))
    return results


def measure_questions(desk: Desk, month: str, base: float, duck: str) -> list[Result]:
    """The questions of a month, asked of others. base: the floor, seconds."""
    results = []
    shell = shutil.which("sqlite3")
    has_duck = _has_duckdb(desk, duck)
    for question in QUESTIONS:
        expected = _answer(desk, question, month)
        if shell:
            results += _ask_sqlite(desk, shell, question, month, base, expected)
        else:
            results.append(Result(f"sqlite3: {question.title}", None, None, "", ABSENT))
        if has_duck:
            sql = _write_sql(question, month, SPLIT_DUCKDB)
            argv = (duck, "-I", "-c", DUCKDB, desk.records, ",".join(question.registers), sql)
            run = _repeat(desk, partial(_run_checked, desk, argv))
            results.append(_tell(f"duckdb `read_csv`, then {question.title}", run, base, question, expected))
        else:
            results.append(Result(f"duckdb `read_csv`, then {question.title}", None, None, "", ABSENT))
    return results


def _ask_sqlite(
    desk: Desk, shell: str, question: Question, month: str, base: float, expected: dict[str, int]
) -> list[Result]:
    target = f"{desk.folder}/question.db"
    lines = ["PRAGMA synchronous=OFF;"]
    for register in question.registers:
        paths = [entry.path for entry in list_record_files(desk) if entry.path.split("/")[-2] == register]
        lines += [
            f".import --csv {'--skip 1 ' if number else ''}{path} {register}" for number, path in enumerate(paths)
        ]
    sql = _write_sql(question, month, SPLIT_SQLITE)

    def import_all() -> Run:
        _remove(target)
        return _run_shell(desk, shell, target, [*lines, ".mode csv", f"{sql};"])

    whole = _repeat(desk, import_all)
    again = _repeat(desk, lambda: _run_shell(desk, shell, target, [".mode csv", f"{sql};"]))
    _remove(target)
    return [
        _tell(f"sqlite3 `.import`, then {question.title}", whole, base, question, expected),
        _tell(f"sqlite3 once imported: {question.title}", again, base, question, expected),
    ]


def _run_checked(desk: Desk, argv: tuple[str, ...]) -> Run:
    return check_run(run_process(argv, desk.env), ("duckdb",))


def _run_shell(desk: Desk, shell: str, target: str, lines: list[str]) -> Run:
    script = f"{desk.folder}/peer.sql"
    with open(script, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return check_run(run_process((shell, target, f".read {script}"), desk.env), ("sqlite3",))


def _repeat(desk: Desk, call: Callable[[], Run]) -> Run:
    """The middle one of three runs on the small histories, the only one on the large."""
    runs = sorted((call() for _ in range(3 if desk.orders <= 10_000 else 1)), key=lambda run: run.seconds)
    return runs[len(runs) // 2]


def _write_sql(question: Question, month: str, split: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return question.sql.format(since=first, until=after, split=split)


def _answer(desk: Desk, question: Question, month: str) -> dict[str, int]:
    """The program's own answer as numbers, by what the SQL's lines begin with; {} where it has no such command yet."""
    try:
        run = desk.run(*question.own.split(), "--month", month, "--format", "jsonl")
    except Failed:
        return {}
    items = [json.loads(line) for line in run.out.splitlines()]
    counts: dict[str, int] = {}
    for item in items:
        if "rule" in item:
            if item["rule"] not in BREACH_RULES:
                key = f"{item['rule']},{item['staff']}"
                counts[key] = counts.get(key, 0) + 1
        elif item["measures"].get("satisfaction", {}).get("denominator"):
            counts[item["staff"]] = item["measures"]["satisfaction"]["denominator"]
    return counts


def _tell(work: str, run: Run, base: float, question: Question, expected: dict[str, int]) -> Result:
    """A line of the table, with whether the numbers are those of the program: for the people that it lists."""
    found: dict[str, int] = {}
    for line in run.out.splitlines():
        cells = line.strip().split(",")
        found[",".join(cells[:-2])] = int(cells[-2])
    differing = [key for key in expected if found.get(key) != expected[key]]
    if question.own == "ledger due":
        differing += [key for key in found if key not in expected]
    if not expected:
        note = f"{len(found)} lines; `{question.own}` has no answer to compare with"
    elif differing:
        note = f"{len(found)} lines, {len(differing)} of them not as `{question.own}` has them: {differing[0]}"
    else:
        note = f"{len(found)} lines, {sum(found.values())} facts, the same as in `{question.own}`"
    return Result(work, run.seconds, run.seconds / base, "", note, run.peak)


def _has_duckdb(desk: Desk, duck: str) -> bool:
    return run_process((duck, "-I", "-c", "import duckdb"), desk.env).code == 0


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)

"""The city's deadlines: a quarter of real requests, imported, against the deadlines that the city itself computed.

The limits by type stand in data/city-limits.csv. Most were read off the quarter itself (for each type the limit that
gives most of its deadlines again); what is tested is that one calendar and one limit a type reproduce nearly all.
"""

import csv
import gzip
import io
import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from surroundings import isolate_environment
from transcripts import Result, run_program

LIMITS = Path(__file__).parent / "data" / "city-limits.csv"
pytestmark = pytest.mark.heavy
QUARTER = "boston311-2011-q3.csv.gz"
NOW = "2020-01-01T00:00:00-05:00"  # after the last closing in the file
LEAST = 0.98  # of the deadlines, to the minute
MAP = """register: orders
timezone: America/New_York
columns:
  {source_ref: case_enquiry_id, at: open_dt, service: type, area: neighborhood, channel: source, content: case_title,
   address: location, department: department}
values:
  channel: {Constituent Call: phone, Employee Generated: visit, Self Service: app, Citizens Connect App: app,
            Maximo Integration: mail, Twitter: chat}
constants: {kind: request}
events:
  - {event: closed, at: closed_dt, columns: {answer: closure_reason}}
"""
POLICY = """policy:
  {title: City hotline, version: "2011", effective_from: 2011-01-01, timezone: America/New_York, currency: USD,
   language: en}
calendar:
  country: none
  hours: {mon-fri: ["08:30-17:00"]}
  counting: elapsed
  cut_off: "17:00"
measures:
  on_time: {title: On time, of: clocks, month: due_at, over: {clock: resolve}, count: {breached: false}, value: ratio}
reports: {monthly: [{id: deadlines, title: Deadlines, measures: [on_time], by: [department, service]}]}
"""


class City(NamedTuple):
    """The imported quarter. rows: the city's own, by their number. due: ours, by the city's number."""

    folder: Path
    first: Result
    second: Result
    rows: dict[str, dict[str, str]]
    due: dict[str, dict[str, Any]]


def write_policy(types: set[str]) -> str:
    """The rules: a service for each type, and a clock for each that has a limit."""
    with LIMITS.open(newline="", encoding="utf-8") as file:
        limits = {row["type"]: row["limit"] for row in csv.DictReader(file)}
    services = [f"  {json.dumps(name)}: {{title: {json.dumps(name)}}}" for name in sorted(types)]
    clocks = [
        "  - {id: resolve, title: Resolve, of: orders, start: taken, stop: closed, owner: desk, "
        f"when: {{service: {json.dumps(name)}}}, limit: {limit}}}"
        for name, limit in limits.items()
    ]
    return "\n".join([POLICY + "services:", *services, "clocks:", *clocks, ""])


@pytest.fixture(scope="module")
def city(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The quarter imported twice, once for all tests of this file."""
    path = shared / "data" / QUARTER
    if not path.is_file():
        pytest.skip(f"no {QUARTER} in the folder `shared`")
    text = gzip.decompress(path.read_bytes())
    rows = {row["case_enquiry_id"]: row for row in csv.DictReader(io.StringIO(text.decode(), newline=""))}
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("city")
        isolate_environment(patch, home)
        patch.chdir(home)
        (home / "policies.yaml").write_text(write_policy({row["type"] for row in rows.values()}), encoding="utf-8")
        (home / "map.yaml").write_text(MAP, encoding="utf-8")
        for argv in (["policy", "check"], ["init", "--demo", "--me", "ana", "--name", "Ana Sample", "--now", NOW]):
            done = run_program(argv)
            assert done.code == 0, done.err
        patch.setenv("DISPATCHCTL_NOW", NOW)
        argv = ["records", "import", "-", "--map", "map.yaml", "--json"]
        first = run_program(argv, stdin=text)
        size = measure_records(home)
        second = run_program(argv, stdin=text)
        assert measure_records(home) == size
        refs = read_references(home)
        shown = run_program(["due", "--all", "--register", "orders", "--format", "jsonl"])
        assert shown.code == 0, shown.err
        due = {refs[item["case"]]: item for item in map(json.loads, shown.out.splitlines())}
        yield City(home, first, second, rows, due)
    time.tzset()


def measure_records(home: Path) -> list[tuple[str, int]]:
    return [(path.name, path.stat().st_size) for path in sorted((home / "records").rglob("*.csv"))]


def read_references(home: Path) -> dict[str, str]:
    """Our id -> the city's number."""
    found = {}
    for path in sorted((home / "records" / "orders").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            found.update({row["id"]: row["source_ref"] for row in csv.DictReader(file)})
    return found


def differ(ours: str, theirs: str) -> float:
    """Seconds between our due time and the city's, both in the city's local time."""
    return abs((datetime.fromisoformat(ours).replace(tzinfo=None) - datetime.fromisoformat(theirs)).total_seconds())


def is_same(city: City, number: str) -> bool:
    """Whether our deadline of a request is the city's, to the minute."""
    item, theirs = city.due.get(number), city.rows[number]["target_dt"]
    return bool(item and theirs and differ(item["due_at"], theirs) < 60)


def test_the_whole_quarter_is_imported_once(city: City) -> None:
    assert city.first.code == 0, city.first.err
    counts = {
        "read": 31828, "imported": 31828, "changed": 0, "skipped": 0, "refused": 0, "updated": 0, "faults": [],
        "changes": [],
    }  # fmt: skip
    assert json.loads(city.first.out) == counts
    assert json.loads(city.second.out) == {**counts, "imported": 0, "skipped": 31828}


def test_our_deadlines_are_the_city_s(city: City) -> None:
    wanted = [number for number, row in city.rows.items() if row["target_dt"]]
    same = sum(is_same(city, number) for number in wanted)
    print(f"{same} of {len(wanted)} deadlines to the minute: {same / len(wanted):.2%}")
    assert len(wanted) == 26815
    assert same / len(wanted) >= LEAST


def test_one_limit_a_type_is_enough(city: City) -> None:
    """No type hides behind the others: of each with 50 deadlines or more, at least four fifths are reproduced."""
    total, same = Counter[str](), Counter[str]()
    for number, row in city.rows.items():
        if row["target_dt"]:
            total[row["type"]] += 1
            same[row["type"]] += is_same(city, number)
    poor = {name: (same[name], count) for name, count in total.items() if count >= 50 and same[name] < 0.8 * count}
    assert poor == {}


def test_where_the_deadline_is_the_same_so_is_the_verdict(city: City) -> None:
    contrary = []
    for number, row in city.rows.items():
        if is_same(city, number) and row["ontime"]:
            late = city.due[number]["breached"]
            if late != (row["ontime"] == "OVERDUE"):
                contrary.append((number, row["ontime"], city.due[number]))
    assert contrary == []


@pytest.mark.parametrize("month", ["2011-07", "2011-08", "2011-09"])
def test_on_time_by_department_and_type(city: City, month: str) -> None:
    """Each row of the report is what one counts from the deadlines and the city's own columns, without the program."""
    done = run_program(["report", "monthly", "--month", month, "--json"], cwd=city.folder, env={"DISPATCHCTL_NOW": NOW})
    assert done.code == 0, done.err
    (section,) = json.loads(done.out)["sections"]
    counted: dict[tuple[str | None, str | None], list[int]] = {}
    for number, item in city.due.items():
        if item["due_at"].startswith(month):
            row = city.rows[number]
            for key in ((None, None), ("department", row["department"] or None), ("service", row["type"])):
                found = counted.setdefault(key, [0, 0])
                found[0] += not item["breached"]
                found[1] += 1
    shown = {
        (row["by"], row["key"]): [row["measures"]["on_time"]["numerator"], row["measures"]["on_time"]["denominator"]]
        for row in section["rows"]
    }
    assert shown == counted
    departments = {name: figures for (by, name), figures in counted.items() if by == "department"}
    print(month, counted[None, None], departments)


def test_why_opens_a_verdict_and_a_figure(city: City) -> None:
    """A street light out for ten working days and eight hours (docs/how-to), and the figure in which it counts."""
    number = "101000315622"
    row, case = city.rows[number], city.due[number]["case"]
    assert (row["open_dt"], row["target_dt"], row["ontime"]) == (
        "2011-08-18 00:55:18",
        "2011-09-01 00:55:18",
        "OVERDUE",
    )
    steps = []
    for argv in (
        ["why", f"{case}/resolve", "--json"],
        ["why", "on_time", "--month", "2011-09", "--limit", "0", "--json"],
    ):
        done = run_program(argv, cwd=city.folder, env={"DISPATCHCTL_NOW": NOW, "DISPATCHCTL_LANG": "en"})
        assert done.code == 0, done.err
        steps.append(done.out)
    verdict, figure = steps
    assert '"2011-09-01T00:55:18-04:00"' in verdict  # due, as the city has it
    assert verdict.count('"weekend"') == 2
    counts = json.loads(figure)["because"][-1]  # what is in the denominator only
    assert case in json.dumps(counts)


def test_september_on_time(city: City) -> None:
    """The report's figure, and what its distance from the city's own column is made of (docs/how-to)."""
    done = run_program(
        ["report", "monthly", "--month", "2011-09", "--json"], cwd=city.folder, env={"DISPATCHCTL_NOW": NOW}
    )
    assert done.code == 0, done.err
    ours = json.loads(done.out)["measures"]["on_time"]
    in_september = {number for number, item in city.due.items() if item["due_at"].startswith("2011-09")}
    good = {number for number in in_september if not city.due[number]["breached"]}
    assert (ours["numerator"], ours["denominator"]) == (len(good), len(in_september))

    theirs = {number for number, row in city.rows.items() if row["target_dt"].startswith("2011-09") and row["ontime"]}
    theirs_good = {number for number in theirs if city.rows[number]["ontime"] == "ONTIME"}
    print(f"ours {len(good)}/{len(in_september)}, the city's {len(theirs_good)}/{len(theirs)}")
    assert abs(len(good) / len(in_september) - len(theirs_good) / len(theirs)) < 0.01
    # Whatever is counted by one only, or counted otherwise, is for one of three reasons.
    reasons = Counter[str]()
    for number in (in_september ^ theirs) | (good ^ theirs_good):
        row = city.rows[number]
        if not row["target_dt"]:
            reasons["the city set no deadline"] += 1
        elif not row["ontime"]:
            reasons["the city left the verdict blank"] += 1
        else:
            reasons["the deadline was set by hand"] += not is_same(city, number)
            assert not is_same(city, number), number
    print(dict(reasons))
    assert reasons == {
        "the city left the verdict blank": 36,
        "the city set no deadline": 6,
        "the deadline was set by hand": 39,
    }

"""Small inputs that failed once, as they were handed in: what their README wants is what comes out.

They lie beside the project's folder and are not part of it; where they are absent these tests are skipped. Each kind
is also tested by inputs of the project's own, in the room it belongs to.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from surroundings import ROOT
from transcripts import Result

CASES = ROOT.parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the inputs that failed are not beside the project")
Run = Callable[..., Result]


@pytest.fixture
def begin(run: Run, isolated: Path) -> Callable[[str], Path]:
    """The folder of a case with a desk in it, as its README says."""

    def prepare(number: str) -> Path:
        assert run("init", ".", "--me", "s01", "--name", "A", "-q").code == 0
        (folder,) = CASES.glob(f"{number}-*")
        for path in folder.iterdir():
            shutil.copy(path, isolated)
        return isolated

    return prepare


def take(run: Run, file: str, *more: str, code: int = 0, map_file: str = "map.yaml") -> Result:
    """The import of a case."""
    done = run("--as", "s01", "records", "import", file, "--map", map_file, *more)
    assert done.code == code, done.err
    return done


def read(run: Run, *argv: str) -> list[dict]:
    """What a command prints as json."""
    done = run(*argv, "--json")
    assert done.code == 0, done.err
    return list(json.loads(done.out))


def play(number: str, folder: Path) -> str:
    """What the script of a case prints, with the program on its path."""
    (path,) = CASES.glob(f"{number}-*/run.sh")
    program = folder / "bin" / "dispatchctl"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m dispatchctl "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "TMPDIR": str(folder)}
    done = subprocess.run(
        ["bash", str(path)], capture_output=True, text=True, env=env, cwd=folder, timeout=300, check=False
    )
    return done.stdout + done.stderr


def test_01_a_zone_name_counts(begin: Callable[[str], Path], run: Run) -> None:
    begin("01")
    take(run, "tickets.csv")
    rows = Path("records/orders").glob("*.csv")
    times = {line.split(",")[0] for path in rows for line in path.read_text(encoding="utf-8").splitlines()[1:]}
    assert times == {"2026-11-02T09:30:00+08:00"}


def test_02_an_extension_to_a_day_lasts_to_the_end_of_its_business(isolated: Path) -> None:
    last = play("02", isolated).splitlines()[-1]
    assert "11-05 17:30" in last
    assert "否" in last


def test_03_bare_dates_are_days(begin: Callable[[str], Path], run: Run) -> None:
    begin("03")
    assert "4" in take(run, "ledger.csv", "--on-error", "skip").out
    orders = {each["source_ref"]: each for each in read(run, "list")}
    assert set(orders) == {"A", "B", "C", "D"}
    assert [orders[name]["state"] for name in "ABC"] == ["closed"] * 3
    ends = {orders[name]["appointment_at"] for name in "CD"}
    assert ends == {"2026-11-06T17:30:00+08:00"}
    late = [each for each in read(run, "due", "--all") if each["breached"] and each["case"] == orders["C"]["id"]]
    assert late == []


def test_05_the_form_of_times_holds_for_every_column(begin: Callable[[str], Path], run: Run) -> None:
    begin("05")
    take(run, "a.csv", "--dry-run")


def test_06_an_order_is_found_by_its_old_number(begin: Callable[[str], Path], run: Run) -> None:
    begin("06")
    take(run, "a.csv")
    shown = json.loads(run("show", "BX001", "--json").out)
    assert shown["source_ref"] == "BX001"
    for argv in (("--search", "BX001"), ("--where", "source_ref=BX001")):
        assert [each["id"] for each in read(run, "list", "orders", *argv)] == [shown["id"]]
    assert "BX001" in run("list", "orders", "--fields", "id,source_ref").out
    assert read(run, "due", "BX001")[0]["source_ref"] == "BX001"


def test_07_a_placeholder_is_no_customer(isolated: Path) -> None:
    told = play("07", isolated)
    severities = [line.split('"')[-2] for line in told.splitlines() if '"proposed_severity"' in line]
    joined = told.replace("\n", " ")
    assert joined.count('"proposed_severity": "ordinary"') == 5, severities
    assert joined.count("repeated_within") == 1


def test_09_provisional_is_marked_and_new_year_s_day_is_off(isolated: Path) -> None:
    told = play("09", isolated)
    assert "2027-01-04 17:30 暂定" in told
    assert "办结" not in told.split("级别")[1], "not late on a day that is a holiday by law every year"


def test_10_a_byte_order_mark_hides_nothing(isolated: Path) -> None:
    told = play("10", isolated)
    assert "2 逾期" in told
    assert "0 逾期, 0" not in told
    assert "漏水" in told
    assert told.count("rc=0") == 2


def test_12_rates_are_rounded_half_up(begin: Callable[[str], Path], run: Run) -> None:
    begin("12")
    take(run, "a.csv")
    month = ("report", "monthly", "--month", "2026-11")
    shown = run(*month).out
    assert "66.67%" in shown
    assert "66.66" not in shown
    assert run("--as", "s01", *month, "-o", "r.xlsx").code == 0
    with ZipFile("r.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>0.666667</v>" in sheet


def test_13_a_fault_is_told_once_for_each_value(begin: Callable[[str], Path], run: Run) -> None:
    begin("13")
    told = take(run, "a.csv", "--dry-run", code=5).err
    assert "no such service: '门禁'" in told
    assert "(100 rows, first in line 2)" in told
    assert told.count("no such service") == 3


def test_14_a_word_of_a_log_means_the_first_possible_event(begin: Callable[[str], Path], run: Run) -> None:
    folder = begin("14")
    text = (folder / "map.yaml").read_text(encoding="utf-8")
    wanted = text.replace("Active: needs-dispatch", "Active: [taken, reopened, needs-dispatch]")
    assert wanted != text
    (folder / "map.yaml").write_text(wanted, encoding="utf-8")
    take(run, "log.csv", "--on-error", "skip")
    orders = {each["source_ref"]: each for each in read(run, "list")}
    assert len(orders) == 2
    events = [
        [event["event"] for event in json.loads(run("show", each["id"], "--json").out)["events"]]
        for each in sorted(orders.values(), key=lambda each: str(each["id"]))
    ]
    assert "reopened" in events[0]
    assert "amended" in events[0]
    assert {each["priority"] for each in orders.values()} == {"urgent", "normal"}
    assert {each["state"] for each in orders.values()} == {"closed"}


def test_17_a_double_title_is_named(begin: Callable[[str], Path], run: Run) -> None:
    begin("17")
    checked = run("policy", "check")
    assert checked.code == 1
    assert "其他" in checked.out
    told = take(run, "a.csv", code=5).err
    assert "'其他' is the title of several (eng-other, clean-other)" in told
    taken = run("--as", "s01", "new-order", "--service", "其他", "--content", "x", "--kind", "inquiry")
    assert taken.code == 4
    assert "is the title of several" in taken.err

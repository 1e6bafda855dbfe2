"""`report` at the command line: periods, formats, files with their row in audit, and what is refused."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from november import LATER, act
from transcripts import Result

NOVEMBER = ("report", "monthly", "--month", "2026-11")


def list_audit(run: Callable[..., Result]) -> list[dict[str, Any]]:
    items = json.loads(run("--now", LATER, "--json", "list", "audit").out)
    assert isinstance(items, list)
    return items


@pytest.mark.parametrize(
    ("argv", "now", "period", "start", "until"),
    [
        (("daily",), "2026-11-05T12:00:00+08:00", "2026-11-05", "2026-11-05T00:00:00", "2026-11-05T12:00:01"),
        (("daily", "--date", "last"), LATER, "2026-12-01", "2026-12-01T00:00:00", "2026-12-02T00:00:00"),
        (("daily", "--date", "2026-11-05"), LATER, "2026-11-05", "2026-11-05T00:00:00", "2026-11-06T00:00:00"),
        (("weekly",), "2026-11-08T20:00:00+08:00", "2026-W45", "2026-11-02T00:00:00", "2026-11-08T20:00:01"),
        (("weekly", "--date", "last"), LATER, "2026-W48", "2026-11-23T00:00:00", "2026-11-30T00:00:00"),
        (("weekly", "--date", "2027-01-02"), LATER, "2026-W53", "2026-12-28T00:00:00", "2027-01-04T00:00:00"),
        (("monthly",), LATER, "2026-12", "2026-12-01T00:00:00", "2026-12-02T09:00:01"),
        (("monthly", "--month", "last"), LATER, "2026-11", "2026-11-01T00:00:00", "2026-12-01T00:00:00"),
        (("monthly", "--date", "last"), LATER, "2026-11", "2026-11-01T00:00:00", "2026-12-01T00:00:00"),
        (("monthly", "--date", "2026-11-30"), LATER, "2026-11", "2026-11-01T00:00:00", "2026-12-01T00:00:00"),
    ],
)
def test_periods(report: Any, argv: tuple[str, ...], now: str, period: str, start: str, until: str) -> None:
    document = report(*argv, now=now)
    assert document["period"] == period
    assert (document["from"], document["until"]) == (f"{start}+08:00", f"{until}+08:00")


def test_a_day_and_a_week_count_what_falls_into_them(report: Any) -> None:
    week = report("weekly", "--date", "2026-11-04")["measures"]
    assert week["orders"]["numerator"] == 5  # 02, 03, 04, 05, 06
    assert week["urgings"]["numerator"] == 1
    day = report("daily", "--date", "2026-11-05")["measures"]
    assert (day["orders"]["numerator"], day["completed"]["numerator"]) == (1, 1)


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (("report", "monthly", "--month", "2026-13"), 2, "--month.*2026-13"),
        (("report", "monthly", "--month", "November"), 2, "--month"),
        (("report", "daily", "--month", "2026-11"), 2, "--month"),
        (("report", "monthly", "--month", "2026-11", "--date", "2026-11-05"), 2, "--date"),
        (("report", "daily", "--date", "31.11."), 2, "--date"),
        (("report", "yearly"), 2, "yearly"),
        (("report",), 2, "KIND|daily"),
        ((*NOVEMBER, "--drill", "on_tme"), 3, r"on_tme.*\n.*on_time"),
        ((*NOVEMBER, "--format", "html"), 2, "html.*\n.*-o"),
        ((*NOVEMBER, "-o", "report.doc"), 2, "report.doc"),
        ((*NOVEMBER, "--encoding", "gb18030"), 2, "--encoding"),
        ((*NOVEMBER, "-o", "report.json", "--encoding", "gb18030"), 2, "--encoding"),
        ((*NOVEMBER, "-o", "report.json", "--raw"), 2, "--raw"),
    ],
)
def test_wrong_calls(
    shared_november: Path, run: Callable[..., Result], argv: tuple[str, ...], code: int, told: str
) -> None:
    result = run("--as", "lin", "--now", LATER, *argv)
    assert (result.code, result.out) == (code, "")
    assert re.search(told, result.err), result.err
    assert not [path for path in shared_november.iterdir() if path.name.startswith("report.")]


def test_formats_on_stdout(shared_november: Path, run: Callable[..., Result]) -> None:
    table = run("--now", LATER, *NOVEMBER).out
    assert table.startswith("月报 2026-11\n")
    assert re.search(r"^及时完工率 +40\.00% +2 +5$", table, re.M)
    assert re.search(r"^工程部 +5 +60\.00% \(3/5\) +75\.00% \(3/4\)$", table, re.M)
    assert run("--now", LATER, "--lang", "en", *NOVEMBER).out.startswith("Monthly report 2026-11\n")
    markdown = run("--now", LATER, "--format", "markdown", *NOVEMBER).out
    assert "\n## 及时率\n" in markdown
    assert "| 及时完工率 | 40.00% | 2 | 5 |" in markdown
    rows = list(csv.DictReader(io.StringIO(run("--now", LATER, "--format", "csv", *NOVEMBER).out)))
    (found,) = [row for row in rows if row["measure"] == "on_time" and row["by"] == ""]
    assert (found["name"], found["value"], found["numerator"], found["denominator"]) == ("及时完工率", "0.4", "2", "5")
    assert "on_time" in run("--now", LATER, "-q", *NOVEMBER).out.split()


def test_a_csv_file_begins_with_a_bom_and_has_neutral_formulas(november: Path, run: Callable[..., Result]) -> None:
    path = november / "policies.yaml"
    text = path.read_text(encoding="utf-8").replace("title: 及时完工率", 'title: "=1+1"')
    path.write_text(text, encoding="utf-8")
    written = run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", "report.csv")
    assert (written.code, written.out) == (0, ""), written.err
    content = (november / "report.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfreport,period,")
    names = {row["name"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))}
    assert "'=1+1" in names
    assert written.err.strip().endswith("rows")
    raw = run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", "raw.csv", "--raw", "--encoding", "gb18030")
    assert raw.code == 0
    text = (november / "raw.csv").read_bytes().decode("gb18030")
    assert ",=1+1," in text
    assert "受理总数" in text


def test_a_file_leaves_a_row_in_audit_and_stdout_none(november: Path, run: Callable[..., Result]) -> None:
    run("--now", LATER, *NOVEMBER)
    assert list_audit(run) == []
    assert run("--as", "system", "--now", LATER, *NOVEMBER, "-o", "report.json").code == 0
    content = (november / "report.json").read_bytes()
    assert content.decode() == run("--now", LATER, "--json", *NOVEMBER).out
    (item,) = list_audit(run)
    assert (item["subject"], item["report"], item["period"]) == ("monthly 2026-11", "monthly", "2026-11")
    assert item["sha256"] == hashlib.sha256(content).hexdigest()
    assert item["rows"] > 20


def test_the_same_month_is_the_same_file_byte_for_byte(november: Path, run: Callable[..., Result]) -> None:
    """As of a past moment a report can be written again, whatever came since."""
    assert run("--as", "lin", "--as-of", LATER, *NOVEMBER, "-o", "one.html", "--now", LATER).code == 0
    act(run, "2026-12-03T09:00", "zhou", "complete A-20261127-0001")
    again = run("--as", "lin", "--as-of", LATER, *NOVEMBER, "-o", "two.html", "--now", "2026-12-04T09:00:00+08:00")
    assert again.code == 0, again.err
    assert (november / "one.html").read_bytes() == (november / "two.html").read_bytes()


def test_files_are_not_overwritten_nor_written_among_the_records(november: Path, run: Callable[..., Result]) -> None:
    (november / "report.csv").write_text("mine")
    for target in ("report.csv", "records/report.csv", "records/orders/2026-11.main.csv"):
        refused = run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", target)
        assert (refused.code, refused.out) == (4, ""), target
        assert target.rpartition("/")[2] in refused.err
    assert (november / "report.csv").read_text() == "mine"
    assert list_audit(run) == []  # what was refused was not handed out
    assert run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", "report.csv", "--force").code == 0
    assert (november / "report.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_nothing_is_written_where_it_could_not_be_recorded(november: Path, run: Callable[..., Result]) -> None:
    nobody = run("--now", LATER, *NOVEMBER, "-o", "report.csv", "--as", "nobody")
    assert nobody.code == 3
    (november / "records" / ".demo").unlink()  # elsewhere --now only judges
    judged = run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", "report.csv")
    assert judged.code == 4
    assert not (november / "report.csv").exists()
    assert run("--as", "lin", "--now", LATER, *NOVEMBER).code == 0  # reading is free


def test_a_page_of_html_stands_alone_and_executes_nothing(november: Path, run: Callable[..., Result]) -> None:
    path = november / "policies.yaml"
    text = path.read_text(encoding="utf-8").replace("title: 及时完工率", 'title: "<script>alert(1)</script>"')
    path.write_text(text, encoding="utf-8")
    assert run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", "report.html").code == 0
    page = (november / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=|https?:", page)
    assert "40.00%" in page


def test_a_spreadsheet_holds_text_as_text_and_numbers_as_numbers(november: Path, run: Callable[..., Result]) -> None:
    pytest.importorskip("xlsxwriter")
    path = november / "policies.yaml"
    text = path.read_text(encoding="utf-8").replace("title: 及时完工率", 'title: "=1+1"')
    path.write_text(text, encoding="utf-8")
    assert run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", "report.xlsx").code == 0
    with zipfile.ZipFile(november / "report.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert re.search(r"<c [^>]*><v>0\.4</v></c>", sheet), "a rate is a number"
        assert "'=1+1" in book.read("xl/sharedStrings.xml").decode()


def test_without_the_extra_a_spreadsheet_is_refused_by_name(
    november: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    refused = run("--as", "lin", "--now", LATER, *NOVEMBER, "-o", "report.xlsx")
    assert refused.code == 2
    assert "dispatchctl[xlsx]" in refused.err
    assert not (november / "report.xlsx").exists()


def test_cases_behind_a_figure_go_into_a_file_too(november: Path, run: Callable[..., Result]) -> None:
    line = (*NOVEMBER, "--drill", "on_time")
    assert run("--as", "lin", "--now", LATER, *line, "-o", "late.csv").code == 0
    rows = list(csv.DictReader(io.StringIO((november / "late.csv").read_text(encoding="utf-8-sig"))))
    assert [row["id"] for row in rows if row["counted"] == "true"] == ["A-20261102-0001", "A-20261105-0001"]
    assert list_audit(run)[0]["subject"] == "monthly 2026-11 on_time"

"""Files as offices have them: another encoding, tabs, a title above the header; faults by value; valid json."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from transcripts import Result

Run = Callable[..., Result]
NOW = "2026-11-20T09:00:00+08:00"
MAP = """register: orders
columns: {source_ref: 序号, at: 日期, service: 类别}
constants: {kind: request, content: x}
"""
HEAD = "序号,日期,类别\n"
ROW = "1,2026-11-02 09:30,plumbing\n"


def write(data: bytes, more: str = "") -> None:
    Path("map.yaml").write_text(MAP + more)
    Path("h.csv").write_bytes(data)


FORMS = {
    "gb18030": ((HEAD + ROW).encode("gb18030"), "h.csv:1: is not UTF-8, but reads as GB 18030", "encoding: gb18030"),
    "utf-16": ((HEAD + ROW).encode("utf-16"), "h.csv:1: is UTF-16", "encoding: utf-16"),
    "tabs": ((HEAD + ROW).replace(",", "\t").encode(), "h.csv separates its cells by tabs", "delimiter: tab"),
    "semicolons": (
        (HEAD + ROW).replace(",", ";").encode(), "h.csv separates its cells by semicolons", 'delimiter: ";"',
    ),
    "a title": (("维修台账,,\n" + HEAD + ROW).encode(), "h.csv has its column names in row 2", "header: 2"),
    "a bare title": (("维修台账\n\n" + HEAD + ROW).encode(), "h.csv has its column names in row 3", "header: 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_file_of_another_form_names_the_line_that_mends_it(load: Run, name: str) -> None:
    data, message, line = FORMS[name]
    write(data)
    result = load()
    assert result.code == 5
    assert message in result.err
    assert f"hint: map: {line}" in result.err
    write(data, f"{line}\n")
    assert (load().code, json.loads(load("--json").out)["skipped"]) == (0, 1)


def test_several_of_them_are_told_one_after_the_other(load: Run) -> None:
    data = ("维修台账\t\t\n" + HEAD + ROW).replace(",", "\t").encode("gb18030")
    more = ""
    for line in ("encoding: gb18030", "delimiter: tab", "header: 2"):
        write(data, more)
        assert f"hint: map: {line}" in load().err
        more += f"{line}\n"
    write(data, more)
    assert load().code == 0


def test_what_is_no_table_is_said(load: Run) -> None:
    write(b"<html><table><tr><td>1</td></tr></table></html>")
    result = load()
    assert result.code == 5
    assert "h.csv: is a page of HTML" in result.err


@pytest.mark.parametrize("form", ["xlsx"])
def test_a_workbook_s_sheet_and_title(load: Run, form: str) -> None:
    import xlsxwriter

    write(b"", "")
    book = xlsxwriter.Workbook("h.xlsx")
    book.add_worksheet("说明").write_row(0, 0, ["说明", "x"])
    sheet = book.add_worksheet("台账")
    day = book.add_format({"num_format": "yyyy/m/d"})
    sheet.write_row(0, 0, ["维修台账"])
    sheet.write_row(1, 0, ["序号", "日期", "类别"])
    sheet.write_row(2, 0, [1, None, "plumbing"])
    sheet.write_number(2, 1, 46328, day)  # 2026-11-02
    book.close()
    result = load(file="h.xlsx")
    assert result.code == 5
    assert "hint: map: sheet: 台账" in result.err
    write(b"", "sheet: 台账\n")
    assert "hint: map: header: 2" in load(file="h.xlsx").err
    write(b"", "sheet: 台账\nheader: 2\n")
    assert load(file="h.xlsx").code == 0
    write(b"", "sheet: 台帐\n")
    assert "hint: map: sheet: one of 说明, 台账" in load(file="h.xlsx").err


# --- faults by value --------------------------------------------------------------------------------------------------


def test_a_value_is_told_once_with_its_rows(load: Run) -> None:
    kinds = ("门禁", "电梯井", "门禁")
    write((HEAD + "".join(f"{n},2026-11-02 09:00,{kinds[n % 3]}\n" for n in range(300))).encode())
    result = load("--dry-run")
    told = [line for line in result.err.split("\n") if "no such service" in line]
    assert len(told) == 2
    assert told[0].startswith("dispatchctl: h.csv:2: 类别: no such service: '门禁'")
    assert told[0].endswith("(200 rows, first in line 2)")
    faults = json.loads(load("--dry-run", "--json").out)["faults"]
    assert [(fault["line"], fault["rows"]) for fault in faults] == [(2, 200), (3, 100)]


def test_very_many_values_of_a_column_are_one_line(load: Run) -> None:
    write((HEAD + "".join(f"{n},2026-11-02 09:00,类{n % 50}\n" for n in range(1100))).encode())
    result = load("--dry-run")
    told = [line for line in result.err.split("\n") if line.startswith("dispatchctl:")]
    assert len(told) == 1
    assert told[0].startswith("dispatchctl: h.csv:2: 类别: 50 unknown values in 1,100 rows: '类0' (22), ")
    assert "hint: --suggest-map prints the lines to copy" in result.err
    assert len(json.loads(load("--dry-run", "--json").out)["faults"]) == 50


def test_every_hint_is_printed_as_text_as_it_is_in_json(load: Run) -> None:
    write(ROW.encode())
    Path("h.csv").write_text("序数,日子,类别\n" + ROW)
    faults = json.loads(load("--json").out)["faults"]
    hints = [line.removeprefix("hint: ") for line in load().err.split("\n") if line.startswith("hint: ")]
    assert hints == [fault["hint"] for fault in faults]
    assert len(hints) == 2


def test_json_is_valid_unicode_whatever_the_bytes(load: Run) -> None:
    Path("map.yaml").write_text(
        "register: orders\ncolumns: {source_ref: n, at: t, service: s}\nconstants: {kind: request}\n"
    )
    Path("h.csv").write_bytes(b"n,t,s,\xc2\xff\nA,2026-11-02\xff,\xff\xfe,\n\xff,2026-11-02,x,\n")
    out = load("--json").out
    out.encode("utf-8")
    assert len(json.loads(out)["faults"]) >= 3
    Path("h.csv").write_bytes(b"n,t,\xff\nA,2026-11-02,\n")
    load("--json").out.encode("utf-8")


# --- bytes that two encodings can read --------------------------------------------------------------------------------


PLAIN = """register: orders
columns: {source_ref: n, at: t, service: s, content: c}
constants: {kind: request}
"""


def write_plain(*contents: str, encoding: str = "gb18030", more: str = "") -> None:
    """A file with names of columns in ASCII, as of a program from abroad."""
    rows = "".join(f"{number},2026-11-02 09:30,plumbing,{text}\n" for number, text in enumerate(contents, 1))
    Path("map.yaml").write_text(PLAIN + more)
    Path("h.csv").write_bytes(f"n,t,s,c\n{rows}".encode(encoding))


def test_chinese_in_gb_18030_that_utf_8_can_read_is_warned_of(load: Run, run: Run) -> None:
    write_plain("blocked drain", "漏水", "停水通知")
    for options in (("--dry-run",), ()):
        result = load(*options)
        assert result.code == 0
        assert result.err == (
            "warning: h.csv:3: read as UTF-8, in which it says '©ˮ'; GB 18030 would say '漏水' (map: encoding: gb18030,"
            " or encoding: utf-8 where that is right)\n"
        )
    assert run("show", "2", "--fields", "content", "--format", "csv", "--now", NOW).out == "content\n©ˮ\n"


def test_the_map_decides_which_encoding_it_is(load: Run, run: Run) -> None:
    write_plain("漏水", more="encoding: utf-8\n")
    assert load("--dry-run").err == ""
    write_plain("漏水", more="encoding: gb18030\n")
    assert load().err == ""
    assert run("show", "1", "--fields", "content", "--format", "csv", "--now", NOW).out == "content\n漏水\n"


def test_strict_refuses_what_is_doubtful(load: Run) -> None:
    write_plain("漏水")
    result = load("--strict")
    assert result.code == 5
    assert result.err.startswith("dispatchctl: h.csv:2: read as UTF-8, in which it says '©ˮ'")
    assert "hint: map: encoding: gb18030, or encoding: utf-8 where that is right" in result.err
    assert not list(Path("records/orders").glob("*.csv"))
    write_plain("漏水", encoding="utf-8")
    assert load("--strict").code == 0


def test_a_file_in_utf_8_under_a_map_for_gb_18030(load: Run) -> None:
    """The names of its columns are refused, and its cells warned of: nothing else can be meant."""
    write((HEAD + ROW).encode(), "encoding: gb18030\n")
    told = "dispatchctl: h.csv:1: is not GB 18030, but reads as UTF-8\nhint: map: encoding: utf-8\n"
    assert (load().code, load().err) == (5, told)
    write_plain("厨房漏水水管", encoding="utf-8", more="encoding: gb18030\n")
    assert "warning: h.csv:2: read as GB 18030, in which it says '鍘ㄦ埧" in load("--dry-run").err


QUIET = {
    "ascii": "blocked drain",
    "chinese": "厨房漏水，停水通知",
    "french": "Fuite d'eau à l'évier - déjà signalée: 25 °C",
    "german": "Größe ½ Zoll: Rohr undicht",
    "polish": "Żółć i źdźbło",
    "russian": "Протечка в кухне",
    "greek": "Διαρροή νερού",
    "hebrew": "דליפת מים",
}


@pytest.mark.parametrize("language", QUIET)
def test_what_is_utf_8_is_not_doubted(load: Run, language: str) -> None:
    write_plain(QUIET[language], encoding="utf-8")
    result = load()
    assert (result.code, result.err) == (0, "")


def test_a_suggested_map_names_the_likely_one_and_says_so(load: Run, run: Run) -> None:
    write_plain("漏水")
    result = run("records", "import", "h.csv", "--suggest-map", "--now", NOW)
    assert result.code == 0
    assert "\nencoding: gb18030\n" in result.out
    assert "warning: h.csv:2: read as GB 18030, in which it says '漏水'; UTF-8 would say '©ˮ'" in result.err


def test_new_orders_from_a_file_are_warned_of_too(demo: Path, run: Run) -> None:
    rows = {
        "gb18030": "warning: standard input:2: read as UTF-8, in which it says '©ˮ'; GB 18030 would say '漏水'",
        "utf-8": "",
    }
    for encoding, told in rows.items():
        data = "kind,content\ninquiry,漏水\n".encode(encoding)
        result = run("new-order", "--from", "-", "-q", "--as", "lin", "--now", NOW, input=data)
        assert (result.code, result.err.partition(": if that")[0].strip()) == (0, told)

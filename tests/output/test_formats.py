"""Every format, letter by letter; what programs read comes back as it went in; nothing reaches a terminal raw."""

import csv
import io
import json
import sys
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dispatchctl.errors import UsageFault
from dispatchctl.output.cells import cut_cell
from dispatchctl.output.formats import emit
from dispatchctl.output.formatters.csv import defuse_cell, dump_csv
from dispatchctl.output.formatters.json import dump_json, dump_lines
from dispatchctl.output.formatters.markdown import dump_markdown
from dispatchctl.output.formatters.table import dump_table
from dispatchctl.output.formatters.yaml import dump_yaml
from dispatchctl.output.labels import Column, find_column
from dispatchctl.output.layout import Layout
from dispatchctl.output.terminal import CONTROLS
from dispatchctl.registers.page import Event, Field, Register, State
from dispatchctl.workspace import Workspace

HOSTILE = ["\x1b[2J", "\x1b]52;c;cHduZWQ=\x07", "\u202eabc", "\u2066x", "\x9b31m", "\ud800", "\ufeffabc", "a\x00b",
           "a\x85b", "a\u2028b", "a\rb", "a\r\nb", "\t=1+1", "=1+1", '"', '""', ",", ";", "\\", "|",
           "<b>", "\x7f"]  # fmt: skip
PAGE = Register(
    "jobs", "J", "jobs", "活计",
    fields=(Field("content", "what", "事由"), Field("fee", "fee", "费用", type="money"),
            Field("seen_on", "seen", "查看", type="time")),
    events=(Event("taken", "taken", "受理", ("",), "pool"),),
    states=(State("pool", "waiting", "待派单"), State("done", "done", "已完工")),
)  # fmt: skip
ITEMS: list[dict[str, Any]] = [
    {"id": "J-1", "state": "pool", "content": "水管漏水，厨房", "fee": Decimal("50.00"), "late_seconds": 7500,
     "due_at": "2026-11-21T09:00:00+08:00", "clauses": ["PD-2.6", "a;b"], "note": None, "breached": True},
    {"id": "J-20", "state": "done", "content": "lamp", "fee": "120.50", "late_seconds": -300,
     "due_at": "2025-12-31T17:30:00+08:00", "clauses": [], "note": 'say "hi"', "breached": False},
]  # fmt: skip
SHOWN = ("id", "state", "content", "fee", "late_seconds", "due_at")
NOW = "2026-11-21T11:05:00+08:00"

TABLE_ZH = """\
编号    状态    事由              费用  逾期       到期
------  ------  --------------  ------  ---------  ----------------
J-1     待派单  水管漏水，厨房   50.00  2小时05分  11-21 09:00
J-20    已完工  lamp            120.50  还有5分钟  2025-12-31 17:30
"""
TABLE_EN = """\
id    state    what               fee  late    due
----  -------  --------------  ------  ------  ----------------
J-1   waiting  水管漏水，厨房   50.00  2h 05m  11-21 09:00
J-20  done     lamp            120.50  in 5m   2025-12-31 17:30
"""
SINGLE_ZH = """\
编号  J-1
状态  待派单
事由  水管漏水，厨房
费用  50.00
逾期  2小时05分
到期  11-21 09:00
"""
JSON = """\
[
{"id": "J-1", "state": "pool", "content": "水管漏水，厨房", "fee": "50.00", "late_seconds": 7500, \
"due_at": "2026-11-21T09:00:00+08:00", "clauses": ["PD-2.6", "a;b"], "note": null, "breached": true},
{"id": "J-20", "state": "done", "content": "lamp", "fee": "120.50", "late_seconds": -300, \
"due_at": "2025-12-31T17:30:00+08:00", "clauses": [], "note": "say \\"hi\\"", "breached": false}
]
"""
CSV = '''\
id,state,content,fee,late_seconds,due_at,clauses,note,breached
J-1,pool,水管漏水，厨房,50.00,7500,2026-11-21T09:00:00+08:00,PD-2.6;a\\;b,,true
J-20,done,lamp,120.50,-300,2025-12-31T17:30:00+08:00,,"say ""hi""",false
'''
YAML = """\
- id: J-1
  state: pool
  content: 水管漏水，厨房
  fee: '50.00'
  late_seconds: 7500
  due_at: '2026-11-21T09:00:00+08:00'
  clauses:
  - PD-2.6
  - a;b
  note: null
  breached: true
"""
MARKDOWN = """\
| 编号 | 状态 | 事由 | 费用 | 逾期 | 到期 |
| --- | --- | --- | ---: | --- | --- |
| J-1 | 待派单 | 水管漏水，厨房 | 50.00 | 2小时05分 | 11-21 09:00 |
| J-20 | 已完工 | lamp | 120.50 | 还有5分钟 | 2025-12-31 17:30 |
"""


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


Capture = pytest.CaptureFixture[str]


def printed(capsys: Capture, items: list[dict[str, Any]], *, single: bool = False, **given: Any) -> str:
    workspace = Workspace({"config": False, "lang": "zh", "now": NOW, **given})
    emit(workspace, items, SHOWN, single=single, page=PAGE)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, TABLE_ZH),
        ({"lang": "en"}, TABLE_EN),
        ({"headers": False, "fields": "id,state"}, "J-1   待派单\nJ-20  已完工\n"),
        ({"format": "json"}, JSON),
        ({"format": "json", "lang": "en"}, JSON),
        ({"format": "jsonl"}, JSON[2:-3].replace("},\n", "}\n") + "\n"),
        ({"format": "csv"}, CSV),
        ({"format": "csv", "headers": False}, CSV.split("\n", 1)[1]),
        ({"format": "tsv", "fields": "state,id"}, "state\tid\npool\tJ-1\ndone\tJ-20\n"),
        ({"format": "markdown"}, MARKDOWN),
        ({"quiet": True, "format": "json"}, "J-1\nJ-20\n"),
        ({"format": "jsonl", "fields": "late_seconds,id"},
         '{"late_seconds": 7500, "id": "J-1"}\n{"late_seconds": -300, "id": "J-20"}\n'),
        ({"format": "csv", "fields": "id", "sort": "late_seconds"}, "id\nJ-20\nJ-1\n"),
        ({"format": "csv", "fields": "id", "sort": "-fee"}, "id\nJ-20\nJ-1\n"),
        ({"fields": "id", "sort": "-id", "headers": False}, "J-20\nJ-1\n"),
    ],
)  # fmt: skip
def test_lists(given: dict[str, Any], wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ITEMS, **given) == wanted


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("table", SINGLE_ZH),
        ("yaml", YAML.replace("- id", "id").replace("\n  ", "\n")),
        ("csv", CSV.rsplit("J-20", 1)[0]),
        ("markdown", "".join(f"- **{a}**: {b}\n" for a, b in (line.split("  ", 1) for line in SINGLE_ZH.splitlines()))),
    ],
)
def test_one_item(form: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ITEMS[:1], format=form, single=True) == wanted


def test_one_item_in_json_is_an_object_not_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, ITEMS[:1], format="json", single=True)
    assert json.loads(text) == {**ITEMS[0], "fee": "50.00"}
    assert text.startswith('{\n  "id": "J-1",\n')


def test_yaml_of_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ITEMS[:1], format="yaml") == YAML


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("table", ""),
        ("markdown", ""),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("yaml", "[]\n"),
        ("csv", ",".join(SHOWN) + "\n"),
    ],
)
def test_nothing_to_show(form: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [], format=form) == wanted


def test_the_same_order_in_a_table_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    items = [{"id": str(number), "late_seconds": number % 3 or None} for number in range(9)]
    workspace = Workspace({"config": False, "sort": "-late_seconds", "headers": False})
    emit(workspace, items, ["id"])
    table = capsys.readouterr().out.split()
    emit(Workspace({"config": False, "sort": "-late_seconds", "format": "json"}), items, ["id"])
    assert [item["id"] for item in json.loads(capsys.readouterr().out)] == table
    assert table == ["2", "5", "8", "1", "4", "7", "0", "3", "6"]


@pytest.mark.parametrize("given", [{"fields": "id,lat_seconds"}, {"sort": "-lat_seconds"}])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_unknown_field_is_refused_with_the_nearest(given: dict[str, str], form: str) -> None:
    with pytest.raises(UsageFault, match="no such field: lat_seconds") as caught:
        emit(Workspace({"config": False, "format": form, **given}), ITEMS, SHOWN)
    assert "late_seconds" in caught.value.hint


@pytest.mark.parametrize("form", ["xlsx", "html"])
def test_formats_of_files_are_not_printed(form: str) -> None:
    with pytest.raises(UsageFault, match="written to a file only"):
        emit(Workspace({"config": False, "format": form}), ITEMS, SHOWN)


def test_words_come_from_the_page_of_each_item(capsys: pytest.CaptureFixture[str]) -> None:
    items = [{"id": "O-1", "register": "orders", "state": "pool"}, {"id": "?", "register": "unheard", "state": "pool"}]
    emit(Workspace({"config": False, "lang": "zh", "format": "markdown"}), items, ["register", "state"])
    lines = capsys.readouterr().out.splitlines()[2:]
    assert lines[0] != "| orders | pool |"
    assert lines[1] == "| unheard | pool |"


def test_keys_that_only_some_items_have_are_columns_too() -> None:
    assert dump_csv([{"a": 1}, {"a": 2, "b": [1, {"c": None}]}], ["a", "b"]) == 'a,b\n1,\n2,"[1, {""c"": null}]"\n'


def test_colour_marks_headings_and_lateness_only(capsys: pytest.CaptureFixture[str]) -> None:
    coloured = printed(capsys, ITEMS, color="always")
    assert "\x1b[31m2小时05分\x1b[0m" in coloured
    assert "\x1b[31m还有" not in coloured
    for mark in ("\x1b[31m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(mark, "")
    assert coloured == TABLE_ZH
    assert printed(capsys, ITEMS, color="always", format="json") == JSON


# hostile texts


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_character_reaches_a_reader_raw(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    items = [{"id": "J-1", "content": text, "clauses": [text], "measures": {text: text}}]
    for form in ("table", "markdown", "json", "jsonl", "yaml"):
        for single in (True, False):
            workspace = Workspace({"config": False, "format": form})
            emit(workspace, items, ["id", "content", "clauses", "measures"], single=single)
            found = capsys.readouterr().out
            assert not set(found.replace("\n", "")) & _controls(), (form, found)
            assert len(found.splitlines()) == len(found.split("\n")) - 1


def _controls() -> set[str]:
    chars: set[str] = set()
    parts = list(CONTROLS)
    while parts:
        first = parts.pop(0)
        if parts and parts[0] == "-":
            parts.pop(0)
            chars.update(chr(code) for code in range(ord(first), ord(parts.pop(0)) + 1))
        else:
            chars.add(first)
    return chars


def test_csv_is_exact_in_a_pipe_and_harmless_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace({"config": False, "format": "csv"})
    emit(workspace, [{"id": "\x1b[2J"}])
    assert capsys.readouterr().out == "id\n\x1b[2J\n"
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdout", screen)
    emit(workspace, [{"id": "\x1b[2J"}])
    assert screen.getvalue() == "id\n\\x1b[2J\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(st.characters(codec=None), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=4))
def test_json_comes_back_as_it_went_in(items: list[dict[str, Any]]) -> None:
    text = dump_json(items)
    assert json.loads(text) == items
    assert text.encode("utf-8")
    assert [json.loads(line) for line in dump_lines(items)] == items


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=12) | st.none(), max_size=2), max_size=4))
def test_yaml_comes_back_as_it_went_in(items: list[dict[str, Any]]) -> None:
    assert yaml.safe_load(dump_yaml(items)) == items


@pytest.mark.parametrize(
    "text", ["NO", "on", "12:30", "010", "1e5", "null", "~", "2026-11-21", "=", "<<", "- a", "a: b", "# a", ""]
)
def test_yaml_keeps_texts_texts(text: str) -> None:
    assert yaml.safe_load(dump_yaml([{"a": text}])) == [{"a": text}]


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=4), st.sampled_from([",", "\t"]))
def test_csv_comes_back_as_it_went_in(rows: list[tuple[str, str]], separator: str) -> None:
    text = dump_csv([{"a": a, "b": b} for a, b in rows], ["a", "b"], separator)
    assert [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)] == [("a", "b"), *rows]


def test_a_csv_of_one_column_keeps_its_empty_rows() -> None:
    assert dump_csv([{"a": ""}, {"a": "x"}], ["a"]) == 'a\n""\nx\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\uff1d1+1"])
def test_formulas_are_harmless_in_files_and_faithful_elsewhere(text: str) -> None:
    assert defuse_cell(text) == "'" + text
    for defuse, wanted in ((True, "'" + text), (False, text)):
        written = dump_csv([{"a": text}], ["a"], headers=False, defuse=defuse)
        assert list(csv.reader(io.StringIO(written, newline=""))) == [[wanted]]


def test_numbers_are_no_formulas() -> None:
    assert dump_csv([{"a": -5, "b": "a=b"}], ["a", "b"], headers=False, defuse=True) == "-5,a=b\n"


# cells


def test_a_long_cell_is_cut_by_its_width_in_a_list_only() -> None:
    long = "漏水" * 40
    assert cut_cell(long, 10) == "漏水漏水…"
    assert cut_cell("abcdefghij", 10) == "abcdefghij"
    assert cut_cell("abcdefghijk", 10) == "abcdefghi…"
    layout = Layout((find_column("content"),), "zh", headers=False)
    assert dump_table([{"content": long}], layout) == "漏水" * 14 + "漏…\n"
    assert dump_table([{"content": long}], layout._replace(single=True)) == f"内容  {long}\n"
    assert long in dump_markdown([{"content": long}], layout)


def test_texts_that_look_like_numbers_stay_as_they_are() -> None:
    layout = Layout((Column("a", "a", "a"), Column("b", "b", "b", "number")), "en", headers=False)
    assert dump_table([{"a": "1e5", "b": "007"}, {"a": "0755", "b": "12345"}], layout) == "1e5     007\n0755  12345\n"


def test_a_time_is_of_this_year_in_its_own_offset() -> None:
    new_year = 1798736400  # 2027-01-01T01:00+08:00, still 2026 in UTC
    layout = Layout((find_column("at"),), "en", now=new_year, headers=False)
    items = [{"at": "2027-01-02T09:00:00+08:00"}, {"at": "2026-12-31T09:00:00+08:00"}, {"at": "not a time"}]
    assert dump_table(items, layout) == "01-02 09:00\n2026-12-31 09:00\nnot a time\n"

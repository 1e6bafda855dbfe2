"""A format is one object in one file: what it says of itself is all that the program knows of it."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from surroundings import ROOT
from transcripts import Result

from dispatchctl.errors import UsageFault
from dispatchctl.output import formatters
from dispatchctl.output.formatters import FILE_FORMATS, FORMATS, find_format, find_printed, list_endings, list_formats
from dispatchctl.output.layout import Layout

FOLDER = ROOT / "dispatchctl" / "output" / "formatters"
ELSEWHERE = {"exchange"}  # rooms that read such files
TELLING = {"jsonl", "tsv", "markdown", "html", "xlsx"}  # names of formats that are words for nothing else


def test_a_file_for_each_format_and_a_format_for_each_file() -> None:
    names = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "base"}
    assert names == {*FORMATS, *FILE_FORMATS}
    assert [each.name for each in list_formats()] == [*FORMATS, *FILE_FORMATS]


def test_every_format_tells_what_it_is() -> None:
    endings = [ending for each in list_formats() for ending in each.endings]
    assert len(endings) == len(set(endings))
    for each in list_formats():
        assert each.about
        assert each.endings
        assert not (each.people and each.tree)
        assert each.tree or not each.whole
        assert each.only_file == (each.name in FILE_FORMATS)
    assert [each.name for each in list_formats() if each.screen] == [FORMATS[0]]


def test_endings_are_those_that_files_had_all_along() -> None:
    assert {ending: each.name for ending, each in list_endings().items()} == {
        ".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".tsv": "tsv", ".yaml": "yaml", ".yml": "yaml",
        ".md": "markdown", ".txt": "table", ".html": "html", ".htm": "html", ".xlsx": "xlsx",
    }  # fmt: skip


@pytest.mark.parametrize("name", FILE_FORMATS)
def test_a_format_of_files_prints_nothing(name: str) -> None:
    with pytest.raises(UsageFault, match=f"{name} is written to a file only"):
        find_printed(name)
    with pytest.raises(UsageFault, match=f"{name} is written to a file only"):
        find_format(name).format_table([{"id": "O-1"}], Layout(()))
    with pytest.raises(UsageFault, match=f"{name} is written to a file only"):
        find_format(name).format_items([{"id": "O-1"}], ["id"])


def test_no_format_is_named_outside_its_file() -> None:
    wrong = []
    for path in sorted((ROOT / "dispatchctl").rglob("*.py")):
        place = path.relative_to(ROOT / "dispatchctl")
        if path.parent == FOLDER or place.parts[0] in ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in TELLING:
                wrong.append(f"{place}:{node.lineno}: {node.value}")
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "format":
                wrong.append(f"{place}:{node.lineno}: {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)


BRIEF = '''
"""One id a line, with what came before and after it."""
from dispatchctl.output.formatters.base import Format

class Brief(Format):
    name, about, endings = "brief", "an arrow and an id", (".brief",)

    def format_items(self, items, keys, *, single=False, headers=True):
        return "".join(f"-> {item['id']}\\n" for item in items)

    def make_file(self, report):
        return f"-> {len(report.rows)} rows\\n"

FORMAT = Brief()
'''


def test_a_new_format_is_one_file_and_its_name_in_the_list(sample: Path) -> None:
    (sample / "brief.py").write_text(BRIEF, encoding="utf-8")
    script = (
        "import sys, dispatchctl.output.formatters as formatters\n"
        "formatters.FORMATS += ('brief',)\n"
        "formatters.__path__.append('.')\n"
        "from dispatchctl.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

    def call(*argv: str, **env: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, *argv],
            env={**os.environ, "PYTHONPATH": path, "DISPATCHCTL_AS": "s01",
                 "DISPATCHCTL_NOW": "2026-10-30T16:30:00+08:00", **env},
            capture_output=True, text=True, encoding="utf-8", timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    ids = json.loads(call("list", "orders", "--limit", "2", "--format", "json"))
    assert call("list", "orders", "--limit", "2", "--format", "brief") == "".join(f"-> {each['id']}\n" for each in ids)
    assert "    brief      an arrow and an id\n" in call("help", "formats")
    assert "yaml, markdown or brief." in " ".join(call("--help").split())
    words = {"COMP_WORDS": "dispatchctl --format b", "COMP_CWORD": "2", "_DISPATCHCTL_COMPLETE": "bash_complete"}
    assert call(**words) == "plain,brief\n"
    call("records", "writer", "T", DISPATCHCTL_NOW="")
    call("report", "daily", "-o", "day.brief", DISPATCHCTL_NOW="")
    assert (sample / "day.brief").read_text(encoding="utf-8").endswith(" rows\n")


def test_a_value_of_the_shell_is_completed_by_the_formats_that_are_printed(run: Callable[..., Result]) -> None:
    words = {"COMP_WORDS": "dispatchctl overdue --format ", "COMP_CWORD": "3", "_DISPATCHCTL_COMPLETE": "bash_complete"}
    assert run(env=words).out == "".join(f"plain,{name}\n" for name in formatters.FORMATS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_explained_clock_is_in_words_wherever_people_read(
    run: Callable[..., Result], sample: Path, lang: str
) -> None:
    given = ("--now", "2026-10-30T16:30:00+08:00", "--as", "s01", "--lang", lang)
    case = json.loads(run("list", "orders", "--limit", "1", "--json", *given).out)[0]["id"]
    told = {form: run("due", case, "--explain", "--format", form, *given).out for form in ("table", "markdown", "json")}
    raw = [each["why"] for each in json.loads(told["json"])[0]["segments"]]
    assert "counted" in raw
    for form in ("table", "markdown"):
        assert "segments" not in told[form]
        assert "counted" not in told[form] or lang == "en"
        assert "{" not in told[form]
        assert "T" not in told[form].replace(case, "")  # no time as programs read it

    def read_cells(text: str) -> list[str]:
        marks = text.replace("|", " ").replace("&amp;", "&").replace("\\", "")
        return [word for word in marks.split() if set(word) - set("-:")]

    assert read_cells(told["markdown"]) == read_cells(told["table"])


@pytest.mark.parametrize("name", FILE_FORMATS)
def test_nothing_is_recorded_where_the_result_cannot_be_printed(
    run: Callable[..., Result], demo: Path, name: str
) -> None:
    order = ("new-order", "--kind", "suggestion", "--content", "加灯", "--caller", "张示例", "--phone", "138-0000-0001")
    refused = run(*order, "--format", name)
    assert (refused.code, refused.out) == (2, "")
    assert f"--format: {name} is written to a file only" in refused.err
    assert json.loads(run("list", "orders", "--json").out) == []
    assert run(*order, "--format", name, "-q").code == 0
    assert len(json.loads(run("list", "orders", "--json").out)) == 1

"""Verbs come from the pages of registers: options, types, what must be given; no workflow needs no code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from transcripts import Result

from dispatchctl.commands import GROUPS

Run = Callable[..., Result]

PLAIN = {
    "plan": ("verbs:training.planned", "Plan a course."),
    "look": ("verbs:surveys.checked", "Look at what came of it."),
    "examine": ("verbs:training.examined", "Record a score."),
}
COMMON = ("--as", "lin", "--now", "2026-11-02T09:00:00+08:00")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group whose verbs have a line in the table and nothing else."""
    monkeypatch.setitem(GROUPS, "club", ("A register without a workflow.", PLAIN))


def test_a_line_of_the_table_makes_a_verb(plain: None, demo: Path, run: Run) -> None:
    told = run("club", "plan", "--help").out
    assert "Plan a course." in told
    assert "dispatchctl club plan --topic TEXT --on 2026-11-23T12:00" in told
    assert "--on WHEN" in told
    assert told.count("[required]") == 2
    made = run("club", "plan", "--topic", "应急处置", "--on", "2026-11-20T14:00", *COMMON, "--json")
    assert made.code == 0, made.err
    item = json.loads(made.out)
    assert (item["id"], item["event"], item["state"]) == ("G-20261102-0001", "planned", "open")
    shown = json.loads(run("show", item["id"], "--json", *COMMON).out)
    assert (shown["topic"], shown["planned_for"]) == ("应急处置", "2026-11-20T14:00:00+08:00")


def test_an_event_of_a_case_takes_ids(plain: None, demo: Path, run: Run) -> None:
    for _ in range(2):
        assert run("survey", "open", "--department", "engineering", *COMMON).code == 0
    done = run("club", "look", "1", "2", "9", "--note", "抽查", *COMMON, "--json")
    assert [item["id"] for item in json.loads(done.out)] == ["S-20261102-0001", "S-20261102-0002"]
    assert done.code == 4
    assert "no such survey: '9'" in done.err


def test_what_the_page_forbids_is_refused_by_the_name_of_the_option(plain: None, demo: Path, run: Run) -> None:
    for words, message in (
        (("--on", "垃圾"), "--on: '垃圾' is not understood"),
        ((), "Missing option '--on'"),
    ):
        refused = run("club", "plan", "--topic", "应急", *words, *COMMON)
        assert (refused.code, refused.out) == (2, "")
        assert message in refused.err
    refused = run("club", "examine", "--topic", "应急", "--staff", "nobody", "--score", "90", *COMMON)
    assert refused.code == 3
    refused = run("club", "examine", "--topic", "应急", "--staff", "lin", "--score", "101", *COMMON)
    assert (refused.code, "--score: '101'" in refused.err) == (2, True)


def test_free_text_is_looked_through_for_numbers_of_people(plain: None, demo: Path, run: Run) -> None:
    done = run("club", "plan", "--topic", "回访13800000001", "--on", "2026-11-20T14:00", *COMMON)
    assert done.code == 0
    assert done.err.startswith("warning: --topic holds what looks like")


def test_an_attribute_that_is_no_verb_is_none(plain: None) -> None:
    from dispatchctl.commands import tracking, verbs

    for module, name in ((tracking, "no_such"), (verbs, "training.nothing"), (verbs, "visits.planned")):
        with pytest.raises(AttributeError):
            getattr(module, name)

"""What every writing command takes besides its own options is in the row: --attach, --at, --note, --request-id.

Each verb is run three times with all of them: as --dry-run, which leaves every file as it is; in earnest; and once
more with the same key, which writes nothing.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from stories import START, STEP, STORIES, Line, Run, begin_story, list_lines, read_files, read_rows

from dispatchctl.store.lines import unescape_text

BATCH = ("assign --all", "urge", "new-order --from", "training", "ledger propose late-b")  # their keys go on with /ITEM


def has_all(run: Run, verb: tuple[str, ...]) -> bool:
    return "--request-id" in run(*verb, "--help").out


@pytest.mark.parametrize("story", STORIES)
def test_what_is_said_of_a_command_is_in_its_row(story: str, demo: Path, run: Run) -> None:
    begin_story(story, demo, run)
    now = START
    for number, line in enumerate(list_lines(story)):
        now = line.moment or now + STEP
        common = ("--as", line.who, "--now", now.isoformat())
        if line.prepares:
            done = run(*line.argv, *common)
            assert done.code == 0, (line.text, done.err)
            continue
        _try_verb(demo, run, line, number, common, now)


def _try_verb(demo: Path, run: Run, line: Line, number: int, common: tuple[str, ...], now: datetime) -> None:
    proof = demo / f"proof-{number}.txt"
    proof.write_text(f"凭证 {number}")
    note, key = f"备注{number}", f"k{number}"
    at = (now - timedelta(minutes=1)).isoformat()
    extra = ["--attach", str(proof), "--note", note, "--request-id", key]
    if line.argv[0] != "undo":
        extra += ["--at", at]
    before, count = read_files(demo / "records"), len(read_rows(demo / "records"))
    tried = run(*line.plain, *extra, *common, "--dry-run")
    assert tried.code == 0, (line.text, tried.err)
    assert read_files(demo / "records") == before, line.text
    done = run(*line.plain, *extra, *common)
    assert done.code == 0, (line.text, done.err)
    rows = read_rows(demo / "records")[count:]
    assert rows, line.text
    first = {row["id"]: row for row in reversed(rows)}
    for row in first.values():
        kept = row["reason"] if line.text == "policy review" else row["note"]
        assert unescape_text(kept) == note, line.text
        assert row["attached"] == f"{hashlib.sha256(proof.read_bytes()).hexdigest()} {proof.name}", line.text
    for row in rows:
        batch = any(line.text.startswith(words) for words in BATCH)
        assert row["request_id"] == key or (batch and row["request_id"].startswith(f"{key}/")), line.text
        if line.argv[0] != "undo":
            assert datetime.fromisoformat(row["at"]) == datetime.fromisoformat(at), line.text
    kept_files = sorted((demo / "records" / "private" / "files").iterdir())
    assert any(path.read_bytes() == proof.read_bytes() for path in kept_files), line.text
    again = run(*line.plain, *extra, *common)
    assert again.code == 0, (line.text, again.err)
    assert len(read_rows(demo / "records")) == count + len(rows), line.text


def test_every_writing_command_is_tried(run: Run) -> None:
    from dispatchctl.cli import COMMANDS, GROUPS

    verbs = [(name,) for name in COMMANDS] + [(group, verb) for group, (_, lines) in GROUPS.items() for verb in lines]
    writing = {verb for verb in verbs if has_all(run, verb)}
    writing.remove(("records", "adopt"))  # of a damaged file, which no command makes: reliability/test_tails.py
    tried = [line.argv for story in STORIES for line in list_lines(story) if not line.prepares]
    assert writing == {verb for verb in writing if any(tuple(argv[: len(verb)]) == verb for argv in tried)}
    assert len(writing) > 60


def test_an_undo_takes_no_time(demo: Path, run: Run) -> None:
    refused = run("undo", "--at", "2026-11-02T08:31:00+08:00", "--as", "lin", "--now", "2026-11-02T09:00:00+08:00")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("dispatchctl: --at: ")
    assert "--at " not in run("undo", "--help").out


@pytest.mark.parametrize(
    "extra", [["--note", "备注"], ["--attach", "proof.txt"], ["--request-id", "k"], ["--at", "now"]]
)
def test_what_leaves_no_row_takes_nothing_to_keep_with_it(extra: list[str], demo: Path, run: Run) -> None:
    (demo / "proof.txt").write_text("凭证")
    refused = run("records", "writer", "SZ", *extra)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"dispatchctl: {extra[0]}: there is no row to keep it with")
    assert (demo / "records" / ".writer").read_text().strip() == "main"
    assert run("records", "writer", "SZ", "--reason", "新电脑").code == 2

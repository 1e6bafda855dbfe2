"""What is refused leaves nothing behind, and a key answers only for the command that it was used for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from stories import CALL, START, join_staff, read_files
from transcripts import Result

Run = Callable[..., Result]

COMMON = ("--as", "lin", "--now", "2026-11-02T12:00:00+08:00")
NEW = ("--caller", "陈样例", "--phone", "139-0000-0007", "--address", "9号楼901")


@pytest.fixture
def begun(demo: Path, run: Run) -> Path:
    """A folder with two orders in work, and a file to attach."""
    join_staff(run)
    (demo / "proof.txt").write_text("凭证")
    for number in (1, 2):
        assert run("new-order", *CALL, "--as", "lin", "--now", START.isoformat()).code == 0
        assert run("assign", f"O-20261102-000{number}", "wu", "--as", "lin", "--now", START.isoformat()).code == 0
    return demo


REFUSED = (
    ("new-order", "--service", "plumbing", "--content", "漏水", *NEW, "--answered", " "),
    ("new-order", "--service", "plumbing", "--content", "漏" * 20_000, *NEW),
    ("amend", "O-20261102-0001", "phone=139-0000-0008", "--reason", " "),
    ("staff", "promote", "wu", "--phone", "139-0000-0009", "--reason", " "),
    ("staff", "join", "sun", "--name", " ", "--role", "field", "--phone", "139-0000-0010"),
    ("complaint", "new", "--content", "漏" * 20_000, *NEW),
    ("resume", "A-20261102-0001", "--attach", "proof.txt"),
    ("paid", "O-20261102-0001", "--amount", "5", "--at", "2027-01-01", "--attach", "proof.txt"),
)


@pytest.mark.parametrize("words", REFUSED, ids=lambda words: " ".join(words)[:40])
def test_a_refusal_keeps_neither_contact_nor_attachment(words: tuple[str, ...], begun: Path, run: Run) -> None:
    before = read_files(begun / "records")
    refused = run(*words, *COMMON)
    assert (refused.code in (2, 4), refused.out) == (True, ""), refused
    assert read_files(begun / "records") == before


def test_a_key_is_of_one_person_and_one_day(begun: Path, run: Run) -> None:
    join = ("--name", "孙新人", "--role", "field", "--request-id", "k1", *COMMON)
    assert run("staff", "join", "sun", *join).code == 0
    assert '"replayed": true' in run("staff", "join", "sun", *join, "--json").out
    refused = run("staff", "join", "qian", *join)
    assert (refused.code, refused.out) == (4, "")
    assert "was used for joined of sun" in refused.err
    late = ("--on", "2026-11-02", "--request-id", "k2", *COMMON)
    assert run("attendance", "late", "wu", *late).code == 0
    assert '"replayed": true' in run("attendance", "late", "吴水工", *late, "--json").out
    assert run("attendance", "late", "zheng", *late).code == 4


def test_a_retry_does_what_is_missing_whether_alone_or_with_others(begun: Path, run: Run) -> None:
    jobs = ("A-20261102-0001", "A-20261102-0002")
    key = ("--note", "已到现场", "--request-id", "k3", *COMMON, "--json")
    assert len(json.loads(run("progress", *jobs, *key).out)) == 2
    alone = json.loads(run("progress", jobs[0], *key).out)
    assert (alone["id"], alone["replayed"]) == (jobs[0], True)
    other = ("--note", "已备件", "--request-id", "k4", *COMMON, "--json")
    assert "replayed" not in json.loads(run("progress", jobs[0], *other).out)
    both = json.loads(run("progress", *jobs, *other).out)
    assert [item.get("replayed") for item in both] == [True, None]
    rows = [row["event"] for job in jobs for row in json.loads(run("show", job, "--json", *COMMON).out)["events"]]
    assert rows.count("progress") == 4


@pytest.mark.parametrize("name", ["O-20261102-0001", "X-20261102-0001", "A-20261102-SZ-0001"])
def test_nobody_is_called_like_a_case(name: str, begun: Path, run: Run) -> None:
    refused = run("staff", "join", name, "--name", "孙新人", "--role", "field", *COMMON)
    assert (refused.code, refused.out) == (2, "")
    assert "has the form of a case" in refused.err


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("--helper", "zheng"), "--helper"),
        (("--content", "检查"), "--content"),
        (("--over-ceiling", "--reason", "急"), "--over-ceiling"),
    ],
)
def test_what_is_about_one_order_does_not_go_with_all(words: list[str], place: str, begun: Path, run: Run) -> None:
    refused = run("assign", "--all", "--auto", *words, *COMMON)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"dispatchctl: {place}: ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("report", "monthly", "--month", "9999-12"), 2),
        (("staff", "score", "wu", "--measure", "attitude", "--month", "last", "--score", "0" * 5000 + "5"), 2),
        (("amend", "O-20261102-0001", "content= ", "--reason", "试"), 2),
        (("amend", "G-20261102-SZ-0001", "topic=x", "--reason", "试"), 3),
        (("staff", "change", "wu", "--skill", ""), 2),
        (("records", "writer", "SZ", "--take-over", "--reason", "试"), 2),
    ],
)
def test_the_edges_are_refused_in_words(words: tuple[str, ...], code: int, begun: Path, run: Run) -> None:
    refused = run(*words, *(("--reason", "试") if words[1] == "score" else ()), *COMMON)
    assert (refused.code, refused.out) == (code, ""), refused
    assert "internal fault" not in refused.err


def test_a_manager_may_have_come_after_whoever_is_entered_later(begun: Path, run: Run) -> None:
    joined = run("staff", "join", "sun", "--name", "孙示例", "--role", "field", "--manager", "lin", *COMMON,
                 "--at", "2026-10-01")  # fmt: skip
    assert joined.code == 0, joined.err


def test_the_note_of_a_batch_is_looked_through_too(begun: Path, run: Run) -> None:
    (begun / "many.csv").write_text("kind,content\ninquiry,几点下班\n")
    refused = run("new-order", "--from", "many.csv", "--note", "回电13812345678", "--strict-privacy", *COMMON)
    assert (refused.code, refused.out) == (2, "")
    warned = run("progress", "A-20261102-0001", "--note", "回电13812345678", *COMMON)
    assert warned.code == 0
    assert warned.err.count("warning: --note holds what looks like") == 1


@pytest.mark.parametrize("words", [("--fields", "nosuch"), ("--sort", "nosuch")])
def test_what_was_recorded_is_never_answered_with_a_refusal(words: tuple[str, ...], begun: Path, run: Run) -> None:
    said = run("progress", "A-20261102-0001", *words, "--json", *COMMON)
    assert said.code == 0, said.err
    assert json.loads(said.out)["event"] == "progress"
    assert said.err.startswith(f"warning: {words[0]}: ")
    shown = run("list", *words, "--json", *COMMON)
    assert (shown.code, shown.out) == (2, "")


def test_what_is_possible_is_said_as_it_is_typed() -> None:
    """Every event that a state allows is recorded by a command that there is."""
    from dispatchctl.commands import COMMANDS, GROUPS
    from dispatchctl.commands.spoken import name_verbs
    from dispatchctl.registers import SHIPPED
    from dispatchctl.registers.page import FIRST

    known = {*COMMANDS, *(f"{group} {verb}" for group, (_, verbs) in GROUPS.items() for verb in verbs)}
    for register in SHIPPED.names:
        for event in SHIPPED.get(register).events:
            if FIRST not in event.before:
                for words in name_verbs(register, [event.name]):
                    assert words.partition(" --")[0] in known, (register, event.name)
    assert name_verbs("assignments", ["acknowledged", "extension-asked"]) == ["ack", "ask-extension"]
    assert name_verbs("complaints", ["ruled-valid", "amended"]) == ["complaint rule --valid", "amend"]

"""A text of nothing but blanks says nothing: no reason, no note, no content, however it comes."""

import json
from collections.abc import Callable, Iterator

import click
import pytest
from desks import Desk
from transcripts import Result

from dispatchctl.cli import root
from dispatchctl.commands import COMMANDS, GROUPS
from dispatchctl.options import GLOBAL_OPTIONS, SAID
from dispatchctl.typed import is_blank

BLANK = [" ", "\t", "\u3000", "\u00a0", "\u200b", "\ufeff", " \u3000\u200b\u00ad\n"]


def list_commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    ctx = click.Context(root)
    for name in (*COMMANDS, *GROUPS):
        found = root.get_command(ctx, name)
        assert found is not None
        if not isinstance(found, click.Group):
            yield (name,), found
        for verb in found.list_commands(ctx) if isinstance(found, click.Group) else ():
            each = found.get_command(ctx, verb)
            assert each is not None
            yield (name, verb), each


def list_said() -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """(command, option, whether it must be given) of every option that takes what somebody says."""
    for words, found in list_commands():
        for param in found.params:
            if isinstance(param, click.Option) and param.metavar in SAID and param not in GLOBAL_OPTIONS:
                yield words, param.opts[0], param.required


@pytest.mark.parametrize("text", BLANK)
def test_what_says_nothing(text: str) -> None:
    assert is_blank(text)
    assert is_blank("")
    for said in ("x", f"{text}x{text}", "。", "0", "👨‍👩‍👧", "\ue000"):
        assert not is_blank(said)


def test_where_something_must_be_said_a_blank_is_missing(run: Callable[..., Result]) -> None:
    needed = [(words, option) for words, option, required in list_said() if required]
    assert len(needed) > 20
    for number, (words, option) in enumerate(needed):
        for text in ("", BLANK[number % len(BLANK)]):
            done = run(*words, option, text)
            assert (done.code, done.out) == (2, ""), words
            assert f"Missing option '{option}'" in done.err, words


@pytest.mark.parametrize("text", BLANK)
def test_nothing_is_revealed_for_a_blank_reason(desk: Desk, text: str) -> None:
    order = desk.take()
    assert "--reveal needs --reason TEXT" in desk.refuse(2, "lin", "show", order, "--reveal", "--reason", text)
    assert not desk.rows("audit")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("records", "writer", "main", "--take-over", "--reason"), "--reason: is missing"),
        (("records", "adopt", "orders/2026-11.main", "--reason"), "Missing option '--reason'"),
        (("policy", "acknowledge", "--objection"), "--objection: is empty"),
        (("policy", "review", "--note"), "--note: say what was found"),
        (("new-order", "--kind", "inquiry", "--content"), "kind inquiry needs --content"),
        (("new-order", "--kind", "inquiry", "--content", "问路", "--answered"), "--answered: is empty"),
        (("new-order", "--kind", "inquiry", "--content", "问路", "--request-id"), "--request-id: is empty"),
        (("new-order", "--kind", "inquiry", "--content", "问路", "--from"), "--from: is empty"),
        (("staff", "change", "lin", "--name"), "--name"),
        (("assign", "1", "pan", "--over-ceiling", "--reason"), "--over-ceiling needs --reason"),
        (
            ("ledger", "propose", "--rule", "unreachable", "--staff", "pan", "--reason"),
            "propose by hand needs --reason",
        ),
        (("complaint", "new", "--content"), "Missing option '--content'"),
    ],
)
def test_what_needs_a_text_is_refused_for_a_blank_one(desk: Desk, words: tuple[str, ...], told: str) -> None:
    if words[0] == "assign":
        for _ in range(5):
            desk.send(desk.take(), "pan", "--over-ceiling", "--reason", "人手不足")
        desk.take()
        words = ("assign", "6", *words[2:])
    before = desk.count()
    for text in ("\u3000", "\u200b"):
        done = desk.act("mgr", *words, text)
        assert (done.code, done.out) == (2, ""), done
        assert told in done.err
    assert desk.count() == before


def test_what_needs_no_text_keeps_none_of_a_blank_one(desk: Desk) -> None:
    order = desk.take(note="\u200b ", requirements="\u3000")
    row = desk.rows("orders")[-1]
    assert (row["id"], row["note"], row.get("requirements") or "") == (order, "", "")
    desk.refuse(2, "lin", "amend", order, "content=\u200b", "--reason", "听错了")


def test_a_blank_cell_is_an_empty_one(desk: Desk) -> None:
    (desk.folder / "h.csv").write_text(
        "n,t,c\nH1,2026-11-01 09:00,\u200b\nH2,2026-11-01 10:00,态度生硬\nH3,2026-11-01 11:00,\n"
    )
    (desk.folder / "map.yaml").write_text(
        "register: complaints\ncolumns: {source_ref: n, at: t, content: c}\nconstants: {received_by: lin}\n"
    )
    words = ("records", "import", "h.csv", "--map", "map.yaml", "--json")
    faults = json.loads(desk.act("mgr", *words).out)["faults"]
    assert [(each["code"], each["rows"]) for each in faults] == [("missing", 2)]
    assert json.loads(desk.act("mgr", *words, "--on-error", "skip").out)["imported"] == 1


def test_a_blank_value_of_a_line_is_none(desk: Desk) -> None:
    lines = json.dumps({"kind": "inquiry", "content": "问路", "requirements": "\u200b"})
    desk("new-order", "--from", "-", "--as", "lin", input=lines)
    assert not desk.rows("orders")[-1].get("requirements")

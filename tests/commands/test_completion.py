"""What the shell's TAB offers for a value: asked for as the shells ask, through the environment."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import Desk, copy_desk, open_demo
from transcripts import Result

Run = Callable[..., Result]
Ask = Callable[..., dict[str, str]]


@pytest.fixture
def ask(run: Run) -> Ask:
    """`ask("show", "O-")` is value -> description of what TAB offers for the last word, as zsh is told."""

    def call(*words: str, cwd: Path | None = None) -> dict[str, str]:
        typed = f"{shlex.join(('dispatchctl', *words[:-1]))} {words[-1]}"
        asked = {"_DISPATCHCTL_COMPLETE": "zsh_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words))}
        done = run(env=asked, cwd=cwd)
        assert (done.code, done.err) == (0, "")
        lines = done.out.rstrip("\n").split("\n") if done.out.strip() else []
        assert len(lines) % 3 == 0, lines
        found = zip(lines[::3], lines[1::3], lines[2::3], strict=True)
        return {value.replace("\\:", ":"): text for kind, value, text in found if kind == "plain"}

    return call


@pytest.fixture
def desk(run: Run, isolated: Path) -> Path:
    return copy_desk(run, isolated, open_worked).folder


def open_worked(run: Run, folder: Path) -> Desk:
    """A demo with three people, one of whom left, an order at work, one in the pool and one that is closed."""

    desk = open_demo(run, folder)
    caller = ("--caller", "张示例", "--phone", "138-0000-0001", "--address", "1号楼101")
    desk("staff", "join", "wu", "--name", "吴示例", "--role", "field", "--skill", "plumbing")
    desk("staff", "join", "xu", "--name", "徐示例", "--role", "desk")
    desk("staff", "leave", "xu", "--kind", "resignation", "--reason", "另有去处")
    desk("new-order", "--service", "plumbing", "--content", "厨房\n漏水\x1b[2J", *caller)
    desk("new-order", "--service", "lighting", "--content", "楼道灯不亮", *caller)
    desk("new-order", "--kind", "inquiry", "--content", "几点下班", "--answered", "五点半")
    desk("assign", "1", "wu")
    return desk


@pytest.mark.parametrize(
    "env",
    [
        {"_DISPATCHCTL_COMPLETE": "zsh_complete"},
        {"_DISPATCHCTL_COMPLETE": "zsh_complete", "COMP_WORDS": "dispatchctl ", "COMP_CWORD": "x"},
        {"_DISPATCHCTL_COMPLETE": "bash"},
        {"_DISPATCHCTL_COMPLETE": "zz_complete"},
    ],
)
def test_what_no_script_asks_is_a_wrong_value(run: Run, desk: Path, env: dict[str, str]) -> None:
    done = run("status", env=env)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("dispatchctl: _DISPATCHCTL_COMPLETE: ")


def test_a_variable_that_is_empty_asks_nothing(run: Run, desk: Path) -> None:
    assert run("status", env={"_DISPATCHCTL_COMPLETE": ""}).out


def test_open_cases_complete_and_closed_ones_do_not(ask: Ask, desk: Path) -> None:
    found = ask("show", "O-")
    assert list(found) == ["O-20261102-0002", "O-20261102-0001"]
    assert found["O-20261102-0002"] == "待判断 楼道灯不亮"
    assert list(ask("show", "")) == ["O-20261102-0002", "O-20261102-0001", "A-20261102-0001"]
    assert list(ask("ack", "A-2026")) == ["A-20261102-0001"]
    assert ask("show", "O-2025") == {}


def test_every_register_of_cases_that_end_completes(ask: Ask, desk: Path, run: Run) -> None:
    assert ask("show", "L-") == {}
    by_hand = ("--rule", "unreachable", "--staff", "wu", "--reason", "三次电话未接")
    made = run("ledger", "propose", *by_hand, "-q", cwd=desk)
    assert list(ask("ledger", "approve", "L-")) == made.out.split()
    assert list(ask("ledger", "approve", "1")) == ["O-20261102-0001", "A-20261102-0001", *made.out.split()]


def test_a_number_completes_to_the_ids_that_end_with_it(ask: Ask, desk: Path) -> None:
    assert list(ask("show", "2")) == ["O-20261102-0002"]
    assert list(ask("start", "0001")) == ["O-20261102-0001", "A-20261102-0001"]
    assert ask("show", "3") == {}


def test_the_description_of_a_case_is_one_harmless_line(ask: Ask, desk: Path) -> None:
    assert ask("show", "O-20261102-0001")["O-20261102-0001"] == "已派单 厨房\\n漏水\\x1b[2J"


def test_people_complete_by_id_and_by_name(ask: Ask, desk: Path) -> None:
    assert ask("worklist", "") == {"lin": "林示例", "wu": "吴示例"}
    assert list(ask("assign", "2", "w")) == ["wu"]
    assert list(ask("overdue", "--owner", "吴")) == ["wu"]
    assert ask("--as", "x") == {}


OFFERED = [
    (("new-order", "--service", "plumb"), {"plumbing": "给排水维修"}),
    (("new-order", "--service", "给排"), {"plumbing": "给排水维修"}),
    (("new-order", "--priority", "ur"), {"urgent": "紧急"}),
    (("new-order", "--channel", "ph"), {"phone": "电话"}),
    (("new-order", "--area", "tower-1"), {"tower-1": "1号楼"}),
    (("triage", "1", "--refer", "gr"), {"greening": "绿化部"}),
    (("staff", "join", "sun", "--role", "sup"), {"supervisor": "主管"}),
    (("list", "--state", "po"), {"pool": "待派单"}),
    (("--lang", "en", "list", "--state", "po"), {"pool": "to be dispatched"}),
    (("list", "as"), {"assignments": "派工单"}),
    (("overdue", "--register", "or"), {"orders": "工单"}),
    (("new-order", "--content", "p"), {}),
]


def test_keys_states_and_registers_complete(ask: Ask, desk: Path) -> None:
    assert [(words, ask(*words)) for words, _ in OFFERED] == OFFERED


def test_a_line_that_would_be_refused_completes_all_the_same(ask: Ask, desk: Path) -> None:
    twice = ("--service", "electrical", "--service", "plumbing")
    assert "inquiry" in ask("new-order", *twice, "--kind", "inq")


def test_the_folder_named_on_the_line_is_the_one_asked(ask: Ask, desk: Path, tmp_path: Path) -> None:
    assert ask("show", "O-", cwd=tmp_path) == {}
    assert list(ask("--records", str(desk / "records"), "show", "2", cwd=tmp_path)) == ["O-20261102-0002"]


def test_nothing_is_said_where_nothing_can_be_read(ask: Ask, isolated: Path) -> None:
    assert ask("show", "O-") == {}
    (isolated / "records").mkdir()
    (isolated / "policies.yaml").write_text("policy: [", encoding="utf-8")
    assert ask("new-order", "--service", "p") == {}

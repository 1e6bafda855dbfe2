"""The command line around every command: where options count, how errors read, what is imported, which streams."""

import os
import subprocess
import sys
import types
from pathlib import Path

import click
import pytest
from surroundings import ROOT

from dispatchctl import VERSION, cli
from dispatchctl.commands import ALIASES
from dispatchctl.errors import BadData, Busy, Fault, NotFound, OutcomeUnknown, Refused, SystemFailed, UsageFault
from dispatchctl.options import (
    CASE,
    MONEY,
    MONTH,
    SPAN,
    WHEN,
    Writing,
    output_options,
    pass_workspace,
    take_ids,
    writing_options,
)
from dispatchctl.workspace import Workspace

HEAVY = {"tabulate", "wcwidth", "yaml", "dateutil", "difflib", "logging", "importlib.metadata", "asyncio", "email"}
SEEN: list[object] = []


@click.command()
@pass_workspace
def look(workspace: Workspace) -> None:
    """Look at the settings."""
    SEEN.append(workspace.settings)


@click.command()
@take_ids("cases")
@click.option("--price", type=MONEY)
@click.option("--month", type=MONTH)
@click.option("--span", type=SPAN)
@click.option("--until", type=WHEN)
@click.option("--about", type=CASE)
@click.option("--content")
@output_options
@writing_options
def write(writing: Writing, **rest: object) -> int:
    """Take everything, return 1."""
    SEEN.append((writing, rest))
    return 1


@click.command()
@click.option("--sort", help="its own meaning")
@pass_workspace
def own(workspace: Workspace, sort: str) -> None:
    """Have an option of a global name."""
    SEEN.append((sort, workspace.settings.sort))


@click.command()
def fail() -> None:
    """Raise what the test put there."""
    error = SEEN.pop()
    assert isinstance(error, BaseException)
    raise error


@pytest.fixture(autouse=True)
def fake_commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = types.ModuleType("dispatchctl.commands.fake")
    for command in (look, write, own, fail):
        setattr(module, str(command.name), command)
    monkeypatch.setitem(sys.modules, "dispatchctl.commands.fake", module)
    lines = {name: (f"fake:{name}", name) for name in ("look", "write", "own", "fail")}
    monkeypatch.setattr(cli.root, "lines", {**cli.root.lines, **lines, "staff": ("", "")})
    monkeypatch.setitem(
        cli.GROUPS, "staff", ("People.", {"join": ("fake:look", "Join."), "leave": ("fake:fail", "Go.")})
    )
    monkeypatch.setitem(ALIASES, "done", "write")
    for name in list(os.environ):
        if name.startswith("DISPATCHCTL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    SEEN.clear()


def start(*args: str, env: dict[str, str] | None = None, **rest: object) -> "subprocess.CompletedProcess[bytes]":
    """A whole process, with what the test's environment says."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run([sys.executable, *args], env=environment, capture_output=True, check=False, **rest)  # type: ignore[call-overload, no-any-return]


def settings_of(*args: str) -> object:
    assert cli.main(args) == 0
    return SEEN.pop()


# what is imported


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version_is_answered_without_click(flag: str) -> None:
    script = (
        f"import sys; sys.argv = ['dispatchctl', {flag!r}]\n"
        "from dispatchctl.__main__ import main; main()\n"
        "sys.exit('click' in sys.modules)"
    )
    done = start("-c", script)
    assert done.returncode == 0
    assert done.stdout.decode() == f"dispatchctl {VERSION}\n"


def test_version_after_another_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--lang", "zh", "--version"]) == 0
    assert capsys.readouterr().out == f"dispatchctl {VERSION}\n"


def test_help_imports_no_command_and_nothing_heavy() -> None:
    script = (
        "import sys; from dispatchctl.cli import main\n"
        "code = main(['--help'])\n"
        "print(code, *sorted(sys.modules), sep='\\n', file=sys.stderr)"
    )
    done = start("-c", script)
    code, *modules = done.stderr.decode().split()
    assert code == "0"
    assert HEAVY & set(modules) == set()
    assert not [name for name in modules if name.startswith("dispatchctl.commands.")]
    assert "completion" in done.stdout.decode()


def test_a_short_option_imports_nothing_heavy() -> None:
    script = (
        "import sys; from dispatchctl.cli import main\n"
        "code = main(['help', '-q', 'limits'])\n"
        "print(code, *sorted(sys.modules), sep='\\n', file=sys.stderr)"
    )
    code, *modules = start("-c", script).stderr.decode().split()
    assert code == "0"
    assert HEAVY & set(modules) == set()


def test_short_options_run_together_or_with_their_value() -> None:
    assert cli.main(["write", "-qnox.csv", "7"]) == 1
    writing, rest = SEEN.pop()  # type: ignore[misc]
    assert (writing.dry_run, rest["output"]) == (True, "x.csv")


def test_completion_of_names_imports_no_command() -> None:
    script = (
        "import sys; from dispatchctl.cli import main\n"
        "code = main([])\n"
        "print(code, *sorted(sys.modules), sep='\\n', file=sys.stderr)"
    )
    line = {"_DISPATCHCTL_COMPLETE": "bash_complete", "COMP_WORDS": "dispatchctl completi", "COMP_CWORD": "1"}
    done = start("-c", script, env=line)
    assert done.stdout.decode() == "plain,completion\n"
    assert not [name for name in done.stderr.decode().split() if name.startswith("dispatchctl.commands.")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_names_the_program(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "_DISPATCHCTL_COMPLETE" in script
    assert "dispatchctl" in script


def test_every_line_of_the_table_leads_to_a_command_with_help() -> None:
    from dispatchctl.commands import COMMANDS, GROUPS

    tables = [("", COMMANDS), *((group, verbs) for group, (_, verbs) in GROUPS.items())]
    for group, lines in tables:
        for name, (target, text) in lines.items():
            if target.startswith("fake:"):
                continue
            ctx = click.Context(cli.root)
            owner = cli.root.get_command(ctx, group) if group else cli.root
            assert isinstance(owner, cli.LazyGroup)
            command = owner.get_command(ctx, name)
            assert command is not None, name
            assert command.help, name
            assert text, name


# where options count


def test_global_options_count_before_and_after_and_the_last_wins() -> None:
    assert settings_of("--format", "csv", "look").format == "csv"  # type: ignore[attr-defined]
    assert settings_of("look", "--format", "csv").format == "csv"  # type: ignore[attr-defined]
    assert settings_of("--format", "csv", "look", "--json").format == "json"  # type: ignore[attr-defined]
    assert settings_of("look", "--json", "--format", "yaml").format == "yaml"  # type: ignore[attr-defined]
    merged = settings_of("-q", "--as", "s01", "staff", "--no-headers", "join", "--wait", "0.5", "--as", "s02", "--yes")
    assert (merged.quiet, merged.actor, merged.headers, merged.wait, merged.yes) == (True, "s02", False, "0.5", True)  # type: ignore[attr-defined]


def test_option_outweighs_environment_and_environment_outweighs_config(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "config" / "dispatchctl"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("as: s01\nlang: en\nformat: csv\n", encoding="utf-8")
    monkeypatch.setenv("DISPATCHCTL_AS", "s02")
    monkeypatch.setenv("DISPATCHCTL_LANG", "zh")
    found = settings_of("look", "--as", "s03")
    assert (found.actor, found.lang, found.format) == ("s03", "zh", "csv")  # type: ignore[attr-defined]
    found = settings_of("--no-config", "look")
    assert (found.actor, found.lang, found.format) == ("s02", "zh", "")  # type: ignore[attr-defined]


def test_a_command_keeps_its_own_option_of_a_global_name() -> None:
    assert settings_of("--sort", "-id", "own", "--sort", "late") == ("late", "-id")


def test_an_option_takes_a_value_that_looks_like_an_option() -> None:
    assert cli.main(["write", "7", "--content", "--json", "--note", "-rf"]) == 1
    writing, rest = SEEN.pop()  # type: ignore[misc]
    assert (writing.note, rest["content"]) == ("-rf", "--json")


def test_writing_options_arrive_together_and_typed() -> None:
    args = ["write", "7", "0008", "--at", "-2h", "--request-id", "k", "--attach", "a", "--attach", "b", "-n"]
    assert cli.main([*args, "--price", "50", "--span", "3wd", "-o", "x.csv", "--force"]) == 1
    writing, rest = SEEN.pop()  # type: ignore[misc]
    assert writing == Writing("-2h", "", "k", ("a", "b"), True)
    assert rest["cases"] == ("7", "0008")
    assert (rest["price"], tuple(rest["span"]), rest["output"], rest["force"]) == ("50.00", (3, "wd"), "x.csv", True)


def test_alias_reaches_its_command() -> None:
    assert cli.main(["done", "7"]) == 1


def test_ids_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO("O-1\n\n O-2\n"))
    assert cli.main(["write", "A-1", "-"]) == 1
    assert SEEN.pop()[1]["cases"] == ("A-1", "O-1", "O-2")  # type: ignore[index]
    monkeypatch.setattr(sys, "stdin", io.StringIO("O-1\0O-2\0"))
    assert cli.main(["write", "-", "-0"]) == 1
    assert SEEN.pop()[1]["cases"] == ("O-1", "O-2")  # type: ignore[index]
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert cli.main(["write", "-"]) == 2


# errors


@pytest.mark.parametrize(
    ("args", "first", "hint"),
    [
        (["lok"], "dispatchctl: no such command: lok", "did you mean look?"),
        (["leave"], "dispatchctl: no such command: leave", "did you mean staff leave?"),
        (["staff", "jion"], "dispatchctl: staff: no such command: jion", "did you mean join?"),
        (["write", "--contnt", "x"], "dispatchctl: write: no such option: --contnt", "did you mean --content"),
        (["write"], "dispatchctl: write: Missing argument", "see dispatchctl write --help"),
        (["write", "7", "--price", "1e5"], "dispatchctl: --price: '1e5' is not understood", ""),
        (["write", "7", "--span", "3 months"], "dispatchctl: --span: '3 months' is not understood", ""),
        (["write", "7", "--at", " "], "dispatchctl: --at: is empty", ""),
        (["look", "--format", "xml"], "dispatchctl: --format: 'xml' is not known (allowed: table, json", ""),
        (["look", "--wait", "nan"], "dispatchctl: --wait: 'nan' is not a number of seconds", ""),
        (["--lang", "fr", "look"], "dispatchctl: --lang: 'fr' is not known (allowed: zh, en)", ""),
        (["completion", "tcsh"], "dispatchctl: SHELL: 'tcsh' is not known (allowed: bash, zsh, fish)", ""),
        (["help", "exit-code"], "dispatchctl: exit-code: no such topic", "did you mean exit-codes?"),
        ([], "dispatchctl: a command is missing", "see dispatchctl --help"),
        (["staff"], "dispatchctl: staff: a verb is missing", "see dispatchctl staff --help"),
    ],
)
def test_wrong_usage_is_one_line_and_a_hint(
    args: list[str], first: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(args) == 2
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert lines[0].startswith(first)
    assert len(lines) == (2 if hint else 1)
    if hint:
        assert lines[1].startswith(f"hint: {hint}")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageFault("x"), 2, "dispatchctl: x\n"),
        (NotFound("no such case", place="O-9", hint="look"), 3, "dispatchctl: O-9: no such case\nhint: look\n"),
        (Refused("not in this state"), 4, "dispatchctl: not in this state\n"),
        (BadData("bad row", place="a.csv:3"), 5, "dispatchctl: a.csv:3: bad row\n"),
        (
            BadData.of([Fault("a.csv", 3, 0, "x", "bad"), Fault("b.csv", 0, 0, "y", "worse")]),
            5,
            "dispatchctl: a.csv:3: bad\ndispatchctl: b.csv: worse\n",
        ),
        (Busy("locked"), 6, "dispatchctl: locked\n"),
        (SystemFailed("disk"), 7, "dispatchctl: disk\n"),
        (OutcomeUnknown("orders/2026-11.main#3"), 75, "dispatchctl: orders/2026-11.main#3\n"),
        (OSError(28, "No space left on device", "x.csv"), 7, "dispatchctl: x.csv: No space left on device\n"),
        (click.FileError("x.csv", "gone"), 7, "dispatchctl: Could not open file 'x.csv': gone\n"),
        (MemoryError(), 7, "dispatchctl: out of memory\n"),
        (RecursionError(), 7, "dispatchctl: nested too deeply\n"),
        (KeyboardInterrupt(), 130, "dispatchctl: interrupted\n"),
        (click.Abort(), 130, "dispatchctl: interrupted\n"),
        (click.exceptions.Exit(1), 1, ""),
        (BrokenPipeError(), 141, ""),
        (Refused("two\nlines"), 4, "dispatchctl: two lines\n"),
        (Refused("清屏\x1b[2J\u202e"), 4, "dispatchctl: 清屏\\x1b[2J\\u202e\n"),
    ],
)
def test_each_error_has_its_code_and_words(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    SEEN.append(error)
    assert cli.main(["fail"]) == code
    assert capsys.readouterr() == ("", said)


def test_an_internal_fault_is_no_traceback_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    SEEN.append(ZeroDivisionError("by zero"))
    assert cli.main(["fail"]) == 7
    err = capsys.readouterr().err
    assert err.startswith("dispatchctl: internal fault: ZeroDivisionError: by zero\nhint: please report it")
    assert "Traceback" not in err
    SEEN.append(ZeroDivisionError("by zero"))
    assert cli.main(["fail", "--debug"]) == 7
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error() -> None:
    script = f"{sys.executable} -c 'import sys; from dispatchctl.cli import main; sys.exit(main([\"--help\"]))'"
    done = subprocess.run(
        ["bash", "-c", f"(sleep 0.3; {script}; echo $? >&2) | true"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.stderr.decode() == "141\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_output_that_cannot_be_written_is_said_once() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "dispatchctl", "help", "limits"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 7
    assert done.stderr.decode().startswith("dispatchctl: standard output: cannot be written")
    assert done.stderr.count(b"\n") == 1


def test_a_closed_stdout_is_told_and_gets_no_file_of_ours(tmp_path: Path) -> None:
    script = "from dispatchctl.cli import main; import os, sys; code = main(['--help']); "
    script += "sys.exit(100 + code if os.open('x', os.O_CREAT | 1) > 2 else 1)"
    done = subprocess.run(
        ["bash", "-c", f'{sys.executable} -c "{script}" >&-'],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        107,
        b"dispatchctl: Bad file descriptor\n",
    )


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_streams_are_utf8_whatever_the_locale(locale: str) -> None:
    script = "import sys; from dispatchctl.cli import main; main(['--help']); print('\\u50ac\\u529e', '\\udcff')"
    done = start("-c", script, env={"LC_ALL": locale, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.stdout.decode("utf-8").endswith("催办 \\udcff\n")


def test_an_argument_that_is_no_text_is_refused_in_words() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", "dispatchctl", b"\xff\xfe"], env=environment, capture_output=True)
    assert done.returncode == 2
    assert done.stderr.decode().startswith("dispatchctl: no such command: \\udcff\\udcfe\n")


def test_topics_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    from dispatchctl.commands.help import TOPICS

    assert cli.main(["help"]) == 0
    listed = capsys.readouterr().out
    for topic, text in TOPICS.items():
        assert topic in listed
        assert cli.main(["help", topic]) == 0
        assert capsys.readouterr().out == text
    assert set(TOPICS) == {"exit-codes", "environment", "formats", "limits", "files"}

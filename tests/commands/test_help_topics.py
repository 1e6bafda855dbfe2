"""The texts of `help TOPIC` are true: what they name is what the program has."""

import re
from collections.abc import Callable
from pathlib import Path

from transcripts import Result

from dispatchctl import cli, config, errors, workspace
from dispatchctl.commands import COMMANDS, GROUPS
from dispatchctl.commands.help import TOPICS
from dispatchctl.options import GLOBAL_OPTIONS
from dispatchctl.policy.sections import COUNTINGS
from dispatchctl.policy.spans import UNITS, parse_span

Run = Callable[..., Result]


def test_every_exit_code_is_explained_and_no_other() -> None:
    named = {int(code) for code in re.findall(r"^    (\d+) ", TOPICS["exit-codes"], re.M)}
    raised = {each.exit_code for each in errors.DispatchError.__subclasses__()}
    assert named == {0, 1, cli.INTERRUPTED, cli.PIPE_CLOSED, *raised}


def test_every_variable_and_every_key_of_the_configuration_is_named() -> None:
    text = TOPICS["environment"]
    spelled = {workspace.SPELLED.get(name, name) for name in workspace.ENVIRONMENT}
    assert set(re.findall(r"DISPATCHCTL_(\w+)", text)) == {name.upper().replace("-", "_") for name in spelled}
    known = {name for option in GLOBAL_OPTIONS for name in option.opts}
    assert set(re.findall(r"--[a-z-]+", text)) <= known
    told = re.search(r"its keys are ([a-z, ]+)\.", text)
    assert told
    assert set(re.split(r", | and ", told[1])) == set(config.KEYS)


def test_every_format_is_named() -> None:
    listed = re.findall(r"^    ([a-z]+(?:, [a-z]+)*) {1,}\w", TOPICS["formats"], re.M)
    assert {name for names in listed for name in names.split(", ")} == {*workspace.FORMATS, *workspace.FILE_FORMATS}


def test_every_unit_of_a_limit_is_named_and_read() -> None:
    shown = re.findall(r"\b\d+[a-z]+\b", TOPICS["limits"].split("counting", 1)[0])
    assert {parse_span(text).unit for text in shown} == set(UNITS)
    assert set(re.findall(r"^    ([a-z-]+)  +[a-z]", TOPICS["limits"], re.M)) == set(COUNTINGS)


def test_every_file_is_where_it_is_said_to_be(run: Run, demo: Path, tmp_path: Path) -> None:
    order = ("new-order", "--kind", "suggestion", "--content", "加灯", "--caller", "张示例")
    for argv in (order, ("policy", "publish")):
        done = run(*argv, "--now", "2026-11-02T09:00:00+08:00")
        assert done.code == 0, done.err
    places = re.findall(r"^    (\S*[/.]\S*) {2,}", TOPICS["files"], re.M)
    assert len(places) > 7
    for place in places:
        path = place.replace("REGISTER", "orders").replace("MONTH", "2026-11").replace("WRITER", "main")
        if path == "~/.config/dispatchctl/config.yaml":
            assert config.config_folder().endswith("/.config/dispatchctl")
            continue
        found = tmp_path / "home" / path[2:] if path.startswith("~") else demo / path
        assert found.exists(), place


def test_commands_that_the_topics_name_exist() -> None:
    known = {*COMMANDS, *(f"{group} {verb}" for group, (_, verbs) in GROUPS.items() for verb in verbs)}
    for topic, text in TOPICS.items():
        for name in re.findall(r"`dispatchctl ([a-z-]+)|`([a-z-]+)`", text):
            word = next(filter(None, name))
            assert word in {*known, "counting", "head"}, (topic, word)

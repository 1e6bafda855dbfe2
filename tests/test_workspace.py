"""Where records are, what the settings come to, what the present is; and config.yaml."""

import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatchctl import cache, config
from dispatchctl.errors import BadData, NotFound, UsageFault
from dispatchctl.workspace import Workspace


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("DISPATCHCTL_") or name in ("NO_COLOR", "FORCE_COLOR", "LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def write_config(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config" / "dispatchctl" / "config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_records_are_here_or_in_the_nearest_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="no folder `records`") as caught:
        _ = Workspace().records_path
    assert "dispatchctl init" in caught.value.hint
    (tmp_path / "records").mkdir()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert Workspace().records_path == str(tmp_path / "records")
    assert Workspace().policies_path == str(tmp_path / "policies.yaml")
    (tmp_path / "a" / "records").mkdir()
    assert Workspace().records_path == str(tmp_path / "a" / "records")
    monkeypatch.setenv("DISPATCHCTL_RECORDS", str(tmp_path / "records"))
    assert Workspace().records_path == str(tmp_path / "records")
    with pytest.raises(NotFound, match="nowhere: no such folder"):
        _ = Workspace({"records": "nowhere"}).records_path
    assert Workspace({"policies": "p.yaml"}).policies_path == str(deep / "p.yaml")


def test_a_wrong_value_of_the_environment_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCHCTL_FORMAT", "xml")
    with pytest.raises(UsageFault, match=r"^DISPATCHCTL_FORMAT: 'xml'"):
        _ = Workspace().format
    assert Workspace({"format": "json"}).format == "json"
    monkeypatch.setenv("DISPATCHCTL_FORMAT", "")
    assert Workspace().format == "table"
    monkeypatch.setenv("DISPATCHCTL_WAIT", "-1")
    with pytest.raises(UsageFault, match=r"^DISPATCHCTL_WAIT"):
        _ = Workspace().wait


def test_language_by_option_then_policy_then_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    workspace = Workspace()
    assert workspace.lang == "zh"
    assert workspace.view("", "en").lang == "en"
    assert workspace.lang == "zh"
    assert Workspace({"lang": "zh"}).lang == "zh"
    monkeypatch.setenv("LC_ALL", "C")
    assert Workspace().lang == "en"


def test_now_is_read_once_or_as_given() -> None:
    workspace = Workspace()
    assert abs(workspace.now() - time.time()) < 5
    assert workspace.now() == workspace.now()
    assert not workspace.now_given
    given = Workspace({"now": "2026-11-21T09:00:00+08:00", "as_of": "now"})
    assert (given.now(), given.now_given, given.as_of) == (1795222800, True, "now")
    local = Workspace({"now": "2026-11-21T09:00", "as_of": "2026-11-20"})
    local = local.view("Asia/Shanghai")
    assert local.now() == 1795222800
    assert local.as_of == 1795222800 - 33 * 3600
    with pytest.raises(UsageFault, match=r"^--now: 'yesterday'"):
        Workspace({"now": "yesterday"}).now()


def test_wait_is_ten_seconds_unless_said() -> None:
    assert Workspace().wait == 10
    assert Workspace({"wait": "0"}).wait == 0


def test_the_actor_is_as_named_beside_the_login() -> None:
    import pwd

    login = pwd.getpwuid(os.geteuid()).pw_name
    assert Workspace().actor_login() == ("", login)
    assert Workspace({"actor": "s01"}).actor_login() == ("s01", login)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("given", "environment", "configured", "screen", "wanted"),
    [
        ({}, {}, "", True, True),
        ({}, {}, "", False, False),
        ({}, {"TERM": "dumb"}, "", True, False),
        ({}, {"NO_COLOR": "1"}, "", True, False),
        ({}, {"NO_COLOR": ""}, "", True, True),
        ({}, {"FORCE_COLOR": "1"}, "", False, True),
        ({}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, "", True, False),
        ({"color": "always"}, {"NO_COLOR": "1"}, "", False, True),
        ({"color": "never"}, {"FORCE_COLOR": "1"}, "", True, False),
        ({}, {"NO_COLOR": "1"}, "always", True, False),
        ({}, {}, "always", False, True),
        ({}, {}, "never", True, False),
    ],
)
def test_colour(
    given: dict[str, str],
    environment: dict[str, str],
    configured: str,
    screen: bool,
    wanted: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if configured:
        write_config(tmp_path, f"color: {configured}\n")
    assert Workspace(dict(given)).use_color(Screen() if screen else io.StringIO()) is wanted


def test_nothing_is_asked_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(UsageFault, match="overwrite") as caught:
        Workspace().confirm("overwrite?")
    assert "--yes" in caught.value.hint
    Workspace({"yes": True}).confirm("overwrite?")
    monkeypatch.setattr(sys, "stdin", Screen("y\n"))
    monkeypatch.setattr(sys, "stdout", Screen())
    assert Workspace().interactive()
    assert not Workspace({"input": False}).interactive()


def test_config_is_compiled_once_and_read_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config(tmp_path, "# mine\nas: s01\nwait: 010\nlang: 'zh'\n")
    assert config.read_config() == {"as": "s01", "wait": "010", "lang": "zh"}
    with monkeypatch.context() as patch:
        patch.setattr(config, "check_config", lambda *_: pytest.fail("compiled again"))
        assert config.read_config() == {"as": "s01", "wait": "010", "lang": "zh"}
    path.write_text("as: s022\n", encoding="utf-8")
    assert config.read_config() == {"as": "s022"}
    cached = next((tmp_path / "cache" / "dispatchctl").iterdir())
    assert cached.stat().st_mode & 0o777 == 0o600
    cached.write_text('{"stamp": 1, "pairs": []}', encoding="utf-8")
    assert config.read_config() == {"as": "s022"}
    cached.unlink()
    cached.parent.chmod(0o500)
    assert config.read_config() == {"as": "s022"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n"])
def test_an_empty_config_says_nothing(text: str, tmp_path: Path) -> None:
    path = write_config(tmp_path, text)
    if text == "null\n":
        with pytest.raises(BadData):
            config.check_config(str(path), text)
    else:
        assert config.check_config(str(path), text) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lang: zh\nformt: csv\n", "config.yaml:2: formt: unknown key, did you mean format?"),
        ("lang: zh\nlang: en\n", "config.yaml:2: lang: given twice"),
        ("as: [a, b]\n", "config.yaml:1: only lines"),
        ("as: {a: b}\n", "config.yaml:1: only lines"),
        ("- as\n", "config.yaml:1: only lines"),
        ("just words\n", "config.yaml:1: only lines"),
        ("as: &a s01\nrecords: *a\n", "config.yaml:2: only lines"),
        ("as: s01\n---\nas: s02\n", "config.yaml:3: only lines"),
        ("as: 'open\n", "config.yaml:2: "),
        ("as: a\tb: c: d\n", "config.yaml:1: "),
    ],
)
def test_a_faulty_config_names_file_and_line(text: str, said: str, tmp_path: Path) -> None:
    write_config(tmp_path, text)
    with pytest.raises(BadData) as caught:
        config.read_config()
    assert said in str(caught.value)
    assert caught.value.exit_code == 5


def test_all_faults_of_a_config_are_told_at_once(tmp_path: Path) -> None:
    write_config(tmp_path, "x: 1\nas: s01\ny: 2\n")
    with pytest.raises(BadData) as caught:
        config.read_config()
    assert [fault.line for fault in caught.value.faults] == [1, 3]


# --- the user's own places ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "ask", "default"),
    [
        ("XDG_CONFIG_HOME", config.config_folder, ".config/dispatchctl"),
        ("XDG_CACHE_HOME", cache.cache_folder, ".cache/dispatchctl"),
    ],
)
def test_a_relative_place_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, ask: Callable[[], str], default: str
) -> None:
    """As the XDG base directory specification says."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(variable, str(tmp_path / "mine"))
    assert ask() == str(tmp_path / "mine" / "dispatchctl")
    for text in ("mine", "./mine", "~/mine", ""):
        monkeypatch.setenv(variable, text)
        assert ask() == str(tmp_path / default), text
    monkeypatch.delenv(variable)
    assert ask() == str(tmp_path / default)
    monkeypatch.setenv("HOME", "no/home")
    assert ask() == ""

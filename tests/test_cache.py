"""What is kept between commands is taken only from the user's own, and never from where one happens to stand."""

import json
import marshal
import os
import shutil
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transcripts import Result

from dispatchctl.cache import examine_cache, find_base, find_cache, keep_folder, read_kept, write_kept
from dispatchctl.store.rules_cache import CACHE_NAME
from dispatchctl.store.versions import load_form

Run = Callable[..., Result]

NOBODY = 65534  # a user that is not the one of the tests
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
MODES = [0o720, 0o702, 0o1777]


def find_base_folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / ".cache" / "dispatchctl"


def own(demo: Path) -> Path:
    """The cache folder of the demo, filled by a command."""
    return Path(find_cache(str(demo / "records")))


def fake_rules(path: Path, real: Path) -> None:
    """Compiled rules as somebody else would plant them: in every way right, but other rules."""
    data = real.read_bytes()
    stamp, form = marshal.loads(data[4:])
    for _, _, policy in form[0]:
        policy["roles"] = {"planted": "planted"}
    data = marshal.dumps((stamp, form))
    path.write_bytes(zlib.crc32(data).to_bytes(4, "big") + data)
    path.chmod(0o600)


def list_roles(run: Run, **options: Any) -> str:
    done = run("policy", "show", "roles", "--json", **options)
    assert (done.code, done.err) == (0, "")
    return done.out


@pytest.fixture
def kept(demo: Path, run: Run) -> Path:
    """The compiled rules of the demo, kept."""
    list_roles(run)
    return own(demo) / CACHE_NAME


# --- where nothing can be kept ------------------------------------------------------------------------------------


NOWHERE = [
    {"XDG_CACHE_HOME": "/dev/null/none"},
    {"HOME": "no/home", "XDG_CACHE_HOME": ""},
    {"HOME": "no/home", "XDG_CACHE_HOME": "mine"},
]


@pytest.mark.parametrize("env", NOWHERE, ids=["not to be made", "no home", "relative"])
def test_without_a_place_nothing_is_read_or_written_where_one_stands(
    demo: Path, run: Run, kept: Path, env: dict[str, str]
) -> None:
    sound = list_roles(run)
    before = sorted(demo.rglob("*"))
    fake_rules(demo / CACHE_NAME, kept)
    fake_rules(demo / "index.sqlite", kept)
    planted = {path.name: path.read_bytes() for path in demo.iterdir() if path.is_file()}
    assert list_roles(run, env=env) == sound
    assert run("new-order", "--kind", "inquiry", "--content", "几点下班", "--now", "2026-11-02T09:00:00+08:00",
               env=env).code == 0  # fmt: skip
    assert run("policy", "check", env=env).code == 0
    assert {path.name: path.read_bytes() for path in demo.iterdir() if path.is_file()} == planted
    (demo / CACHE_NAME).unlink()
    (demo / "index.sqlite").unlink()
    assert run("list", env=env).code == 0
    assert not {path.name for path in set(demo.rglob("*")) - set(before)} - {"orders", "2026-11.main.csv"}


def test_no_folder_is_no_path(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (demo / "there").write_bytes(b"planted")
    assert read_kept("", "there", 100) is None
    write_kept("", "new", b"text")
    assert keep_folder("", "sub") == ""
    assert not (demo / "new").exists()
    assert not (demo / "sub").exists()
    monkeypatch.setenv("XDG_CACHE_HOME", "mine")
    monkeypatch.setenv("HOME", "no/home")
    for home in ("no/home", ""):
        monkeypatch.setenv("HOME", home)
        assert find_base().folder == ""
        assert "no home" in find_base().reason


# --- whose it is --------------------------------------------------------------------------------------------------


def spoil(path: Path, mode: int | None) -> None:
    """Let others write there, or (no mode) give it away."""
    if mode is None:
        os.chown(path, NOBODY, -1, follow_symlinks=False)
    else:
        path.chmod(mode)


WAYS = [pytest.param(None, id="chown", marks=ROOT), *(pytest.param(mode, id=f"{mode:o}") for mode in MODES)]


@pytest.mark.parametrize("mode", WAYS)
@pytest.mark.parametrize("which", ["base", "folder"])
def test_a_folder_that_others_own_or_may_write_is_not_used(
    demo: Path, run: Run, kept: Path, tmp_path: Path, which: str, mode: int | None
) -> None:
    sound = list_roles(run)
    fake_rules(kept, kept)
    assert "planted" in list_roles(run), "it would be believed"
    spoil(kept.parent if which == "folder" else find_base_folder(tmp_path), mode)
    left = {path: path.read_bytes() for path in kept.parent.iterdir() if path.is_file()}
    assert list_roles(run) == sound
    found = examine_cache(str(demo / "records"))
    assert (found.folder, found.doubtful) == ("", True)
    assert ("belongs to somebody else" if mode is None else "others may write") in found.reason
    assert {path: path.read_bytes() for path in kept.parent.iterdir() if path.is_file()} == left
    done = run("doctor", "--json")
    told = {item["what"]: item for item in json.loads(done.out)}
    assert done.code == 1
    assert found.reason in told["cache"]["value"]
    assert "not taken" in told["cache"]["state"]
    assert told["index"]["value"] == "in memory"


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o750])
def test_a_folder_that_others_may_only_read_is_used(demo: Path, kept: Path, mode: int) -> None:
    kept.parent.chmod(mode)
    assert own(demo) == kept.parent


@pytest.mark.parametrize("mode", [pytest.param(None, id="chown", marks=ROOT), 0o620, 0o602, 0o666])
def test_a_file_that_others_own_or_may_write_is_passed_over(run: Run, kept: Path, mode: int | None) -> None:
    sound = list_roles(run)
    fake_rules(kept, kept)
    spoil(kept, mode)
    assert list_roles(run) == sound
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.stat().st_uid == os.geteuid(), "it was made anew"
    assert list_roles(run) == sound


@pytest.mark.parametrize("which", ["base", "folder", "file"])
def test_a_link_is_not_followed(run: Run, kept: Path, tmp_path: Path, which: str) -> None:
    """Whoever may put a link there would choose among all folders of the user's, a checkout of anybody's work too."""
    sound = list_roles(run)
    fake_rules(kept, kept)
    path = {"base": find_base_folder(tmp_path), "folder": kept.parent, "file": kept}[which]
    shutil.move(path, tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert list_roles(run) == sound


def test_a_folder_swapped_after_it_was_found_is_not_read(kept: Path, tmp_path: Path) -> None:
    folder = str(kept.parent)
    assert read_kept(folder, CACHE_NAME, 1 << 20)
    kept.parent.chmod(0o770)
    assert read_kept(folder, CACHE_NAME, 1 << 20) is None
    write_kept(folder, "new", b"text")
    assert not (kept.parent / "new").exists()
    kept.parent.chmod(0o700)
    os.rename(kept.parent, tmp_path / "elsewhere")
    kept.parent.symlink_to(tmp_path / "elsewhere")
    assert read_kept(folder, CACHE_NAME, 1 << 20) is None


def test_the_cached_config_is_the_users_own(run: Run, demo: Path, tmp_path: Path) -> None:
    config = tmp_path / "home/.config/dispatchctl/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("format: json\n", encoding="utf-8")
    sound = run("list", "staff").out
    (cached,) = find_base_folder(tmp_path).glob("config-*.json")
    cached.write_text(cached.read_text(encoding="utf-8").replace('"json"', '"csv"'), encoding="utf-8")
    assert run("list", "staff").out != sound, "it would be believed"
    cached.chmod(0o660)
    assert run("list", "staff").out == sound
    assert stat.S_IMODE(cached.stat().st_mode) == 0o600


# --- what it is bound to --------------------------------------------------------------------------------------------


def test_rules_with_the_checksums_of_others_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another text of one's own choice has the same checksums in a minute; here all have."""
    for name in ("crc32", "adler32"):
        monkeypatch.setattr(f"dispatchctl.store.rules_cache.{name}", lambda *_: 7, raising=False)
    records = tmp_path / "records"
    records.mkdir()
    cache = tmp_path / "kept"
    cache.mkdir(mode=0o700)
    draft = tmp_path / "policies.yaml"

    def assemble(texts: Any, given: Any) -> tuple[Any, list[Any]]:
        return given[1], []

    for text in (b"fine: 100.00", b"fine: 999.00"):
        draft.write_bytes(text)
        assert load_form(str(records), str(draft), str(cache), assemble)[0] == text
        assert load_form(str(records), str(draft), str(cache), lambda *_: (None, ["asked"]))[0] == text, "not kept"


# --- what doctor says -----------------------------------------------------------------------------------------------


def test_doctor_says_where_things_are_kept_and_why_not(run: Run, kept: Path) -> None:
    def ask(env: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        done = run("doctor", "--json", env=env)
        return done.code, {item["what"]: item for item in json.loads(done.out)}

    code, told = ask()
    assert (code, told["cache"]["value"], told["cache"]["state"]) == (0, str(kept.parent), "ok")
    assert told["index"]["value"].startswith(str(kept.parent))
    for env in NOWHERE:
        code, told = ask(env)
        assert (code, told["cache"]["state"], told["index"]["value"]) == (0, "warning", "in memory")
        assert told["cache"]["value"].startswith("none: ")

"""What `init` begins with: the rules that are asked for, or those that are there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from transcripts import Result

from dispatchctl.samples import FILES, read_sample


@pytest.mark.parametrize("asked", [None, *FILES])
def test_a_new_folder_has_the_rules_asked_for(run: Callable[..., Result], isolated: Path, asked: str | None) -> None:
    words = ["--rules", asked] if asked else []
    assert run("init", str(isolated), "--demo", "--me", "s01", *words).code == 0
    written = (isolated / "policies.yaml").read_text(encoding="utf-8").splitlines()
    sample = read_sample(asked or "full").splitlines()
    assert [line for line in written if "effective_from" not in line] == [
        line for line in sample if "effective_from" not in line
    ]


def test_rules_that_are_there_stay_and_others_are_not_asked_for_in_vain(
    run: Callable[..., Result], isolated: Path
) -> None:
    own = read_sample("minimal").replace("服务制度", "本店制度")
    (isolated / "policies.yaml").write_text(own, encoding="utf-8")
    for asked in FILES:
        done = run("init", str(isolated), "--demo", "--me", "s01", "--rules", asked)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("dispatchctl: --rules: there are rules already, which stay: policies.yaml")
        assert not (isolated / "records").exists()
    assert run("init", str(isolated), "--demo", "--me", "s01").code == 0
    assert (isolated / "policies.yaml").read_text(encoding="utf-8") == own

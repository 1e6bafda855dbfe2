"""The cache of the compiled rules is valid for the code that compiled them, and for no other."""

from pathlib import Path

import dispatchctl
from dispatchctl.store.rules_cache import WATCHED, make_stamp

PACKAGE = Path(dispatchctl.__file__).parent


def test_all_code_that_decides_the_rules_is_in_the_stamp() -> None:
    """A module of a folder below that nobody watches could change, and an old cache would be read."""
    decides = {
        str(path.relative_to(PACKAGE)) for room in ("policy", "registers") for path in (PACKAGE / room).rglob("*.py")
    }
    _, code, _ = make_stamp([], ("policies.yaml", b""))
    assert {name for name, _, _ in code} == decides
    assert all((PACKAGE / part).is_dir() for part in WATCHED)

"""Which private files git tracks, where a records folder lies in a repository. Layer: store.

Its one job is one question to git, asked so that nothing the repository says is run: no monitor, no hook, no pager, no
transport to fetch an object by. Only `records check` and `doctor` ask it.
"""

import os
from collections.abc import Sequence

from dispatchctl.errors import Fault
from dispatchctl.store.folder import PRIVATE

PATIENCE = 10  # seconds
TRACKED = "tracked"  # the code of the fault
SAFELY = (
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"),
    *("--no-pager", "--no-optional-locks", "--literal-pathspecs"),
)


def list_tracked(path: str) -> list[str] | None:
    """The names below a records folder, `private/contacts.csv`, that git tracks of what is private, in git's order.

    None where nobody can say: git is missing, does not answer in time, or will not look into this repository, as into
    one that belongs to somebody else. Nothing is tracked where no repository holds the folder.
    """
    if not _is_in_repository(path):
        return []
    import shutil
    import subprocess

    places = [place for place in os.get_exec_path() if os.path.isabs(place)]  # the present folder names no program
    git = shutil.which("git", path=os.pathsep.join(places))
    if git is None:
        return None
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    argv = [git, *SAFELY, "-C", path, "ls-files", "-z", "--", PRIVATE]
    try:
        done = subprocess.run(
            argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def _is_in_repository(path: str) -> bool:
    folder = os.path.realpath(path)
    while not os.path.lexists(f"{folder}/.git"):
        if folder == os.path.dirname(folder):
            return False
        folder = os.path.dirname(folder)
    return True


def explain_tracked(label: str, names: Sequence[str]) -> Fault:
    """The fault that git tracks these names below the records folder that messages call `label`."""
    count = "1 file" if len(names) == 1 else f"{len(names)} files"
    message = f"git tracks {count} of it, as {names[0]!r}: every clone has them"
    hint = f"git rm -r --cached {label}/{PRIVATE}, and commit; what was committed before stays in the history"
    return Fault(f"{label}/{PRIVATE}", 0, 0, TRACKED, message, hint=hint)

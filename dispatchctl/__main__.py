"""Entry point of `python -m dispatchctl` and of the console script.

Layer: above cli. Its one job is to answer `--version` before anything heavy is imported.
"""

import gc
import os
import sys

from dispatchctl import VERSION


def main() -> None:
    """Run the command line in `sys.argv` and leave the process with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]) and sys.stdout is not None:
        try:
            sys.stdout.write(f"dispatchctl {VERSION}\n")
            sys.stdout.flush()
        except OSError:
            sys.exit(7)
        return
    # A command ends in a blink and makes few cycles: collecting them, and taking the modules apart at the end, would
    # be a good part of the time it takes.
    gc.disable()
    try:
        from dispatchctl.cli import main as run

        code = run()
    except KeyboardInterrupt:
        code = 130
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # closed, or nobody reads: main has said so
            continue
    os._exit(code)


if __name__ == "__main__":
    main()

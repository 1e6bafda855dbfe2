"""Entry point of `python -m dispatchctl` and of the console script.

Layer: above cli. Its one job is to answer `--version` before anything heavy is imported.
"""

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
    try:
        from dispatchctl.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(run())


if __name__ == "__main__":
    main()

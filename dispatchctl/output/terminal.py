"""What a terminal may receive: visible escapes instead of control characters, and messages on stderr.

Layer: output, imported by anything that speaks to a person. Stored text stays as it is; only what is shown changes.
"""

import re
import sys

from dispatchctl.errors import SystemFailed

# C0, DEL, C1, line separators, bidirectional marks and overrides, the byte order mark, halves of surrogate pairs.
CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape_character(char: str) -> str:
    """One character as Python would write it: `\\n`, `\\x1b`, `\\u202e`."""
    code = ord(char)
    return NAMED.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def neutralise_text(text: str, keep: str = "") -> str:
    """The text with every control character made visible, but for those in `keep` (a newline, say).

    Nothing that is printed can then move the cursor, colour the screen, set the clipboard or reverse the reading order.
    """
    if text.isprintable():
        return text
    return re.sub(f"[{CONTROLS}]", lambda hit: hit[0] if hit[0] in keep else escape_character(hit[0]), text)


def tell(message: str) -> None:
    """Write one or more lines to stderr, neutralised; a stderr that cannot be written is no reason to fail."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(neutralise_text(message, "\n") + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def write_stdout(text: str) -> None:
    """Write to stdout and flush; BrokenPipeError is left to the root, any other failure is SystemFailed (exit 7)."""
    try:
        if text:  # even of nothing a full disk says that it has no room
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SystemFailed(f"cannot be written: {error.strerror}", place="standard output") from error

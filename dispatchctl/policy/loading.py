"""From the bytes of a rules file to a tree of text nodes that know their line.

Layer: policy. Its one job: refuse whatever YAML could do besides plain maps, lists and text (anchors, aliases,
tags, merge keys, depth, size), before anything is built from it, and keep every value as the text that was typed.
"""

import re
import unicodedata
from typing import Any, NamedTuple

from dispatchctl.errors import Fault

SIZE_LIMIT = 1024 * 1024  # bytes of a file that people edit
DEPTH_LIMIT = 20
KEY_LIMIT = 64  # characters of a key
FAULT_LIMIT = 100  # a file of a million aliases needs no million messages
TEXT, MAP, LIST = "text", "map", "list"

# What libyaml refuses, and what it would silently fold or count as a line that editors do not count.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)")
_BLANK = frozenset(("", "~", "null", "Null", "NULL"))
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


class Node(NamedTuple):
    """One value. kind: text, map or list. line and column count from 1.

    blank: nothing was written (empty or a plain `null`). text: the scalar as typed, untyped. items: of a list.
    pairs: of a map, keys unique, in the order written.
    """

    kind: str
    line: int
    column: int
    blank: bool = False
    text: str = ""
    items: "tuple[Node, ...]" = ()
    pairs: "tuple[tuple[Node, Node], ...]" = ()


class _Open:
    """A map or list whose end has not come yet."""

    __slots__ = ("column", "keys", "kind", "line", "pending", "values")

    def __init__(self, kind: str, line: int, column: int) -> None:
        self.kind, self.line, self.column = kind, line, column
        self.values: list[Any] = []  # nodes of a list, (key, value) of a map
        self.keys: dict[str, int] = {}
        self.pending: Node | None = None

    def close(self) -> Node:
        if self.kind == LIST:
            return Node(LIST, self.line, self.column, items=tuple(self.values))
        return Node(MAP, self.line, self.column, pairs=tuple(self.values))


def load_tree(text: bytes, file: str, size_limit: int = SIZE_LIMIT) -> tuple[Node | None, list[Fault]]:
    """The tree of a YAML text and its faults, sorted by line; None where no tree could be built.

    file is how messages name it. size_limit in bytes, inclusive. Never raises for any bytes, takes time in
    proportion to the part of the text before the first hostile construct.
    """
    if len(text) > size_limit:
        message = f"the file has {len(text):,} bytes, too many to be rules"
        return None, [Fault(file, 0, 0, "too-large", message, f"at most {size_limit:,} bytes")]
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _locate(text[: error.start].decode("utf-8", "replace"))
        message = f"byte 0x{text[error.start]:02x} is not UTF-8"
        return None, [Fault(file, line, column, "not-utf-8", message, "save the file as UTF-8")]
    faults = _check_characters(decoded, file)
    if faults:
        return None, faults
    builder = _Builder(file)
    root = builder.build(decoded)
    return root, sorted(builder.faults, key=lambda fault: (fault.line, fault.column))


def _locate(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows the text `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _check_characters(decoded: str, file: str) -> list[Fault]:
    faults = []
    for match in _UNPRINTABLE.finditer(decoded):
        line, column = _locate(decoded[: match.start()])
        message = f"unprintable character U+{ord(match.group()):04X}"
        hint = "written as an escape in double quotes it is text"
        faults.append(Fault(file, line, column, "unprintable", message, "printable characters, TAB, LF", hint))
        if len(faults) == FAULT_LIMIT:
            break
    return faults


class _Builder:
    """Builds the tree from the parser's events, so that nothing is composed that was not looked at first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.documents = 0

    def build(self, decoded: str) -> Node | None:
        """The root node, or None where the text cannot be read to its end."""
        import yaml

        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        try:
            for event in yaml.parse(decoded, Loader=loader):
                self._take(event)
                if len(self.stack) > DEPTH_LIMIT:
                    top = self.stack[-1]
                    self._fault(top.line, top.column, "too-deep", "nested too deeply", f"at most {DEPTH_LIMIT} levels")
                    return None
                if len(self.faults) >= FAULT_LIMIT:
                    return None
        except yaml.YAMLError as error:
            self._take_error(error)
            return None
        if self.root is None and not self.faults:
            self.root = Node(TEXT, 1, 1, blank=True)
        return self.root

    def _fault(self, line: int, column: int, code: str, message: str, allowed: str = "", hint: str = "") -> None:
        self.faults.append(Fault(self.file, line, column, code, message, allowed, hint))

    def _take_error(self, error: Any) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        self._fault(line, column, "not-yaml", f"not YAML: {reason}")

    def _take(self, event: Any) -> None:
        kind = type(event).__name__
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self._fault(line, column, "second-document", "a second document begins here", "one document, no `---`")
            return
        if kind == "AliasEvent":
            self._fault(line, column, "alias", f"alias *{event.anchor}", "write the value out")
            self._place(Node(TEXT, line, column, blank=True))
            return
        if kind not in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            if kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._place(self.stack.pop().close())
            return
        if event.anchor is not None:
            self._fault(line, column, "anchor", f"anchor &{event.anchor}", "write the value out where it is needed")
        if event.tag is not None:
            self._fault(line, column, "tag", f"tag {event.tag}", "plain maps, lists and text")
        if kind == "ScalarEvent":
            blank = event.value == "" or (event.value in _BLANK and not event.style)
            self._place(Node(TEXT, line, column, blank, "" if blank else event.value))
        else:
            self.stack.append(_Open(MAP if kind == "MappingStartEvent" else LIST, line, column))

    def _place(self, node: Node) -> None:
        if not self.stack:
            if self.documents == 1:
                self.root = node
            return
        top = self.stack[-1]
        if top.kind == LIST:
            top.values.append(node)
        elif top.pending is None:
            top.pending = node
        else:
            key, top.pending = top.pending, None
            if self._check_key(key, top):
                top.values.append((key, node))

    def _check_key(self, key: Node, top: _Open) -> bool:
        """Whether a key may stand in its map; the fault is noted otherwise."""
        place = key.line, key.column
        if key.kind != TEXT:
            self._fault(*place, "complex-key", f"a {key.kind} as a key", "text")
        elif key.blank:
            self._fault(*place, "blank-key", "a key is blank", f"1 to {KEY_LIMIT} characters")
        elif key.text == "<<":
            self._fault(*place, "merge-key", "merge key <<", "write the keys out")
        elif len(key.text) > KEY_LIMIT:
            message = f"the key {key.text[:20]}... has {len(key.text)} characters"
            self._fault(*place, "long-key", message, f"at most {KEY_LIMIT} characters")
        elif any(unicodedata.category(char) in _INVISIBLE for char in key.text) or key.text != key.text.strip():
            message = f"the key {key.text!a} has control or invisible characters, or spaces around it"
            self._fault(*place, "bad-key", message, "visible characters")
        elif key.text in top.keys:
            self._fault(
                *place, "duplicate-key", f"{key.text} stands twice (first in line {top.keys[key.text]})", "once"
            )
        else:
            top.keys[key.text] = key.line
            return True
        return False

"""From a tree of text nodes to plain typed values, by a declaration: shapes, defaults, and faults with their line.

Layer: policy. Its one job: type every value, fill in what was left blank, and remember where each value stood, so
that later checks can name the line.
"""

from copy import deepcopy
from typing import Any

from dispatchctl.errors import Fault
from dispatchctl.policy.loading import LIST, MAP, Node
from dispatchctl.policy.shapes import EITHER, LEFT_OUT, SCALARS, STRUCT, Key, Shape
from dispatchctl.policy.shapes import LIST as LIST_SHAPE
from dispatchctl.policy.shapes import MAP as MAP_SHAPE
from dispatchctl.registers import Pages

Path = tuple[str | int, ...]

#: Rules travel between machines: words by which a program, an address or a secret could ride along
FOREIGN_KEYS = frozenset(
    """address apprise argv command cmd exec hook password program run script secret shell token uri url urls
    webhook""".split()  # noqa: SIM905
)
FOREIGN_KEYS_HINT = "how somebody is told stands in the user's own notify.yaml"
_LISTED = 12  # names in an "allowed"
_FAULT_LIMIT = 1000  # faults kept of one file: nobody reads more
_NEAREST_LIMIT = 50  # faults that get a suggestion, and
_KNOWN_LIMIT = 500  # names compared for one: a megabyte of misspelt keys must not take minutes


class Sheet:
    """The values of one file as they are read, with the place of each and the faults found so far.

    pages: of the registers that the file may name.
    """

    def __init__(self, file: str, pages: Pages) -> None:
        self.file, self.pages = file, pages
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []  # what may be meant, and is told all the same
        self.broken: set[Path] = set()
        self.blank: set[Path] = set()  # keys that stand there without a value
        self._places: dict[Path, tuple[int, int]] = {(): (1, 1)}
        self._names: dict[Path, str] = {}

    def mark(self, path: Path, line: int, column: int) -> None:
        """Remember where the value of `path` stands; of an entry of a map it is the key that counts, marked first."""
        if path:
            self._places.setdefault(path, (line, column))
        else:
            self._places[path] = (line, column)

    def name(self, path: Path, name: str) -> None:
        """Show the item of a list as `name` in messages instead of its number."""
        self._names[path] = name

    def show(self, path: Path) -> str:
        """The path as messages and `policy show` spell it: `clocks.complete.limit`, `calendar.closed[2]`."""
        shown = ""
        for index, step in enumerate(path):
            name = self._names.get(path[: index + 1])
            if not isinstance(step, int):
                shown += f".{step}" if shown else step
            elif not name:
                shown += f"[{step + 1}]"
            if name:
                shown += f".{name}" if shown else name
        return shown

    def _settle(self, path: Path) -> Path:
        """The path under which its value is kept: without the number of an item that stands alone, outside a list."""
        settled: Path = ()
        for step in path:
            if not isinstance(step, int) or (*settled, step) in self._places:
                settled = (*settled, step)
        return settled

    def fault(self, path: Path, code: str, message: str, allowed: str = "", hint: str = "") -> None:
        """Note a fault of the value at `path`; its line is that of the nearest enclosing value that was written."""
        if len(self.faults) >= _FAULT_LIMIT:
            return
        path = self._settle(path)
        self.faults.append(self._describe(path, code, message, allowed, hint))
        self.broken.add(path)

    def warn(self, path: Path, code: str, message: str, allowed: str = "") -> None:
        """Note what keeps nothing from being in force."""
        self.warnings.append(self._describe(self._settle(path), code, message, allowed, ""))

    def _describe(self, path: Path, code: str, message: str, allowed: str, hint: str) -> Fault:
        known = path
        while known not in self._places:
            known = known[:-1]
        line, column = self._places[known]
        shown = self.show(path)
        text = f"{shown}: {message}" if shown else message
        return Fault(self.file, line, column, code, text, allowed, hint)

    def unknown(self, path: Path, code: str, what: str, word: str, known: "list[str]", allowed: str = "") -> None:
        """Note an unknown word with the nearest known one."""
        near = find_nearest(word, known) if len(self.faults) < _NEAREST_LIMIT else ""
        suggestion = f"did you mean {near}?" if near else ""
        message = f"unknown {what}" if path[-1] == word else f"unknown {what} {show_word(word)}"
        message += f", {suggestion}" if near else ""
        self.fault(path, code, message, allowed or list_some(known), suggestion)

    def is_written(self, *path: str | int) -> bool:
        """Whether the file has a value at the path: a default is not the writer's mistake."""
        settled = self._settle(path)
        return settled in self._places and settled not in self.blank

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is wrong that further checks would add nothing."""
        return len(self.faults) >= _FAULT_LIMIT

    def is_sound(self, *path: str | int) -> bool:
        """Whether no fault was found at the path, above it, or below it."""
        settled = self._settle(path)
        return not any(bad[: len(settled)] == settled or settled[: len(bad)] == bad for bad in self.broken)


def find_nearest(word: str, known: "list[str]") -> str:
    """The known word most like `word`, or ""."""
    from difflib import get_close_matches

    near = get_close_matches(word[:80], known[:_KNOWN_LIMIT], 1, 0.6)
    return near[0] if near else ""


def list_some(words: "list[str]") -> str:
    """The words one may choose from, at most a dozen of them."""
    shown = ", ".join(show_word(word) for word in words[:_LISTED])
    return f"{shown}, ..." if len(words) > _LISTED else shown


def show_word(word: str) -> str:
    """A word as a message shows it: short, on one line, without control characters."""
    short = word if len(word) <= 64 else word[:61] + "..."
    return short if short.isprintable() else ascii(short)


def read_value(sheet: Sheet, node: Node, shape: Shape, path: Path = ()) -> Any:
    """The plain value of a node; what is faulty is noted and read as None, as its default, or left out of its list."""
    sheet.mark(path, node.line, node.column)
    if node.blank and shape.blank:
        return None
    if shape.kind == STRUCT:
        return _read_struct(sheet, node, shape, path)
    if shape.kind == MAP_SHAPE:
        return _read_map(sheet, node, shape, path)
    if shape.kind == LIST_SHAPE:
        return _read_list(sheet, node, shape, path)
    if shape.kind == EITHER:
        inner = shape.of if node.kind == MAP else shape.other
        assert inner is not None
        return read_value(sheet, node, inner, path)
    return _read_scalar(sheet, node, shape, path)


def _read_scalar(sheet: Sheet, node: Node, shape: Shape, path: Path) -> Any:
    if node.kind in (MAP, LIST):
        sheet.fault(path, "wrong-kind", f"a {node.kind}", _describe(shape))
        return None
    if node.blank:
        sheet.fault(path, "left-blank", "left blank", _describe(shape))
        return None
    if shape.kind == "choice":
        if node.text not in shape.choices:
            sheet.unknown(path, "unknown-word", "word", node.text, list(shape.choices))
            return None
        return node.text
    try:
        return SCALARS[shape.kind].read(node.text)
    except ValueError as error:
        sheet.fault(path, f"bad-{shape.kind}", str(error), SCALARS[shape.kind].allowed)
        return None


def _describe(shape: Shape) -> str:
    if shape.kind == "choice":
        return list_some(list(shape.choices))
    if shape.kind in SCALARS:
        return SCALARS[shape.kind].allowed
    if shape.kind == STRUCT:
        return list_some([key.name for key in shape.keys])
    return "a map" if shape.kind == MAP_SHAPE else "a value or a list"


def _read_list(sheet: Sheet, node: Node, shape: Shape, path: Path) -> list[Any]:
    assert shape.of is not None
    single = node.kind != LIST
    values: list[Any] = []
    if not node.blank or shape.of.blank:
        for index, item in enumerate((node,) if single else node.items):
            place = path if single else (*path, index)
            if not single:
                sheet.mark(place, item.line, item.column)
            value = read_value(sheet, item, shape.of, place)
            if value is not None or shape.of.blank:
                values.append(value)
    if len(values) < shape.low and sheet.is_sound(*path):
        sheet.fault(path, "left-blank", "left blank", "at least one")
    return values


def _read_map(sheet: Sheet, node: Node, shape: Shape, path: Path) -> dict[str, Any]:
    assert shape.of is not None
    if node.kind != MAP:
        if not node.blank:
            sheet.fault(path, "wrong-kind", "a text" if node.kind != LIST else "a list", "a map of keys and values")
        elif shape.low:
            sheet.fault(path, "left-blank", "left blank", "at least one")
        return {}
    if len(node.pairs) < shape.low:
        sheet.fault(path, "left-blank", "left blank", "at least one")
    values = {}
    for key, value in node.pairs:
        place = (*path, key.text)
        sheet.mark(place, key.line, key.column)
        values[key.text] = read_value(sheet, value, shape.of, place)
    return values


def _read_struct(sheet: Sheet, node: Node, shape: Shape, path: Path) -> dict[str, Any]:
    written: dict[str, Node] = {}
    known = {key.name: key for key in shape.keys}
    if node.kind != MAP and not node.blank:
        sheet.fault(path, "wrong-kind", "a text" if node.kind != LIST else "a list", f"a map of {_describe(shape)}")
        return {key.name: fill_default(key) for key in shape.keys}
    names = [value.text for key_node, value in node.pairs if key_node.text == "id" and value.text]
    if names and "id" in known:
        sheet.name(path, show_word(names[0]))
    for key_node, value in node.pairs:
        place = (*path, key_node.text)
        sheet.mark(place, key_node.line, key_node.column)
        if key_node.text in known:
            written[key_node.text] = value
        elif key_node.text in FOREIGN_KEYS:
            message = "unknown key; rules never name a program, an address or a secret"
            sheet.fault(place, "foreign-key", message, list_some(list(known)), FOREIGN_KEYS_HINT)
        else:
            sheet.unknown(place, "unknown-key", "key", key_node.text, list(known))
    return {key.name: _read_key(sheet, key, written.get(key.name), path) for key in shape.keys}


def _read_key(sheet: Sheet, key: Key, node: Node | None, path: Path) -> Any:
    place = (*path, key.name)
    if node is None or (node.blank and not key.shape.blank):
        if key.required:
            sheet.fault(place, "left-blank", "is required", _describe(key.shape))
        sheet.blank.add(place)
        return fill_default(key)
    value = read_value(sheet, node, key.shape, place)
    return fill_default(key) if value is None and not key.shape.blank else value


def fill_default(key: Key) -> Any:
    """The value of a key that was left out: its default, or for a section the defaults of its keys."""
    if key.default is LEFT_OUT:
        return LEFT_OUT
    if key.shape.kind == STRUCT and (key.required or key.default is not None):
        filled = {inner.name: fill_default(inner) for inner in key.shape.keys}
        return {**filled, **deepcopy(key.default or {})}
    if key.required and key.shape.kind in (MAP_SHAPE, LIST_SHAPE):
        return {} if key.shape.kind == MAP_SHAPE else []
    return deepcopy(key.default)

"""The user's own defaults: where settings stand, and `config.yaml`, read safely and kept compiled in the cache folder.

Layer: below workspace. Who wants the place of settings asks here. The file holds flat `key: text` pairs; anything more
is a fault, so nothing here can surprise.
"""

import os
from stat import S_ISREG
from typing import Any

from dispatchctl.cache import base_folder, find_base, read_kept, write_kept
from dispatchctl.errors import BadData, Fault

KEYS = ("as", "color", "format", "lang", "policies", "records", "wait")
SIZE_LIMIT = 64 * 1024
CACHE_LIMIT = 8 * SIZE_LIMIT  # a byte may become six in json


def config_folder() -> str:
    """`$XDG_CONFIG_HOME/dispatchctl`, by default below `~/.config`; "" where there is no home."""
    return base_folder("XDG_CONFIG_HOME", ".config")


def read_config() -> dict[str, str]:
    """The pairs of config.yaml; {} where there is none. Raises BadData (exit 5) with file and line of every fault."""
    folder = config_folder()
    path = os.path.join(folder, "config.yaml")
    try:
        stat = os.stat(path) if folder else None
    except OSError:
        return {}
    if stat is None:
        return {}
    stamp = [path, stat.st_mtime_ns, stat.st_size]
    cached = _read_cached(stamp)
    if cached is not None:
        return cached
    if not S_ISREG(stat.st_mode):
        raise BadData("is not a regular file", place=path)
    if stat.st_size > SIZE_LIMIT:
        raise BadData(f"larger than {SIZE_LIMIT} bytes", place=path)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except UnicodeDecodeError:
        raise BadData("not UTF-8", place=path) from None
    pairs = check_config(path, text)
    _write_cached(stamp, pairs)
    return pairs


def check_config(path: str, text: str) -> dict[str, str]:
    """The pairs of a config text; every value is text. Raises BadData with all faults, each with its line."""
    import yaml

    faults: list[Fault] = []
    pairs: dict[str, str] = {}
    try:
        events: list[Any] = list(yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)))
    except (yaml.YAMLError, UnicodeError) as error:
        mark: Any = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise BadData.of([Fault(path, mark.line + 1 if mark else 0, 0, "yaml", str(problem))]) from None
    key: Any = None
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent | yaml.SequenceStartEvent) or (
            isinstance(event, yaml.MappingStartEvent) and event is not events[2]
        ):
            faults.append(Fault(path, line, 0, "not-text", "only lines of `key: text` are taken"))
            break
        if not isinstance(event, yaml.ScalarEvent):
            continue
        if event is events[2] and event.value:
            faults.append(Fault(path, line, 0, "not-text", "only lines of `key: text` are taken"))
            break
        if key is None:
            key = event
            continue
        if key.value in pairs:
            faults.append(Fault(path, key.start_mark.line + 1, 0, "duplicate-key", f"{key.value}: given twice"))
        elif key.value not in KEYS:
            faults.append(_name_unknown(path, key.start_mark.line + 1, key.value))
        pairs[key.value] = event.value
        key = None
    if faults:
        raise BadData.of(faults)
    return pairs


def _name_unknown(path: str, line: int, key: str) -> Fault:
    from difflib import get_close_matches

    near = get_close_matches(key, KEYS, 1)
    hint = f"did you mean {near[0]}?" if near else ""
    message = f"{key}: unknown key" + (f", {hint}" if hint else "")
    return Fault(path, line, 0, "unknown-key", message, ", ".join(KEYS), hint)


def _cache_name(path: str) -> str:
    import zlib

    return f"config-{zlib.crc32(os.fsencode(path)):08x}.json"


def _read_cached(stamp: list[Any]) -> dict[str, str] | None:
    data = read_kept(find_base().folder, _cache_name(stamp[0]), CACHE_LIMIT)
    if data is None:
        return None
    try:
        import json

        kept = json.loads(data)
        if kept["stamp"] == stamp and all(key in KEYS and isinstance(text, str) for key, text in kept["pairs"].items()):
            return dict(kept["pairs"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return None


def _write_cached(stamp: list[Any], pairs: dict[str, str]) -> None:
    import json

    write_kept(find_base().folder, _cache_name(stamp[0]), json.dumps({"stamp": stamp, "pairs": pairs}).encode())

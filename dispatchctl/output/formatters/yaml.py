"""One YAML document that any safe loader reads. Output. Imports PyYAML where it writes."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatchctl.output.formatters.base import Format, Item
from dispatchctl.output.formatters.json import UNPRINTED, encode_other
from dispatchctl.output.terminal import neutralise_text

if TYPE_CHECKING:
    from dispatchctl.output.report import Report


class Yaml(Format):
    """All keys of the items, nested as they are."""

    name = "yaml"
    about = "one document"
    endings = (".yaml", ".yml")
    tree = whole = True

    def format_items(
        self, items: Sequence[Item], keys: Sequence[str], *, single: bool = False, headers: bool = True
    ) -> str:
        """See Format.format_items."""
        return dump_yaml(items[0] if single and items else list(items))

    def dump(self, document: Any) -> str:
        """See Format.dump. A single value is its text alone, as the shell likes it."""
        return dump_yaml(document) if isinstance(document, Mapping | list | tuple) else _dump_scalar(document)

    def make_file(self, report: "Report") -> str:
        """See Format.make_file."""
        return dump_yaml(report.document)


FORMAT = Yaml()


def _dump_scalar(value: object) -> str:
    if value is None:
        return ""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return neutralise_text(text, "\n") + "\n"


def dump_yaml(document: object) -> str:
    """Safe YAML, keys in their order; a text with control characters is quoted and has them escaped."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]  # its base is known at run time only
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def represent(dumper: Any, text: str) -> Any:
        style = None if text.isprintable() or not re.search(UNPRINTED, text) else '"'
        clean = re.sub("[\ud800-\udfff]", lambda hit: f"\\u{ord(hit[0]):04x}", text)
        return dumper.represent_scalar("tag:yaml.org,2002:str", clean, style=style)

    Dumper.add_representer(str, represent)
    plain = json.loads(json.dumps(document, default=encode_other))
    text: str = yaml.dump(
        plain, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1 << 30, default_flow_style=False
    )
    return re.sub(UNPRINTED, lambda hit: f"\\u{ord(hit[0]):04X}", text)

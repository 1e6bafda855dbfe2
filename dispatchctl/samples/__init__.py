"""The rules that `init` writes, and from which a desk has its measures and reports that writes none."""

import os

FULL = "full"
FILES = {FULL: "policies.yaml", "minimal": "minimal.yaml"}  # a property company's, and a short file for any desk


def read_sample(name: str) -> str:
    """The text of the sample rules of that name, see FILES."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), FILES[name]), encoding="utf-8") as file:
        return file.read()

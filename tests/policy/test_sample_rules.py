"""The rules that `init` hands out are those of the project's root, which everybody reads."""

from pathlib import Path

from dispatchctl import samples

ROOT = Path(__file__).resolve().parents[2]


def test_init_hands_out_the_rules_of_the_root() -> None:
    handed_out = Path(samples.__file__).parent / "policies.yaml"
    same = handed_out.read_bytes() == (ROOT / "policies.yaml").read_bytes()
    assert same, "copy policies.yaml to dispatchctl/samples/"

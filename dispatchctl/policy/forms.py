"""The types of compiled rules as plain values: what passes between assembling, the cache and the rulebook.

Layer: policy. Its one job: those two types; nothing here is more than a dict, a list or a tuple, so all can be cached.
"""

from typing import Any

Policy = dict[str, Any]

#: (versions as (label, starts_at, policy), days, fingerprint, draft_only, draft_differs)
Form = tuple[list[tuple[str, int, Policy]], dict[str, Any], str, bool, bool]

"""Build hook: the shipped policy pack travels inside the wheel.

`workflows/` and `rules/` stay at the top of the checkout, where people edit them. A wheel carries
them as `kamflow/builtin/`; an editable install reads them in place, because a copy would go stale.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACK_FOLDERS = ("workflows", "rules")


class BuiltinPack(BuildHookInterface[Any]):
    """Add the pack to a wheel; the build fails when a folder of the pack is missing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `build_data`; `version` is `standard` or `editable`."""
        if version == "editable":
            return
        for folder in PACK_FOLDERS:
            build_data["force_include"][folder] = f"kamflow/builtin/{folder}"

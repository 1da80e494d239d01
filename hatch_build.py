"""Build hook: the shipped policy packs travel inside the wheel.

`workflows/` and `rules/` stay at the top of the checkout, where people edit them: `kam-core` lies
directly in the two, `kam-lite` in the folder `lite` of each. A wheel carries them, with what lies
below, as `kamflow/builtin/`; an editable install reads them in place, a copy would go stale.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACK_FOLDERS = ("workflows", "rules")


class BuiltinPacks(BuildHookInterface[Any]):
    """Add the packs to a wheel; the build fails when a folder of them is missing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `build_data`; `version` is `standard` or `editable`."""
        if version == "editable":
            return
        for folder in PACK_FOLDERS:
            build_data["force_include"][folder] = f"kamflow/builtin/{folder}"

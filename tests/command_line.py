"""What a command printed, for tests of the command line."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple


class Ran(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any document
        """What a command with `--json` printed."""
        return json.loads(self.out)


Run = Callable[..., Ran]

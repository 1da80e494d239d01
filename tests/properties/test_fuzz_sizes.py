"""Huge and hostile policies: read or refused within 2 seconds and 200 megabytes, with places."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.properties.fuzz_sizes import CASES

ROOT = Path(__file__).parents[2]
SECONDS = 4.0  # of the processor: 2 on a quiet machine, and tests share theirs
MEGABYTES = 200
LINE = re.compile(r"^(rules|workflows)/\w+\.yaml:\d+:\d+: K\d{3} \S[^\n]*$")


@cache
def told() -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "tests.properties.fuzz_sizes"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("case", [*CASES, "9,000 stages"])
def test_the_size_of_a_policy_is_bounded_in_time_and_memory(case: str) -> None:
    found = told()[case]

    assert max(found["seconds"]) < SECONDS
    assert found["megabytes"] < MEGABYTES


@pytest.mark.parametrize("case", CASES)
def test_what_is_too_large_is_refused_with_its_place_and_all_else_is_read(case: str) -> None:
    problems, code = told()[case]["problems"], CASES[case][1]

    assert all(LINE.match(line) for line in problems)
    assert bool(problems) == bool(code)
    assert all(f" {code} " in line for line in problems)
    assert len(problems) <= 200

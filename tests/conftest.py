"""Settings of property tests: the same examples in every run, and no race against a clock.

Packs that were read are kept in a folder of the test run, never in that of the user.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("kamflow", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("kamflow")


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAMFLOW_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield

"""Settings of property tests: the same examples in every run, and no race against a clock."""

from hypothesis import settings

settings.register_profile("kamflow", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("kamflow")

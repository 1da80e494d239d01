"""The examples run on both databases."""

from tests.contract.conftest import postgres, url

__all__ = ["postgres", "url"]

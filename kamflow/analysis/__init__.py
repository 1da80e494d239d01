"""Looks at policies without running them: pure functions from packs to text and values."""

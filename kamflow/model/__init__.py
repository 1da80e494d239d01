"""Frozen values that every layer speaks in; they know no files, clocks or databases."""

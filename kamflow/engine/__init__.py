"""Decisions: values in, values out. No clock, file, database or chance is read here."""

"""Migrations of the schema, one file a version, never edited once released."""

"""What property tests share: a real PostgreSQL, started when the first test asks for it."""

from tests.postgres import postgres

__all__ = ["postgres"]

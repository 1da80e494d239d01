"""Run by Alembic: migrates over the connection that `kamflow.storage.migrate` hands in."""

from alembic import context

from kamflow.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

"""Alembic's entry: runs on the connection that `migrate` hands over, inside its transaction."""

from alembic import context

from transactional.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    compare_type=True,
)
context.run_migrations()

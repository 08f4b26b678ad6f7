"""Runs migrations on the connection that ``tracker.persistence.migrations`` opened, inside its transaction."""

from alembic import context

from tracker.persistence import models
from tracker.persistence.base import Base

#: Importing the models is what fills the metadata.
TABLES = len(models.__all__)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter a constraint: a batch copies the table. That drops the table's triggers, so a migration that
    # batches a guarded table lays its guards again (a test looks).
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

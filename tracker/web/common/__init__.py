"""What every blueprint stands on: access, sessions, database, errors, filters, headers."""

"""Tables, the database that holds them, and the facts of a case read from and written to it."""

"""The smallest rows and facts that the database accepts; a test names only what it is about."""

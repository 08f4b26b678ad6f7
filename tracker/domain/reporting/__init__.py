"""The reports for managers: one clinic's history as columns, and one pure module for each panel that counts in it."""

"""Telling people of what is still open, one module for each part: who, the rows, the pages, the acknowledgements."""

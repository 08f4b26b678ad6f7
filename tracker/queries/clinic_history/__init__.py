"""A clinic's history for the reports: made of its rows (``making``), and read again as it was stored (``stored``).

Making it is one statement a table, however many cases there are. What was superseded or struck out is left out, and so
are cases entered in error.
"""

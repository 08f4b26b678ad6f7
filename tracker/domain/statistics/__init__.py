"""The methods behind every number that a manager reads: one file for each, named as statisticians name it.

All take counts that are grouped already, so that a database can group a million rows and hand over a few hundred.
"""

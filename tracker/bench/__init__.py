"""Measures a large installation against floors from the same machine and the same run."""

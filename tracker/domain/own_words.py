"""Words that are shipped with the program and that a clinic may replace by its own, counted in versions.

Versions up to ``LAST_SHIPPED`` are shipped, later ones are a clinic's own: the number alone says which words were sent
or signed.
"""

LAST_SHIPPED = 1000


def version_words(version: int) -> str:
    """Which version it is, in words of the pages."""
    return f"own words, version {version - LAST_SHIPPED}" if version > LAST_SHIPPED else f"version {version}"


def next_own(version: int) -> int:
    """The version of a clinic's own words that follows ``version``."""
    return max(LAST_SHIPPED, version) + 1

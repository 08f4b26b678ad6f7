"""Charts as places: pure geometry for the macros in ``templates/charts``."""

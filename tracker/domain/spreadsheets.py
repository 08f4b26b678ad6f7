"""What may stand in a file that a spreadsheet opens."""

#: What makes a spreadsheet take a text for a formula or a command.
_FORMULA = ("=", "+", "-", "−", "@", "\t", "\r", "\n")
#: By which spreadsheets see that a file is UTF-8.
MARK = "\ufeff"


def safe_cell(value: str | int) -> str | int:
    """Numbers as they are; a text that could be taken for a formula behind an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

"""How fast the pages are with ten and with a hundred thousand cases, beside what the same server can do at best.

``generate`` fills a database with cases that were played by the demonstration's real use cases and then copied;
``server`` serves it as in production; ``measure`` asks for the pages over HTTP; ``budget`` says what is too slow.
"""

"""Makes gs1_by_biip.json: element strings, and what the library biip reads of them. Needs ``pip install biip==5.2.0``.

Run it once more only to read more of GS1: ``python tests/data/gs1_by_biip.py > tests/data/gs1_by_biip.json``.
"""

import json
import random
import sys

from biip.gs1_messages import GS1Message

SEPARATOR = "\x1d"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-/.+"
#: Other identifiers than those of a device that labels carry too: quantity, variant, customer's part, country, price.
OTHERS = {"20": "07", "22": "V2", "240": "8637-20", "241": "C-9", "30": "1", "37": "12", "410": "5022222233336"}


def gtin(chance: random.Random) -> str:
    digits = [chance.randrange(10) for _ in range(13)]
    total = sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(digits))
    return "".join(map(str, (*digits, -total % 10)))


def day(chance: random.Random) -> str:
    return f"{chance.randrange(100):02}{chance.randrange(1, 13):02}{chance.randrange(0, 29):02}"


def element_string(chance: random.Random) -> str:
    def text() -> str:
        return "".join(chance.choice(LETTERS) for _ in range(chance.randrange(1, 21)))

    parts = [("17", day(chance)), ("11", day(chance)), ("10", text()), ("21", text()), *OTHERS.items()]
    chosen = [("01", gtin(chance)), *chance.sample(parts, chance.randrange(1, 6))]
    whole = "".join(
        identifier + value + ("" if identifier in {"01", "11", "17", "20", "410"} else SEPARATOR)
        for identifier, value in chosen
    )
    return whole.removesuffix(SEPARATOR)


def read(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    names = {"01": "device_identifier", "10": "lot", "21": "serial", "17": "expires_on"}
    for each in GS1Message.parse(text).element_strings:
        if each.ai.ai in names:
            found[names[each.ai.ai]] = each.date.isoformat() if each.date else each.value
    return found


if __name__ == "__main__":
    chance = random.Random(20261129)
    texts = [element_string(chance) for _ in range(400)]
    json.dump([[text, read(text)] for text in texts], sys.stdout, indent=0)

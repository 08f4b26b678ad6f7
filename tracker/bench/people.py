"""Invented people: some ten thousand family names, so that three letters find as many as in a real clinic."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from tracker.domain.names import fold, words_of

_ONSETS = ("b", "br", "c", "d", "dr", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "qu", "r", "s", "sh", "t", "v", "w")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ö")
_ENDS = ("ck", "ll", "man", "n", "nd", "r", "rson", "s", "ski", "t", "ton", "wood", "ez", "é")
_GIVEN = (
    "Amara", "Benedikt", "Carmela", "Dmitri", "Esperanza", "Finley", "Giselle", "Hamid", "Imogen", "Jelani",
    "Katarzyna", "Leopold", "Marisol", "Nikolai", "Odalys", "Percival", "Rosalind", "Santiago", "Tamsin", "Ulises",
    "Valentina", "Wendell", "Ximena", "Yusuf", "Zoë", "Anselm", "Beatrix", "Cormac", "Delphine", "Emeka",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Somebody:
    """One invented person; ``number`` is unique in the clinic."""

    number: int
    family_name: str
    given_name: str

    @property
    def mrn(self) -> str:
        """The medical record number."""
        return f"{self.number:07d}"

    def identity(self) -> Mapping[str, str]:
        """The columns of a patient that are this person's own."""
        return {
            "mrn": self.mrn,
            "family_name": self.family_name,
            "given_name": self.given_name,
            "name_key": fold(f"{self.family_name} {self.given_name}"),
        }

    def reach(self, kind: str) -> str:
        """The number or address of this kind."""
        if kind == "phone":
            return f"+1303{2_000_000 + self.number}"
        return f"patient{self.number}@patients.bench.example"

    def words(self) -> list[str]:
        """The folded words that find this person."""
        return sorted(words_of(self.family_name, self.given_name, self.mrn) | {self.reach("phone")[1:]})


def invent(chance: Random, number: int) -> Somebody:
    """The person with this number."""
    middle = chance.choice(_ONSETS) + chance.choice(_VOWELS) if chance.random() < 0.6 else ""
    family = chance.choice(_ONSETS) + chance.choice(_VOWELS) + middle + chance.choice(_ENDS)
    return Somebody(number, family.capitalize(), chance.choice(_GIVEN))

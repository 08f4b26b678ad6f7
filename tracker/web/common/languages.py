"""What the language of a patient is called on pages."""

#: Imports keep the code of a language, people type its name; a page reads the same for both where it can.
LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "ht": "Haitian Creole",
    "it": "Italian", "ko": "Korean", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "so": "Somali",
    "tl": "Tagalog", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language_name(stored: str) -> str:
    """What a language is called on pages."""
    return LANGUAGES.get(stored, stored)

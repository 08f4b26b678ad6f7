"""How many examples a property is tried with: a few where somebody waits, all of them in the full run."""

from hypothesis import settings


def examples(usual: int) -> int:
    """A fifth of ``usual`` with ``--hypothesis-profile=fast``, which is known when tests are collected."""
    return max(usual // 5, 1) if settings.get_current_profile_name() == "fast" else usual

"""Copies of all scans, beside a copy of the database, and back from there. A file is copied under its hash, so what is
there already is never written again, and nothing that was altered is carried on."""

from dataclasses import dataclass

from tracker.services.ports import PaperStore


@dataclass(frozen=True, slots=True)
class Copied:
    """How many scans stand in the copy, and how many were left out because they are not as they were stored."""

    count: int
    altered: int


def copy_papers(source: PaperStore, target: PaperStore) -> Copied:
    """Keep in ``target`` every scan that ``source`` has.

    :raises OSError: one could not be read or written
    """
    count = altered = 0
    for clinic_id, digest in source.kept():
        content = source.read(clinic_id, digest)
        if content is None:
            altered += 1
            continue
        target.keep(clinic_id, content)
        count += 1
    return Copied(count, altered)

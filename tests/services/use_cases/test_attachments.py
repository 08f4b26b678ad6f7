"""Scans named by consents and documents: kept once, for one case, and missed when they are gone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from tests.support.journey import Journey, a_person
from tracker.domain.attachments import PDF, TWO_NAMES, PaperRefused, digest_of
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import Consent, Document
from tracker.domain.words import Role
from tracker.persistence.models import Attachment
from tracker.services import consents, corrections, evaluations
from tracker.services.attachments import Paper, examine
from tracker.services.consents import Signing
from tracker.services.papers_check import check_papers
from tracker.services.work import Written

At = Callable[[str], Journey]
NURSE = Role.NURSE
SELF = Signing(signed_by="Ana Ruiz", relation="self")


@dataclass
class Shelf:
    """A store in memory that may be full."""

    files: dict[tuple[int, str], bytes] = field(default_factory=dict)
    is_full: bool = False

    def keep(self, clinic_id: int, content: bytes) -> None:
        if self.is_full:
            raise OSError("no space left")
        self.files[clinic_id, digest_of(content)] = content

    def read(self, clinic_id: int, digest: str) -> bytes | None:
        content = self.files.get((clinic_id, digest))
        return content if content is not None and digest_of(content) == digest else None

    def kept(self) -> Iterator[tuple[int, str]]:
        yield from self.files

    def others(self) -> Iterator[str]:
        return iter(())


class Reader:
    """Takes everything that is not called bad."""

    def read(self, content: bytes) -> str:
        if content == b"bad":
            raise PaperRefused("It is bad.")
        return PDF


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def a_paper(shelf: Shelf, content: bytes = b"one") -> Paper:
    return examine(Reader(), shelf, name="scan.pdf", content=content)


def document(journey: Journey, paper: Paper | None) -> Written:
    return journey.do(
        NURSE,
        lambda w, r: evaluations.record_document(w, r, kind="other", dated_on=journey.today, paper=paper),
    )


def signed(journey: Journey, paper: Paper | None) -> Written:
    return journey.do(
        NURSE,
        lambda w, r: consents.record_consent(
            w, r, purpose="implant", signed_on=journey.today, signing=SELF, paper=paper
        ),
    )


def attached(journey: Journey) -> list[str]:
    with journey.database.reading() as session:
        return list(session.scalars(select(Attachment.digest)))


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("scan.pdf", b"bad", "It is bad."),
    ("scan.pdf", b"", "This file is empty."),
    ("../scan.pdf", b"x", "The name of this file cannot be taken"),
    ("scan.png", b"x", TWO_NAMES),
])  # fmt: skip
def test_what_is_no_scan_is_refused_at_its_field(shelf: Shelf, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        examine(Reader(), shelf, name=name, content=content)
    assert caught.value.problems["attachment"].startswith(sentence)


class TestAScan:
    def test_is_kept_and_named_by_its_consent_also_when_that_is_taken_back(self, at: At, shelf: Shelf) -> None:
        journey, paper = at("implant_booked"), a_paper(shelf)
        signed(journey, paper)
        journey.do(NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="implant", reason="afraid"))
        consent = next(each for each in journey.look().snapshot.of(Consent) if each.purpose == "implant")
        assert consent.attachment == paper.digest
        assert shelf.files == {(journey.clinic_id, paper.digest): b"one"}

    def test_is_not_attached_twice(self, at: At, shelf: Shelf) -> None:
        journey, paper = at("implant_booked"), a_paper(shelf)
        document(journey, paper)
        before = journey.look().head.version
        for again in (document, signed):
            with pytest.raises(InvalidInput) as caught:
                again(journey, paper)
            assert "attached to this case already" in caught.value.problems["attachment"]
        assert journey.look().head.version == before and attached(journey) == [paper.digest]

    def test_of_another_patient_is_noticed(self, at: At, shelf: Shelf) -> None:
        journey, paper = at("implant_booked"), a_paper(shelf)
        document(journey, paper)
        journey.refer(a_person(2))
        with pytest.raises(InvalidInput) as caught:
            document(journey, paper)
        assert "another patient" in caught.value.problems["attachment"]

    def test_that_was_struck_out_of_a_wrong_case_may_go_into_the_right_one(self, at: At, shelf: Shelf) -> None:
        journey, paper = at("implant_booked"), a_paper(shelf)
        seq = document(journey, paper).fact_seqs[0]
        journey.do(Role.COORDINATOR, lambda w, r: corrections.strike(w, r, seq=seq, reason="wrong patient"))
        document(journey, paper)
        seq = journey.look().snapshot.of(Document)[-1].seq
        journey.do(Role.COORDINATOR, lambda w, r: corrections.strike(w, r, seq=seq, reason="wrong patient"))
        journey.refer(a_person(2))
        document(journey, paper)
        assert attached(journey) == [paper.digest] * 2

    def test_that_the_disk_does_not_take_leaves_nothing_behind(self, at: At, shelf: Shelf) -> None:
        journey, paper = at("implant_booked"), a_paper(shelf)
        shelf.is_full = True
        before = journey.look().head.version
        with pytest.raises(InvalidInput) as caught:
            signed(journey, paper)
        assert "could not be stored" in caught.value.problems["attachment"]
        assert journey.look().head.version == before and attached(journey) == [] and shelf.files == {}

    def test_of_a_form_that_is_refused_leaves_nothing_behind(self, at: At, shelf: Shelf) -> None:
        journey, paper = at("implant_booked"), a_paper(shelf)
        with pytest.raises(InvalidInput):
            journey.do(
                NURSE,
                lambda w, r: evaluations.record_document(w, r, kind="novel", dated_on=journey.today, paper=paper),
            )
        assert attached(journey) == [] and shelf.files == {}


class TestTheCheck:
    def check(self, journey: Journey, shelf: Shelf | None) -> list[str]:
        with journey.database.reading() as session:
            return [sentence for _case, sentence in check_papers(session, shelf).lost]

    def test_finds_nothing_where_all_is_as_it_was(self, at: At, shelf: Shelf) -> None:
        journey = at("implant_booked")
        document(journey, a_paper(shelf))
        assert self.check(journey, shelf) == []

    def test_misses_a_file_that_is_gone_or_altered_or_has_no_folder(self, at: At, shelf: Shelf) -> None:
        journey = at("implant_booked")
        paper = a_paper(shelf)
        document(journey, paper)
        shelf.files[journey.clinic_id, paper.digest] = b"two"
        expected = [f"the scan {paper.digest[:12]} is missing or was altered"]
        assert self.check(journey, shelf) == expected
        shelf.files.clear()
        assert self.check(journey, shelf) == expected == self.check(journey, None)

    @pytest.mark.parametrize(("column", "sentence"), [
        ("body", "the text of a signed consent was altered"), ("strokes", "the signature of a consent was altered"),
    ])  # fmt: skip
    def test_notices_a_signed_text_that_somebody_altered_behind_our_back(
        self, at: At, column: str, sentence: str
    ) -> None:
        journey = at("implant_booked")
        journey.do(
            NURSE,
            lambda w, r: consents.sign_consent(
                w, r, purpose="implant", text=consents.TextRef("en", 1), signing=SELF, strokes="0,0 90,90"
            ),
        )
        assert self.check(journey, None) == []
        with journey.database.migrating() as connection:
            connection.exec_driver_sql("DROP TRIGGER consent_forms_not_changed")
            connection.exec_driver_sql(f"UPDATE consent_forms SET {column} = '0,0 91,90'")
        assert self.check(journey, None) == [sentence]

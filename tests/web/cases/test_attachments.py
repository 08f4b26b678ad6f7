"""Scans sent with a form and handed out again: by the real reader, into a real folder, through the real pages."""

import html
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.support.journey import Journey, a_person
from tests.support.scans import a_pdf, a_picture, a_png_of
from tests.support.web import Browser, WebWorld
from tracker.domain.attachments import LARGEST, digest_of
from tracker.domain.words import Role
from tracker.integrations.papers import FolderOfPapers
from tracker.persistence.models import AccessEntry, Attachment, DocumentRow

NURSE = Role.NURSE
SCAN = a_picture("JPEG")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "papers"


@pytest.fixture
def scene(at: Callable[[str], tuple[WebWorld, Journey]], folder: Path) -> Iterator[tuple[WebWorld, Journey]]:
    """A clinic with a folder for scans."""
    world, journey = at("implant_booked")
    world.app.extensions["runtime"] = replace(world.runtime, papers=FolderOfPapers(folder))
    yield world, journey
    world.app.extensions["runtime"] = world.runtime


def send(browser: Browser, journey: Journey, content: bytes, name: str = "scan.jpg", **values: object) -> Any:
    """Open the form for a document and send it with a file. It is packed here: the client would leave its own packing
    of a large one in a temporary file."""
    address = f"/cases/{journey.public_id}/document"
    browser.get(address)
    usual = {"kind": "other", "dated_on": journey.today.isoformat(), "title": "From outside",
             "expected_version": str(journey.look().head.version), "csrf_token": browser.csrf_token,
             "attachment": FileStorage(BytesIO(content), name, "attachment")}  # fmt: skip
    boundary, packed = encode_multipart({**usual, **values})
    return browser.client.post(
        address, input_stream=BytesIO(packed), content_type=f"multipart/form-data; boundary={boundary}", buffered=True
    )


def claims(browser: Browser, journey: Journey, size: int) -> Any:
    """Send something that says it is so long."""
    return browser.client.post(
        f"/cases/{journey.public_id}/document",
        input_stream=BytesIO(b"x" * 100),
        environ_overrides={"CONTENT_LENGTH": str(size)},
        content_type="multipart/form-data; boundary=x",
    )


def files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()] if folder.exists() else []


def stored(world: WebWorld) -> tuple[int, int]:
    with world.database.reading() as session:
        documents = session.scalars(select(DocumentRow.seq).where(DocumentRow.kind == "other"))
        return len(list(documents)), len(list(session.scalars(select(Attachment.digest))))


class TestAScan:
    def test_is_taken_and_handed_out_as_it_was_to_be_opened_by_nothing_of_ours(
        self, scene: tuple[WebWorld, Journey], folder: Path
    ) -> None:
        world, journey = scene
        nurse = world.sign_in(NURSE)
        assert send(nurse, journey, SCAN).status_code == 303
        (file,) = files(folder)
        assert file.read_bytes() == SCAN and file.name == digest_of(SCAN)
        address = f"/cases/{journey.public_id}/attachments/{digest_of(SCAN)}"
        assert f'href="{address}"' in nurse.get(f"/cases/{journey.public_id}").get_data(as_text=True)
        answer = nurse.get(address)
        assert (answer.status_code, answer.data, answer.mimetype) == (200, SCAN, "image/jpeg")
        headers = answer.headers
        assert headers["Content-Disposition"] == f'attachment; filename="scan-{digest_of(SCAN)[:8]}.jpg"'
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
        with world.database.reading() as session:
            pages = list(session.scalars(select(AccessEntry.page).where(AccessEntry.page == "cases.attachment")))
        assert len(pages) == 1

    def test_may_be_of_a_letter_to_who_referred(self, scene: tuple[WebWorld, Journey]) -> None:
        world, journey = scene
        coordinator = world.sign_in(Role.COORDINATOR)
        assert send(coordinator, journey, SCAN, kind="referrer_letter", title="Outcome of the trial").status_code == 303
        page = coordinator.get(f"/cases/{journey.public_id}").get_data(as_text=True)
        assert "Letter to who referred" in page and "Outcome of the trial" in page

    def test_of_a_signed_consent_stands_beside_it(self, scene: tuple[WebWorld, Journey]) -> None:
        world, journey = scene
        nurse = world.sign_in(NURSE)
        given = {
            "purpose": "implant", "signed_on": journey.today.isoformat(), "relation": "self", "signed_by": "James",
            "expected_version": journey.look().head.version, "attachment": (BytesIO(SCAN), "consent.JPG"),
        }  # fmt: skip
        address = f"/cases/{journey.public_id}/consent?purpose=implant"
        assert nurse.submit(address, given, content_type="multipart/form-data").status_code == 303
        assert f"/attachments/{digest_of(SCAN)}" in nurse.get(f"/cases/{journey.public_id}").get_data(as_text=True)

    @pytest.mark.parametrize(("content", "name", "sentence"), [
        (b"", "scan.pdf", "This file is empty."),
        (b"Consent", "scan.pdf", "This is no PDF, JPEG or PNG"),
        (SCAN, "scan.png", "says another kind"),
        (SCAN, "../../scan.jpg", "The name of this file cannot be taken"),
        (SCAN, "C:\\fakepath\\scan.jpg", "The name of this file cannot be taken"),
        (SCAN, "scan.jpg.html", "This is no PDF, JPEG or PNG"),
        (SCAN + b"<script>alert(1)</script>", "scan.jpg", "holds something else beside the paper"),
        (a_pdf(script="app.alert(1)"), "scan.pdf", "holds a program"),
        (a_png_of(100_000, 100_000), "scan.png", "more dots than a scan"),
        (SCAN + bytes(LARGEST + 1 - len(SCAN)), "scan.jpg", "larger than 7 MB"),
        (SCAN + bytes(10 * LARGEST), "scan.jpg", "larger than 7 MB"),
    ], ids=["empty", "wrong type", "wrong ending", "path", "path of a PC", "two endings", "polyglot", "program", "bomb",
            "one byte too many", "ten times too large"])  # fmt: skip
    def test_that_is_none_gets_a_sentence_at_the_field_and_nothing_is_stored(
        self, scene: tuple[WebWorld, Journey], folder: Path, content: bytes, name: str, sentence: str
    ) -> None:
        world, journey = scene
        answer = send(world.sign_in(NURSE), journey, content, name)
        page = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 422 and sentence in page.partition('id="attachment-error"')[2]
        assert "From outside" in page and "Choose the file again" in page
        assert stored(world) == (0, 0) and files(folder) == []

    def test_sent_twice_is_refused_the_second_time(self, scene: tuple[WebWorld, Journey], folder: Path) -> None:
        world, journey = scene
        nurse = world.sign_in(NURSE)
        send(nurse, journey, SCAN)
        answer = send(nurse, journey, SCAN, "another name.jpg")
        assert answer.status_code == 422 and "attached to this case already" in answer.get_data(as_text=True)
        assert stored(world) == (1, 1) and len(files(folder)) == 1

    def test_beside_something_that_is_refused_is_not_stored(
        self, scene: tuple[WebWorld, Journey], folder: Path
    ) -> None:
        world, journey = scene
        answer = send(world.sign_in(NURSE), journey, SCAN, dated_on="9999-01-01")
        assert answer.status_code == 422 and "Choose the file again" in answer.get_data(as_text=True)
        assert stored(world) == (0, 0) and files(folder) == []

    def test_beyond_all_measure_is_refused_before_it_is_read(self, scene: tuple[WebWorld, Journey]) -> None:
        world, journey = scene
        nurse = world.sign_in(NURSE)
        nurse.get(f"/cases/{journey.public_id}/document")
        answer = claims(nurse, journey, 500000000)
        assert answer.status_code == 413 and "Nothing was saved" in answer.get_data(as_text=True)

    def test_of_somebody_who_is_not_signed_in_may_not_be_large(self, scene: tuple[WebWorld, Journey]) -> None:
        world, journey = scene
        answer = claims(world.browser(), journey, 20000000)
        assert answer.status_code == 413

    def test_is_seen_by_nobody_of_another_clinic_and_in_no_other_case(self, scene: tuple[WebWorld, Journey]) -> None:
        world, journey = scene
        send(world.sign_in(NURSE), journey, SCAN)
        address = f"/cases/{journey.public_id}/attachments/{digest_of(SCAN)}"
        assert world.sign_in(NURSE, "north").get(address).status_code == 404
        assert world.sign_in(Role.FRONT_DESK).get(address).status_code == 403
        first = journey.public_id
        journey.refer(a_person(2))
        assert journey.public_id != first
        assert world.sign_in(NURSE).get(address.replace(first, journey.public_id)).status_code == 404

    def test_that_is_gone_or_altered_is_not_shown(self, scene: tuple[WebWorld, Journey], folder: Path) -> None:
        world, journey = scene
        nurse = world.sign_in(NURSE)
        send(nurse, journey, SCAN)
        (file,) = files(folder)
        file.write_bytes(SCAN[:-1])
        answer = nurse.get(f"/cases/{journey.public_id}/attachments/{digest_of(SCAN)}")
        assert answer.status_code == 503 and "not there as it was stored" in answer.get_data(as_text=True)


def test_without_a_folder_no_scan_is_asked_for(at: Callable[[str], tuple[WebWorld, Journey]]) -> None:
    world, journey = at("implant_booked")
    nurse = world.sign_in(NURSE)
    assert 'type="file"' not in nurse.get(f"/cases/{journey.public_id}/document").get_data(as_text=True)
    answer = send(nurse, journey, SCAN)
    assert answer.status_code == 303 and stored(world) == (1, 0)

"""Which names and sizes of files are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.attachments import LARGEST, LONGEST_NAME, PaperRefused, digest_of, refuse_name, refuse_size


@pytest.mark.parametrize(("name", "ending"), [
    ("consent.pdf", "pdf"), ("Consent Ruiz 12-03 (2).PDF", "pdf"), ("scan_1.jpeg", "jpeg"), ("Núñez.jpg", "jpg"),
    ("H&P of 12.03.2026.pdf", "pdf"), ("Screenshot 2026-11-29 at 2.25.12\u202fPM.png", "png"), ("_scan #2.jpg", "jpg"),
    ("a" * (LONGEST_NAME - 4) + ".png", "png"),
])  # fmt: skip
def test_plain_names_are_taken(name: str, ending: str) -> None:
    assert refuse_name(name) == ending


@pytest.mark.parametrize("name", [
    "", ".pdf", "consent", "consent.", "../consent.pdf", "..\\consent.pdf", "/etc/passwd.pdf", "C:\\scan.pdf",
    "a/b.pdf",
    "~/scan.pdf", "consent.pdf.exe", "consent.exe", "consent..pdf", "consent.pdf\x00.png", "con.pdf", "LPT1.png",
    "scan\n.pdf", "scan\u202efdp.pdf", "%2e%2e%2fscan.pdf", "a:b.pdf", "<b>.pdf", '"a".pdf', "-rf.pdf", " scan.pdf",
    "a" * LONGEST_NAME + ".pdf", "consent.svg", "consent.html", "consent.tiff",
])  # fmt: skip
def test_others_are_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(PaperRefused, match=r"\.$"):
        refuse_name(name)


NO_PART_OF_A_NAME = ("/", "\\", "\x00", "..", "\n", "\r", ":", "\u202e", "%", "<", '"', "$", "`")


@given(st.text(max_size=60), st.sampled_from(NO_PART_OF_A_NAME), st.text(max_size=60))
def test_no_name_with_a_path_or_a_sign_of_a_shell_is_taken(before: str, sign: str, after: str) -> None:
    for name in (f"{before}{sign}{after}", f"{before}{sign}{after}.pdf"):
        with pytest.raises(PaperRefused):
            refuse_name(name)


@given(st.text(max_size=80))
def test_what_is_taken_is_a_plain_name_with_an_ending_that_is_known(name: str) -> None:
    try:
        ending = refuse_name(name)
    except PaperRefused:
        return
    assert ending in {"pdf", "jpg", "jpeg", "png"}
    assert not set(name) & set('/\\:<>"|?*$`;%\x00\n\r\t') and ".." not in name and not name.startswith((".", "-", " "))


def test_only_what_has_something_and_not_too_much_is_taken() -> None:
    refuse_size(b"x")
    refuse_size(bytes(LARGEST))
    for content in (b"", bytes(LARGEST + 1)):
        with pytest.raises(PaperRefused):
            refuse_size(content)


def test_its_digest_is_that_of_the_content() -> None:
    assert digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

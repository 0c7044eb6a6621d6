"""The documents for people say only what is true."""

import re

from tests.architecture import files

README = files.text(files.Path("README.md"))


def test_the_readme_stays_short():
    assert len(README.splitlines()) <= 130


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{document}: {target}"
        for document in files.committed()
        if document.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", files.text(document))
        if not (files.ROOT / document.parent / target).exists()
    ]

    assert broken == []


def test_every_make_target_that_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z-]+):", files.text(files.Path("Makefile")), re.MULTILINE))
    named = re.findall(
        r"(?:`|^)make ([a-z-]+)", README + files.text(files.Path("CONTRIBUTING.md")), re.MULTILINE
    )

    assert set(named) <= targets

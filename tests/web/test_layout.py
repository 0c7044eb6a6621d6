"""The files of the layout are fetched once, and again when they have changed."""

import re
import shutil

import pytest


@pytest.fixture
def addresses(app, tmp_path):
    """What a page loads; its files may be changed."""
    app.static_folder = str(shutil.copytree(app.static_folder, tmp_path / "static"))
    visitor = app.test_client()

    def found():
        return re.findall(r'(?:src|href)="(/static/[^"]+)"', visitor.get("/sign-in").text)

    return found


def kept(app, address):
    """For how many seconds a browser may keep what stands at an address without asking."""
    answer = app.test_client().get(address)
    assert answer.status_code == 200
    return answer.cache_control.max_age


def test_a_browser_keeps_what_a_page_loads(app, addresses):
    assert len(set(addresses())) == 7
    assert {kept(app, address) for address in addresses()} == {31536000}


def test_a_file_that_changed_has_another_address(app, addresses, tmp_path):
    before = addresses()
    (tmp_path / "static" / "forms.css").write_text("p { margin: 0 }")
    after = addresses()

    (new,) = set(after) - set(before)
    assert new.startswith("/static/forms.css?v=")
    assert app.test_client().get(new).text == "p { margin: 0 }"


def test_under_another_version_it_is_asked_for_each_time(app):
    """A node that was upgraded already sends readers to one that was not."""
    assert kept(app, "/static/forms.css?v=0123456789ab") is None
    assert kept(app, "/static/forms.css") is None
    assert app.test_client().get("/static/../app.py?v=1").status_code == 404

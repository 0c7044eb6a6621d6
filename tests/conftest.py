"""What every test may ask for, and the rule that CI skips nothing.

A test that needs a part of the system which is missing is skipped by name; under ``CI=true`` that
is a failure, so a green CI never hides a browser or a database that was not there.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page

from tests.support import browser, postgres, skips

# One folder for all worker processes of a run; the workers inherit the variable.
_RUN_FOLDER = "ZHICHENG_TEST_RUN"
# Content that was loaded once stays for all tests. With Python's own thresholds the collector goes
# through it so often that it takes a quarter of the time of the tests.
_COLLECT_AFTER = (50_000, 10, 10)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="DIR", help="save a picture of every page visited")


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(*_COLLECT_AFTER)
    if not hasattr(config, "workerinput"):
        os.environ[_RUN_FOLDER] = tempfile.mkdtemp(prefix="zhicheng-tests-")
    # Most tests of pages build an application of their own; its templates are compiled once a run.
    templates = Path(os.environ[_RUN_FOLDER]) / "templates"
    templates.mkdir(exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(templates))}


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ.pop(_RUN_FOLDER))
        postgres.Cluster(folder / "postgres").stop()
        shutil.rmtree(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        skips.refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        skips.refuse(report)
    return report


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """A folder that all worker processes of this run share."""
    folder = Path(os.environ[_RUN_FOLDER]) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def postgres_cluster() -> postgres.Cluster:
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    cluster = postgres.Cluster(Path(os.environ[_RUN_FOLDER]) / "postgres")
    cluster.start(programs)
    return cluster


@pytest.fixture
def postgres_url(postgres_cluster: postgres.Cluster) -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty database."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = browser.find_chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with browser.chromium(executable) as started:
        yield started


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    """A page in a fresh browser session: Chinese, 1200 × 900."""
    with chromium.new_context(**browser.CONTEXT) as context:
        yield context.new_page()


@pytest.fixture
def photograph(pytestconfig: pytest.Config) -> Callable[[Page, str], None]:
    """Save the whole page as ``NAME.png`` when the run was started with ``--screenshots``."""

    def save(page: Page, name: str) -> None:
        folder = pytestconfig.getoption("--screenshots")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return save

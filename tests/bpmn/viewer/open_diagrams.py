"""Every exported diagram opens in bpmn-js, which bpmn.io and Camunda Modeler draw with.

Not part of the tests: ``make viewer`` fetches bpmn-js and runs it in the browser of the system. It
fails on every warning bpmn-js has, on whatever it does not draw, and on what it writes otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bpmn import read_bpmn
from tests.bpmn.test_import import PROCESSES, exported, plain
from tests.support.browser import chromium, find_chromium

SCRIPT = Path(__file__).parent / "node_modules/bpmn-js/dist/bpmn-navigated-viewer.production.min.js"
PAGE = '<div id="canvas" style="height: 800px"></div>'
OPEN = """async xml => {
  const viewer = new BpmnJS({container: '#canvas'});
  const {warnings} = await viewer.importXML(xml);
  const drawn = viewer.get('elementRegistry').getAll().filter(one => one.type !== 'label');
  const empty = drawn.filter(one => !viewer.get('elementRegistry').getGraphics(one).innerHTML);
  const {xml: again} = await viewer.saveXML({format: true});
  viewer.destroy();
  return {
    warnings: warnings.map(one => one.message),
    drawn: drawn.map(one => one.id),
    empty: empty.map(one => one.id),
    again,
  };
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    found = find_chromium()
    assert found is not None, "no chromium on this machine"
    with chromium(found) as browser:
        page = browser.new_page()
        page.set_content(PAGE)
        page.add_script_tag(path=SCRIPT)
        yield page


@pytest.mark.parametrize("name", PROCESSES)
def test_bpmn_js_draws_an_exported_process_and_keeps_what_it_says(page: Page, name: str) -> None:
    text = exported(name)

    found = page.evaluate(OPEN, text)

    assert found["warnings"] == []
    assert found["empty"] == []
    assert PROCESSES[name].process.first.name in found["drawn"]
    # What it saves is the same process again, with every key that BPMN has no word for.
    values = []
    for xml in (text, found["again"]):
        problems = Problems()
        process = read_bpmn(xml.encode(), "file.bpmn", problems)
        assert process is not None, [one.sentence("en") for one in problems.errors]
        node = read_yaml(process, "file.yaml", Problems())
        assert node is not None
        values.append({**node.value, "steps": plain(node.value["steps"])})
    assert values[0] == values[1]

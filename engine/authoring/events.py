"""The events of a YAML text, from one of two libraries.

libyaml takes a fifteenth of the time of ruamel.yaml and gives the same events at the same places
for what both read; but it follows an older YAML, and explains less. So whatever it is not sure to
read alike, and whatever it stumbles over, is left to ruamel.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml import events as known

try:
    from yaml.cyaml import CParser
except ImportError:
    # Built without libyaml: everything is read by ruamel.yaml.
    CParser = None

#: Gives the events of a text.
Read = Callable[[str], Iterator[Any]]

#: what comes from either library
ALIAS = (yaml.AliasEvent, known.AliasEvent)
DOCUMENT = (yaml.DocumentStartEvent, known.DocumentStartEvent)
MAPPING_END = (yaml.MappingEndEvent, known.MappingEndEvent)
SCALAR = (yaml.ScalarEvent, known.ScalarEvent)
SEQUENCE = (yaml.SequenceStartEvent, known.SequenceStartEvent)
SEQUENCE_END = (yaml.SequenceEndEvent, known.SequenceEndEvent)

# Directives, a comment at the head of a block, names of anchors with more than letters behind them,
# tabs, breaks of lines that only an older YAML knows, and characters that a text has not.
_NOT_ALIKE = re.compile(
    r"^%|[|>][-+0-9]*#|&[\w-]+[^\w\s-]|\*[\w-]+[^\w\s,\]}-]|\r(?!\n)"
    r"|[^\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]",
    re.MULTILINE,
)


class Unsure(Exception):
    """The other library has to say what the text means, or what is wrong with it."""


def quick(text: str) -> Iterator[Any]:
    """Read with libyaml.

    Raises:
        Unsure: when it is not there, stumbles, or might read otherwise.
    """
    if CParser is None or _NOT_ALIKE.search(text):
        raise Unsure
    parser = CParser(text)
    try:
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, yaml.ScalarEvent) and not event.value and not event.style:
                # Where nothing is written is for each of them another place.
                raise Unsure
            yield event
    except yaml.YAMLError as error:
        raise Unsure from error


def thorough(text: str) -> Iterator[Any]:
    """Read with ruamel.yaml, whose errors are known."""
    yield from YAML(typ="safe", pure=True).parse(text)

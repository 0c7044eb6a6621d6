"""Text to data with positions, problems an author can act on, and edits that keep the rest.

The only door to ruamel.yaml and libyaml. It knows no definition language: what keys mean
is for the layers above. It reads text it is given and never opens a file.
"""

from engine.authoring.assigning import assign
from engine.authoring.fields import Fields
from engine.authoring.node import Entry, Node
from engine.authoring.problem import Phrase, Position, Problem, near, nearest
from engine.authoring.problems import Problems
from engine.authoring.render import render
from engine.authoring.source import read_yaml, read_yaml_all
from engine.authoring.writing import AliasedNode, Document, EditRefused

__all__ = [
    "AliasedNode",
    "Document",
    "EditRefused",
    "Entry",
    "Fields",
    "Node",
    "Phrase",
    "Position",
    "Problem",
    "Problems",
    "assign",
    "near",
    "nearest",
    "read_yaml",
    "read_yaml_all",
    "render",
]

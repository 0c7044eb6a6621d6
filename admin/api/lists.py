"""Lists, with the filters, order and pages that the pages have."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from admin.api import asking
from admin.api.reading import actor
from admin.context import platform
from admin.listing import OWN, asked
from admin.navigation import caption
from engine.services.lists import NARROWING


def names() -> ResponseReturnValue:
    """The lists that the actor may open."""
    lists, known = platform().lists, platform().release.lists
    return jsonify(
        [
            {"name": name, "title": caption(known[name].title)}
            for name in sorted(known)
            if lists.why_not(actor(), name) is None
        ]
    )


def show(name: str) -> ResponseReturnValue:
    """A page of a list."""
    filters, search, sort, cursor = asked()
    page = platform().lists.page(
        actor(), name, filters=filters, search=search, sort=sort, cursor=cursor
    )
    asking.demand(OWN | NARROWING.keys() | {one.field for one in page.filters})
    return jsonify(
        {
            "title": page.title,
            "columns": [
                {"field": one.field, "title": one.title, "sortable": one.sortable}
                for one in page.columns
            ],
            "filters": [
                {
                    "field": one.field,
                    "title": one.title,
                    "options": None
                    if one.options is None
                    else [{"value": value, "title": title} for value, title in one.options],
                }
                for one in page.filters
            ],
            "rows": [
                {
                    "id": row.key,
                    "name": row.name,
                    "cells": list(row.cells),
                    "status": row.status,
                    "flags": list(row.flags),
                    "late": row.late,
                    "on_behalf": row.on_behalf,
                }
                for row in page.rows
            ],
            "total": page.total,
            "next_cursor": page.next_cursor,
            "bulk": [{"name": one.name, "title": one.title} for one in page.bulk],
        }
    )


def install(interface: Blueprint) -> None:
    """Put the addresses of this module below ``interface``."""
    interface.add_url_rule("/lists", "lists", names, methods=["GET"])
    interface.add_url_rule("/lists/<path:name>", "list", show, methods=["GET"])

"""What every template can use: captions, times as people write them, menu and person."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_babel import Babel
from markupsafe import Markup

from admin import captions, navigation, security
from admin.captions import _
from admin.context import platform
from engine.services.publishing import FOLDER_CHANGED, FOLDER_ITSELF

#: the product's own name; a deployment's name for its system comes with its jurisdiction
PRODUCT = "职程"
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_BABEL = {"zh": "zh_Hans_CN", "en": "en"}


def zone() -> ZoneInfo:
    """The time zone of the signed-in person's jurisdiction."""
    return ZoneInfo(navigation.jurisdiction_of(security.who()).zone)


def moment(value: datetime | str | None) -> str:
    """A moment in local time, to the minute: 2026-10-10 09:00."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(zone()).strftime("%Y-%m-%d %H:%M")


def day(value: datetime | date | str | None) -> str:
    """A date: 2026-10-10. A moment is taken in local time."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(zone())
    return value.strftime("%Y-%m-%d")


def deadline(text: str | None) -> str:
    """A deadline as written in a case: a date ends at its midnight, a moment at that moment."""
    if not text:
        return ""
    return text[:10] if len(text) <= 10 else text[:16].replace("T", " ")


def in_brackets(value: object) -> str:
    """An aside in the brackets of the reader's language."""
    return _("（{text}）", text=value)


def written_by_platform(text: str) -> str:
    """What stands in the history of the content, where the platform wrote it itself."""
    own = {FOLDER_ITSELF.name: _("内容目录"), FOLDER_CHANGED: _("读入内容目录")}
    return own.get(text, text)


def size(value: int) -> str:
    """A file size in the unit that reads best."""
    if value < 1024 * 1024:
        return f"{max(1, round(value / 1024))} KB"
    return f"{value / 1024 / 1024:.1f} MB"


def whole_days(text: str) -> str:
    """A text of a cell; one that is a moment breaks between day and time only."""
    if not _MOMENT.fullmatch(text):
        return text
    return Markup('<span><span class="unbroken">{}</span> {}</span>').format(*text.split())


def _common() -> dict[str, Any]:
    me = security.who()
    jurisdiction = navigation.only_jurisdiction(me)
    place, bureau = (jurisdiction.title, jurisdiction.bureau) if jurisdiction else (None, None)
    language = captions.language()
    return {
        "_": _,
        "me": me,
        "menu": navigation.menu(me) if me else (),
        "site_title": " · ".join(filter(None, (PRODUCT, navigation.caption(place)))),
        "bureau": platform().directory.name("organisations", bureau),
        "language": language,
        "languages": captions.LANGUAGES,
        "tags": captions.TAGS,
        "html_lang": captions.TAGS[language],
        "here": request.full_path.rstrip("?"),
        "caption": navigation.caption,
    }


def mode_of(mode: str) -> str:
    """How somebody takes part in a task, in a word."""
    return {
        "before": _("前加签"),
        "parallel": _("并加签"),
        "after": _("后加签"),
        "delegate": _("委派"),
    }.get(mode, mode)


def install(app: Flask) -> None:
    """Give templates their names, and libraries the reader's language."""
    Babel(app, locale_selector=lambda: _BABEL[captions.language()])
    app.context_processor(_common)
    app.add_template_filter(moment)
    app.add_template_filter(day)
    app.add_template_filter(mode_of)
    app.add_template_filter(whole_days)
    app.add_template_filter(deadline)
    app.add_template_filter(size, "file_size")
    app.add_template_filter(captions.listed)
    app.add_template_filter(in_brackets)
    app.add_template_filter(written_by_platform)

"""Formats of texts that have a check of their own, and how private values are masked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from stdnum.cn import ric, uscc

_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,24}[0-9]\Z")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63}){1,8}\Z")
_OFFICER = re.compile(r"[\u4e00-\u9fff]{0,4}字?第?[0-9A-Za-z]{4,12}号?\Z")
_YEAR = re.compile(r"(19|20|21)[0-9]{2}\Z")
_MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?\Z")


def is_date(value: str) -> bool:
    """Tell whether a text is a day of the calendar, such as 2026-09-30."""
    return bool(_DATE.match(value)) and _exists(date.fromisoformat, value)


def is_moment(value: str) -> bool:
    """Tell whether a text is a moment, such as 2026-09-30T09:00."""
    return bool(_MOMENT.match(value)) and _exists(datetime.fromisoformat, value)


def _exists(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_moment,
    "year": lambda value: bool(_YEAR.match(value)),
    "month": lambda value: bool(_MONTH.match(value)),
    "id-number": lambda value: value.isalnum() and bool(ric.is_valid(value)),
    "officer-id": lambda value: bool(_OFFICER.match(value)),
    "credit-code": lambda value: value.isalnum() and bool(uscc.is_valid(value)),
    "mobile": lambda value: bool(_MOBILE.match(value)),
    "phone": lambda value: bool(_PHONE.match(value)),
    "email": lambda value: bool(_EMAIL.match(value)),
}


#: how a text of a format looks, for whoever cannot check more
SHAPES: dict[str, str] = {
    "id-number": "[0-9]{17}[0-9Xx]",
    "credit-code": "[0-9A-Za-z]{18}",
    **{
        name: pattern.pattern.removesuffix("\\Z")
        for name, pattern in {
            "year": _YEAR, "month": _MONTH, "officer-id": _OFFICER, "mobile": _MOBILE,
            "phone": _PHONE, "email": _EMAIL,
        }.items()
    },
}  # fmt: skip

#: what stands for a masked value of which nothing may be seen: a number, a date, a file
UNREAD = "***"


def masked(value: object) -> str:
    """Return a value with its middle hidden, so that a person recognises it and nobody reads it.

    A short text keeps its first character; a long one its first three and last four, so that an
    identity number loses the day of birth.
    """
    text = str(value)
    if len(text) <= 1:
        return "*" * len(text)
    if len(text) <= 7:
        return text[0] + "*" * (len(text) - 1)
    return text[:3] + "*" * (len(text) - 7) + text[-4:]

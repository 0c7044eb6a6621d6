"""What another system answers is read, or it is said why it is no answer."""

import pytest

from engine.connectors.http import LONGEST_REASON, Rejected, Unavailable, read

#: lists in lists, deeper than Python reads
DEEP = b"[" * 100_000


def test_an_answer_is_an_object_or_nothing() -> None:
    assert read(200, b'{"number": "7"}') == {"number": "7"}
    assert read(204, b" ") == {}


@pytest.mark.parametrize(
    ("content", "why"), [(b"<html>", "no JSON"), (b"[1]", "no object"), (DEEP, "no JSON")]
)
def test_what_is_no_answer_is_not_asked_for_again(content: bytes, why: str) -> None:
    """An answer of lists in lists was taken for a fault of our own."""
    with pytest.raises(Rejected, match=f"^{why}$"):
        read(200, content)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_who_cannot_answer_now_is_asked_again(status: int) -> None:
    with pytest.raises(Unavailable, match=f"^HTTP {status}$"):
        read(status, b"{}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", ""),
        (b"<html>", ""),
        (b"[1]", ""),
        (DEEP, ""),
        ('{"message": "号码不符", "title": "Bad Request"}'.encode(), "：号码不符"),
        (b'{"detail": "' + b"x" * (LONGEST_REASON + 1) + b'"}', "：" + "x" * LONGEST_REASON),
    ],
)
@pytest.mark.parametrize("status", [302, 400, 422])
def test_who_says_no_is_heard(status: int, content: bytes, said: str) -> None:
    with pytest.raises(Rejected) as refused:
        read(status, content)
    assert str(refused.value) == f"HTTP {status}{said}"

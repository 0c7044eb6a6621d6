import pytest

from engine.connectors.codes import new_code, read_code


def test_a_code_is_four_groups_of_characters_that_are_not_mistaken():
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert not set(code) & set("ILOU")
    assert new_code() != code
    assert new_code(lambda count: b"\xff" * count) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"


@pytest.mark.parametrize(
    "typed", ["abcd-efgh-0011-2233", " ABCD EFGH OoiL 2233 ", "abcdefgh00112233"]
)
def test_a_code_is_read_however_it_was_typed(typed: str):
    assert read_code(typed) == "ABCD-EFGH-0011-2233"


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "ABCD-EFGH-0011-22333", "ABCD-EFGH-0011-223!", "张" * 16]
)
def test_what_cannot_be_a_code_is_told_apart(typed: str):
    assert read_code(typed) is None

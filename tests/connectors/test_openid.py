"""What an identity platform says about itself and about somebody is believed only if it is so."""

from collections.abc import Iterator
from typing import Any

import pytest

from engine.connectors.http import NotConfigured
from engine.connectors.openid import Answer, OpenId, Untrusted
from engine.domain.clock import VirtualClock
from tests.support import shipped
from tests.support.identity_platform import Platform, identity_platform, settings_of

BACK = "http://localhost/sign-in/tianjin/people/return"
CONNECTOR = shipped.release().connectors["tianjin-people"]
PEOPLE = {
    "zhang": {"name": "张三", "id_number": "12011219850801373X", "real_name_level": "3"},
    "li": {"name": "李四", "id_number": "120106198505041762", "real_name_level": "3"},
}


@pytest.fixture
def platform() -> Iterator[Platform]:
    with identity_platform(PEOPLE, lambda: shipped.NINE.timestamp()) as found:
        yield found


def signed_in(platform: Platform, subject: str = "zhang") -> Answer:
    """Somebody goes there and comes back, with nothing remembered of the platform."""
    ours = OpenId(settings_of(platform), VirtualClock(shipped.NINE))
    left = ours.depart(CONNECTOR, BACK)
    code = platform.sign_in(left.address, subject).partition("code=")[2].partition("&")[0]
    return ours.answer(CONNECTOR, BACK, left.nonce, left.verifier, code)


def test_whoever_signed_in_is_told_with_the_platform_that_says_so(platform: Platform) -> None:
    told = signed_in(platform)

    assert (told.issuer, told.subject, told.claims["name"]) == (platform.issuer, "zhang", "张三")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"issuer": "https://elsewhere.example"}, "issuer"),
        ({"token_endpoint": None}, "metadata"),
        ({"jwks_uri": "http://elsewhere.example/keys"}, "jwks_uri"),
        ({"token_endpoint": "http://elsewhere.example/token"}, "token_endpoint"),
        ({"authorization_endpoint": ["https://elsewhere.example"]}, "metadata"),
    ],
    ids=str,
)
def test_a_platform_that_is_another_or_can_be_listened_to_is_not_gone_to(
    platform: Platform, said: dict[str, Any], why: str
) -> None:
    """An address that was no text ended the sign-in page with an error of its own."""
    platform.metadata = said

    with pytest.raises(Untrusted, match=why):
        signed_in(platform)
    assert [path for path, _ in platform.asked] == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    ("given", "why"), [({"id_token": None}, "id_token"), ({"id_token": "no token"}, None)], ids=str
)
def test_without_an_id_token_nobody_has_signed_in(
    platform: Platform, given: dict[str, Any], why: str | None
) -> None:
    platform.given = given

    with pytest.raises(Untrusted, match=why):
        signed_in(platform)


@pytest.mark.parametrize(("over_since", "believed"), [(45, True), (75, False)])
def test_clocks_may_differ_by_a_minute(platform: Platform, over_since: int, believed: bool) -> None:
    platform.lies = {"exp": int(platform.now()) - over_since}

    if believed:
        assert signed_in(platform).subject == "zhang"
        return
    with pytest.raises(Untrusted, match="expired"):
        signed_in(platform)


def test_keys_that_are_none_prove_nothing(platform: Platform) -> None:
    platform.published = {"keys": [{"kty": "RSA", "n": 1}]}

    with pytest.raises(Untrusted):
        signed_in(platform)


class TestToldElsewhere:
    """Claims that are not in the id token are asked for at an address of their own."""

    @pytest.fixture(autouse=True)
    def at_an_address(self, platform: Platform) -> None:
        platform.in_userinfo = True

    def test_they_belong_to_whoever_signed_in(self, platform: Platform) -> None:
        assert signed_in(platform).claims["id_number"] == PEOPLE["zhang"]["id_number"]

    def test_what_is_told_about_somebody_else_is_not_believed(self, platform: Platform) -> None:
        """Whoever can answer there would sign in as whom they like."""
        platform.told = {"sub": "li", **PEOPLE["li"]}

        with pytest.raises(Untrusted, match="userinfo"):
            signed_in(platform)

    def test_they_are_not_asked_for_where_others_can_listen(self, platform: Platform) -> None:
        platform.metadata = {"userinfo_endpoint": "http://elsewhere.example/userinfo"}

        with pytest.raises(Untrusted, match="userinfo_endpoint"):
            signed_in(platform)


@pytest.mark.parametrize("name", ["tianjin_people_url", "tianjin_people_client"])
def test_a_platform_without_its_settings_is_not_asked(platform: Platform, name: str) -> None:
    given = {**settings_of(platform), name: ""}

    with pytest.raises(NotConfigured, match=name):
        OpenId(given, VirtualClock(shipped.NINE)).depart(CONNECTOR, BACK)


def test_a_platform_is_reached_only_where_nobody_can_listen(platform: Platform) -> None:
    given = {**settings_of(platform), "tianjin_people_url": "http://elsewhere.example"}

    with pytest.raises(NotConfigured):
        OpenId(given, VirtualClock(shipped.NINE)).depart(CONNECTOR, BACK)

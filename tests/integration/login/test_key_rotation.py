"""The gateway's own signing keys are rotated with overlap: at no step is a valid token refused (org mode)."""

import json
from pathlib import Path

import jwt
import pytest

from tests.integration.login.browser import ADA, ADA_ID
from tests.integration.login.conftest import Start
from tests.integration.login.rig import ORG, Rig, new_signing_key
from tests.integration.login.watched_okta import WEB_APP


def use_keys(rig: Rig, *files: Path) -> None:
    """A deployment with these keys: new sandboxes of the sign-in function; the authorizer's live on."""
    rig.settings["GATEWAY_SIGNING_KEYS"] = ",".join(map(str, files))
    rig.sandboxes.restart()


def api_status(rig: Rig, token: str) -> int:
    return rig.browser().get("/api/servers", [("Authorization", f"Bearer {token}")]).status_code


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def test_no_valid_token_is_refused_while_keys_are_rotated(start: Start, folder: Path) -> None:
    old, new = new_signing_key(folder), new_signing_key(folder)
    rig = start(ORG, GATEWAY_SIGNING_KEYS=str(old))
    tokens = [rig.browser().signed_in().access_token()]
    first_answer = api_status(rig, tokens[0])
    assert first_answer == 200
    for keys in ((old, new), (new, old), (new,)):
        use_keys(rig, *keys)
        tokens.append(rig.browser().signed_in().access_token())
        in_force = tokens if len(keys) > 1 else tokens[-2:]  # the old key goes when its last token has expired
        assert [api_status(rig, token) for token in in_force] == [200] * len(in_force)
    assert kid_of(tokens[0]) == kid_of(tokens[1])
    assert kid_of(tokens[2]) == kid_of(tokens[3]) != kid_of(tokens[0])


def test_a_session_gets_tokens_of_the_new_key_at_its_next_refresh(start: Start, folder: Path) -> None:
    old, new = new_signing_key(folder), new_signing_key(folder)
    rig = start(ORG, GATEWAY_SIGNING_KEYS=str(old))
    browser = rig.browser().signed_in()
    before = browser.access_token()
    use_keys(rig, new, old)
    assert browser.access_token() == before
    rig.token_ends_soon()
    after = browser.access_token()
    assert kid_of(after) != kid_of(before)
    assert api_status(rig, after) == 200


def test_deployed_public_keys_serve_during_the_rotation(start: Start, folder: Path) -> None:
    """GATEWAY_PUBLIC_KEYS: the authorizer has the set as data."""
    old, new = new_signing_key(folder), new_signing_key(folder)
    rig = start(ORG, GATEWAY_SIGNING_KEYS=f"{old},{new}")
    rig.settings["GATEWAY_PUBLIC_KEYS"] = json.dumps(rig.browser().get("/.well-known/jwks.json").json())
    before = rig.browser().signed_in().access_token()
    use_keys(rig, new, old)
    after = rig.browser().signed_in().access_token()
    assert [api_status(rig, token) for token in (before, after)] == [200, 200]
    assert rig.okta.requests().get("/.well-known/jwks.json") is None


def test_a_token_of_a_key_that_is_not_published_is_refused(start: Start, folder: Path) -> None:
    rig = start(ORG)
    token = rig.browser().signed_in().access_token()
    assert api_status(rig, token) == 200
    stranger = new_signing_key(folder)
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(
        {**claims, "groups": ["registry-admins"]},
        stranger.read_text(),
        "RS256",
        headers={"kid": kid_of(token), "typ": "at+jwt"},
    )
    assert api_status(rig, forged) == 401


def test_a_token_of_the_gateway_says_what_the_design_says(org_rig: Rig) -> None:
    token = org_rig.browser().signed_in().access_token()
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "sub", "username", "email", "groups", "client_id", "jti", "iat", "exp"}
    assert claims["iss"] == claims["aud"] == org_rig.gateway_url
    assert (claims["sub"], claims["username"], claims["client_id"]) == (ADA_ID, ADA, WEB_APP)
    assert claims["exp"] - claims["iat"] == 900
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"


def test_each_token_of_the_gateway_has_an_id_of_its_own(org_rig: Rig) -> None:
    tokens = [org_rig.browser().signed_in().access_token() for _ in range(3)]
    ids = {jwt.decode(token, options={"verify_signature": False})["jti"] for token in tokens}
    assert len(ids) == 3


def test_a_refused_user_has_no_token_at_either_kind_of_server(both_servers: Rig) -> None:
    for path in ("/api/servers", "/api/iam/whoami"):
        assert both_servers.browser().get(path).status_code == 401


@pytest.mark.parametrize("kind", ["access_token", "id_token"])
def test_okta_tokens_of_a_custom_server_are_refused_in_org_mode(org_rig: Rig, kind: str) -> None:
    for server in ("org", "aus1234567890abcdef"):
        assert api_status(org_rig, org_rig.okta.mint(server=server, user=ADA, kind=kind)) == 401

"""Key sets, their rotation, and keys that outlive the process."""

import stat
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from devkit.okta_standin.keys import Keys
from tests.contract.okta_standin.openapi import EXAMPLES, require_schema
from tests.contract.okta_standin.standin_client import CUSTOM, Standin, header_of, verified


@pytest.mark.parametrize("server", ["org", CUSTOM, "default"])
def test_a_key_set_lists_an_active_and_a_next_key(okta: Standin, server: str) -> None:
    response = okta.http.get(okta.endpoint(server, "keys"))
    require_schema(response.json(), "OAuthKeys")
    assert len({key["kid"] for key in response.json()["keys"]}) == 2
    for key in response.json()["keys"]:
        assert key.keys() == EXAMPLES["OAuthKeysExample"]["keys"][0].keys()
        public_key = jwt.PyJWK(key).key
        assert isinstance(public_key, RSAPublicKey)
        assert public_key.key_size == 2048


def test_a_key_set_may_be_cached_as_long_as_okta_says(okta: Standin) -> None:
    response = okta.http.get(okta.endpoint(CUSTOM, "keys"))
    assert response.headers["cache-control"] == "max-age=3832304, must-revalidate"


def test_servers_do_not_share_keys(okta: Standin) -> None:
    kids = [key["kid"] for server in ("org", CUSTOM, "default") for key in okta.key_set(server)]
    assert len(set(kids)) == 6


def test_rotation_drops_the_active_key_and_promotes_the_next(own_okta: Standin) -> None:
    active, following = own_okta.key_set()
    answer = own_okta.http.post("/_standin/keys/rotate", json={"server": CUSTOM}).json()
    kids = [key["kid"] for key in own_okta.key_set()]
    assert kids == [following["kid"], answer["next"]]
    assert answer["active"] == following["kid"]
    assert active["kid"] not in kids


def test_rotation_changes_what_new_tokens_are_signed_with(own_okta: Standin) -> None:
    before = own_okta.mint(user="ada@example.com")
    own_okta.http.post("/_standin/keys/rotate", json={})
    after = own_okta.mint(user="ada@example.com")
    assert verified(after, own_okta.key_set(), "api://ai-registry", own_okta.issuer())
    assert header_of(before)["kid"] not in {key["kid"] for key in own_okta.key_set()}


def test_rotation_of_one_server_leaves_the_others_alone(own_okta: Standin) -> None:
    others = own_okta.key_set("org") + own_okta.key_set("default")
    own_okta.http.post("/_standin/keys/rotate", json={"server": CUSTOM})
    assert own_okta.key_set("org") + own_okta.key_set("default") == others


def test_keys_in_a_folder_survive_a_restart_and_a_rotation(tmp_path: Path) -> None:
    first = Keys(["org"], tmp_path / "keys")
    first.rotate("org")
    second = Keys(["org"], tmp_path / "keys")
    assert [key.kid for key in second.server("org").published] == [key.kid for key in first.server("org").published]
    assert second.server("org").access_token_key.kid == first.server("org").access_token_key.kid
    assert second.app("0oaExample").kid == Keys(["org"], tmp_path / "keys").app("0oaExample").kid


def test_stored_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    Keys(["org"], tmp_path)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_key_is_not_shown_by_repr() -> None:
    assert "PRIVATE" not in repr(Keys([]).stranger)
    assert "RSAPrivateKey" not in repr(Keys([]).stranger)

"""What the local store starts out with, and what a person changed there."""

from pathlib import Path

import pytest

from devkit.document_store import document_store
from devkit.stack.seeds import DATABASE, REGISTERED, UNREGISTERED, seed
from devkit.stack.store_switch import StoreSwitch
from okta_gateway.errors import StoreUnavailable
from okta_gateway.store.connection import connect
from okta_gateway.store.m2m_clients import M2MClients
from okta_gateway.store.m2m_registry import M2MRegistry


def groups_of(uri: str, client_id: str) -> tuple[str, ...] | None:
    database = connect(uri, DATABASE)
    try:
        return M2MClients(database).groups_of(client_id)
    finally:
        database.client.close()


def test_the_registered_machines_have_their_groups_and_the_other_one_has_none() -> None:
    with document_store(None) as uri:
        seed(uri)
        for client in REGISTERED:
            assert groups_of(uri, client.client_id) == client.groups
        assert groups_of(uri, UNREGISTERED.client_id) is None


def test_seeding_again_keeps_what_a_person_changed() -> None:
    with document_store(None) as uri:
        seed(uri)
        database = connect(uri, DATABASE)
        M2MRegistry(database).change(REGISTERED[0].client_id, groups=("registry-admins",))
        database.client.close()
        seed(uri)
        assert groups_of(uri, REGISTERED[0].client_id) == ("registry-admins",)


def test_a_store_that_was_switched_off_comes_back_at_its_address_with_its_data(tmp_path: Path) -> None:
    store = StoreSwitch(tmp_path / "store.sqlite")
    uri = store.start()
    try:
        seed(uri)
        store.stop()
        with pytest.raises(StoreUnavailable):
            groups_of(uri, REGISTERED[0].client_id)
        assert store.start() == uri
        assert groups_of(uri, REGISTERED[0].client_id) == REGISTERED[0].groups
    finally:
        store.stop()

"""The authorizer's store over a restore: nothing of the snapshot is connected, and the secret says where it is now."""

import pytest

from okta_gateway.access.scopes import SHIPPED_PERMISSIONS
from tests.integration.authorizer.invocation import AGENT, Okta, settings_for
from tests.integration.snapstart.conftest import DATABASE, Cluster, Publish
from tests.integration.snapstart.secret import Secret
from tests.integration.snapstart.snapshots import Snapshot, WorldClock, decides

WEEKS = 21 * 24 * 3600


def authorizer(publish: Publish, okta: Okta, secret: Secret) -> Snapshot:
    settings = {"DOCUMENTDB_DATABASE": DATABASE, "SCOPES_SOURCE": "documentdb", "WARM_ENRICHMENT": "true"}
    return publish("token_authorizer", settings_for(okta) | secret.settings | settings)


def rules_for(group: str) -> dict[str, object]:
    return {"groups": {group: ["mcp:servers:list"]}, "permissions": SHIPPED_PERMISSIONS}


@pytest.mark.parametrize("seconds", [pytest.param(0, id="at once"), pytest.param(WEEKS, id="weeks later")])
def test_a_store_that_moved_and_changed_is_found_and_believed(
    publish: Publish, okta: Okta, clock: WorldClock, cluster: Cluster, secret: Secret, seconds: int
) -> None:
    cluster.register("old-group")
    cluster.write_rules(rules_for("old-group"))
    snapshot = authorizer(publish, okta, secret)
    assert secret.reads > 0
    assert snapshot.connected_ports() <= {secret.credentials_port}  # AWS's SDK keeps that connection, and renews it
    assert not snapshot.was_left_open()
    cluster.move()
    secret.content = {"DOCUMENTDB_URI": cluster.uri}
    cluster.register("new-group")
    cluster.write_rules(rules_for("new-group"))
    clock.pass_by(seconds)
    snapshot.restore()
    reads = secret.reads
    assert decides(snapshot, okta.mint(client=AGENT)) == "Allow"
    (line,) = snapshot.lines()
    assert (line["groups_source"], line["groups"], line["scopes"], line["unknown_groups"]) == ("documentdb", 1, 1, 0)
    assert line["EnrichmentHits"] == 1
    assert "EnrichmentMisses" not in line
    assert secret.reads == reads + 1
    assert snapshot.imported_by_calls() == [[]]


def test_a_snapshot_can_be_taken_while_store_and_secret_are_down(
    publish: Publish, okta: Okta, clock: WorldClock, cluster: Cluster, secret: Secret
) -> None:
    cluster.register("a-group")
    cluster.write_rules(rules_for("a-group"))
    secret.is_down = True
    snapshot = authorizer(publish, okta, secret)
    assert "before the snapshot, a decision: secret_unavailable" in snapshot.log()
    clock.pass_by(WEEKS)
    snapshot.restore()
    assert decides(snapshot, okta.mint(client=AGENT)) == "secret_unavailable"
    secret.is_down = False
    assert decides(snapshot, okta.mint(client=AGENT)) == "Allow"

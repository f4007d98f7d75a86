"""Sign-in and the IAM API over a restore: their secrets are read again, and the snapshot's serve while that fails."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.authorizer.invocation import SCOPES, Okta
from tests.integration.iam.requests import ADA, request_event
from tests.integration.login.events import proxy_event
from tests.integration.login.rig import new_session_key, new_signing_key
from tests.integration.snapstart.conftest import DATABASE, Cluster, Publish
from tests.integration.snapstart.secret import Secret
from tests.integration.snapstart.snapshots import Snapshot, WorldClock

WEEKS = 21 * 24 * 3600

type Environment = dict[str, str]


class Case:
    """A function, its settings, and a request that it answers with `status` only by way of the store."""

    def __init__(self, function: str, event: Mapping[str, Any], status: int, settings: Environment) -> None:
        self.function = function
        self.event = event
        self.status = status
        self.settings = settings

    def asked(self, snapshot: Snapshot) -> bool:
        answer = snapshot.invoke(self.event)
        return bool(answer["statusCode"] == self.status)


def of_sign_in(folder: Path) -> Case:
    own = {
        "OKTA_CLIENT_ID": "0oa1234567890abcdef",
        "GATEWAY_SIGNING_KEYS": str(new_signing_key(folder)),
        "SESSION_KEY": str(new_session_key(folder)),
    }
    return Case("oauth_callback", proxy_event("/oauth2/login/okta"), 302, own)


def of_iam(_folder: Path) -> Case:
    return Case("iam_api", request_event("GET", "/api/iam/m2m", None, None, ADA, None), 200, {})


@pytest.fixture(params=[of_sign_in, of_iam], ids=["sign-in", "iam"])
def case(request: pytest.FixtureRequest, tmp_path: Path, okta: Okta) -> Case:
    of: Callable[[Path], Case] = request.param
    case = of(tmp_path)
    case.settings |= {
        "AUTH_PROVIDER": "okta",
        "OKTA_DOMAIN": okta.address,
        "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
        "SCOPES_FILE": str(SCOPES),
        "DOCUMENTDB_DATABASE": DATABASE,
        "GATEWAY_URL": "https://gateway.example.com",
    }
    return case


@pytest.fixture
def content(secret: Secret) -> Secret:
    """With what sign-in needs besides the database's address."""
    secret.content |= {"OKTA_CLIENT_SECRET": "not-for-production"}
    return secret


def test_weeks_later_the_secret_of_that_day_counts(
    case: Case, publish: Publish, clock: WorldClock, cluster: Cluster, content: Secret
) -> None:
    snapshot = publish(case.function, case.settings | content.settings)
    assert snapshot.connected_ports() <= {content.credentials_port}  # AWS's SDK keeps that connection, and renews it
    assert not snapshot.was_left_open()
    cluster.move()
    content.content |= {"DOCUMENTDB_URI": cluster.uri}
    clock.pass_by(WEEKS)
    snapshot.restore()
    assert case.asked(snapshot)


def test_while_the_secret_cannot_be_read_that_of_the_snapshot_serves(
    case: Case, publish: Publish, clock: WorldClock, cluster: Cluster, content: Secret
) -> None:
    snapshot = publish(case.function, case.settings | content.settings)
    content.is_down = True
    clock.pass_by(WEEKS)
    snapshot.restore()
    assert "settings not read again: secret_unavailable" in snapshot.log()
    assert case.asked(snapshot)
    cluster.move()
    content.content |= {"DOCUMENTDB_URI": cluster.uri}
    content.is_down = False
    assert not case.asked(snapshot)
    clock.pass_by(11)
    assert case.asked(snapshot)


def test_a_snapshot_can_be_taken_while_the_store_is_down(
    case: Case, publish: Publish, clock: WorldClock, cluster: Cluster, content: Secret
) -> None:
    cluster.stop()
    snapshot = publish(case.function, case.settings | content.settings)
    assert "before the snapshot, store: store_unavailable" in snapshot.log()
    cluster.move()
    content.content |= {"DOCUMENTDB_URI": cluster.uri}
    snapshot.restore()
    assert case.asked(snapshot)

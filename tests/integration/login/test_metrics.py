"""What sign-in counts: a line in CloudWatch's embedded metric format for each session and each refresh."""

import json
from typing import Any

import pytest

from tests.integration.login.browser import ADA_ID
from tests.integration.login.rig import Rig


def counted(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines that carry metrics; all is printed again for the rig, which looks for secrets in it."""
    text = capfd.readouterr().out
    print(text, end="")  # noqa: T201
    lines = text.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{") and '"_aws"' in line]


def test_a_session_and_its_refresh_are_counted(any_rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    browser = any_rig.browser().signed_in()
    browser.access_token()
    any_rig.token_ends_soon()
    browser.access_token()
    [session, refresh] = counted(capfd)
    assert (session["Sessions"], refresh["Refreshes"]) == ([1], [1])
    for line in (session, refresh):
        [metrics] = line["_aws"]["CloudWatchMetrics"]
        assert (metrics["Namespace"], metrics["Dimensions"]) == ("okta-gateway", [["service"]])
        assert ADA_ID not in json.dumps(line)

"""What shall be there, and what an org without the licence says already when it is looked at."""

import httpx
import pytest

from devkit.doctor.org_records import read_claim
from devkit.setup.plan import by_hand, plan
from devkit.setup.site import Site
from devkit.setup.wanted import GroupFilter, Wanted, claim_body, filter_for
from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.api_credentials import SswsToken

GROUPS = ("public-mcp-users", "registry-admins")


def wanted(groups: tuple[str, ...] = GROUPS) -> Wanted:
    url = "http://localhost:8888"
    return Wanted("gateway", "api://gateway", "gateway.access", groups, filter_for(groups), url, "gateway-machine")


def site(answer: httpx.Response) -> Site:
    """An org that answers so to every question about authorization servers, and has nothing else."""

    def handle(request: httpx.Request) -> httpx.Response:
        about_servers = request.url.path.startswith("/api/v1/authorizationServers")
        return answer if about_servers else httpx.Response(200, json=[])

    api = OktaApi("https://dev-1.okta.com", SswsToken("token"), transport=httpx.MockTransport(handle))
    return Site(api, wanted(), {})


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (("mcp-developers", "mcp-platform"), GroupFilter("STARTS_WITH", "mcp-")),
        (("registry-admins",), GroupFilter("STARTS_WITH", "registry-")),
        (GROUPS, GroupFilter("REGEX", "(public-|registry-).*")),
        (("a.b-c", "admins"), GroupFilter("REGEX", r"(a\.b-|admins).*")),
    ],
    ids=["one prefix", "one group", "two prefixes", "odd names"],
)
def test_the_filter_is_by_the_words_that_names_start_with(groups: tuple[str, ...], expected: GroupFilter) -> None:
    assert filter_for(groups) == expected


@pytest.mark.parametrize("groups", [GROUPS, ("mcp-a", "mcp-b"), ("a.b-c", "admins")])
def test_each_group_gets_through_the_filter_and_no_stranger(groups: tuple[str, ...]) -> None:
    claim = read_claim(claim_body("RESOURCE", filter_for(groups)))
    assert all(claim.matches(group) for group in groups)
    assert not claim.matches("finance")


def test_an_org_without_the_licence_gets_a_plan_without_a_server() -> None:
    refusal = {"errorCode": "E0000015", "errorSummary": "You do not have permission to access the feature."}
    planned = plan(site(httpx.Response(401, json=refusal)))
    titles = [each.step.title for each in planned.steps]
    assert not planned.has_server
    assert "web application 'gateway'" in titles
    assert not any("server" in title or "scope" in title or "machine" in title for title in titles)


def test_the_server_called_default_keeps_the_id_that_is_in_its_issuer() -> None:
    server = {"id": "aus1234567890abcdef", "name": "default", "audiences": ["api://gateway"]}

    def handle(request: httpx.Request) -> httpx.Response:
        is_server = request.url.path == "/api/v1/authorizationServers/default"
        return httpx.Response(200, json=server if is_server else [])

    api = OktaApi("https://dev-1.okta.com", SswsToken("token"), transport=httpx.MockTransport(handle))
    its_site = Site(api, wanted(), {"OKTA_AUTH_SERVER_ID": "default"})
    plan(its_site)
    assert its_site.server_id == its_site.learned["OKTA_AUTH_SERVER_ID"] == "default"


def test_what_is_left_to_do_by_hand_names_the_place_and_the_filter() -> None:
    told = by_hand(site(httpx.Response(200, json=[])))
    assert "Sign On" in told
    assert "Matches regex (public-|registry-).*" in told

"""The groups, the web application with its groups, and the machine's application."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from devkit.setup.site import Site
from devkit.setup.steps import CREATE, THERE, Look, State, Step, there_or
from devkit.setup.wanted import Wanted, web_app_body
from okta_gateway.okta.errors import OktaNotFound
from okta_gateway.okta.models import read_new_service_app

WEB, MACHINE = "OKTA_CLIENT", "OKTA_M2M_CLIENT"
_READ_ONLY = ("id", "orn", "status", "created", "lastUpdated", "features", "_links", "_embedded", "universalLogout")
"""What a PUT does not carry (Okta's OpenAPI document: readOnly; the status has its own calls)."""


def group_steps(wanted: Wanted) -> list[Step]:
    return [Step(f"group {name}", partial(_look_for_group, name), partial(_make_group, name)) for name in wanted.groups]


def app_steps(wanted: Wanted) -> list[Step]:
    """Both applications, each with a secret that somebody knows, and the assignments."""
    steps = [
        Step(f"web application {wanted.name!r}", partial(_look_for_app, WEB, wanted.name), _make_web_app),
        Step("its secret", partial(_look_for_secret, WEB), partial(_make_secret, WEB)),
        Step("its redirect URIs", _look_for_uris, _add_uris),
        *(
            Step(f"its assignment to {name}", partial(_look_for_assignment, name), partial(_assign, name))
            for name in wanted.groups
        ),
    ]
    if wanted.machine_label:
        look = partial(_look_for_app, MACHINE, wanted.machine_label)
        steps += [
            Step(f"machine client {wanted.machine_label!r}", look, _make_machine),
            Step("the machine's secret", partial(_look_for_secret, MACHINE), partial(_make_secret, MACHINE)),
        ]
    return steps


def _look_for_group(name: str, site: Site) -> Look:
    own = [group for group in site.groups.named(name) if group.type == "OKTA_GROUP"]
    if own:
        site.group_ids[name] = own[0].id
    return there_or(own)


def _make_group(name: str, site: Site) -> None:
    site.group_ids[name] = site.groups.create(name, "Has rights in the API behind okta-gateway").id


def _look_for_app(setting: str, label: str, site: Site) -> Look:
    """By the client id of the settings, else by its label."""
    found = [app.id for app in site.apps.labelled(label)]
    if known := site.known.get(f"{setting}_ID"):
        found = [known] if site.apps.find(known) else found
    if found:
        site.app_ids[setting] = found[0]
    return there_or(found)


def _make_web_app(site: Site) -> None:
    answer = site.api.create("/apps", body=web_app_body(site.wanted), params={"activate": "true"})
    app = answer.read(read_new_service_app)
    site.app_ids[WEB] = app.id
    _learn_client(site, WEB, app.client_id, app.client_secret)


def _make_machine(site: Site) -> None:
    app = site.apps.create_service(site.wanted.machine_label, {})
    site.app_ids[MACHINE] = app.id
    _learn_client(site, MACHINE, app.client_id, app.client_secret)


def _look_for_secret(setting: str, site: Site) -> Look:
    """A secret that the settings have; of another one Okta may show nothing, and a new one stands beside it."""
    app_id = site.app_ids.get(setting)
    if not app_id:
        return Look(State.INCLUDED, "Okta makes it with the application")
    if site.known.get(f"{setting}_ID") == app_id and site.known.get(f"{setting}_SECRET"):
        return THERE
    return Look(State.CREATE, "a second one: the settings do not have the first")


def _make_secret(setting: str, site: Site) -> None:
    app_id = site.app_ids[setting]
    _learn_client(site, setting, app_id, site.apps.add_secret(app_id).value)


def _learn_client(site: Site, setting: str, client_id: str, secret: str) -> None:
    site.learn(**{f"{setting}_ID": client_id, f"{setting}_SECRET": secret})


def _look_for_uris(site: Site) -> Look:
    if WEB not in site.app_ids:
        return Look(State.INCLUDED, "the application is made with them")
    app = site.api.get("/apps/{}", site.app_ids[WEB]).members()
    missing = [uri for uris in _missing_uris(_client_settings(app), site.wanted).values() for uri in uris]
    return Look(State.CHANGE, f"add {', '.join(missing)}") if missing else THERE


def _add_uris(site: Site) -> None:
    """Okta replaces an app as a whole: everything that it shows goes back, with the addresses added."""
    app = site.api.get("/apps/{}", site.app_ids[WEB]).members()
    client = _client_settings(app)
    added = {name: [*(client.get(name) or []), *uris] for name, uris in _missing_uris(client, site.wanted).items()}
    body = {name: value for name, value in app.items() if name not in _READ_ONLY}
    body["settings"] = {**app["settings"], "oauthClient": {**client, **added}}
    site.api.put("/apps/{}", site.app_ids[WEB], body=body)


def _missing_uris(client: Mapping[str, Any], wanted: Wanted) -> dict[str, list[str]]:
    uris = {"redirect_uris": wanted.redirect_uri, "post_logout_redirect_uris": wanted.sign_out_uri}
    return {name: [uri] for name, uri in uris.items() if uri not in (client.get(name) or [])}


def _client_settings(app: Mapping[str, Any]) -> Mapping[str, Any]:
    client = app.get("settings", {}).get("oauthClient")
    return client if isinstance(client, dict) else {}


def _look_for_assignment(name: str, site: Site) -> Look:
    app_id, group_id = site.app_ids.get(WEB), site.group_ids.get(name)
    if not app_id or not group_id:
        return CREATE
    try:
        site.api.get("/apps/{}/groups/{}", app_id, group_id)
    except OktaNotFound:
        return CREATE
    return THERE


def _assign(name: str, site: Site) -> None:
    site.api.put("/apps/{}/groups/{}", site.app_ids[WEB], site.group_ids[name], body={})

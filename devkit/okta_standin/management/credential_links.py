"""The links of a client secret or of a public key: what can be done with it in its status."""

from typing import Any

from devkit.okta_standin.clients import Lifecycle


def credential_links(url: str, status: Lifecycle) -> dict[str, Any]:
    """The `_links` of the credential at `url`, as recorded."""
    if status is Lifecycle.ACTIVE:
        return {"deactivate": _link(f"{url}/lifecycle/deactivate", "POST")}
    return {"activate": _link(f"{url}/lifecycle/activate", "POST"), "delete": _link(url, "DELETE")}


def _link(href: str, method: str) -> dict[str, Any]:
    return {"href": href, "hints": {"allow": [method]}}

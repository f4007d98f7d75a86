"""What a path or a body of the apps' API names by its id, or Okta's answer that there is no such thing."""

from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import not_found
from devkit.okta_standin.management.request import ManagementRequest
from devkit.okta_standin.org import Org
from devkit.okta_standin.people import User


def app_of_path(org: Org, request: ManagementRequest) -> App:
    """The app with the path's `app_id`. Raises OktaRefusal (E0000007)."""
    app_id = request.path_params["app_id"]
    app = org.app(app_id)
    if app is None:
        raise not_found(app_id, "AppInstance")
    return app


def user_with_id(org: Org, user_id: str) -> User:
    """The user with this id, not login. Raises OktaRefusal (E0000007)."""
    user = org.user_with_id(user_id)
    if user is None:
        raise not_found(user_id, "User")
    return user

"""/api/iam/users: people, their groups and their sessions."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from okta_gateway.iam import errors
from okta_gateway.iam.answers import Changed, ChangedMembership, ChangedUser, CreatedUser, Membership, User, UserPage
from okta_gateway.iam.bodies import GroupList, GroupName, UserChange, UserCreation
from okta_gateway.iam_routes.asked import actor, use_cases
from okta_gateway.iam_routes.described import After, Limit, Search, UserRef, described
from okta_gateway.okta.errors import OktaCursorInvalid

TAG = "users"
_KEPT = (errors.OwnAccessKept, errors.LastAdministratorKept)
router = Router()


@router.get("/api/iam/users", **described("List users", OktaCursorInvalid, tag=TAG, needs_okta=True))
def list_users(search: Search = None, limit: Limit = 100, after: After = None) -> UserPage:
    return use_cases(router).users.page(search, limit, after)


@router.post(
    "/api/iam/users",
    **described(
        "Create a user",
        errors.UserExists,
        errors.GroupsUnknown,
        errors.NameAmbiguous,
        errors.GroupNotEditable,
        tag=TAG,
        status=201,
        needs_okta=True,
        has_body=True,
    ),
)
def create_user(body: UserCreation) -> CreatedUser:
    return use_cases(router).users.create(actor(router), body)


@router.get("/api/iam/users/<user>", **described("Show a user", errors.UserUnknown, tag=TAG, needs_okta=True))
def show_user(user: UserRef) -> User:
    return use_cases(router).users.get(user)


@router.patch(
    "/api/iam/users/<user>",
    **described(
        "Change a user's profile", errors.UserUnknown, errors.UserExists, tag=TAG, needs_okta=True, has_body=True
    ),
)
def change_user(user: UserRef, body: UserChange) -> ChangedUser:
    return use_cases(router).users.change(actor(router), user, body)


@router.delete(
    "/api/iam/users/<user>",
    **described("Deactivate and delete a user", errors.UserUnknown, *_KEPT, tag=TAG, needs_okta=True, changes=True),
)
def delete_user(user: UserRef) -> Changed:
    return use_cases(router).users.delete(actor(router), user)


@router.post(
    "/api/iam/users/<user>/deactivate",
    **described("Deactivate a user", errors.UserUnknown, *_KEPT, tag=TAG, needs_okta=True, changes=True),
)
def deactivate_user(user: UserRef) -> Changed:
    return use_cases(router).users.deactivate(actor(router), user)


@router.post(
    "/api/iam/users/<user>/activate",
    **described("Activate a user", errors.UserUnknown, tag=TAG, needs_okta=True, changes=True),
)
def activate_user(user: UserRef) -> Changed:
    return use_cases(router).users.activate(actor(router), user)


@router.delete(
    "/api/iam/users/<user>/sessions",
    **described(
        "End a user's sessions and revoke their tokens", errors.UserUnknown, tag=TAG, needs_okta=True, changes=True
    ),
)
def end_sessions(user: UserRef) -> Changed:
    return use_cases(router).users.end_sessions(actor(router), user)


@router.get(
    "/api/iam/users/<user>/groups", **described("Show a user's groups", errors.UserUnknown, tag=TAG, needs_okta=True)
)
def show_memberships(user: UserRef) -> Membership:
    return use_cases(router).memberships.of(user)


_MEMBERSHIP = (errors.UserUnknown, errors.GroupsUnknown, errors.NameAmbiguous, errors.GroupNotEditable)


@router.put(
    "/api/iam/users/<user>/groups",
    **described("Replace a user's groups", *_MEMBERSHIP, *_KEPT, tag=TAG, needs_okta=True, has_body=True),
)
def replace_memberships(user: UserRef, body: GroupList) -> ChangedMembership:
    return use_cases(router).memberships.replace(actor(router), user, body.groups)


@router.post(
    "/api/iam/users/<user>/groups",
    **described("Add a user to groups", *_MEMBERSHIP, tag=TAG, needs_okta=True, has_body=True),
)
def add_memberships(user: UserRef, body: GroupList) -> ChangedMembership:
    return use_cases(router).memberships.add(actor(router), user, body.groups)


@router.delete(
    "/api/iam/users/<user>/groups",
    **described("Take a user out of groups", *_MEMBERSHIP, *_KEPT, tag=TAG, needs_okta=True, changes=True),
)
def remove_memberships(
    user: UserRef,
    group: Annotated[
        list[GroupName],
        Query(
            min_length=1, max_length=100, description="Name or id; may stand several times.", examples=[["ai-agents"]]
        ),
    ],
) -> ChangedMembership:
    return use_cases(router).memberships.remove(actor(router), user, group)

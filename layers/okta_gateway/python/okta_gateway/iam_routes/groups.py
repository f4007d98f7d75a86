"""/api/iam/groups: groups, who is in them, and what they may do."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from okta_gateway.errors import AccessRulesInvalid
from okta_gateway.iam import errors
from okta_gateway.iam.answers import (
    Changed,
    ChangedGroup,
    ChangedGroupScopes,
    GroupPage,
    GroupScopes,
    GroupWithScopes,
    UserPage,
)
from okta_gateway.iam.bodies import GroupChange, GroupCreation, ScopeList
from okta_gateway.iam_routes.asked import actor, use_cases
from okta_gateway.iam_routes.described import After, GroupRef, Limit, Search, described
from okta_gateway.okta.errors import OktaCursorInvalid

TAG = "groups"
_NAMED = (errors.GroupUnknown, errors.NameAmbiguous)
_KEPT = (errors.OwnAccessKept, errors.LastAdministratorKept)
router = Router()


@router.get("/api/iam/groups", **described("List groups", OktaCursorInvalid, tag=TAG, needs_okta=True))
def list_groups(search: Search = None, limit: Limit = 100, after: After = None) -> GroupPage:
    return use_cases(router).groups.page(search, limit, after)


@router.post(
    "/api/iam/groups",
    **described("Create a group", errors.GroupExists, tag=TAG, status=201, needs_okta=True, has_body=True),
)
def create_group(body: GroupCreation) -> ChangedGroup:
    return use_cases(router).groups.create(actor(router), body)


@router.get(
    "/api/iam/groups/<group>",
    **described("Show a group and its scopes", *_NAMED, AccessRulesInvalid, tag=TAG, needs_okta=True),
)
def show_group(group: GroupRef) -> GroupWithScopes:
    return use_cases(router).groups.get(group)


@router.patch(
    "/api/iam/groups/<group>",
    **described(
        "Rename or describe a group",
        *_NAMED,
        *_KEPT,
        errors.GroupExists,
        errors.GroupNotEditable,
        tag=TAG,
        needs_okta=True,
        has_body=True,
    ),
)
def change_group(group: GroupRef, body: GroupChange) -> ChangedGroup:
    return use_cases(router).groups.change(actor(router), group, body)


@router.delete(
    "/api/iam/groups/<group>",
    **described("Delete a group", *_NAMED, *_KEPT, errors.GroupNotEditable, tag=TAG, needs_okta=True, changes=True),
)
def delete_group(group: GroupRef) -> Changed:
    return use_cases(router).groups.delete(actor(router), group)


@router.get(
    "/api/iam/groups/<group>/members",
    **described("List a group's members", *_NAMED, OktaCursorInvalid, tag=TAG, needs_okta=True),
)
def list_members(group: GroupRef, limit: Limit = 100, after: After = None) -> UserPage:
    return use_cases(router).groups.users(group, limit, after)


@router.get("/api/iam/groups/<group>/scopes", **described("Show a group's scopes", *_NAMED, tag=TAG, needs_okta=True))
def show_scopes(group: GroupRef) -> GroupScopes:
    return use_cases(router).group_scopes.get(group)


@router.put(
    "/api/iam/groups/<group>/scopes",
    **described(
        "Replace a group's scopes",
        *_NAMED,
        *_KEPT,
        errors.RulesInFile,
        errors.ScopesUnknown,
        tag=TAG,
        needs_okta=True,
        has_body=True,
    ),
)
def replace_scopes(group: GroupRef, body: ScopeList) -> ChangedGroupScopes:
    return use_cases(router).group_scopes.replace(actor(router), group, body.scopes)

"""The management API below `/api/v1`.

To add endpoints, write a module with a function `routes` and name that in `_PARTS` of routes.py:

    def routes(api: ManagementApi) -> list[BaseRoute]:
        apps = Apps(api)
        return [
            Route("/apps", api.endpoint("okta.apps.read", apps.list), methods=["GET"]),
            Route("/apps", api.endpoint("okta.apps.manage", apps.create), methods=["POST"]),
        ]

`ManagementApi.endpoint` (request.py) authenticates the caller, checks the permission, counts the call in its rate-limit
bucket, and answers an OktaRefusal as Okta does. The function gets a ManagementRequest: `path_params`, `query`, `actor`,
`origin`, `url("/apps/0oa1")` for links, and `await json_object()` for the body. It returns `answer(members)`,
`answer(members, 201)`, `no_content()`, or `page(...)` of paging.py for a list. Refusals are made by the functions of
errors.py, one per Okta error code; times are `api.clock()`, shown by `timestamp()`; ids come from `org.new_id("0oa")`.
The body has been read by then, so that no other call comes between what the function looks up and what it saves.
Whoever is deactivated loses what they got: `api.sign_ins.revoke_all(user)`, `api.sign_ins.revoke_app(app)`.
"""

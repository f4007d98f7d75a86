"""Access policies of authorization servers, and their rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from devkit.okta_standin.errors import duplicate
from devkit.okta_standin.management.authorization_servers import (
    MANAGE,
    READ,
    SERVER,
    ServerEndpoints,
    server_address,
    server_routes,
)
from devkit.okta_standin.management.request import Function, ManagementApi, ManagementRequest, answer, no_content
from devkit.okta_standin.management.server_bodies import policy_of, priority_of, rule_of
from devkit.okta_standin.management.server_document import shown_policy, shown_rule
from devkit.okta_standin.management.server_parts import part_with_id, with_part, without_part
from devkit.okta_standin.org import new_id
from devkit.okta_standin.records import Identified
from devkit.okta_standin.servers import AuthorizationServer, Policy, Rule


def placed[T: Identified](parts: Sequence[T], part: T, priority: int) -> tuple[T, ...]:
    """`parts` with `part` at its priority, which counts from 1; behind the last one there are no gaps (recorded)."""
    others = [other for other in parts if other.id != part.id]
    others.insert(priority - 1, part)
    return tuple(others)


def priority_in(parts: Sequence[Identified], part: Identified) -> int:
    """The place of a part, from 1 on."""
    return [other.id for other in parts].index(part.id) + 1


@dataclass(frozen=True, slots=True)
class Policies(ServerEndpoints):
    """`/authorizationServers/{id}/policies`."""

    async def list(self, request: ManagementRequest) -> Response:
        """`GET`."""
        server = self.found(request)
        return answer([self._shown(policy, server, request) for policy in server.policies])

    async def create(self, request: ManagementRequest) -> Response:
        """`POST`."""
        body = await request.json_object()
        server, now = self.found(request), self.api.clock()
        empty = Policy("", (), (), id=new_id("00p"), created=now, last_updated=now)
        policy = policy_of(body, self.api.org, empty)
        return answer(self._placed(server, policy, priority_of(body, len(server.policies) + 1), request), 201)

    async def read(self, request: ManagementRequest) -> Response:
        """`GET .../{id}`."""
        server = self.found(request)
        return answer(self._shown(self.policy(server, request), server, request))

    async def replace(self, request: ManagementRequest) -> Response:
        """`PUT .../{id}`."""
        body = await request.json_object()
        server = self.found(request)
        before = self.policy(server, request)
        policy = replace(policy_of(body, self.api.org, before), last_updated=self.api.clock())
        priority = priority_of(body, priority_in(server.policies, before))
        return answer(self._placed(server, policy, priority, request))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE .../{id}`."""
        server = self.found(request)
        self.save(replace(server, policies=without_part(server.policies, self.policy(server, request))))
        return no_content()

    async def activate(self, request: ManagementRequest) -> Response:
        """`POST .../{id}/lifecycle/activate`."""
        return self._switched(request, active=True)

    async def deactivate(self, request: ManagementRequest) -> Response:
        """`POST .../{id}/lifecycle/deactivate`."""
        return self._switched(request, active=False)

    def policy(self, server: AuthorizationServer, request: ManagementRequest) -> Policy:
        """The policy that the path names. Raises OktaRefusal (E0000007)."""
        return part_with_id(server.policies, request.path_params["policy"], "Policy")

    def _placed(
        self, server: AuthorizationServer, policy: Policy, priority: int, request: ManagementRequest
    ) -> dict[str, Any]:
        if any(other.name == policy.name and other.id != policy.id for other in server.policies):
            raise duplicate("name")
        changed = self.save(replace(server, policies=placed(server.policies, policy, priority)))
        return self._shown(policy, changed, request)

    def _switched(self, request: ManagementRequest, *, active: bool) -> Response:
        server = self.found(request)
        policy = replace(self.policy(server, request), active=active, last_updated=self.api.clock())
        self.save(replace(server, policies=with_part(server.policies, policy)))
        return no_content()

    def _shown(self, policy: Policy, server: AuthorizationServer, request: ManagementRequest) -> dict[str, Any]:
        return shown_policy(policy, priority_in(server.policies, policy), server_address(server, request))


@dataclass(frozen=True, slots=True)
class Rules(ServerEndpoints):
    """`/authorizationServers/{id}/policies/{id}/rules`."""

    async def list(self, request: ManagementRequest) -> Response:
        """`GET`."""
        policy = self._policy(request)
        return answer([self._shown(rule, policy, request) for rule in policy.rules])

    async def create(self, request: ManagementRequest) -> Response:
        """`POST`."""
        body = await request.json_object()
        policy, now = self._policy(request), self.api.clock()
        empty = Rule("", (), (), id=new_id("0pr"), created=now, last_updated=now)
        rule = rule_of(body, self.found(request), empty)
        return answer(self._placed(policy, rule, priority_of(body, len(policy.rules) + 1), request), 201)

    async def read(self, request: ManagementRequest) -> Response:
        """`GET .../{id}`."""
        policy = self._policy(request)
        return answer(self._shown(self._rule(policy, request), policy, request))

    async def replace(self, request: ManagementRequest) -> Response:
        """`PUT .../{id}`."""
        body = await request.json_object()
        policy = self._policy(request)
        before = self._rule(policy, request)
        rule = replace(rule_of(body, self.found(request), before), last_updated=self.api.clock())
        return answer(self._placed(policy, rule, priority_of(body, priority_in(policy.rules, before)), request))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE .../{id}`."""
        policy = self._policy(request)
        self._save_rules(request, policy, without_part(policy.rules, self._rule(policy, request)))
        return no_content()

    async def activate(self, request: ManagementRequest) -> Response:
        """`POST .../{id}/lifecycle/activate`."""
        return self._switched(request, active=True)

    async def deactivate(self, request: ManagementRequest) -> Response:
        """`POST .../{id}/lifecycle/deactivate`."""
        return self._switched(request, active=False)

    def _policy(self, request: ManagementRequest) -> Policy:
        return Policies(self.api).policy(self.found(request), request)

    def _rule(self, policy: Policy, request: ManagementRequest) -> Rule:
        return part_with_id(policy.rules, request.path_params["rule"], "PolicyRule")

    def _placed(self, policy: Policy, rule: Rule, priority: int, request: ManagementRequest) -> dict[str, Any]:
        if any(other.name == rule.name and other.id != rule.id for other in policy.rules):
            raise duplicate("name")
        changed = self._save_rules(request, policy, placed(policy.rules, rule, priority))
        return self._shown(rule, changed, request)

    def _save_rules(self, request: ManagementRequest, policy: Policy, rules: tuple[Rule, ...]) -> Policy:
        server, changed = self.found(request), replace(policy, rules=rules)
        self.save(replace(server, policies=with_part(server.policies, changed)))
        return changed

    def _switched(self, request: ManagementRequest, *, active: bool) -> Response:
        policy = self._policy(request)
        rule = replace(self._rule(policy, request), active=active, last_updated=self.api.clock())
        self._save_rules(request, policy, with_part(policy.rules, rule))
        return no_content()

    def _shown(self, rule: Rule, policy: Policy, request: ManagementRequest) -> dict[str, Any]:
        address = f"{server_address(self.found(request), request)}/policies/{policy.id}"
        return shown_rule(rule, priority_in(policy.rules, rule), address)


def routes(api: ManagementApi) -> list[BaseRoute]:
    """All routes of policies and rules."""
    policies, rules = f"{SERVER}/policies", f"{SERVER}/policies/{{policy}}/rules"
    return [
        *_routes_of(Policies(api), policies, f"{policies}/{{policy}}"),
        *_routes_of(Rules(api), rules, f"{rules}/{{rule}}"),
    ]


def _routes_of(part: Policies | Rules, all_of_them: str, one: str) -> list[BaseRoute]:
    table: list[tuple[str, str, str, Function]] = [
        ("GET", all_of_them, READ, part.list),
        ("POST", all_of_them, MANAGE, part.create),
        ("GET", one, READ, part.read),
        ("PUT", one, MANAGE, part.replace),
        ("DELETE", one, MANAGE, part.delete),
        ("POST", f"{one}/lifecycle/activate", MANAGE, part.activate),
        ("POST", f"{one}/lifecycle/deactivate", MANAGE, part.deactivate),
    ]
    return server_routes(part, table)

"""Machine clients in this machine's own store; nothing is asked of Okta here."""

from typing import Literal

from pydantic import ValidationError

from devkit.cli.answers import CannotCheck, ProblemFound, printable
from devkit.cli.m2m_clients import Members, NewClient
from devkit.cli.who_can import all_clients
from okta_gateway.access.rules import CurrentRules
from okta_gateway.iam.bodies import ClientRegistration
from okta_gateway.iam.client_rows import client_members, group_warnings
from okta_gateway.iam.errors import ClientExists, ClientUnknown
from okta_gateway.iam.m2m_clients import MANUAL, OKTA
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry

CREATED_BY = "okta-gateway m2m"
VIA_API = "go through the IAM API: okta-gateway token --user | okta-gateway m2m --token-file - ..."


class ClientsOfStore:
    """The registered clients. What only Okta can do is refused with the way to do it."""

    def __init__(self, registry: M2MRegistry, rules: CurrentRules) -> None:
        self._registry = registry
        self._rules = rules

    def add(self, new: NewClient) -> Members:
        """Register a client that exists in Okta."""
        body = _validated(new)
        record = M2MRecord(
            client_id=body.client_id,
            name=body.name or body.client_id,
            groups=tuple(dict.fromkeys(body.groups)),
            description=body.description,
            provider=MANUAL,
            created_by=CREATED_BY,
        )
        if not self._registry.add(record):
            raise ProblemFound(ClientExists.code, f"{body.client_id} is registered already. {ClientExists.advice}")
        warnings = group_warnings(self._rules, record.groups)
        return {**client_members(self._found(body.client_id)), "warnings": warnings}

    def all(self) -> list[Members]:
        """All clients."""
        return [client_members(record) for record in all_clients(self._registry)]

    def show(self, client_id: str) -> Members:
        """One client."""
        return client_members(self._found(client_id))

    def remove(self, client_id: str) -> Members:
        """Forget a client; its application in Okta is left alone."""
        record = self._found(client_id)
        self._registry.remove(client_id)
        stays = f"Its application in Okta stays: to delete it as well, {VIA_API}"
        return {
            "client_id": client_id,
            "okta_app": "kept",
            "warnings": [stays] if record.provider == OKTA else [],
        }

    def rotate(self, client_id: str, retire_old: Literal["later", "now"]) -> Members:  # noqa: ARG002 the IAM API's
        """Nothing that the store could do."""
        raise self._secrets_are_oktas(client_id)

    def finish_rotation(self, client_id: str) -> Members:
        """Nothing that the store could do."""
        raise self._secrets_are_oktas(client_id)

    def _secrets_are_oktas(self, client_id: str) -> CannotCheck:
        self._found(client_id)
        return CannotCheck(f"Secrets are Okta's, and the local store has none: {VIA_API}")

    def _found(self, client_id: str) -> M2MRecord:
        record = self._registry.find(client_id)
        if record is None:
            raise ProblemFound(
                ClientUnknown.code, f"No machine client is registered as {client_id}. {ClientUnknown.advice}"
            )
        return record


def _validated(new: NewClient) -> ClientRegistration:
    """As the IAM API takes it. Raises CannotCheck."""
    if new.client_id is None:
        raise CannotCheck(f"Only Okta makes a client: name one that exists with --client-id, or {VIA_API}")
    try:
        return ClientRegistration(
            client_id=new.client_id, name=new.name, description=new.description, groups=list(new.groups)
        )
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise CannotCheck(printable("\n".join(problems))) from None

"""What the local stack starts out with: who the machines are, and the groups that the document store gives them."""

from dataclasses import dataclass

from okta_gateway.store.connection import connect
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry

AUTH_SERVER_ID = "aus1234567890abcdef"
AUDIENCE = "api://ai-registry"
MACHINE_SCOPE = "gateway.access"
DATABASE = "mcp_registry_default"
READERS = "public-mcp-users"
USER = "pat@example.com"
ADMIN = "ada@example.com"


@dataclass(frozen=True)
class Application:
    """An application of the stand-in's org (devkit/okta_standin/org.yml); its secret protects nothing."""

    client_id: str
    secret: str


WEB_APP = Application("0oa1234567890abcdef", "local-web-secret-not-for-production")
API_TOKEN = "local-api-token-not-for-production"  # noqa: S105 - of the stand-in's management API
PASSWORD = "local-password-not-for-production"  # noqa: S105 - of every user of the stand-in
AGENT = Application("0oa0987654321fedcba", "local-agent-secret-not-for-production")
UNREGISTERED = Application("0oa5555555555unknown", "local-unregistered-secret-not-for-production")
KEY_AGENT_ID = "0oa7777777777private"

REGISTERED = (
    M2MRecord(AGENT.client_id, "ai-agent-3", (READERS,), description="A machine whose token carries no groups"),
    M2MRecord(KEY_AGENT_ID, "key-agent", (READERS,), description="A machine that authenticates by private_key_jwt"),
)


def seed(uri: str, database: str = DATABASE) -> None:
    """Register the machines that the store does not know; what a person changed there stays."""
    handle = connect(uri, database)
    try:
        registry = M2MRegistry(handle)
        registry.ensure_indexes()
        for client in REGISTERED:
            registry.add(client)
    finally:
        handle.client.close()

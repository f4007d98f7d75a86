"""Both discovery documents and the key set of every authorization server, as Okta's OpenAPI examples show them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.errors import OktaRefusal
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.servers import AuthorizationServer

KEYS_CACHE_CONTROL = "max-age=3832304, must-revalidate"
"""Okta's documented example; the real max-age shrinks as a rotation comes near."""

_CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"]
_RESPONSE_TYPES = ["code", "id_token", "code id_token", "code token", "id_token token", "code id_token token"]
_GRANT_TYPES = ["authorization_code", "implicit", "refresh_token", "password"]
_DEVICE_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
_ACCESS_TOKEN_CLAIMS = "ver jti iss aud iat exp cid uid scp sub".split()  # noqa: SIM905
_ID_TOKEN_CLAIMS = (  # noqa: SIM905
    "iss ver sub aud iat exp jti auth_time amr idp nonce name nickname preferred_username given_name middle_name "
    "family_name email email_verified profile zoneinfo locale address phone_number picture website gender birthdate "
    "updated_at at_hash c_hash"
).split()


@dataclass(frozen=True, slots=True)
class Discovery:
    """The documents that Okta serves without authentication and without a rate limit."""

    site: Site
    keys: Keys

    async def openid_configuration(self, request: Request) -> Response:
        """OpenID Connect Discovery 1.0 section 3."""
        return JSONResponse(self._checked(request, openid_metadata))

    async def oauth_authorization_server(self, request: Request) -> Response:
        """RFC 8414; the only one of the two that names client_credentials."""
        return JSONResponse(self._checked(request, oauth_metadata))

    async def key_set(self, request: Request) -> Response:
        """The JWKS (RFC 7517): ACTIVE and NEXT, without the org server's key for access tokens."""
        keys = self.keys.server(self.site.server(request).id).published
        return JSONResponse({"keys": [key.jwk for key in keys]}, headers={"Cache-Control": KEYS_CACHE_CONTROL})

    def _checked(
        self, request: Request, metadata: Callable[[AuthorizationServer, str], dict[str, Any]]
    ) -> dict[str, Any]:
        server = self.site.server(request)
        client_id = request.query_params.get("client_id")
        if client_id is not None and self.site.org.app(client_id) is None:
            raise OktaRefusal(400, "invalid_client", "Invalid value for `client_id` parameter")
        return metadata(server, self.site.origin(request))


def openid_metadata(server: AuthorizationServer, origin: str) -> dict[str, Any]:
    """`.well-known/openid-configuration` of a server whose org is reached at `origin`."""
    document = _shared_metadata(server, origin) | {
        "userinfo_endpoint": f"{origin}{server.path}/v1/userinfo",
        "response_types_supported": _RESPONSE_TYPES,
        "grant_types_supported": [*_GRANT_TYPES, _DEVICE_GRANT_TYPE],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": _ID_TOKEN_CLAIMS,
    }
    if not server.is_org_server:
        document |= {
            "id_token_encryption_alg_values_supported": ["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"],
            "id_token_encryption_enc_values_supported": ["A256GCM"],
        }
    return document


def oauth_metadata(server: AuthorizationServer, origin: str) -> dict[str, Any]:
    """`.well-known/oauth-authorization-server` of a server whose org is reached at `origin`."""
    code, *others = _RESPONSE_TYPES
    return _shared_metadata(server, origin) | {
        "response_types_supported": [code, "token", *others],
        "grant_types_supported": [*_GRANT_TYPES, "client_credentials", _DEVICE_GRANT_TYPE],
        "claims_supported": _ACCESS_TOKEN_CLAIMS,
    }


def _shared_metadata(server: AuthorizationServer, origin: str) -> dict[str, Any]:
    endpoints = f"{origin}{server.path}/v1"
    return {
        "issuer": server.issuer(origin),
        "authorization_endpoint": f"{endpoints}/authorize",
        "token_endpoint": f"{endpoints}/token",
        "registration_endpoint": f"{origin}/oauth2/v1/clients",
        "jwks_uri": f"{endpoints}/keys",
        "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
        "subject_types_supported": ["public"],
        "scopes_supported": [scope.name for scope in server.scopes if scope.published],
        "token_endpoint_auth_methods_supported": _CLIENT_AUTHENTICATION,
        "code_challenge_methods_supported": ["S256"],
        "introspection_endpoint": f"{endpoints}/introspect",
        "introspection_endpoint_auth_methods_supported": _CLIENT_AUTHENTICATION,
        "revocation_endpoint": f"{endpoints}/revoke",
        "revocation_endpoint_auth_methods_supported": _CLIENT_AUTHENTICATION,
        "end_session_endpoint": f"{endpoints}/logout",
        "request_parameter_supported": True,
        "request_object_signing_alg_values_supported": [
            f"{family}{size}" for family in ("HS", "RS", "ES") for size in (256, 384, 512)
        ],
        "device_authorization_endpoint": f"{endpoints}/device/authorize",
        "pushed_authorization_request_endpoint": f"{endpoints}/par",
    }

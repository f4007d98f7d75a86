"""The revocation endpoint (RFC 7009): a refresh token takes its access tokens along, not the other way round."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from devkit.okta_standin.client_authentication import ClientAuthentication
from devkit.okta_standin.errors import NO_STORE, OAuthRefusal
from devkit.okta_standin.introspection import verified_claims
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.oauth_request import Site, read_form
from devkit.okta_standin.sign_ins import SignIns


@dataclass(frozen=True, slots=True)
class Revocation:
    """`POST /oauth2/v1/revoke` and `POST /oauth2/{server}/v1/revoke`."""

    site: Site
    clients: ClientAuthentication
    keys: Keys
    sign_ins: SignIns

    async def answer(self, request: Request) -> Response:
        """Revoke a token of the app that asks; 200 also when there is nothing to revoke."""
        server = self.site.server(request)
        form = await read_form(request)
        app = self.clients.authenticate(request.headers.get("authorization"), form, self.site.endpoint(request))
        if not form.get("token"):
            raise OAuthRefusal(400, "invalid_request", "The `token` parameter is required.")
        if not self.sign_ins.revoke_refresh_token(form["token"], server, app):
            claims = verified_claims(
                form["token"], self.keys.server(server.id), server.issuer(self.site.origin(request))
            )
            if claims is not None and claims.get("cid") == app.client_id:
                self.sign_ins.revoke_access_token(str(claims.get("jti")))
        return Response(headers=NO_STORE)

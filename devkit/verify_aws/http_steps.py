"""What requests to the gateway can settle."""

import httpx

from devkit.verify_aws.deployed import Answer, DeployedGateway, Outcome

LONGEST_HEAD = 10_240  # bytes of request line and headers (API Gateway quotas)
BY_POLICY = "with an explicit deny in an identity-based policy"


def allowed(gateway: DeployedGateway) -> Answer:
    """The whole way: validation expression, authorizer, policy, integration."""
    return _expect(200, gateway.authorized(gateway.path))


def challenge(gateway: DeployedGateway) -> Answer:
    """Without a token 401, with the challenge and the CORS header of the gateway response."""
    answer = gateway.get(gateway.path)
    seen = {name: answer.headers.get(name) for name in ("www-authenticate", "access-control-allow-origin")}
    if answer.status_code == 401 and seen == {"www-authenticate": "Bearer", "access-control-allow-origin": "*"}:
        return Answer(Outcome.AS_ASSUMED, "401, Bearer, *")
    return Answer(Outcome.DIFFERENT, f"{answer.status_code}, {seen}")


def preflight(gateway: DeployedGateway) -> Answer:
    """OPTIONS needs no token."""
    return _expect(204, gateway.send("OPTIONS", gateway.path, [("Origin", "https://app.example.com")]))


def two_headers(gateway: DeployedGateway) -> Answer:
    """Two Authorization headers are joined, and then refused by the validation expression."""
    bearer = ("Authorization", f"Bearer {gateway.needed_token()}")
    return _expect(401, gateway.send("GET", gateway.path, [bearer, bearer]))


def long_head(gateway: DeployedGateway) -> Answer:
    """A request head that is longer than API Gateway takes."""
    return _expect(431, gateway.get(gateway.path, Cookie=f"a={'x' * LONGEST_HEAD}"))


def foreign_method(gateway: DeployedGateway) -> Answer:
    """A method outside of the seven that ANY stands for."""
    return _expect(403, gateway.authorized(gateway.path, method="PROPFIND"))


def deny_text(gateway: DeployedGateway) -> Answer:
    """A path that the policy denies, whatever else it allows."""
    answer = gateway.authorized(f"{gateway.path}/%2e%2e/x")
    if answer.status_code == 403 and BY_POLICY in answer.text:
        return Answer(Outcome.AS_ASSUMED, f"403, {BY_POLICY}")
    return Answer(Outcome.DIFFERENT, f"{answer.status_code}: {answer.text[:120]}")


def encoded_path(gateway: DeployedGateway) -> Answer:
    """The policy is compared with the path as the client sent it: a letter written as %xx is another path."""
    answer = gateway.authorized(f"{gateway.path[:-1]}%{ord(gateway.path[-1]):02x}")
    if answer.status_code == 200:
        return Answer(Outcome.DIFFERENT, "200: the path is decoded before the policy is applied")
    return _expect(403, answer)


def sign_in_slash(gateway: DeployedGateway) -> Answer:
    """The page at /oauth2/, with its slash, reaches the resource /oauth2."""
    return _expect(200, gateway.get("/oauth2/"))


def well_known(gateway: DeployedGateway) -> Answer:
    """Paths beside jwks.json still reach the catch-all, which has an authorizer."""
    return _expect(401, gateway.get("/.well-known/verify-aws"))


def _expect(status: int, answer: httpx.Response) -> Answer:
    if answer.status_code == status:
        return Answer(Outcome.AS_ASSUMED, str(status))
    return Answer(Outcome.DIFFERENT, f"{answer.status_code} and not {status}: {answer.text[:120]}")

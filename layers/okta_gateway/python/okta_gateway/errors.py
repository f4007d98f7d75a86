"""Every error of okta-gateway, in one tree.

    OktaGatewayError
    ├── TokenRefused                 401  the token is bad
    │   ├── AuthorizationMissing  AuthorizationRepeated  SchemeUnsupported
    │   ├── TokenTooLong  TokenMalformed  TokenEncrypted
    │   ├── AlgorithmRefused  CriticalHeaderRefused  TokenTypeRefused  OrgServerToken
    │   ├── KeyIdMalformed  NoMatchingKey  KeyUnfit  SignatureInvalid
    │   ├── IssuerMismatch  AudienceMismatch  ClientNotAllowed
    │   ├── TokenExpired  TokenNotYetValid  TokenLifetimeRefused  ClaimMalformed
    │   └── IdTokenRefused  SenderConstrainedToken  UnknownPrincipal
    ├── AccessRefused                403  the token is good, its holder has no rights
    │   └── NoGroups  ClientNotRegistered  ClientWithoutGroups  GroupsWithoutScopes
    ├── LoginRefused                 4xx  sign-in ends, for a reason that the person can be told (login/errors.py)
    ├── IamRefused                   4xx  administration: the caller can mend the request (iam/errors.py)
    ├── OktaChangeRefused            4xx  administration: Okta says no (okta/errors.py)
    └── CheckFailed                  500  we could not check
        ├── EventMalformed  KeysUnavailable  SecretUnavailable
        ├── StoreUnavailable  StoreCredentialsRefused  StoreDataInvalid
        ├── AccessRulesInvalid  PolicyTooLarge  ContextTooLarge
        └── ConfigurationInvalid  UnexpectedFailure

The branches never meet: a token that could not be checked is not a bad token. `code` is stable and goes to logs,
metrics and the documentation; `public` is the sentence a caller may see, the same for all errors of a branch;
`advice` tells an operator what to do; `detail` is private and never holds a token or a secret.
"""

from typing import ClassVar, Self


class OktaGatewayError(Exception):
    """Root of the tree. Only its leaves are raised."""

    code: ClassVar[str]
    status: ClassVar[int]
    public: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class TokenRefused(OktaGatewayError):
    """The request carries no token that is genuine and meant for this API (RFC 6750, section 3.1: invalid_token)."""

    status = 401
    public = "Unauthorized"


class AuthorizationMissing(TokenRefused):
    """No credentials at all."""

    code = "authorization_missing"
    advice = "Send the header 'Authorization: Bearer ACCESS_TOKEN'."


class AuthorizationRepeated(TokenRefused):
    """Several Authorization values: which one would count is nobody's to guess."""

    code = "authorization_repeated"
    advice = "Send exactly one Authorization header with one token."


class SchemeUnsupported(TokenRefused):
    """Another scheme than Bearer (RFC 6750, section 2.1)."""

    code = "scheme_unsupported"
    advice = "Use the scheme Bearer, not DPoP or Basic; in Okta untick 'Require DPoP' for the application."


class TokenTooLong(TokenRefused):
    """Longer than anything API Gateway delivers."""

    code = "token_too_long"
    advice = "Make the token smaller: narrow the filter of the groups claim in Okta."


class TokenMalformed(TokenRefused):
    """Not a compact JWS (RFC 7515, section 7.1) of two strict JSON objects."""

    code = "token_malformed"
    advice = "Send the access token exactly as Okta issued it, unshortened and without quotes."


class TokenEncrypted(TokenRefused):
    """Five segments: a JWE (RFC 7516)."""

    code = "token_encrypted"
    advice = "Switch access-token encryption off for this API's authorization server in Okta."


class AlgorithmRefused(TokenRefused):
    """`alg` is not exactly RS256, the only algorithm Okta signs access tokens with (RFC 8725, section 3.1)."""

    code = "algorithm_refused"
    advice = "Only RS256 is accepted, which is what Okta uses; find out who made this token."


class CriticalHeaderRefused(TokenRefused):
    """The header has `crit` or `b64` (RFC 7515, section 4.1.11; RFC 7797)."""

    code = "critical_header_refused"
    advice = "No critical header extension is understood here, and Okta sends none; find out who made this token."


class TokenTypeRefused(TokenRefused):
    """`typ` names another kind of token (RFC 8725, section 3.11)."""

    code = "token_type_refused"
    advice = "Send an access token; this is another kind of token."


class OrgServerToken(TokenRefused):
    """An access token of the org authorization server, which Okta lets nobody else verify."""

    code = "org_server_token"
    advice = (
        "Okta does not let APIs verify access tokens of the org authorization server. Ask a custom authorization "
        "server for the token (OKTA_AUTH_SERVER_ID), or sign in through the gateway, which issues tokens in org mode."
    )


class KeyIdMalformed(TokenRefused):
    """`kid` is missing, empty, too long or not a string."""

    code = "key_id_malformed"
    advice = "Every Okta token names its signing key; find out who made this token."


class NoMatchingKey(TokenRefused):
    """The issuer's key set, fetched within the last minute, has no key with the token's `kid`."""

    code = "no_matching_key"
    advice = (
        "Another authorization server issued the token: compare its iss with OKTA_DOMAIN and OKTA_AUTH_SERVER_ID. "
        "Where they agree, the token is forged or its key was withdrawn."
    )


class KeyUnfit(TokenRefused):
    """The key named by `kid` may not verify RS256 signatures (RFC 7517, sections 4.2 to 4.4; RFC 7518, section 3.3)."""

    code = "key_unfit"
    advice = "The signing key must be RSA of at least 2048 bits, for signatures; look at the key set of the issuer."


class SignatureInvalid(TokenRefused):
    """The signature was not made by the issuer's key over this header and payload."""

    code = "signature_invalid"
    advice = "The token was changed or forged. Nobody should see this by accident: find out where it came from."


class IssuerMismatch(TokenRefused):
    """`iss` is not the configured issuer, character for character."""

    code = "issuer_mismatch"
    advice = "Compare the token's iss with OKTA_DOMAIN, OKTA_AUTH_SERVER_ID and OKTA_ISSUERS."


class AudienceMismatch(TokenRefused):
    """No value of `aud` is accepted here."""

    code = "audience_mismatch"
    advice = "OKTA_AUDIENCE must be the authorization server's audience (Okta: Security, API, your server, Settings)."


class ClientNotAllowed(TokenRefused):
    """`cid` is not in OKTA_ALLOWED_CLIENT_IDS."""

    code = "client_not_allowed"
    advice = "Add the client's id to OKTA_ALLOWED_CLIENT_IDS if it may call this API."


class TokenExpired(TokenRefused):
    """Now is on or after `exp` (RFC 7519, section 4.1.4), leeway included."""

    code = "token_expired"
    advice = "Get a new token. If tokens expire at once, compare the clocks."


class TokenNotYetValid(TokenRefused):
    """`nbf` or `iat` lies in the future, leeway included."""

    code = "token_not_yet_valid"
    advice = "Compare the clock of the machine that issued the token with this one's."


class TokenLifetimeRefused(TokenRefused):
    """More than 24 hours, or no time at all, from `iat` to `exp`."""

    code = "token_lifetime_refused"
    advice = "Okta allows at most 24 hours: shorten the access token lifetime in the access policy rule."


class ClaimMalformed(TokenRefused):
    """A claim that must be there is missing, or has the wrong type."""

    code = "claim_malformed"
    advice = "The token lacks what every Okta access token has; find out who made it."


class IdTokenRefused(TokenRefused):
    """An ID token is for the client that asked for it, never a credential for an API."""

    code = "id_token_refused"
    advice = "Send the access_token of Okta's answer, not the id_token."


class SenderConstrainedToken(TokenRefused):
    """A token bound to a key (`cnf`: RFC 9449, RFC 8705), shown as a plain bearer token."""

    code = "sender_constrained_token"
    advice = "Untick 'Require Demonstrating Proof of Possession (DPoP)' for the application in Okta."


class UnknownPrincipal(TokenRefused):
    """Neither a user (`uid`) nor a machine (`sub` equal to `cid`)."""

    code = "unknown_principal"
    advice = "The authorization server's sub claim was changed for machines: it must be the client id (app.clientId)."


class AccessRefused(OktaGatewayError):
    """The token is genuine and for us, and its holder may do nothing but ask who they are."""

    status = 403
    public = "Forbidden"


class NoGroups(AccessRefused):
    """A user without groups in the token."""

    code = "no_groups"
    advice = (
        "Give the authorization server a groups claim for access tokens, check its filter ('Matches regex', not "
        "'Starts with', for .*), and put the user into a group."
    )


class ClientNotRegistered(AccessRefused):
    """A machine without groups in the token and without an enabled row in idp_m2m_clients."""

    code = "client_not_registered"
    advice = "Set DOCUMENTDB_URI, and register the client id with its groups in idp_m2m_clients, or enable its row."


class ClientWithoutGroups(AccessRefused):
    """A machine whose row in idp_m2m_clients has an empty list of groups."""

    code = "client_without_groups"
    advice = "Add groups to the client's row in idp_m2m_clients; they must be called as in scopes.yml."


class GroupsWithoutScopes(AccessRefused):
    """No group of the principal maps to a scope that opens anything."""

    code = "groups_without_scopes"
    advice = "Compare the group names in Okta and in scopes.yml: they must be equal to the letter, case included."


class LoginRefused(OktaGatewayError):
    """Sign-in, or the use of a session, ends here. `public` may be shown to the person."""

    status = 400


class CheckFailed(OktaGatewayError):
    """The question could not be answered; the token may be good."""

    status = 500
    public = "Internal server error"


class EventMalformed(CheckFailed):
    """The event is none of the three shapes that API Gateway sends to an authorizer."""

    code = "event_malformed"
    advice = "Attach the function as a REST TOKEN or REQUEST authorizer, or to an HTTP API with payload format 2.0."


class KeysUnavailable(CheckFailed):
    """No usable signing keys, and none could be fetched."""

    code = "keys_unavailable"
    advice = "Look whether the issuer's key set answers, and whether this function can reach the internet."


class StoreUnavailable(CheckFailed):
    """The document store did not answer."""

    code = "store_unavailable"
    advice = "Look at the database cluster, the security groups, and the credentials in DOCUMENTDB_URI."


class StoreCredentialsRefused(CheckFailed):
    """The document store does not take the user name and password of DOCUMENTDB_URI."""

    code = "store_credentials_refused"
    advice = (
        "Compare DOCUMENTDB_URI with the user of the cluster. After a change of the password write the new URI into "
        "the function's secret, which is read again."
    )


class StoreDataInvalid(CheckFailed):
    """A document in the store is not of its shape, so nothing can be derived from it."""

    code = "store_data_invalid"
    advice = "Correct the document that the log line names."


class SecretUnavailable(CheckFailed):
    """The secret named by SECRETS_ARN could not be read."""

    code = "secret_unavailable"
    advice = "Check SECRETS_ARN, the function's right to read it, and that its content is a JSON object of strings."


class AccessRulesInvalid(CheckFailed):
    """scopes.yml, or the same data in the store, breaks a rule of its format."""

    code = "access_rules_invalid"
    advice = "Correct the line that the message names."


class PolicyTooLarge(CheckFailed):
    """The principal's rights do not fit into one policy; it is never cut short."""

    code = "policy_too_large"
    advice = "Use fewer, wider permissions in scopes.yml ('GET /api/*' for many single paths)."


class ContextTooLarge(CheckFailed):
    """What the backend has to be told about the principal does not fit into its headers."""

    code = "context_too_large"
    advice = "Narrow the filter of the groups claim in Okta, so that the token carries only the groups this API knows."


class ConfigurationInvalid(CheckFailed):
    """The settings of this function are wrong: all problems at once, each with its fix."""

    code = "configuration_invalid"
    advice = "Correct the settings that the message names."

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(["The settings are not right:", *(f"- {problem}" for problem in problems)]))
        self.problems = problems


class UnexpectedFailure(CheckFailed):
    """A defect of ours: an exception that no code expected. The detail says where, not what: it may quote a token."""

    code = "unexpected_failure"
    advice = "Report this with the detail; until it is mended, nobody is let in by it."

    @classmethod
    def of(cls, error: Exception) -> Self:
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f" at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        return cls(f"{type(error).__name__}{where}")

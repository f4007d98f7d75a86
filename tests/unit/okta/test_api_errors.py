"""Which of our errors an answer of Okta's management API becomes: by its code, and with nothing secret in it."""

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from okta_gateway.errors import CheckFailed, OktaGatewayError
from okta_gateway.okta import api_errors
from okta_gateway.okta.errors import (
    OktaChangeRefused,
    OktaCredentialRefused,
    OktaCursorInvalid,
    OktaDuplicate,
    OktaFeatureMissing,
    OktaInvalid,
    OktaLimitReached,
    OktaNotFound,
    OktaOutcomeUnknown,
    OktaPermissionMissing,
    OktaStateRefused,
    OktaUnavailable,
)
from tests.unit.okta import recorded
from tests.unit.okta.scripted_okta import API_TOKEN, ScriptedOkta, raised, refusal

PASSWORD = "correct-s3cret-horse"
EXISTS = "login: An object with this field already exists in the current organization"
TWO_SECRETS = "You've reached the maximum number of client secrets per client."
INSUFFICIENT = {"WWW-Authenticate": 'Bearer error="insufficient_scope", error_description="s3cret"'}

CODES = [
    (400, "E0000001", (), OktaInvalid),
    (400, "E0000001", ("Expand query is malformed.",), OktaInvalid),
    (400, "E0000001", (EXISTS,), OktaDuplicate),
    (400, "E0000001", ("name: An object with this field already exists in the current organization",), OktaDuplicate),
    (400, "E0000001", ("email: bad", EXISTS), OktaDuplicate),
    (400, "E0000001", (f"login: '{EXISTS}' is not an e-mail address",), OktaInvalid),
    (400, "E0000001", ("Maximum number of instances has been reached.",), OktaLimitReached),
    (400, "E0000001", (TWO_SECRETS,), OktaLimitReached),
    (400, "E0000001", ("label: You've reached the maximum number of client secrets per client. x",), OktaInvalid),
    (400, "E0000003", (), OktaInvalid),
    (403, "E0000005", (), OktaCredentialRefused),
    (401, "E0000004", (), OktaCredentialRefused),
    (401, "E0000011", (), OktaCredentialRefused),
    (401, "E0000064", (), OktaCredentialRefused),
    (403, "E0000006", (), OktaPermissionMissing),
    (404, "E0000007", (), OktaNotFound),
    (404, "E0000048", (), OktaNotFound),
    (410, "E0000156", (), OktaNotFound),
    (404, "E0000008", (), OktaUnavailable),
    (404, "E0000012", (), OktaUnavailable),
    (405, "E0000022", (), OktaUnavailable),
    (406, "E0000122", (), OktaUnavailable),
    (401, "E0000015", (), OktaFeatureMissing),
    (403, "E0000015", (), OktaFeatureMissing),
    (403, "E0000016", (), OktaStateRefused),
    (400, "E0000019", (), OktaInvalid),
    (403, "E0000023", (), OktaStateRefused),
    (400, "E0000029", (), OktaCursorInvalid),
    (400, "E0000031", (), OktaCursorInvalid),
    (400, "E0000054", (), OktaCursorInvalid),
    (403, "E0000032", (), OktaStateRefused),
    (403, "E0000038", (), OktaStateRefused),
    (400, "E0000040", (), OktaDuplicate),
    (409, "E0000055", (), OktaDuplicate),
    (403, "E0000056", (), OktaStateRefused),
    (403, "E0000077", (), OktaInvalid),
    (403, "E0000080", (), OktaInvalid),
    (400, "E0000093", (), OktaLimitReached),
    (409, "E0000112", (), OktaStateRefused),
    (400, "E0000243", (), OktaInvalid),
    (414, "E0000243", (), OktaInvalid),
    (423, "E0000239", (), OktaStateRefused),
    (500, "E0000009", (), OktaUnavailable),
    (503, "E0000181", (), OktaUnavailable),
    (500, "E0000007", (), OktaUnavailable),
    (503, "E0000001", (EXISTS,), OktaUnavailable),
]


@pytest.mark.parametrize(
    ("status", "code", "causes", "kind"),
    CODES,
    ids=[f"{status}-{code}-{'-'.join(causes)[:30]}" for status, code, causes, _ in CODES],
)
def test_a_code_becomes_an_error(status: int, code: str, causes: tuple[str, ...], kind: type[OktaGatewayError]) -> None:
    okta = ScriptedOkta(refusal(status, code, *causes))
    error = raised(kind, lambda: okta.groups.page(None, 10, None))
    assert f"GET /groups answered {status} ({code}, oaeW7zBBs0DRDuZHU_x5rlfVw)" in error.detail


# Methods and statuses as recorded; the calls are ours.
ASKING: dict[str, Callable[[ScriptedOkta], object]] = {
    "GET": lambda okta: list(okta.apps.all()),
    "POST": lambda okta: okta.apps.create_service("x", {}),
    "DELETE": lambda okta: okta.apps.delete("0oa1"),
}
RECORDED: list[tuple[str, str, int, int, type[OktaChangeRefused], tuple[str, ...]]] = [
    ("GET", "/apps", 400, 0, OktaInvalid, ("Expand query is malformed.",)),
    ("GET", "/apps", 400, 1, OktaCursorInvalid, ("Invalid cursor.",)),
    (
        "POST",
        "/apps",
        400,
        0,
        OktaLimitReached,
        ("Cannot create application instance. Maximum number of instances has been reached.",),
    ),
    ("DELETE", "/apps/{appId}", 403, 0, OktaStateRefused, ("The application must be deactivated before deletion.",)),
    ("DELETE", "/apps/{appId}", 403, 1, OktaStateRefused, ("The application must be deactivated before deletion.",)),
    (
        "POST",
        "/apps/{appId}/credentials/jwks",
        400,
        0,
        OktaInvalid,
        ("RSA key length in the 'jwks' is less than '2,048' bits for the given key.",),
    ),
    (
        "GET",
        "/groups/{groupId}",
        404,
        0,
        OktaNotFound,
        ("Not found: Resource not found: 00gsfck5wNqOPYMfS4x6 (UserGroup)",),
    ),
    ("GET", "/users/{id}", 404, 0, OktaNotFound, ("Not found: Resource not found: 00usfgmn9xhwtA6f74x6 (User)",)),
    (
        "POST",
        "/users/{id}/lifecycle/reactivate",
        403,
        0,
        OktaStateRefused,
        ("This operation is not allowed in the user's current status.",),
    ),
    ("POST", "/users/{id}/lifecycle/unlock", 403, 0, OktaStateRefused, ("The user is not locked out.",)),
]


@pytest.mark.parametrize(
    ("method", "template", "status", "index", "kind", "causes"),
    RECORDED,
    ids=[f"{row[0]} {row[1]} {row[2]} {row[3]}" for row in RECORDED],
)
def test_a_recorded_refusal_is_told(
    method: str, template: str, status: int, index: int, kind: type[OktaChangeRefused], causes: tuple[str, ...]
) -> None:
    okta = ScriptedOkta(recorded.answer(method, template, status, index))
    error = raised(kind, lambda: ASKING[method](okta))
    body = recorded.body(method, template, status, index)
    assert (error.error_code, error.causes) == (body["errorCode"], causes)
    asked = {"GET": "GET /apps", "POST": "POST /apps", "DELETE": "DELETE /apps/..."}[method]
    assert error.detail == f"{asked} answered {status} ({body['errorCode']}, {body['errorId']})"


def test_every_recorded_refusal_of_the_management_api_is_in_the_table() -> None:
    listed = {(method, template, status) for method, template, status, *_ in RECORDED}
    refusals = {
        (group["method"], group["template"].removeprefix("/api/v1"), group["status"])
        for group in recorded.table("recorded-responses")
        if group["status"] >= 400 and "authorizationServers" not in group["template"] and "/api" in group["template"]
    }
    assert refusals == listed


def test_every_code_of_a_client_s_mistake_is_told_as_one_or_as_a_defect() -> None:
    """Whatever code Okta lists: a 400, 403 or 409 says no, and a 5xx that nobody can tell."""
    for row in recorded.table("error-codes"):
        okta = ScriptedOkta(refusal(row["statusCode"], row["errorCode"]), seconds=1.5)
        if row["statusCode"] == 202:
            continue
        with pytest.raises(OktaGatewayError) as failure:
            okta.groups.delete("00g1")
        said_no = row["statusCode"] in {400, 403, 409} and row["errorCode"] not in {"E0000005", "E0000006"}
        if said_no or row["statusCode"] >= 500:
            assert isinstance(failure.value, OktaChangeRefused) == said_no, row


def test_the_codes_that_are_listed_are_okta_s() -> None:
    assert set(api_errors.CODES) <= {row["errorCode"] for row in recorded.table("error-codes")}


def html(status: int) -> httpx.Response:
    return httpx.Response(status, content=b"<html>404 E0000007 s3cret</html>", headers={"Content-Type": "text/html"})


def raw(status: int, content: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (html(400), OktaUnavailable, "answered 400"),
        (html(403), OktaUnavailable, "answered 403"),
        (html(404), OktaUnavailable, "answered 404: this is not the address of an Okta org's API; look at OKTA_DOMAIN"),
        (html(401), OktaCredentialRefused, "answered 401"),
        (httpx.Response(401), OktaCredentialRefused, "answered 401"),
        (httpx.Response(403, headers=INSUFFICIENT), OktaPermissionMissing, "answered 403: it needs okta.groups.read"),
        (raw(400, '{"errorCode": "E0000007"'), OktaUnavailable, "answered 400"),
        (raw(404, '["E0000007"]'), OktaUnavailable, "look at OKTA_DOMAIN"),
        (raw(404, '{"errorCode": ["E0000007"]}'), OktaUnavailable, "look at OKTA_DOMAIN"),
        (raw(404, '{"errorCode": "E0000007 s3cret"}'), OktaUnavailable, "look at OKTA_DOMAIN"),
        (
            raw(400, '{"errorCode": "E\u0660\u0660\u0660\u0660\u0660\u0660\u0667"}'),
            OktaUnavailable,
            "answered 400",
        ),
        (raw(404, "[" * 100_000), OktaUnavailable, "look at OKTA_DOMAIN"),
        (raw(400, '{"errorCode": "E0000001", "errorId": "s3cret of <you>"}'), OktaInvalid, "answered 400 (E0000001)"),
        (raw(400, '{"errorCode": "E0000001", "errorCauses": "s3cret"}'), OktaInvalid, "answered 400 (E0000001)"),
        (raw(400, '{"errorCode": "E0000001", "errorCauses": [7, {}]}'), OktaInvalid, "answered 400 (E0000001)"),
        (httpx.Response(302, headers={"Location": "https://s3cret"}), OktaUnavailable, "redirects are not followed"),
        (httpx.Response(418), OktaUnavailable, "answered 418"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_answer_of_the_api_says_nothing_about_what_was_asked(
    answer: httpx.Response, kind: type[OktaGatewayError], told: str
) -> None:
    """Registry 7.20: "404" in some text is no missing group."""
    okta = ScriptedOkta(answer)
    assert raised(kind, lambda: okta.groups.page(None, 10, None)).detail.endswith(told)


@pytest.mark.parametrize("answer", [html(404), refusal(404, "E0000008"), refusal(405, "E0000022")])
def test_a_wrong_address_is_no_missing_user(answer: httpx.Response) -> None:
    okta = ScriptedOkta(answer)
    raised(OktaUnavailable, lambda: okta.users.find("ada@example.com"))


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (
            "login: Username must be in the form of an email address",
            "login: Username must be in the form of an email address",
        ),
        ("Für \u202eGrüße\r\n\x1b[31m", "Für ?Grüße???[31m"),
        ("x" * 31 + " " + "x" * 32, "x" * 31 + " [removed]"),
        (f"the password {PASSWORD} is weak", "the password [removed] is weak"),
        (f"the token {API_TOKEN} is bad", "the token [removed] is bad"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl!", "[removed]!"),
        ("a " * 500, "a " * 150),
    ],
    ids=["plain", "controls", "looks secret", "the password", "the API token", "a token", "long"],
)
def test_a_cause_is_fit_to_be_shown(cause: str, told: str) -> None:
    okta = ScriptedOkta(refusal(400, "E0000001", cause))
    error = raised(OktaInvalid, lambda: okta.users.create({}, [], PASSWORD, activate=True))
    assert error.causes == (told,)


def test_a_password_that_is_a_letter_hides_no_cause() -> None:
    okta = ScriptedOkta(refusal(400, "E0000001", "password: too short"))
    error = raised(OktaInvalid, lambda: okta.users.create({}, [], "s", activate=True))
    assert error.causes == ("password: too short",)


def test_no_more_than_a_few_causes_are_told() -> None:
    okta = ScriptedOkta(refusal(400, "E0000001", *(f"cause {number}" for number in range(1000))))
    error = raised(OktaInvalid, lambda: okta.groups.create("x", None))
    assert error.causes == tuple(f"cause {number}" for number in range(10))


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_causes_and_names_stay_out_of_what_is_logged(status: int, caplog: pytest.LogCaptureFixture) -> None:
    """Registry 7.10: they may name people."""
    caplog.set_level(logging.DEBUG)
    okta = ScriptedOkta(refusal(status, "E0000001", "ada@example.com", summary="ada@example.com"))
    with pytest.raises(OktaGatewayError) as failure:
        okta.users.deactivate("ada@example.com")
    logged = [record for record in caplog.records if record.name.startswith("okta_gateway")]
    assert "ada" not in f"{failure.value} {failure.value.detail} {[record.getMessage() for record in logged]}"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"id": "0oa1", "credentials": {"oauthClient": {"client_secret": "s3cret"}}}),
        raw(200, '{"client_secret": "s3cret"'),
        httpx.Response(200, json=["s3cret"]),
        html(200),
        httpx.Response(204),
    ],
    ids=["without a client id", "not JSON", "a list", "a page", "nothing"],
)
def test_a_creation_that_cannot_be_read_may_have_happened(answer: httpx.Response) -> None:
    okta = ScriptedOkta(answer)
    error = raised(OktaOutcomeUnknown, lambda: okta.apps.create_service("x", {}))
    assert error.detail.startswith("POST /apps got an answer that cannot be read: ")


@pytest.mark.parametrize(
    "answer", [raw(200, "{"), raw(200, "[" * 100_000), html(200), httpx.Response(200, json=[]), httpx.Response(204)]
)
def test_a_record_that_cannot_be_read_is_not_taken_for_none(answer: httpx.Response) -> None:
    okta = ScriptedOkta(answer)
    raised(OktaUnavailable, lambda: okta.users.find("00u1"))


@pytest.mark.parametrize("answer", [raw(200, "{}"), html(200), httpx.Response(204)])
def test_a_list_that_cannot_be_read_is_not_taken_for_empty(answer: httpx.Response) -> None:
    okta = ScriptedOkta(answer)
    raised(OktaUnavailable, lambda: okta.users.search(None, 10, None))
    raised(OktaUnavailable, lambda: list(okta.apps.all()))


KINDS: list[type[Any]] = [*OktaChangeRefused.__subclasses__(), OktaOutcomeUnknown, OktaFeatureMissing]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_administrator_is_told_a_sentence_of_its_own(kind: type[OktaGatewayError]) -> None:
    assert kind.public.endswith(".")
    assert kind.public not in {CheckFailed.public, OktaChangeRefused.public}
    assert json.dumps(kind.advice)

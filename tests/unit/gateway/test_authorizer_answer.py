"""What API Gateway takes for an authorizer's answer."""

import pytest

from devkit.gateway.authorizer_answer import MalformedAnswer, read_answer

ARN = "arn:aws:execute-api:us-east-1:123456789012:local/local/GET/x"
STATEMENT = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ARN}


def answer(**changes: object) -> dict[str, object]:
    whole = {"principalId": "ada", "policyDocument": {"Version": "2012-10-17", "Statement": [STATEMENT]}, **changes}
    return {key: value for key, value in whole.items() if value is not None}


def with_statement(**changes: object) -> dict[str, object]:
    statement = {key: value for key, value in {**STATEMENT, **changes}.items() if value is not None}
    return answer(policyDocument={"Version": "2012-10-17", "Statement": [statement]})


def test_context_values_become_strings() -> None:
    context = {"text": "a", "number": 1, "fraction": 1.5, "yes": True, "no": False}
    assert read_answer(answer(context=context)).context == {
        "text": "a",
        "number": "1",
        "fraction": "1.5",
        "yes": "true",
        "no": "false",
    }


def test_a_context_is_not_needed() -> None:
    assert read_answer(answer()).context == {}


@pytest.mark.parametrize("length", [512, 513])
def test_a_resource_has_at_most_512_characters(length: int) -> None:
    value = with_statement(Resource=ARN.ljust(length, "x"))
    if length == 512:
        assert read_answer(value).principal_id == "ada"
    else:
        with pytest.raises(MalformedAnswer, match="512"):
            read_answer(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param("Allow", id="a string"),
        pytest.param({"statusCode": 401}, id="an HTTP response"),
        pytest.param({"isAuthorized": True}, id="the simple response of HTTP APIs"),
        pytest.param(answer(principalId=None), id="no principal"),
        pytest.param(answer(principalId=""), id="an empty principal"),
        pytest.param(answer(principalId=7), id="a number as principal"),
        pytest.param(answer(policyDocument=None), id="no policy"),
        pytest.param(answer(policyDocument={"Version": "2012-10-17"}), id="no statement"),
        pytest.param(answer(policyDocument={"Version": "2012-10-17", "Statement": []}), id="no statement in the list"),
        pytest.param(answer(policyDocument={"Statement": [STATEMENT]}), id="no version"),
        pytest.param(with_statement(Effect="allow"), id="an effect in lower case"),
        pytest.param(with_statement(Effect=None), id="no effect"),
        pytest.param(with_statement(Resource=None), id="no resource"),
        pytest.param(with_statement(Resource=[]), id="an empty list of resources"),
        pytest.param(with_statement(Resource=[7]), id="a number as resource"),
        pytest.param(with_statement(Condition={}), id="a condition"),
        pytest.param(with_statement(Resource=[f"{ARN}{number}" for number in range(200)]), id="more than 8 KB"),
        pytest.param(answer(context={"groups": ["a"]}), id="a list in the context"),
        pytest.param(answer(context={"user": {"id": 1}}), id="an object in the context"),
        pytest.param(answer(context={"user": None}), id="null in the context"),
        pytest.param(answer(context="user"), id="a string as context"),
    ],
)
def test_another_shape_is_malformed(value: object) -> None:
    with pytest.raises(MalformedAnswer):
        read_answer(value)

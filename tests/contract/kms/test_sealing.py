"""Sealing under a KMS key: what KMS is asked and how often, and what its refusals mean."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError

from okta_gateway.errors import CheckFailed
from okta_gateway.login import sealing
from okta_gateway.login.errors import KeyServiceUnavailable, SealBroken
from okta_gateway.login.sealing import FileKeyWrapper, KmsKeyWrapper, Sealer, key_wrapper
from tests.contract.kms.conftest import Kms

PLAINTEXT, SESSION = b"a token of Okta's", b"session-1"


@pytest.fixture
def arn(kms: Kms) -> str:
    return kms.symmetric_key()


def refused(code: str, operation: str = "Decrypt") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


def test_kms_wraps_the_data_key_in_its_context(kms: Kms, arn: str) -> None:
    sealed = Sealer(key_wrapper(arn)).seal(PLAINTEXT, SESSION)
    assert Sealer(key_wrapper(arn)).open(sealed, SESSION) == PLAINTEXT
    made, opened = kms.calls
    context = {"okta-gateway": "session"}
    assert made == ("GenerateDataKey", {"KeyId": arn, "KeySpec": "AES_256", "EncryptionContext": context})
    assert opened.operation == "Decrypt"
    assert (opened.parameters["KeyId"], opened.parameters["EncryptionContext"]) == (arn, context)


def test_a_living_sandbox_asks_kms_once(kms: Kms, arn: str) -> None:
    sealer = Sealer(key_wrapper(arn))
    rows = [sealer.seal(PLAINTEXT, b"%d" % row) for row in range(5)]
    for row, sealed in enumerate(rows):
        assert sealer.open(sealed, b"%d" % row) == PLAINTEXT
    assert kms.operations() == ["GenerateDataKey"]


def test_another_sandbox_asks_kms_once_for_all_that_one_data_key_sealed(kms: Kms, arn: str) -> None:
    first = Sealer(key_wrapper(arn))
    rows = [first.seal(PLAINTEXT, SESSION) for _ in range(3)]
    kms.calls.clear()
    second = Sealer(key_wrapper(arn))
    assert [second.open(sealed, SESSION) for sealed in rows * 2] == [PLAINTEXT] * 6
    assert kms.operations() == ["Decrypt"]


def test_in_another_context_kms_opens_nothing(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Sealer(key_wrapper(arn)).seal(PLAINTEXT, SESSION)
    for context in ({"okta-gateway": "other"}, {}):
        monkeypatch.setattr(sealing, "ENCRYPTION_CONTEXT", context)
        with pytest.raises(SealBroken, match="did not wrap this data key: InvalidCiphertextException"):
            Sealer(key_wrapper(arn)).open(sealed, SESSION)


def test_for_another_session_nothing_opens_though_kms_gives_the_key(kms: Kms, arn: str) -> None:
    sealed = Sealer(key_wrapper(arn)).seal(PLAINTEXT, SESSION)
    with pytest.raises(SealBroken, match="belong to another session"):
        Sealer(key_wrapper(arn)).open(sealed, b"session-2")
    assert kms.operations() == ["GenerateDataKey", "Decrypt"]


def test_no_changed_byte_is_let_through(arn: str) -> None:
    """moto begins a wrapped key with the key's id and answers AccessDeniedException for an unknown one."""
    sealed = Sealer(key_wrapper(arn)).seal(PLAINTEXT, SESSION)
    wrapper = KmsKeyWrapper(arn)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(KeyServiceUnavailable if 3 <= position < 39 else SealBroken):
            Sealer(wrapper).open(bytes(changed), SESSION)


def test_for_what_holds_no_wrapped_key_kms_is_not_asked(kms: Kms, arn: str) -> None:
    for sealed in (b"", b"\x01\x00\x00" + bytes(60), b"\x01\x00\x60" + bytes(60)):
        with pytest.raises(SealBroken):
            Sealer(key_wrapper(arn)).open(sealed, SESSION)
    assert kms.calls == []


def test_another_kms_key_does_not_open_it(kms: Kms, arn: str) -> None:
    sealed = Sealer(key_wrapper(arn)).seal(PLAINTEXT, SESSION)
    # moto answers AccessDeniedException where AWS has IncorrectKeyException (AWS KMS API, Decrypt).
    with pytest.raises(CheckFailed):
        Sealer(key_wrapper(kms.symmetric_key())).open(sealed, SESSION)
    kms.failure = refused("IncorrectKeyException")
    with pytest.raises(SealBroken, match=f"{arn} did not wrap this data key: IncorrectKeyException"):
        Sealer(key_wrapper(arn)).open(sealed, SESSION)


def test_a_file_and_a_kms_key_do_not_open_each_others(arn: str, tmp_path: Path) -> None:
    path = tmp_path / "session.key"
    path.write_bytes(b64encode(bytes(32)))
    on_disk, in_kms = key_wrapper(str(path)), key_wrapper(arn)
    assert isinstance(on_disk, FileKeyWrapper)
    for here, there in ((on_disk, in_kms), (in_kms, on_disk)):
        with pytest.raises(SealBroken):
            Sealer(there).open(Sealer(here).seal(PLAINTEXT, SESSION), SESSION)


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (refused("AccessDeniedException"), "AccessDeniedException: allow the function's role kms:GenerateDataKey"),
        (refused("DisabledException"), "DisabledException: enable the key"),
        (refused("KMSInvalidStateException"), "the key is disabled or about to be deleted"),
        (refused("NotFoundException"), "there is no such key in this account and region"),
        (refused("InvalidKeyUsageException"), "SESSION_KEY is symmetric"),
        (refused("ThrottlingException"), "look at the account's KMS quotas"),
        (refused("KMSInternalException"), "KMSInternalException: look at the function's role and the key"),
        (ConnectTimeoutError(endpoint_url="https://kms"), "could not be asked .ConnectTimeoutError"),
        (NoCredentialsError(), "could not be asked .NoCredentialsError"),
    ],
    ids=["denied", "disabled", "deleted", "gone", "wrong kind", "throttled", "broken", "unreachable", "no credentials"],
)
def test_a_kms_that_does_not_answer_breaks_no_seal(kms: Kms, arn: str, failure: Exception, says: str) -> None:
    sealed = Sealer(key_wrapper(arn)).seal(PLAINTEXT, SESSION)
    sealer = Sealer(key_wrapper(arn))
    kms.failure = failure
    with pytest.raises(KeyServiceUnavailable, match=f"{arn}: KMS .*{says}"):
        sealer.open(sealed, SESSION)
    with pytest.raises(KeyServiceUnavailable, match=f"{arn}: KMS .*{says}"):
        sealer.seal(PLAINTEXT, SESSION)
    kms.failure = None
    assert sealer.open(sealed, SESSION) == PLAINTEXT


def test_kms_is_asked_in_the_region_of_the_key_and_given_up_on_soon(arn: str) -> None:
    config: Any = KmsKeyWrapper(arn)._key._client.meta.config
    assert config.region_name == "eu-central-1"
    assert (config.connect_timeout, config.read_timeout) == (2.0, 3.0)
    assert config.retries == {"total_max_attempts": 2, "mode": "standard"}

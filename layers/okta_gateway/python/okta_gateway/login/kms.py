"""AWS KMS, asked in one place: every failure becomes one of our errors, with what to check."""

import functools
import re
from typing import TYPE_CHECKING, Any

from okta_gateway.login.errors import KeyServiceUnavailable, SealBroken

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONNECT_SECONDS = 2.0
READ_SECONDS = 3.0
ATTEMPTS = 2
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
KEY_ARN_WANTED = (
    "write the ARN of the key itself, arn:aws:kms:REGION:ACCOUNT:key/ID; what an alias points to could change"
)
_NOT_SEALED_BY_IT = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_WRONG_KIND = "the key is of the wrong kind: SESSION_KEY is symmetric, GATEWAY_SIGNING_KEYS are RSA keys for signing"
_HINTS = {
    "AccessDeniedException": "allow the function's role kms:GenerateDataKey and kms:Decrypt on SESSION_KEY, kms:Sign "
    "and kms:GetPublicKey on GATEWAY_SIGNING_KEYS",
    "DisabledException": "enable the key",
    "KMSInvalidStateException": "the key is disabled or about to be deleted",
    "NotFoundException": "there is no such key in this account and region",
    "InvalidKeyUsageException": _WRONG_KIND,
    "UnsupportedOperationException": _WRONG_KIND,
    "ThrottlingException": "too many calls: look at the account's KMS quotas",
}


def is_kms_key_arn(text: str) -> bool:
    return _KEY_ARN.fullmatch(text) is not None


class KmsKey:
    """One KMS key and a client for its region, made when it is first needed."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call KMS with this key.

        Raises SealBroken when KMS says that the key did not make a ciphertext, KeyServiceUnavailable for all else,
        with what to check.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._client, operation)(KeyId=self._arn, **parameters)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "an error"))
            if code in _NOT_SEALED_BY_IT:
                raise SealBroken(f"{self._arn} did not wrap this data key: {code}") from None
            hint = _HINTS.get(code, "look at the function's role and the key")
            raise KeyServiceUnavailable(f"{self._arn}: KMS answered {operation} with {code}: {hint}") from error
        except BotoCoreError as error:
            raise KeyServiceUnavailable(
                f"{self._arn}: KMS could not be asked ({type(error).__name__}). "
                "Check credentials, and that the function can reach KMS (VPC endpoint or NAT)"
            ) from error
        return answer

    @functools.cached_property
    def _client(self) -> "BaseClient":
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        client: BaseClient = boto3.client("kms", region_name=self._arn.split(":")[3], config=config)
        return client

"""A plugin of detect-secrets, which runs in .local/audit: what an API token of Okta's looks like."""

import re

from detect_secrets.plugins.base import RegexBasedDetector  # type: ignore[import-not-found]


class OktaTokenDetector(RegexBasedDetector):  # type: ignore[misc]
    """SSWS tokens are `00` and 40 characters of base64url, as in the examples of Okta's API reference."""

    secret_type = "Okta API Token"  # noqa: S105 - what it is called in a report
    denylist = (re.compile(r"(?<![\w-])00[\w-]{40}(?![\w-])"),)

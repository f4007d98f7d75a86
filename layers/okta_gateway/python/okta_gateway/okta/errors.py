"""What Okta's OAuth endpoints can answer besides success; continues the tree of `okta_gateway.errors`.

OktaGatewayError
├── LoginRefused
│   └── OktaRefused
└── CheckFailed
    └── OktaUnavailable
"""

from okta_gateway.errors import CheckFailed, LoginRefused


class OktaRefused(LoginRefused):
    """Okta answered with an OAuth error (RFC 6749, sections 4.1.2.1 and 5.2)."""

    code = "okta_refused"
    public = "Okta did not let you in."
    advice = "Look the error up in the README, under 'Why was it refused?'."

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error
        self.description = description


class OktaUnavailable(CheckFailed):
    """Okta did not answer, or not with what OAuth promises."""

    code = "okta_unavailable"
    status = 503
    advice = "Look at status.okta.com, at the org's rate limits, and at the function's way to the internet."

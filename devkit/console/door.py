"""Who may use the console: pages of this machine that a person opened, and nobody's page on another site.

A name that an attacker owns may resolve to 127.0.0.1 (DNS rebinding), and any page may send a form to a local port.
"""

import re
from collections.abc import Mapping

_HOST = re.compile(r"(localhost|127\.0\.0\.1)(:[0-9]{1,5})?", re.ASCII)


def refusal(method: str, headers: Mapping[str, str]) -> str:
    """Why a request is refused, or nothing; `headers` by lower-case name."""
    host = headers.get("host", "")
    if not _HOST.fullmatch(host):
        return "The console answers to localhost and 127.0.0.1 only: open it by one of these names."
    if method == "POST" and not _is_own_page(host, headers):
        return "Another site's page sent this form: open the console itself and use its form."
    return ""


def _is_own_page(host: str, headers: Mapping[str, str]) -> bool:
    """Browsers send Origin with every POST and current ones Sec-Fetch-Site too; a program such as curl sends neither.

    Source: Fetch standard, "append a request `Origin` header"; Fetch Metadata, "The Sec-Fetch-Site header".
    """
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return False
    return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}

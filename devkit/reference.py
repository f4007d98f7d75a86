"""The tables in README.md and the pages of docs/reference/, written from the code: `python -m devkit.reference`.

With `--check` only compares, and says which file is stale.
"""

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path

from devkit.iam_reference import iam_api_lines
from okta_gateway import errors
from okta_gateway.errors import OktaGatewayError
from okta_gateway.iam import errors as iam_errors
from okta_gateway.login import errors as login_errors
from okta_gateway.login.okta_errors import ALL_EXPLANATIONS
from okta_gateway.okta import errors as okta_errors
from okta_gateway.setting_rows import SETTINGS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "reference"
WRITTEN = "<!-- Written by `python -m devkit.reference`: change the code, not this page. -->"
ERROR_MODULES = (errors, okta_errors, login_errors, iam_errors)


def settings_table() -> list[str]:
    """A row for each setting."""
    rows = [
        f"| `{row.name}` | {row.needed_by} | {f'`{row.default}`' if row.default else ''} | "
        f"{row.meaning}{' (secret)' if row.secret else ''} |"
        for row in SETTINGS
    ]
    return ["| name | needed by | default | meaning |", "| --- | --- | --- | --- |", *rows]


def errors_table() -> list[str]:
    """A row for each error code, by branch, and for each explanation of what Okta says at sign-in."""
    leaves = sorted(error_leaves(), key=lambda error: _branch(error).status)
    rows = [f"| `{e.code}` | {e.status} | {_first_sentence(e)} | {e.advice} |" for e in leaves]
    codes = {error.code for error in leaves}
    rows += [
        f"| `{text.code}` | page | {text.title}. | {text.text} |" for text in ALL_EXPLANATIONS if text.code not in codes
    ]
    return ["| code | answer | meaning | what to do |", "| --- | --- | --- | --- |", *rows]


def error_leaves() -> list[type[OktaGatewayError]]:
    """The errors that can be raised, in the order of their modules."""
    found = [
        value
        for module in ERROR_MODULES
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, OktaGatewayError) and value.__module__ == module.__name__
    ]
    return [error for error in found if "code" in vars(error)]


def with_table(text: str, name: str, table: Iterable[str]) -> str:
    """The text with the table between its markers replaced. Raises ValueError where the markers are missing."""
    start, end = f"<!-- table: {name} -->\n", f"<!-- end of table: {name} -->\n"
    before, found, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise ValueError(f"there is no table {name!r}: put {start.strip()} and {end.strip()} around it")
    return before + start + "".join(f"{line}\n" for line in table) + end + after


def _branch(error: type[OktaGatewayError]) -> type[OktaGatewayError]:
    return error.__mro__[error.__mro__.index(OktaGatewayError) - 1]


def _first_sentence(error: type[OktaGatewayError]) -> str:
    return (inspect.getdoc(error) or "").split("\n\n")[0].replace("\n", " ")


def pages() -> dict[Path, str]:
    """Every file that this module writes, whole or in part, as it should be."""
    readme = README.read_text(encoding="utf-8")
    return {
        README: with_table(with_table(readme, "settings", settings_table()), "errors", errors_table()),
        REFERENCE / "settings.md": _page(
            "Settings",
            'Environment variables; an empty value means "not set". All problems are reported together at start-up.',
            "Parts: `authorizer`, `login`, `iam` are Lambda functions, `devkit` is the laptop; `?` means optional.",
            "The same word is the SAM parameter (`OktaDomain`) and the Terraform variable (`okta_domain`).",
            "",
            *settings_table(),
        ),
        REFERENCE / "errors.md": _page(
            "Error codes",
            "They stand in log lines of decisions, in problem documents of the IAM API, and on pages of sign-in.",
            "",
            *errors_table(),
        ),
        REFERENCE / "iam-api.md": _page("IAM API", *iam_api_lines()),
    }


def _page(title: str, *lines: str) -> str:
    return "\n".join([WRITTEN, "", f"# {title}", "", *lines, ""])


def main(arguments: list[str]) -> int:
    """Write the files, or compare them; return the exit status."""
    fresh = pages()
    stale = [path for path, text in fresh.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale. Run python -m devkit.reference and commit the result.")
        return int(bool(stale))
    for path in stale:
        path.write_text(fresh[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

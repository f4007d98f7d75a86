"""A clone of this repository as a reader has it, with a running stack: commands run there as they are written.

The stack listens on free ports. curl reaches it at the addresses that the pages name by `connect-to` in its own
settings file, and okta-gateway by the clone's .env, which names the stand-in as if it were somebody's org.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from devkit.stack.seeds import AGENT, API_TOKEN, AUDIENCE, AUTH_SERVER_ID, WEB_APP
from tests.e2e.docs.blocks import Block
from tests.e2e.stack.stack_process import running_stack_process
from tests.infra.repository import ROOT

GATEWAY, OKTA = "localhost:8888", "localhost:8889"
"""Where the pages say that they are."""
RULES = Path("layers") / "policies"
WAIT = 540  # seconds for all commands of a page


@dataclass(frozen=True)
class Workplace:
    """The clone."""

    folder: Path

    def run(self, blocks: Sequence[Block]) -> list[str]:
        """Run the blocks of a page in one shell, stop at the first that fails, and return what each printed.

        Each page starts out with the access rules of the repository, whatever the one before made of them.
        """
        shutil.copytree(ROOT / RULES, self.folder / RULES, dirs_exist_ok=True)
        done = subprocess.run(
            [shutil.which("bash") or "bash", "-euo", "pipefail"],
            input="\n".join(map(_script, blocks)),
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=WAIT,
            check=False,
        )
        printed = done.stdout.split(END)
        if done.returncode:
            failed = blocks[len(printed) - 1]
            raise AssertionError(f"{failed.page.name}:{failed.line} ended with {done.returncode}:\n{printed[-1]}")
        return printed[:-1]

    def _environment(self) -> dict[str, str]:
        sources = [self.folder, self.folder / "layers" / "okta_gateway" / "python"]
        return {
            "PATH": os.pathsep.join([str(self.folder / "no-make"), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "CURL_HOME": str(self.folder),
            "PYTHONPATH": os.pathsep.join(map(str, sources)),
            "COLUMNS": "120",
        }


END = "@@ the block ends here @@\n"


def _script(block: Block) -> str:
    """The block, and a line that tells its output from the next one's."""
    end = f"printf '%s\\n' '{END.strip()}'"
    if expected := block.marks.get("exits"):
        return f"set +e\n{block.text}\ntest $? -eq {expected} || exit 99\nset -e\n{end}"
    return f"{block.text}\n{end}"


@contextmanager
def workplace(folder: Path) -> Iterator[Workplace]:
    """Clone by links, but for what commands change, and start the stack."""
    _link_repository(folder)
    with serve(create_app(load_org())) as okta:
        settings = (
            f"OKTA_DOMAIN={okta}\nOKTA_ALLOW_INSECURE_LOOPBACK=true\n"
            f"OKTA_AUTH_SERVER_ID={AUTH_SERVER_ID}\nOKTA_AUDIENCE={AUDIENCE}\nOKTA_API_TOKEN={API_TOKEN}\n"
            f"OKTA_CLIENT_ID={WEB_APP.client_id}\nOKTA_CLIENT_SECRET={WEB_APP.secret}\n"
            f"OKTA_M2M_CLIENT_ID={AGENT.client_id}\nOKTA_M2M_CLIENT_SECRET={AGENT.secret}\n"
            f"SCOPES_FILE={RULES}/scopes.yml\n"
        )
        with running_stack_process(folder, settings) as stack:
            (folder / ".curlrc").write_text(
                f'connect-to = "{GATEWAY}:localhost:{stack.port}"\n'
                f'connect-to = "{OKTA}:127.0.0.1:{urlsplit(okta).port}"\n',
                encoding="utf-8",
            )
            yield Workplace(folder)


def _link_repository(folder: Path) -> None:
    for path in ROOT.iterdir():
        if path.name not in {".env", ".git", ".local", "layers", "terraform"}:
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "terraform", folder / "terraform", ignore=shutil.ignore_patterns(".terraform", "*.tfvars"))
    (folder / RULES).parent.mkdir()
    for path in (ROOT / "layers").iterdir():
        if path.name != RULES.name:
            (folder / "layers" / path.name).symlink_to(path)
    shutil.copytree(ROOT / RULES, folder / RULES)
    _forbid_make(folder / "no-make")
    (folder / "state").mkdir()
    (folder / ".local").symlink_to("state")


def _forbid_make(folder: Path) -> None:
    """It would set up .venv anew, which is a link to the one that runs these tests."""
    folder.mkdir()
    make = folder / "make"
    make.write_text("#!/bin/sh\necho 'make does not run here: mark the block'\nexit 2\n", encoding="utf-8")
    make.chmod(0o755)


def is_shown(expected: str, printed: str) -> bool:
    """Whether each line of a block is in what was printed, in this order; … stands for anything, blanks for blanks."""
    pieces = [re.escape(piece) for line in expected.splitlines() for piece in [line.strip()] if piece]
    pattern = ".*?".join(re.sub(r"(\\ )+", r"\\s+", piece).replace("…", ".*?") for piece in pieces)
    return re.search(pattern, printed, flags=re.DOTALL) is not None

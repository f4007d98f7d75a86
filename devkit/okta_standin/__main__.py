"""Serve the local Okta until Ctrl-C: `python -m devkit.okta_standin --port 8889 --org FILE`."""

import argparse
import sys
import threading
from contextlib import suppress
from pathlib import Path

from devkit.okta_standin import SEED, KeyFileError, OrgFileError, create_app, load_org
from devkit.serving import PortTaken, serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; 2 when it cannot start, with a sentence that says why."""
    parser = argparse.ArgumentParser(prog="python -m devkit.okta_standin", description="A local Okta.")
    parser.add_argument("--port", type=int, default=8889, help="port on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--org", type=Path, default=SEED, metavar="FILE", help="the org, as YAML")
    parser.add_argument("--keys", type=Path, metavar="FOLDER", help="keep the signing keys here across restarts")
    options = parser.parse_args(arguments)
    try:
        app = create_app(load_org(options.org), key_folder=options.keys)
        with serve(app, options.port) as address, suppress(KeyboardInterrupt):
            print(address, flush=True)
            threading.Event().wait()
    except (OrgFileError, KeyFileError, PortTaken) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

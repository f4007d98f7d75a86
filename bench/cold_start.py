"""Run by the peers' Python: one cold start of the authorizer in this process, sampled; prints seconds by what it did.

`python -m bench.cold_start EVENT`, in the function's environment. What the runtime client imports is there before.
"""

import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

from awslambdaric import bootstrap

from bench.sampling import import_or_function, sampled

INTERVAL_SECONDS = 0.0002
CONTEXT = SimpleNamespace(aws_request_id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef")


def main(event_path: Path) -> None:
    """The log line goes where the handler writes it; the last line of the output is ours."""
    event = json.loads(event_path.read_text(encoding="utf-8"))
    sys.stdout = bootstrap.Unbuffered(sys.stdout)
    with sampled(import_or_function, INTERVAL_SECONDS) as seconds:
        app = importlib.import_module("app")
        app.handler(event, CONTEXT)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

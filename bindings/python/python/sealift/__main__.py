"""The command `sealift`."""

import signal
import sys

from ._native import main as _main


def main() -> None:
    """Runs the command with the arguments of this process."""
    # The command ends at once, as the program does; it has nothing for Python's handler to do.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_main(["sealift", *sys.argv[1:]]))


if __name__ == "__main__":
    main()

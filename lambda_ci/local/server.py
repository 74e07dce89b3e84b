"""The child process of the embedded AWS: ministack, told to run functions with another interpreter than its own.

Started as a file, isolated (``python -I``): arguments are the functions' interpreter, the folder to work in, and the
folder ministack is installed in. ministack runs a function's code with ``sys.executable``, where everything installed beside it would be
importable: a dependency missing in the package would go unnoticed.
"""

import importlib
import os
import sys


def main() -> None:
    """Serve in this process until it is ended. Arguments: the program to show as Python, the working folder, a folder of modules."""
    sys.executable, folder, packages = sys.argv[1:]
    del sys.argv[1:]
    sys.path.append(packages)
    os.chdir(folder)
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()

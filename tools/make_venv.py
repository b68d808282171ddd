"""Make .venv with this Python, or say in a sentence what is missing."""

import sys
import venv

if sys.version_info < (3, 11):  # noqa: UP036  # this very check must run on an older Python
    sys.exit(f"Yitong needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 …")
try:
    venv.create(".venv", with_pip=True)
except Exception as error:
    sys.exit(f"The virtual environment cannot be made ({error}). On Debian or Ubuntu: apt-get install python3-venv")

#!/bin/sh
# Runs scripts/setup.py with the first Python that works: the project's own environment, then the versions it supports, then
# any other, which can at least say what is missing. PYTHON=/path/to/python3.12 names one.
for python in "${PYTHON:-}" .venv/bin/python python3.12 python3.11 python3 python; do
    if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
        exec "$python" scripts/setup.py "$@"
    fi
done
echo "Diktovka needs Python 3.11 or 3.12, and no Python was found. Install it (on Debian or Ubuntu: sudo apt-get install python3 python3-venv) and try again." >&2
exit 1

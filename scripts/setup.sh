# Sourced by scripts/serve and scripts/test: makes .venv from the pinned list named in $LIST, only when that list has changed.
python=${PYTHON:-python3}
command -v "$python" >/dev/null || { echo "Install Python 3.11 or newer, or set PYTHON to it." >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "Clearline needs Python 3.11 or newer; set PYTHON to one." >&2; exit 1; }
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    else
        echo "Install Python's venv module (on Debian: apt-get install python3-venv)." >&2; exit 1
    fi
fi
mkdir -p var
# Development needs what the service needs and more, so either list is good for the service.
wanted=$(cat "$LIST" pyproject.toml scripts/setup.sh | cksum)
if [ ! -f .venv/installed ] || ! grep -qxF "$LIST $wanted" .venv/installed; then
    echo "Setting up (about a minute) ..." >&2
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "$LIST"
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    echo "$LIST $wanted" >>.venv/installed
fi

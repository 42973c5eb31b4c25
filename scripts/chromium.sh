# Sourced by scripts/test: finds a Chrome for the browser tests, installs Debian's where it may, or says what is left out.
for browser in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable chrome; do
    [ -n "$browser" ] && CHROMIUM=$(command -v "$browser" || true) && [ -n "$CHROMIUM" ] && break
done
if [ -z "${CHROMIUM:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null 2>&1 || true
    CHROMIUM=$(command -v chromium || true)
fi
if [ -n "${CHROMIUM:-}" ]; then
    export CHROMIUM
elif [ "${CI:-}" = true ]; then
    echo "No Chrome or Chromium, and CI=true: the browser tests must run. Install chromium or set CHROMIUM." >&2
    exit 1
else
    echo "Skipped: the browser tests, for there is no Chrome or Chromium here (install chromium or set CHROMIUM)."
    set -- "$@" --ignore=tests/browser
fi

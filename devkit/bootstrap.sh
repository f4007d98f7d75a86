#!/bin/sh
# Makes .venv from requirements.lock with a Python that fits; does nothing when that is done already.
# Every make target runs this first. The stamp is written last, so a half-finished .venv is made again.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=$root/.venv
stamp=$venv/okta-gateway.stamp
lock=$root/requirements.lock
busy=$root/.local/setup.pid
log=$root/.local/logs/setup.log

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

say() {
    printf '%s\n' "$1"
}

# What the environment was made from: the lock file, the place (scripts in .venv/bin carry it) and the interpreter.
fingerprint() {
    cksum <"$lock"
    printf '%s\n' "$root"
    "$venv/bin/python" -c 'import sys; print(sys.version, sys.base_prefix)' 2>/dev/null
}

is_ready() {
    [ -f "$stamp" ] && [ "$(fingerprint)" = "$(cat "$stamp")" ]
}

# Prints the real interpreter behind command $1 if it runs, is new enough and can make environments. Running it is the
# only test that counts: a pyenv shim exists on PATH for versions that are not selected, and a venv may be broken.
interpreter_behind() {
    "$1" -c '
import sys
if sys.version_info < (3, 13):
    sys.exit(1)
try:
    import ensurepip, venv
except ImportError:
    print("no-venv")
else:
    print(getattr(sys, "_base_executable", None) or sys.executable)
' 2>/dev/null || true
}

# Sets $python when command $1 is usable; remembers a Python that only lacks its venv module.
try() {
    [ -n "$1" ] && [ -x "$1" ] || return 1
    found=$(interpreter_behind "$1")
    case $found in
        '') return 1 ;;
        no-venv)
            without_venv=$1
            return 1
            ;;
        *) python=$found ;;
    esac
}

try_path() {
    for name in python3.13 python3.14 python3 python; do
        rest=$PATH:
        while [ -n "$rest" ]; do
            directory=${rest%%:*}
            rest=${rest#*:}
            if try "${directory:-.}/$name"; then return 0; fi
        done
    done
    return 1
}

# pyenv keeps versions that no shim leads to; the highest that works wins.
try_pyenv() {
    versions=${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions
    for version in $(installed_by_pyenv); do
        if try "$versions/$version/bin/python3"; then return 0; fi
    done
    return 1
}

# Version numbers, highest first, nothing for other names (3.13t is the free-threaded build, which lacks wheels).
installed_by_pyenv() {
    ls "$versions" 2>/dev/null | grep -E '^3\.(1[3-9]|[2-9][0-9])\.[0-9]+$' | sort -t . -k 2,2nr -k 3,3nr || true
}

try_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    try "$(uv python find --system '>=3.13' 2>/dev/null || true)"
}

find_python() {
    python=
    without_venv=
    if try_path || try_pyenv || try_uv; then return 0; fi
    if [ -n "$without_venv" ]; then
        fail "$without_venv cannot make virtual environments: install its venv package (Debian, Ubuntu: sudo apt-get install python3-venv), then run this again."
    fi
    fail "Python 3.13 or newer was not found on PATH, under pyenv or through uv: install it (pyenv install 3.13, uv python install 3.13, or python.org), then run this again."
}

# A second make, started while the first one still installs, waits for it.
take_turn() {
    told=
    until (set -C && printf '%s\n' "$$" >"$busy") 2>/dev/null; do
        owner=$(cat "$busy" 2>/dev/null || true)
        if [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; then
            [ -n "$told" ] || say "Another set-up is running (process $owner), waiting for it ..."
            told=yes
            sleep 1
        else
            rm -f "$busy"
        fi
    done
    installer=
    trap 'rm -f "$busy"' EXIT
    trap 'stop' INT TERM HUP
}

stop() {
    if [ -n "$installer" ]; then kill "$installer" 2>/dev/null || true; fi
    fail "Set-up stopped; run the command again to finish it."
}

# Runs pip in the background so that a terminal sees it move; its own output goes to the log file.
install_packages() {
    total=$(grep -c '^[A-Za-z0-9]' "$lock" || true)
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes -r "$lock" >"$log" 2>&1 &
    installer=$!
    while kill -0 "$installer" 2>/dev/null; do
        sleep 1
        if [ -t 1 ]; then printf '\r  %s of %s packages fetched ' "$(grep -c '^Collecting' "$log" || true)" "$total"; fi
    done
    if [ -t 1 ]; then printf '\n'; fi
    wait "$installer" || explain_failure
    installer=
}

explain_failure() {
    if grep -q 'DO NOT MATCH THE HASHES' "$log"; then
        fail "The package index offers other files than requirements.lock names (a broken download or a changed package): try again, and if it stays, see $log."
    elif grep -q -i 'no space left' "$log"; then
        fail "The disk is full: free about 500 MB, then run this again."
    elif grep -q -i -E 'connection|timed out|timeout|proxy|name resolution|ssl|retrying|no matching distribution' "$log"; then
        fail "Packages could not be fetched: check your network, proxy or pip index setting (pip config list), then run this again; details are in $log."
    fi
    fail "pip could not install requirements.lock; the reason is at the end of $log."
}

# Makes okta_gateway and devkit importable without installing them. Paths are relative to site-packages.
link_sources() {
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' ../../../.. ../../../../layers/okta_gateway/python >"$site/okta-gateway.pth"
}

# The operator's command. -P: the folder it is called in must not hide our modules.
link_command() {
    printf '#!/bin/sh\nexec "%s/bin/python" -P -m devkit.cli "$@"\n' "$venv" >"$venv/bin/okta-gateway"
    chmod +x "$venv/bin/okta-gateway"
}

build() {
    find_python
    say "Setting up .venv with $python (once; takes a minute or two) ..."
    rm -rf "$venv"
    "$python" -m venv "$venv" >"$log" 2>&1 || fail "$python could not make $venv; the reason is in $log."
    install_packages
    link_sources
    link_command
    fingerprint >"$stamp.new"
    mv "$stamp.new" "$stamp"
    say "Set-up is done."
}

if is_ready; then exit 0; fi
mkdir -p "$root/.local/logs" || fail "$root is not writable: clone the repository to a place where you may write."
take_turn
if ! is_ready; then build; fi

#!/usr/bin/env sh
# Renew both locks from pyproject.toml: names, versions and hashes, for every platform. Needs uv.
set -eu
cd "$(dirname "$0")/.."
lock() {
    uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-annotate --no-header --no-emit-index-url --quiet "$@"
}
lock --extra build --output-file requirements.lock
lock --extra build --extra load --output-file requirements-load.lock
lock --extra build --extra test --output-file requirements-test.lock

#!/usr/bin/env bash
# Makes `sealift` out of the very commit of this action, unless it is on the path already.
set -euo pipefail

if command -v sealift >/dev/null; then
    sealift version
    exit
fi
root=${RUNNER_TEMP:?}/sealift
cargo install --locked --path "$GITHUB_ACTION_PATH/crates/cli" --root "$root"
echo "$root/bin" >>"$GITHUB_PATH"

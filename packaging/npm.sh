#!/usr/bin/env bash
# Makes the npm packages: for each target one with the native module, and once `sealift` itself, which
# names those of all platforms as optional:
#
#     packaging/npm.sh TARGET FOLDER      # FOLDER/sealift-linux-x64-gnu-VERSION.tgz
#     packaging/npm.sh sealift FOLDER     # FOLDER/sealift-VERSION.tgz
#
# Needs jq and npm; for a target rustup's cargo, and for Linux `pip install cargo-zigbuild`.
set -euo pipefail

target=${1:?name the target, as x86_64-unknown-linux-gnu, or sealift}
folder=$(mkdir -p "${2:?name the folder of the packages}" && cd "$2" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=$(jq -r .version bindings/node/package.json)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# name, os, processor and libc of each platform, as npm calls them.
platforms='{
    "x86_64-unknown-linux-gnu": {"name": "sealift-linux-x64-gnu", "os": "linux", "cpu": "x64", "libc": "glibc"},
    "aarch64-unknown-linux-gnu": {"name": "sealift-linux-arm64-gnu", "os": "linux", "cpu": "arm64", "libc": "glibc"},
    "x86_64-apple-darwin": {"name": "sealift-darwin-x64", "os": "darwin", "cpu": "x64"},
    "aarch64-apple-darwin": {"name": "sealift-darwin-arm64", "os": "darwin", "cpu": "arm64"}
}'

# Builds the module for the target, and sets `module` to its path.
build() {
    local profile=${PROFILE:-release} folder ending build=build lowest=
    # The glibc of the machine that builds is the oldest that a module runs with: this is Node 18's own.
    case $target in
        *-linux-gnu) build=zigbuild lowest=.2.28 ;;
    esac
    rustup target add "$target"
    cargo "$build" --locked --package sealift-node --target "$target$lowest" --profile "$profile"
    [ "$profile" != dev ] || profile=debug
    folder=${CARGO_TARGET_DIR:-target}/$target/$profile
    for ending in so dylib; do
        [ ! -f "$folder/libsealift_node.$ending" ] || module=$folder/libsealift_node.$ending
    done
}

native() {
    local platform module
    platform=$(jq -c --arg target "$target" '.[$target] // empty' <<<"$platforms")
    if [ -z "$platform" ]; then
        echo "packaging/npm.sh: no npm package for $target" >&2
        exit 2
    fi
    build
    cp "${module:?cargo built no module}" "$stage/sealift.node"
    jq --argjson platform "$platform" --arg version "$version" -n '$platform | {
        name, version: $version, license: "MIT OR Apache-2.0", main: "sealift.node",
        description: "The native module of sealift for this platform", engines: {node: ">=18"},
        os: [.os], cpu: [.cpu]} + (if .libc then {libc: [.libc]} else {} end)' >"$stage/package.json"
}

sealift() {
    cp -r bindings/node/{bin,README.md,errors.js,index.js,index.mjs,index.d.ts,index.d.mts,native.js,options.js} "$stage"
    jq --argjson platforms "$platforms" --arg version "$version" 'del(.devDependencies)
        | .files += ["LICENSE-*"]
        | .optionalDependencies = ([$platforms[] | {(.name): $version}] | add)' \
        bindings/node/package.json >"$stage/package.json"
}

if [ "$target" = sealift ]; then sealift; else native; fi
cp LICENSE-APACHE LICENSE-MIT "$stage"
npm pack "$stage" --pack-destination "$folder" --silent

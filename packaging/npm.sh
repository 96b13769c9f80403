#!/usr/bin/env bash
# Makes the npm packages for one target: the one with the native module, and `sealift` itself, which
# names those of all platforms as optional:
#
#     packaging/npm.sh TARGET FOLDER      # FOLDER/sealift-VERSION.tgz, FOLDER/sealift-linux-x64-gnu-VERSION.tgz
#
# Needs rustup's cargo, jq and npm.
set -euo pipefail

target=${1:?name the target, as x86_64-unknown-linux-gnu}
folder=$(mkdir -p "${2:?name the folder of the packages}" && cd "$2" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=$(jq -r .version bindings/node/package.json)

# name, os, processor and libc of each platform, as npm calls them.
platforms='{
    "x86_64-unknown-linux-gnu": {"name": "sealift-linux-x64-gnu", "os": "linux", "cpu": "x64", "libc": "glibc"},
    "aarch64-unknown-linux-gnu": {"name": "sealift-linux-arm64-gnu", "os": "linux", "cpu": "arm64", "libc": "glibc"},
    "x86_64-apple-darwin": {"name": "sealift-darwin-x64", "os": "darwin", "cpu": "x64"},
    "aarch64-apple-darwin": {"name": "sealift-darwin-arm64", "os": "darwin", "cpu": "arm64"}
}'
platform=$(jq -c --arg target "$target" '.[$target] // empty' <<<"$platforms")
if [ -z "$platform" ]; then
    echo "packaging/npm.sh: no npm package for $target" >&2
    exit 2
fi
rustup target add "$target"
profile=${PROFILE:-release}
cargo build --locked --package sealift-node --target "$target" --profile "$profile"
[ "$profile" != dev ] || profile=debug
for ending in so dylib; do
    built=${CARGO_TARGET_DIR:-target}/$target/$profile/libsealift_node.$ending
    [ ! -f "$built" ] || module=$built
done

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/native" "$stage/sealift"
cp "${module:?cargo built no module}" "$stage/native/sealift.node"
cp LICENSE-APACHE LICENSE-MIT "$stage/native"
jq --argjson platform "$platform" --arg version "$version" -n '$platform | {
    name, version: $version, license: "MIT OR Apache-2.0", main: "sealift.node",
    description: "The native module of sealift for this platform", engines: {node: ">=18"},
    os: [.os], cpu: [.cpu]} + (if .libc then {libc: [.libc]} else {} end)' >"$stage/native/package.json"
cp -r bindings/node/{bin,README.md,errors.js,index.js,index.mjs,index.d.ts,index.d.mts,native.js,options.js} \
    LICENSE-APACHE LICENSE-MIT "$stage/sealift"
jq --argjson platforms "$platforms" --arg version "$version" 'del(.devDependencies)
    | .optionalDependencies = ([$platforms[] | {(.name): $version}] | add)' \
    bindings/node/package.json >"$stage/sealift/package.json"
for package in native sealift; do
    npm pack "$stage/$package" --pack-destination "$folder" --silent
done

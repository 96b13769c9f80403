#!/usr/bin/env bash
# Makes a deb and an rpm of the static program that program.sh built:
#
#     packaging/linux.sh TARGET FOLDER
#
# Needs `cargo install --locked cargo-deb cargo-generate-rpm`; what goes where stands in
# crates/cli/Cargo.toml.
set -euo pipefail

target=${1:?name the target, as x86_64-unknown-linux-musl}
folder=$(mkdir -p "${2:?name the folder of the packages}" && cd "$2" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
built=${CARGO_TARGET_DIR:-target}/$target/release

# Where the packages' lists of files expect them.
packaging/documents.sh "$built/sealift" target/package
cp "$built/sealift" target/package/sealift
case $target in
    x86_64-*) deb=amd64 rpm=x86_64 ;;
    aarch64-*) deb=arm64 rpm=aarch64 ;;
    *)
        echo "packaging/linux.sh: no name for the processor of $target" >&2
        exit 2
        ;;
esac
version=$(cargo metadata --no-deps --format-version 1 |
    jq -r '.packages[] | select(.name == "sealift-cli") | .version')
cargo deb --no-build --no-strip --package sealift-cli --target "$target" \
    --output "$folder/sealift_${version}_$deb.deb"
cargo generate-rpm --package crates/cli --arch "$rpm" --payload-compress gzip \
    --output "$folder/sealift-$version-1.$rpm.rpm"

#!/usr/bin/env bash
# Builds the command for one target, and packs it with licences, completions and manual pages:
#
#     packaging/program.sh TARGET FOLDER      # FOLDER/sealift-VERSION-TARGET.tar.gz
#
# For *-musl the program is static, which is checked. Needs rustup's cargo, and for musl `musl-gcc`.
set -euo pipefail

target=${1:?name the target, as x86_64-unknown-linux-musl}
folder=$(mkdir -p "${2:?name the folder of the archive}" && cd "$2" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=$(cargo metadata --no-deps --format-version 1 |
    jq -r '.packages[] | select(.name == "sealift-cli") | .version')
built=${CARGO_TARGET_DIR:-target}/$target/${PROFILE:-release}

rustup target add "$target"
# Paths of the machine that builds must not be in the program.
export RUSTFLAGS="${RUSTFLAGS-} --remap-path-prefix=$PWD=. --remap-path-prefix=$HOME=~"
profile=${PROFILE:-release}
[ "$profile" != debug ] || profile=dev
cargo build --locked --package sealift-cli --target "$target" --profile "$profile"
case $target in
    *-musl)
        # A static program asks for no loader and names no library.
        if readelf --program-headers "$built/sealift" | grep -q INTERP; then
            echo "packaging/program.sh: $built/sealift is not static" >&2
            exit 1
        fi
        ;;
esac

name=sealift-$version-$target
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
packaging/documents.sh "$built/sealift" "$stage/$name"
cp "$built/sealift" LICENSE-APACHE LICENSE-MIT README.md CHANGELOG.md "$stage/$name"
tar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner \
    -C "$stage" -cf - "$name" | gzip -n >"$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"

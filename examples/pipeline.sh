#!/usr/bin/env bash
# The whole way of an image on one machine: build, scan, push, sign, verify, run; then what happens
# when somebody changes it. Needs `sealift` on the path, and docker-registry, jq, curl, GNU tar:
#
#     examples/pipeline.sh [FOLDER]      # FOLDER keeps what is made; without it all is removed
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ $# -gt 0 ]; then
    mkdir -p "$1"
    work=$(cd "$1" && pwd)
else
    work=$(mktemp -d)
fi
registry=
finish() {
    [ -z "$registry" ] || kill "$registry"
    [ $# -gt 0 ] || rm -rf "$work"
}
# shellcheck disable=SC2064 # whether a folder was named is known now
trap "finish ${1+kept}" EXIT
cd "$work"
# Nothing of the user's: no engines, caches, credentials or settings.
export HOME=$work XDG_CACHE_HOME=$work/cache COSIGN_PASSWORD=only-an-example
export DOCKER_HOST=unix:///nowhere CONTAINER_HOST=unix:///nowhere

step() { printf '\n== %s\n' "$*"; }

# Runs a command that must end with this status.
expect() {
    local wanted=$1 status=0
    shift
    printf '$ %s\n' "$*"
    "$@" || status=$?
    if [ "$status" != "$wanted" ]; then
        echo "pipeline.sh: status $status instead of $wanted: $*" >&2
        exit 1
    fi
}

# blob FILE: puts a file into the layout, and prints its descriptor without the media type.
blob() {
    local hex
    hex=$(sha256sum "$1" | cut -d ' ' -f 1)
    cp "$1" "layout/blobs/sha256/$hex"
    jq -n --arg digest "sha256:$hex" --argjson size "$(stat -c %s "$1")" '{$digest, $size}'
}

# build VERSION: an image of one layer, a program and the version of `minimist` that it brings.
build() {
    rm -rf root layout
    mkdir -p root/app/node_modules/minimist layout/blobs/sha256
    printf 'echo "hello from minimist %s"\n' "$1" >root/app/run.sh
    jq -n --arg v "$1" '{name: "minimist", version: $v}' >root/app/node_modules/minimist/package.json
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C root -cf layer.tar app
    gzip -n <layer.tar >layer.tar.gz
    jq -n --arg diff "sha256:$(sha256sum layer.tar | cut -d ' ' -f 1)" '{
        created: "2026-01-01T00:00:00Z", architecture: "amd64", os: "linux",
        config: {Cmd: ["sh", "/app/run.sh"]}, rootfs: {type: "layers", diff_ids: [$diff]}}' >config.json
    jq -n --argjson config "$(blob config.json)" --argjson layer "$(blob layer.tar.gz)" '
        "application/vnd.oci.image" as $type | {
        schemaVersion: 2, mediaType: "\($type).manifest.v1+json",
        config: ({mediaType: "\($type).config.v1+json"} + $config),
        layers: [{mediaType: "\($type).layer.v1.tar+gzip"} + $layer]}' >manifest.json
    jq -n --argjson manifest "$(blob manifest.json)" '
        "application/vnd.oci.image" as $type | {
        schemaVersion: 2, mediaType: "\($type).index.v1+json",
        manifests: [{mediaType: "\($type).manifest.v1+json"} + $manifest
            + {annotations: {"org.opencontainers.image.ref.name": "1.0",
                kind: "dev.cosignproject.cosign/image"}}]}' >layout/index.json  # for `load`
    printf '{"imageLayoutVersion": "1.0.0"}' >layout/oci-layout
    digest=sha256:$(sha256sum manifest.json | cut -d ' ' -f 1)
}

step 'start a registry on loopback'
for port in 5{5,6,7}{0..9}{0..9}; do
    printf 'version: 0.1\nlog: {level: error}\nhttp: {addr: "127.0.0.1:%s"}\n' "$port" >registry.yml
    printf 'storage: {filesystem: {rootdirectory: "%s/registry"}}\n' "$work" >>registry.yml
    docker-registry serve registry.yml >registry.log 2>&1 &
    registry=$!
    # It ends at once where the port is taken, which another's answer must not hide.
    for _ in {1..50}; do
        sleep 0.1
        kill -0 "$registry" 2>/dev/null || continue 2
        ! curl -fsS "http://127.0.0.1:$port/v2/" >/dev/null 2>&1 || break 2
    done
done
image=127.0.0.1:$port/shop:1.0
sealift db build --from "$here/advisories" --output advisories.db 2>/dev/null

step 'build an image with a vulnerable package: the scan stops it'
build 0.2.0
expect 1 sealift image oci:layout:1.0 --db advisories.db --quiet --severity CRITICAL --exit-code 1

step 'build it with the fixed package: the scan lets it pass'
build 0.2.4
expect 0 sealift image oci:layout:1.0 --db advisories.db --quiet --severity CRITICAL --exit-code 1

step 'push it, and sign what was pushed by its digest'
sealift generate-key-pair 2>&1
expect 0 sealift load --dir layout "$image"
expect 0 sealift sign --key cosign.key --tlog-upload=false "$image@$digest"
# The program is the one that runs what is verified, and nothing else.
run_verified() {
    local verified
    verified=$(sealift verify --check-content --key cosign.pub --insecure-ignore-tlog "$image" |
        jq -r '.[0].critical.image["docker-manifest-digest"]') || return
    rm -rf pulled && sealift save --dir pulled "${image%:*}@$verified" || return
    layer=$(jq -r '.layers[0].digest' "pulled/blobs/sha256/${verified#*:}")
    tar -xzOf "pulled/blobs/sha256/${layer#*:}" app/run.sh | sh
}

step 'verify, then run exactly what was verified'
expect 0 run_verified

step 'change one byte of the layer in the registry: it is refused'
layer=$(sha256sum layer.tar.gz | cut -d ' ' -f 1)
stored=registry/docker/registry/v2/blobs/sha256/${layer:0:2}/$layer/data
cp "$stored" good
printf 'X' | dd of="$stored" bs=1 seek=100 conv=notrunc status=none
expect 1 run_verified
cp good "$stored"

step 'change one byte of what was pulled: it is refused, too'
layer=pulled/blobs/sha256/$layer
printf 'X' | dd of="$layer" bs=1 seek=100 conv=notrunc status=none
expect 1 sealift verify --key cosign.pub --insecure-ignore-tlog oci:pulled

step 'push another image under the same tag: nobody signed it'
build 0.2.0
expect 0 sealift load --dir layout "$image"
expect 10 run_verified

step 'done: only what was scanned and signed ran'

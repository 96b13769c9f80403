#!/usr/bin/env bash
# Writes what the program knows about itself into a folder: manual pages and completions.
#
#     packaging/documents.sh PROGRAM FOLDER
set -euo pipefail

program=${1:?name the program}
folder=${2:?name the folder}
mkdir -p "$folder/man" "$folder/completions"
"$program" man >"$folder/man/sealift.1"
for verb in image fs rootfs sbom gate db verify verify-attestation verify-blob sign attest sign-blob; do
    "$program" man "$verb" >"$folder/man/sealift-$verb.1"
done
"$program" completion bash >"$folder/completions/sealift.bash"
"$program" completion zsh >"$folder/completions/_sealift"
"$program" completion fish >"$folder/completions/sealift.fish"

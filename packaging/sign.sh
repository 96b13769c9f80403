#!/usr/bin/env bash
# Signs the files of a folder with the built command and the identity of the job that runs this:
# beside each file its bundle FILE.sigstore.json, and for all of them SHA256SUMS.
#
#     packaging/sign.sh SEALIFT FOLDER [FLAG ...]      # flags of `sealift sign-blob`
set -euo pipefail

sealift=$(realpath "${1:?name the program}")
cd "${2:?name the folder}"
shift 2
rm -f SHA256SUMS ./*.sigstore.json
sha256sum -- * >SHA256SUMS
for file in *; do
    "$sealift" sign-blob --yes "$@" --bundle "$file.sigstore.json" "$file" >/dev/null
done

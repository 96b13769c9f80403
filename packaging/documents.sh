#!/usr/bin/env bash
# Writes what the program knows about itself into a folder: manual pages and completions.
#
#     packaging/documents.sh PROGRAM FOLDER
set -euo pipefail

program=${1:?name the program}
folder=${2:?name the folder}
mkdir -p "$folder/completions"
# The folder may be of an older build, and what is packed is all that is in it.
rm -rf "$folder/man"
"$program" man --folder "$folder/man"
"$program" completion bash >"$folder/completions/sealift.bash"
"$program" completion zsh >"$folder/completions/_sealift"
"$program" completion fish >"$folder/completions/sealift.fish"

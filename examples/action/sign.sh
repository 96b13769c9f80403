#!/usr/bin/env bash
# Signs the image that was scanned, by its digest, with the identity of the workflow.
set -euo pipefail

if [ -z "${DIGEST-}" ] || [ -z "${INPUT_IMAGE_REF-}" ]; then
    echo '::error title=sealift::only an image of a registry can be signed: push it, then name it as image-ref'
    exit 2
fi
# The name without tag and digest; a colon before the last slash is a port.
name=${INPUT_IMAGE_REF%@*}
case ${name##*/} in
    *:*) name=${name%:*} ;;
esac
sealift sign --yes "$name@$DIGEST"

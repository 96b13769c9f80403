#!/usr/bin/env bash
# Signs the image that the gate has let pass, by its digest, with the identity of the workflow.
set -euo pipefail

if [ -z "${PASSED-}" ] || [ -z "${INPUT_IMAGE_REF-}" ]; then
    echo '::error title=sealift::nothing is signed: the gate has let no image of a registry pass'
    exit 2
fi
# The name without tag and digest; a colon before the last slash is a port.
name=${INPUT_IMAGE_REF%@*}
case ${name##*/} in
    *:*) name=${name%:*} ;;
esac
sealift sign --yes "$name@$PASSED"

#!/usr/bin/env bash
# The scan of the action: its inputs are the variables INPUT_*, empty where they are not set.
#
# The first scan decides and gives the outputs: its status is the step's, and only the digest that it
# has passed is signed. The report in the format that is asked for and the summary of the job are of the
# same image, by its digest: a tag is resolved once. Layers are read once, for what they yield is kept.
set -euo pipefail

# What a workflow prints as `::error::` is shown beside it; a line break would end it.
fail() {
    printf '::error title=sealift::%s\n' "${1//[$'\r\n']/ }"
    exit 2
}
warn() { printf '::warning title=sealift::%s\n' "${1//[$'\r\n']/ }"; }
# input NAME: the value of an input, by its name in action.yml.
input() {
    local variable
    variable=INPUT_$(printf '%s' "$1" | tr 'a-z-' 'A-Z_')
    printf '%s' "${!variable-}"
}
# is_true NAME: whether the input says so in one of the words that Trivy's action takes.
is_true() {
    case $(input "$1") in
        [Tt][Rr][Uu][Ee] | [Tt] | 1) ;;
        '' | [Ff][Aa][Ll][Ss][Ee] | [Ff] | 0) return 1 ;;
        *) fail "the input $1 is neither true nor false: $(input "$1")" ;;
    esac
}

# Each is looked at, whether or not it counts in the end.
for name in ignore-unfixed limit-severities-for-sarif list-all-pkgs offline sign summary; do
    ! is_true "$name" || true
done

for name in github-pat cache version skip-setup-trivy token-setup-trivy; do
    [ -z "$(input "$name")" ] || warn "the input $name has no effect here"
done

gate=false
exit_code=()
[ -z "$(input exit-code)" ] || exit_code=("--exit-code=$(input exit-code)")
case $(input exit-code) in
    *[!0]*) gate=true ;;
    *)
        # Without a gate everything passes, and a signature would say that something was let pass.
        ! is_true sign || fail 'sign needs a gate: give exit-code, and the severities that fail, or sign
the image in a step of its own'
        ;;
esac

format=$(input format)
if [ "$format" = template ]; then
    case $(input template) in
        *junit.tpl) format=junit ;;
        *gitlab.tpl) format=gitlab ;;
        *sarif.tpl) format=sarif ;;
        *) fail "the template $(input template) is not supported: of Trivy's there are junit.tpl,
gitlab.tpl and sarif.tpl; else start from the format json" ;;
    esac
elif [ -n "$(input template)" ]; then
    warn 'the input template has an effect with the format template alone'
fi

target=()
case $(input scan-type) in
    image | '')
        verb=image
        if [ -n "$(input input)" ]; then
            target=(--input "$(input input)")
        elif [ -n "$(input image-ref)" ]; then
            target=(-- "$(input image-ref)")
        else
            fail 'name the image: the input image-ref or input is missing'
        fi
        ;;
    fs | filesystem) verb=fs ;;
    repo | repository)
        verb=fs
        case $(input scan-ref) in
            *://* | git@*) fail 'a repository elsewhere is not fetched: check it out, and name its folder' ;;
        esac
        ;;
    rootfs) verb=rootfs ;;
    sbom) verb=sbom ;;
    config) verb=config ;;
    *)
        fail "the scan-type $(input scan-type) is not supported: there are image, fs, repo, rootfs, sbom, config"
        ;;
esac
[ "$verb" = image ] || target=(-- "$(input scan-ref)")

flags=()
if is_true sign; then
    if [ "$verb" != image ] || [ -z "$(input image-ref)" ] || [ -n "$(input input)" ]; then
        fail 'only an image of a registry can be signed: push it, then name it as image-ref'
    fi
    case $(input image-ref) in
        oci:* | oci-archive:* | docker-archive:* | docker-daemon:* | podman:* | /* | ./* | ../*)
            fail "only an image of a registry can be signed, which $(input image-ref) is not: push it, then
name it as image-ref"
            ;;
    esac
    # What is signed is what the registry has, not what an engine keeps under that name.
    flags+=(--image-src=remote)
fi
# with FLAG NAME: the flag, when the input is set.
with() {
    local value
    value=$(input "$2")
    [ -z "$value" ] || flags+=("$1=$value")
}
with --cache-dir cache-dir
with --timeout timeout
with --config trivy-config
with --ignore-policy ignore-policy
with --skip-dirs skip-dirs
with --skip-files skip-files
case $verb in
    fs | rootfs | config) with --tf-vars tf-vars ;;
    *) [ -z "$(input tf-vars)" ] || fail 'tf-vars are values of Terraform, which this scan-type does not read' ;;
esac
# Packages are what the scan of configuration does not look for.
if [ "$verb" = config ]; then
    for name in scanners vex db pkg-types vuln-type; do
        [ -z "$(input "$name")" ] || warn "the input $name has no effect with the scan-type config"
    done
    for name in list-all-pkgs ignore-unfixed; do
        ! is_true "$name" || warn "the input $name has no effect with the scan-type config"
    done
else
    with --scanners scanners
    with --vex vex
    with --db db
    # What is not said stays as a configuration file has it.
    if is_true list-all-pkgs; then
        flags+=(--list-all-pkgs)
    elif [ -n "$(input list-all-pkgs)" ]; then
        flags+=(--list-all-pkgs=false)
    fi
    if [ -n "$(input pkg-types)" ]; then
        with --pkg-types pkg-types
    else
        with --pkg-types vuln-type
    fi
    ! is_true ignore-unfixed || flags+=(--ignore-unfixed)
    ! is_true offline || flags+=(--offline)
fi
[ -z "$(input docker-host)" ] || export DOCKER_HOST=$INPUT_DOCKER_HOST

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Several ignore files, behind commas or on lines of their own, are one with their lines, which only
# the form of lines allows.
ignores=()
while read -r file; do
    [ -z "$file" ] || ignores+=("$file")
done < <(input trivyignores | tr -s ', \t\r' '\n' && echo)
if [ "${#ignores[@]}" -gt 1 ]; then
    for file in "${ignores[@]}"; do
        case $file in
            *.yaml | *.yml | *.toml) fail "$file: of several ignore files each must be of lines" ;;
        esac
        [ -f "$file" ] || fail "the ignore file $file is not there"
        cat -- "$file" >>"$scratch/.trivyignore"
        echo >>"$scratch/.trivyignore"
    done
    flags+=("--ignorefile=$scratch/.trivyignore")
elif [ "${#ignores[@]}" = 1 ]; then
    flags+=("--ignorefile=${ignores[0]}")
fi

all=UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL
severity=()
[ -z "$(input severity)" ] || severity=("--severity=$(input severity)")
# Nobody has said the default: what a configuration file says stands.
if [ "$(input severity)" = "$all" ] && [ -n "$(input trivy-config)" ]; then
    severity=()
fi
shown=(${severity[@]+"${severity[@]}"})
if [ "$format" = sarif ] && ! is_true limit-severities-for-sarif; then
    shown=("--severity=$all")
fi

# Flags and target are empty at times, which older shells take for an error under `set -u`.
run() {
    sealift "$verb" --no-progress ${flags[@]+"${flags[@]}"} "$@" "${target[@]}"
}

# A further report must not be the gate, whatever a configuration file says.
no_gate=(--exit-code=0)
[ "$verb" = config ] || no_gate+=(--exit-on-eol=0)
show() { run --quiet "${no_gate[@]}" "$@"; }

# Nobody's status but ours: a variable must not make another report the gate.
unset SEALIFT_EXIT_CODE TRIVY_EXIT_CODE SEALIFT_OUTPUT TRIVY_OUTPUT SEALIFT_FORMAT TRIVY_FORMAT
unset SEALIFT_QUIET TRIVY_QUIET
report=$scratch/report.json
said=$scratch/said
status=0
# Where the image was found is said on stderr, unless a configuration file has it quiet.
run --quiet=false ${severity[@]+"${severity[@]}"} --format=json --output="$report" ${exit_code[@]+"${exit_code[@]}"} \
    2>"$said" || status=$?
cat "$said" >&2
[ -s "$report" ] || exit "$status"
digest=$(jq -r '.Metadata | .IndexDigest // .ManifestDigest // ""' "$report")
# Of an index one platform's image was scanned, and no other has passed.
passed=
[ "$status" != 0 ] || [ "$gate" = false ] ||
    passed=$(jq -r '.Metadata | .ManifestDigest // .IndexDigest // ""' "$report")
{
    printf 'digest=%s\n' "$digest"
    printf 'passed=%s\n' "$passed"
    ! is_true sign || printf 'sign=true\n'
    jq -r '[.Results[]? | .Vulnerabilities[]?, (.Misconfigurations[]? | select(.Status == "FAIL"))]
        | "findings=\(length)"' "$report"
} >>"$GITHUB_OUTPUT"
if [ -n "$digest" ] && grep -q '^taken from the registry ' "$said"; then
    is_true sign || flags+=(--image-src=remote)
    case $(input image-ref) in
        *@*) ;;
        *) target=(-- "$(input image-ref)@$digest") ;;
    esac
fi

output=()
[ -z "$(input output)" ] || output=("--output=$(input output)")
show ${shown[@]+"${shown[@]}"} "--format=${format:-table}" ${output[@]+"${output[@]}"}

if [ -z "$(input summary)" ] || is_true summary; then
    summary=$scratch/summary.md
    show ${severity[@]+"${severity[@]}"} --format=markdown --output="$summary"
    cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$status"

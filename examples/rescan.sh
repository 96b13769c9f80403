#!/usr/bin/env bash
# Scans the images that a file names, one a line (`#` begins a comment), and prints a table in
# Markdown: what is found, and what a rebuild on a base image of today would heal, which is what has
# a fix and comes from the base. Needs `sealift` and jq.
#
#     examples/rescan.sh deployed.txt [FLAG ...]     # flags of `sealift image`, as --db FILE
#
# Exit status: 0 all were scanned, 2 one could not be, 3 one not wholly.
set -euo pipefail

list=${1:?name the file that lists the images}
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo '| image | findings | CRITICAL | HIGH | a rebuild heals | what to do |'
echo '| --- | ---: | ---: | ---: | ---: | --- |'
worst=0
while read -r image || [ -n "$image" ]; do
    status=0
    # With --exit-code a scan that is incomplete says so by its status, and findings do by 9.
    sealift image --quiet --format json --output "$scratch/report.json" --exit-code 9 "$@" \
        -- "$image" </dev/null || status=$?
    # A pipe ends a cell, and nothing else that a name may hold means anything in one.
    name=${image//|/\\|}
    case $status in
        0 | 9) note= ;;
        3)
            note="; not wholly scanned"
            [ "$worst" = 2 ] || worst=3
            ;;
        *)
            echo "| \`$name\` | | | | | could not be scanned, status $status |"
            worst=2
            continue
            ;;
    esac
    jq -r --arg name "$name" --arg note "$note" '
        [.Results[]?.Vulnerabilities[]?] as $all
        | def count(filter): [$all[] | select(filter)] | length;
        count(.FromBase != null and (.FixedVersion // "") != "") as $healed
        | count((.FixedVersion // "") != "") as $fixed
        | (if $healed > 0 then
             if any($all[]; .FromBase == "guessed") then "rebuild; its base is a guess" else "rebuild" end
           elif $fixed > 0 then "update what your own layers bring"
           elif $all == [] then "nothing"
           else "wait for fixes" end) as $todo
        | "| `\($name)` | \($all | length) | \(count(.Severity == "CRITICAL")) |"
          + " \(count(.Severity == "HIGH")) | \($healed) | \($todo)\($note) |"' "$scratch/report.json"
done < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$list")
exit "$worst"

#!/bin/sh
# Runs a target for some seconds, beginning with its examples. What makes it fail is printed whole, so that it outlives the
# build folder. Usage: [SEED=N] fuzz.sh PROGRAM EXAMPLES SECONDS
# The seed is the same each time, so that what a change breaks is found with that change; other seeds are tried by hand.
set -u
folder=$(dirname "$1")/$(basename "$1").run
rm -rf "$folder/kept"  # reading it would take longer each time
mkdir -p "$folder/kept" "$folder/found"
touch "$folder/begun"
"$1" -seed="${SEED:-1}" -max_total_time="$3" -timeout=20 -artifact_prefix="$folder/found/" "$folder/kept" "$2" >"$folder/log" 2>&1
status=$?
tail -n 1 "$folder/log"
[ "$status" = 0 ] && exit 0
newest=$(find "$folder/found" -type f -newer "$folder/begun" | head -n 1)
tail -n 120 "$folder/log"
echo "FAILED (exit $status). The input that does it, as base64; to see it again: $1 FILE"
[ -z "$newest" ] || { echo "$newest"; base64 "$newest"; }
exit 1

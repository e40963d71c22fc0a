#!/bin/sh
# The unit is well formed and keeps its exposure low. Works without a running systemd.
set -eu
. ./absent.sh
command -v systemd-analyze >/dev/null || absent "systemd-analyze is not installed (scripts/setup tests)"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The program need not be installed for the unit to be right.
sed "s|^ExecStart=[^ ]*|ExecStart=/bin/true|" "$1/systemd/paperboy.service" >"$folder/paperboy.service"
systemd-analyze verify --man=no "$folder/paperboy.service" >"$folder/said" 2>&1 || { cat "$folder/said"; exit 1; }
if grep -q paperboy "$folder/said"; then  # an unknown key is only a warning, with status 0
  cat "$folder/said"
  exit 1
fi
systemd-analyze security --no-pager --offline=true --threshold=12 "$folder/paperboy.service" >"$folder/said" 2>&1 || {
  cat "$folder/said"
  exit 1
}
tail -n 1 "$folder/said"

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

# The user and the folders that the unit counts on, made in a root of their own.
[ "$(id -u)" = 0 ] || exit 0
mkdir -p "$folder/root/etc"
systemd-sysusers --root="$folder/root" "$1/systemd/paperboy.sysusers" >"$folder/said" 2>&1 || { cat "$folder/said"; exit 1; }
systemd-tmpfiles --root="$folder/root" --create "$1/systemd/paperboy.tmpfiles" >"$folder/said" 2>&1 || { cat "$folder/said"; exit 1; }
user=$(sed -n 's/^User=//p' "$1/systemd/paperboy.service")
group=$(sed -n "s/^$user:x:\([0-9]*\):.*/\1/p" "$folder/root/etc/group")
[ "$(stat -c '%u:%g %a' "$folder/root/etc/paperboy")" = "0:$group 750" ] || {
  echo "/etc/paperboy is not root's with the group of $user and mode 0750:"
  ls -ld "$folder/root/etc/paperboy"
  exit 1
}

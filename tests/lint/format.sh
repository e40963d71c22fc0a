#!/bin/sh
# The C++ is as clang-format 19 leaves it (.clang-format); other versions lay out some lines differently.
# `format.sh REPOSITORY` names the files that are not; `format.sh REPOSITORY mend` puts them right.
set -eu
. "$(dirname "$0")/absent.sh"
formatter=
for candidate in clang-format-19 clang-format; do
  if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 19\.'; then
    formatter=$candidate
    break
  fi
done
[ -n "$formatter" ] || absent "clang-format 19 is not installed (scripts/setup tests)"
cd "$1"
status=0
for file in $(find daemon integrations tests \( -name '*.cpp' -o -name '*.hpp' \) | sort); do
  "$formatter" "$file" | cmp -s - "$file" && continue
  if [ "${2:-}" = mend ]; then
    "$formatter" -i "$file"
  else
    echo "$file is not as clang-format leaves it"
    status=1
  fi
done
[ "$status" = 0 ] || echo "mend with: make format"
exit "$status"

#!/bin/sh
# g++ 12 miscompiles coroutines: the build must refuse it, and say what to install instead.
set -eu
old=
for candidate in g++-12 g++; do
  if command -v "$candidate" >/dev/null && [ "$("$candidate" -dumpversion)" = 12 ]; then
    old=$candidate
    break
  fi
done
if [ -z "$old" ]; then
  echo "skipped: there is no g++ 12 here that could be refused"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if cmake -S "$1" -B "$folder/build" -DCMAKE_CXX_COMPILER="$old" >"$folder/out" 2>&1; then
  echo "CMake accepted $old"
  exit 1
fi
for words in 'miscompiles C++20 coroutines' 'apt-get install clang-19'; do
  tr -s ' \n' '  ' <"$folder/out" | grep -qF "$words" || {  # CMake breaks its lines where it likes
    echo "CMake refused $old without saying '$words':"
    cat "$folder/out"
    exit 1
  }
done

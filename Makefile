# Short names for what CMakePresets.json and scripts/ do.
.PHONY: setup build test demo format bench

setup:
	scripts/setup tests

build:
	cmake --preset dev
	cmake --build --preset dev

test:
	scripts/test

demo:
	scripts/demo

format:
	tests/lint/format.sh . mend

bench:
	cmake --preset release
	cmake --build --preset release
	ctest --preset release --label-regex '^release$$' --verbose

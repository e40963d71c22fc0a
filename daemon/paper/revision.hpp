#pragma once
// What a newer version of a paper changed in its record. Pure.
#include <optional>

#include "daemon/paper/paper.hpp"

namespace paperboy::paper {

// `after` is a record of version `number`, newer than `before`. Nothing unless both have title and abstract: what was
// not seen is not guessed. White space does not count, nor do other spellings of the same authors (K. He = Kaiming He).
// A field that `after` leaves empty counts as not told. `whole`: the record before told every field, so that one that
// is empty there was empty, and not unknown.
std::optional<Revision> revision_of(const Paper& before, bool whole, const Paper& after, int number);

}  // namespace paperboy::paper

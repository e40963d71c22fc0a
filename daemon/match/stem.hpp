#pragma once
// English stemming by Snowball (snowballstem.org/algorithms/english), libstemmer wrapped once. Any thread.
#include <string>
#include <string_view>

namespace paperboy::match {

// The stem of a folded word: "running" -> "run". What the algorithm does not know stays as it is.
std::string stem(std::string_view folded_word);

}  // namespace paperboy::match

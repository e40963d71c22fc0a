#pragma once
// Text as words: what queries and papers are compared by. Pure.
//
// The text is folded (base/text.hpp), then
//   - a word is a run of letters and digits of any script: 3d, h2o, 2512. "c++" and "c#" keep their ending.
//   - every Han character and every kana is a word of its own, so that a run of them in a query is found as a phrase.
//   - a Greek letter is its English name: α = alpha, ΛCDM = lambdacdm.
//   - an apostrophe within a word is left out, and a final 's with it: don't = dont, O'Brien = obrien, Bell's = bell.
//   - a hyphen between two words ties them (unless it stands between two digits): either side of a comparison that
//   writes
//     it also offers the joined form, so pre-training = pre training, and pre-training = pretraining.
//   - everything else separates.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::match {

class Words {
 public:
  explicit Words(std::string_view text);  // sanitized UTF-8

  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  // So many bytes can be read from the beginning of any word and from its end on, though they are not all its own.
  static constexpr std::size_t padding = 16;
  std::string_view operator[](std::size_t i) const { return letters(begin(i), ends_[i]); }
  // Does a hyphen tie words i and i + 1?
  bool tied(std::size_t i) const { return tied_[i] != 0; }
  // Words i and i + 1 written as one.
  std::string_view joined(std::size_t i) const { return letters(begin(i), ends_[i + 1]); }

 private:
  void read_ascii(std::string_view text);
  void read_any(std::string_view text);
  std::size_t begin(std::size_t i) const { return i == 0 ? 0 : ends_[i - 1]; }
  std::string_view letters(std::size_t from, std::size_t to) const {
    return std::string_view(letters_).substr(from, to - from);
  }

  std::string letters_;  // of all words, one after another, and padding
  std::vector<std::uint32_t> ends_;
  std::vector<std::uint8_t> tied_;
};

}  // namespace paperboy::match

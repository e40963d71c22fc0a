#include "daemon/digest/sentences.hpp"

#include "daemon/base/text.hpp"
#include "daemon/digest/escape.hpp"
#include "daemon/paper/sentences.hpp"

namespace paperboy::digest {
namespace {

// The sentence without the signs of a TeX comment; empty if it is one.
std::string without_comment(std::string sentence) {
  if (sentence.starts_with('%')) {
    const std::size_t begin = sentence.find_first_not_of("% ");
    const bool blank_after = begin != std::string::npos && sentence[begin - 1] == ' ';
    const bool capital = begin != std::string::npos && sentence[begin] >= 'A' && sentence[begin] <= 'Z';
    if (!blank_after || !capital) return {};
    sentence.erase(0, begin);
  }
  for (std::size_t at = sentence.find(" %"); at != std::string::npos; at = sentence.find(" %", at + 1)) {
    const bool after_number = at > 0 && (sentence[at - 1] == '$' || sentence[at - 1] == '}' ||
                                         (sentence[at - 1] >= '0' && sentence[at - 1] <= '9'));
    const bool before_word = at + 2 < sentence.size() && (is_ascii_alnum(sentence[at + 2]) || sentence[at + 2] == ' ');
    if (!after_number && before_word) return {};
  }
  return sentence;
}

}  // namespace

std::vector<std::string> split_sentences(std::string_view text) {
  std::vector<std::string> sentences;
  for (const paper::Span span : paper::sentences_in(text)) {
    std::string sentence = without_comment(text::collapse_space(text.substr(span.begin, span.end - span.begin)));
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace paperboy::digest

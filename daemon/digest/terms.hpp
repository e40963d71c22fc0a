#pragma once
// Words and runs of words that a text is about. Internal to this room.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::digest {

// Terms of one text by key (folded, plural dropped, words separated by blanks), each with the way it is written there
// first.
using Terms = std::map<std::string, std::string>;

// Runs of 1 to `longest` words between stop words and punctuation, none of which says as little as "method" or
// "results".
void add_terms(Terms& terms, std::string_view text, std::size_t longest);

// The same terms as hashes of their keys, each as often as it stands there: for counting, without a copy of any text.
void add_term_hashes(std::vector<std::uint64_t>& hashes, std::string_view text, std::size_t longest);
// Of a key; the same on every machine.
std::uint64_t term_hash(std::string_view key);

// The words of `text` as they stand in keys, the parts of a hyphenated one too.
std::vector<std::string> term_words(std::string_view text);

}  // namespace paperboy::digest

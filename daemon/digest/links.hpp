#pragma once
// URLs that stand in text. Internal to this room.
#include <string>
#include <string_view>
#include <vector>

#include "daemon/digest/document.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::digest {

// Where the http and https URLs in `text` stand, without the punctuation that ends a sentence.
struct UrlPlace {
  std::size_t begin = 0, end = 0;
};
std::vector<UrlPlace> find_urls(std::string_view text);

// The first URL in comments or abstract that leads to a place where code is kept; empty if none does.
std::string stated_code_url(const paper::Paper& paper);

// Without the pairs of tags for emphasis, bold and raised or lowered type (HTML's and those of JATS) that feeds and
// some authors put into titles and abstracts; whatever else stands in "<" and ">" is words: "<think>", "a<b".
std::string without_tags(std::string_view text);

// Makes links of the URLs in text nodes.
void linkify(Node& node);

}  // namespace paperboy::digest

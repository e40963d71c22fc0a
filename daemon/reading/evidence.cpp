#include "daemon/reading/evidence.hpp"

#include <algorithm>
#include <string_view>

#include "daemon/base/text.hpp"

namespace paperboy::reading {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Text without white space and case, and where in the source each of its bytes came from.
struct Folded {
  std::string bytes;
  std::vector<std::size_t> source;

  explicit Folded(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      const char32_t cp = text::next_code_point(text, at);
      if (!text::is_word_character(cp) &&
          !(cp == '.' && begin > 0 && is_digit(text[begin - 1]) && at < text.size() && is_digit(text[at]))) {
        continue;
      }
      for (const char c : text::fold(text.substr(begin, at - begin))) {
        bytes += c;
        source.push_back(begin);
      }
    }
    source.push_back(text.size());
  }
};

std::vector<std::string_view> numbers_of(std::string_view text) {
  std::vector<std::string_view> numbers;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() &&
           (is_digit(text[at]) || (text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1])))) {
      ++at;
    }
    numbers.push_back(text.substr(begin, at - begin));
  }
  return numbers;
}

}  // namespace

struct Evidence::Index {
  paper::FullText text;
  Folded folded;
};

Evidence::Evidence(const paper::FullText& text) : index_(new Index{text, Folded(text.text)}) {}
Evidence::~Evidence() = default;
Evidence::Evidence(Evidence&&) noexcept = default;
Evidence& Evidence::operator=(Evidence&&) noexcept = default;

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::no_quote:
      return "no_quote";
    case Fault::not_found:
      return "not_found";
    case Fault::number:
      return "number";
    case Fault::name:
      return "name";
    case Fault::negation:
      return "negation";
    case Fault::direction:
      return "direction";
    case Fault::attribution:
      break;
  }
  return "attribution";
}

Judgement Evidence::judge(const Claim& claim) const {
  Judgement judgement;
  const auto fail = [&](Fault fault, std::string reason) {
    judgement.fault = fault;
    judgement.reason = std::move(reason);
    return judgement;
  };
  std::string found;
  for (const std::string& quote : claim.quotes) {
    const Folded folded{std::string_view(quote)};
    if (folded.bytes.size() < 12) continue;
    const std::size_t at = index_->folded.bytes.find(folded.bytes);
    if (at == std::string::npos) return fail(Fault::not_found, "a quote is not in the text");
    std::size_t last = at + folded.bytes.size() - 1;
    std::size_t end = index_->folded.source[last];
    text::next_code_point(index_->text.text, end);
    const std::size_t begin = index_->folded.source[at];
    judgement.quotes.push_back({begin, end, paper::section_at(index_->text, begin), true});
    found += index_->text.slice(begin, end);
    found += '\n';
  }
  if (judgement.quotes.empty()) return fail(Fault::no_quote, "no quote says anything");
  const std::vector<std::string_view> stated = numbers_of(found);
  for (const std::string_view number : numbers_of(claim.sentence)) {
    if (std::find(stated.begin(), stated.end(), number) == stated.end()) {
      return fail(Fault::number, std::string(number) + " is in none of the quotes");
    }
  }
  judgement.supported = true;
  return judgement;
}

}  // namespace paperboy::reading

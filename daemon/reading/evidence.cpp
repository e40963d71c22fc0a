#include "daemon/reading/evidence.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include "daemon/base/text.hpp"
#include "daemon/reading/passages.hpp"
#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

// "We prune ... and retrain" is two quotations.
std::vector<std::string_view> pieces_of(std::string_view quote) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < quote.size();) {
    const std::string_view rest = quote.substr(at);
    std::size_t length = rest.starts_with("[...]") ? 5 : rest.starts_with("...") ? 3 : 0;
    if (rest.starts_with("…")) length = std::string_view("…").size();
    if (rest.starts_with("[…]")) length = std::string_view("[…]").size();
    if (length > 0) {
      pieces.push_back(quote.substr(begin, at - begin));
      begin = at + length;
    }
    at += std::max<std::size_t>(length, 1);
  }
  pieces.push_back(quote.substr(begin));
  return pieces;
}

}  // namespace

struct Evidence::Index {
  explicit Index(const paper::FullText& whole) : text(whole), title(whole.title), passages(text.text) {}

  // The clauses in which [begin, end) stands.
  std::string wide(std::size_t begin, std::size_t end) const {
    const auto& sentences = text.sentences;
    auto first = std::partition_point(sentences.begin(), sentences.end(),
                                      [&](const paper::Sentence& sentence) { return sentence.end <= begin; });
    std::size_t from = begin, to = end;
    for (; first != sentences.end() && first->begin < end; ++first) {
      for (const Span clause : clauses_of(text.of(*first), false)) {
        const std::size_t clause_begin = first->begin + clause.begin, clause_end = first->begin + clause.end;
        if (clause_end <= begin || clause_begin >= end) continue;
        from = std::min(from, clause_begin);
        to = std::max(to, clause_end);
      }
    }
    return std::string(text.slice(from, to));
  }

  // With the bracket that closes one in [begin, end), where it comes next.
  std::size_t closed(std::size_t begin, std::size_t end) const {
    const std::string_view inside = text.slice(begin, end);
    for (const auto& [open, close] : {std::pair('(', ')'), std::pair('[', ']')}) {
      const auto opened = std::count(inside.begin(), inside.end(), open);
      const bool left_open = opened > std::count(inside.begin(), inside.end(), close);
      if (left_open && end < text.text.size() && text.text[end] == close) return end + 1;
    }
    return end;
  }

  const paper::FullText text;
  const Saying title;
  const Passages passages;
};

Evidence::Evidence(const paper::FullText& text) : index_(std::make_unique<const Index>(text)) {}
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
      return "attribution";
    case Fault::scope:
      break;
  }
  return "scope";
}

Judgement Evidence::judge(const Claim& claim) const {
  Judgement judgement;
  const auto fail = [&](Fault fault, std::string reason) {
    judgement.fault = fault;
    judgement.reason = std::move(reason);
    return judgement;
  };
  const Saying said(text::sanitize(std::string_view(claim.sentence).substr(0, max_length)));
  if (said.words.empty()) return fail(Fault::no_quote, "it says nothing");
  if (claim.sentence.size() > max_length) return fail(Fault::no_quote, "it is too long to be looked at");
  if (claim.quotes.size() > max_quotes) return fail(Fault::no_quote, "it has too many quotes to be looked at");

  Stated stated;
  for (const std::string& raw : claim.quotes) {
    if (raw.size() > max_length) return fail(Fault::not_found, "a quote is too long to be looked for");
    const std::string quote = text::sanitize(raw);
    for (const std::string_view piece : pieces_of(quote)) {
      if (!Passages::says_something(piece)) continue;
      const std::optional<Passage> passage = index_->passages.find(piece);
      if (!passage) {
        return fail(Fault::not_found, "not in the text: \"" + text::ellipsize(text::collapse_space(piece), 80) + "\"");
      }
      const Found found{passage->begin, index_->closed(passage->begin, passage->end),
                        paper::section_at(index_->text, passage->begin), passage->exact};
      if (std::find(judgement.quotes.begin(), judgement.quotes.end(), found) != judgement.quotes.end()) continue;
      judgement.quotes.push_back(found);
      stated.push_back(std::make_unique<Passing>(std::string(index_->text.slice(found.begin, found.end)),
                                                 index_->wide(found.begin, found.end)));
    }
  }
  if (stated.empty()) return fail(Fault::no_quote, "no quote says anything");

  if (Wrong wrong = wrong_number(said, stated)) return fail(Fault::number, std::move(*wrong));
  if (Wrong wrong = wrong_name(said, stated, index_->title)) return fail(Fault::name, std::move(*wrong));
  if (Wrong wrong = wrong_negation(said, stated)) return fail(Fault::negation, std::move(*wrong));
  if (Wrong wrong = wrong_direction(said, stated)) return fail(Fault::direction, std::move(*wrong));
  if (Wrong wrong = wrong_attribution(said, stated)) return fail(Fault::attribution, std::move(*wrong));
  if (Wrong wrong = wrong_scope(said, stated)) return fail(Fault::scope, std::move(*wrong));
  judgement.supported = true;
  return judgement;
}

}  // namespace paperboy::reading

#include "daemon/reading/evidence.hpp"

#include <algorithm>
#include <array>
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

// "We present SparseWalk", 我们提出 ChunkMT: what the paper's own things are called.
std::string own_names(const paper::FullText& text) {
  constexpr auto verbs = std::to_array<std::string_view>(
      {"present", "introduce", "propose", "develop", "describe", "report", "call", "called", "named"});
  constexpr std::size_t looked_at = 60;  // sentences
  std::string names;
  for (std::size_t i = 0; i < std::min(text.sentences.size(), looked_at); ++i) {
    const Saying saying{std::string(text.of(text.sentences[i]))};
    for (std::size_t j = 0; j + 1 < saying.words.size(); ++j) {
      const Word &verb = saying.words[j], &next = saying.words[j + 1];
      const bool latin = std::find(verbs.begin(), verbs.end(), verb.folded) != verbs.end();
      const bool chinese = verb.ideograph && std::string_view(saying.text).substr(0, verb.end).ends_with("提出");
      if ((latin || chinese) && is_name(saying, j + 1))
        names += " " + saying.text.substr(next.begin, next.end - next.begin);
    }
  }
  return names;
}

bool says_it(std::string_view sentence) {
  const std::vector<Word> words = words_of(sentence);
  return std::any_of(words.begin(), words.end(), [](const Word& word) {
    return word.folded == "it" || word.folded == "its" || word.folded == "they" || word.folded == "their";
  });
}

}  // namespace

struct Evidence::Index {
  explicit Index(const paper::FullText& whole)
      : text(whole), names(whole.title + own_names(whole)), passages(text.text) {}

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

  // "It raises the hit ratio": what "it" is, says a sentence before.
  std::string antecedent(std::size_t begin, std::size_t end) const {
    const auto& sentences = text.sentences;
    auto sentence = std::partition_point(sentences.begin(), sentences.end(),
                                         [&](const paper::Sentence& one) { return one.end <= begin; });
    if (sentence == sentences.end() || !says_it(text.slice(sentence->begin, std::max(sentence->end, end)))) return {};
    for (int back = 0; back < 2 && sentence != sentences.begin(); ++back) {
      --sentence;
      const Saying before{std::string(text.of(*sentence))};
      for (std::size_t i = 0; i < before.words.size(); ++i) {
        const Word& word = before.words[i];
        const bool first = i == 0 && word.capital && !is_stop_word(word.folded) && !is_preposition(word);
        if (first || is_name(before, i)) return before.text.substr(word.begin, word.end - word.begin);
      }
    }
    return {};
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
  const Saying names;  // the title, and what the paper calls its own
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
    case Fault::order:
      return "order";
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

  if (said.numbers.size() > max_numbers || said.clauses.size() > max_clauses) {
    return fail(Fault::no_quote, "it says too much to be looked at");
  }

  Stated stated;
  std::string names = index_->names.text;
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
      names += " " + index_->antecedent(found.begin, found.end);
      stated.push_back(std::make_unique<Passing>(std::string(index_->text.slice(found.begin, found.end)),
                                                 index_->wide(found.begin, found.end)));
    }
  }
  if (stated.empty()) return fail(Fault::no_quote, "no quote says anything");

  if (Wrong wrong = wrong_number(said, stated)) return fail(Fault::number, std::move(*wrong));
  if (Wrong wrong = wrong_name(said, stated, Saying(names))) return fail(Fault::name, std::move(*wrong));
  if (Wrong wrong = wrong_negation(said, stated)) return fail(Fault::negation, std::move(*wrong));
  if (Wrong wrong = wrong_direction(said, stated)) return fail(Fault::direction, std::move(*wrong));
  if (Wrong wrong = wrong_order(said, stated)) return fail(Fault::order, std::move(*wrong));
  if (Wrong wrong = wrong_attribution(said, stated)) return fail(Fault::attribution, std::move(*wrong));
  if (Wrong wrong = wrong_scope(said, stated)) return fail(Fault::scope, std::move(*wrong));
  if (Wrong wrong = wrong_quantifier(said, stated)) return fail(Fault::scope, std::move(*wrong));
  judgement.supported = true;
  return judgement;
}

}  // namespace paperboy::reading

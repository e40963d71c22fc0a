#pragma once
// Does a sentence about a paper stand on what the paper says? Whoever wrote the sentence must name the passages it
// stands on, word for word; here they are looked up and compared. No model is asked. What is not certain is not
// supported. EVIDENCE.md says how, how well, and in what time.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/paper/full_text.hpp"

namespace paperboy::reading {

struct Claim {
  std::string sentence;             // in any language; numbers, Latin names and acronyms are compared across languages
  std::vector<std::string> quotes;  // of the paper, in its own words
};

// A quote's place in the text. What is shown is the text there, not what was claimed to be a quote.
struct Found {
  std::size_t begin = 0, end = 0;  // bytes of FullText::text, whole words
  std::uint32_t section = 0;
  bool exact = false;  // but for white space, case, accents, punctuation and hyphenation
  friend bool operator==(const Found&, const Found&) = default;
};

// Why a claim is not supported; the first that applies.
enum class Fault {
  none,
  no_quote,     // none was given, or none that says anything (too short, stop words alone)
  not_found,    // a quote is not in the text
  number,       // a number of the sentence is in none of the quotes
  name,         // so is a name, an acronym or something in quotation marks
  negation,     // one says that it is, the other that it is not
  direction,    // one says more, the other less
  order,        // cause and effect, or who does it and to whom it is done, have changed places
  attribution,  // the quote says it of something else
  scope,        // it says more than the quote: all, first, best, proved, without the quote's "may"
};
std::string_view to_string(Fault fault);  // "number": for metrics

struct Judgement {
  bool supported = false;
  Fault fault = Fault::none;
  std::string reason;         // one line for people, empty if supported: "91.3 is in none of the quotes"
  std::vector<Found> quotes;  // those that were found, in the order given, none twice
};

// A text, made ready for looking things up: once per paper, in time proportional to it. Keeps no reference to `text`.
// Any thread.
class Evidence {
 public:
  static constexpr std::size_t max_length = 4000;  // bytes of a sentence and of a quote; longer ones support nothing
  static constexpr std::size_t max_quotes = 8;     // of a claim
  static constexpr std::size_t max_numbers = 24, max_clauses = 24;  // of a sentence

  explicit Evidence(const paper::FullText& text);
  ~Evidence();
  Evidence(Evidence&&) noexcept;
  Evidence& operator=(Evidence&&) noexcept;

  Judgement judge(const Claim& claim) const;

 private:
  struct Index;
  std::unique_ptr<const Index> index_;
};

}  // namespace paperboy::reading

// Of what do the quotes say a number?
#include <algorithm>

#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

struct Segment {
  std::vector<std::string> words;
  std::vector<std::string> subjects;  // names, but for those behind a preposition
  std::vector<Number> numbers;
};

bool behind_preposition(const Saying& saying, std::size_t i) {
  while (i > 0 && saying.words[i].begin == saying.words[i - 1].end + 1 && saying.text[saying.words[i - 1].end] == '-')
    --i;
  while (i > 0 && (saying.words[i - 1].folded == "the" || saying.words[i - 1].folded == "a")) --i;
  return i > 0 && is_preposition(saying.words[i - 1]);
}

std::vector<Segment> segments_of(const Saying& saying, bool only_names) {
  std::vector<Segment> segments;
  for (const Span span : clauses_of(saying.text, true)) {
    Segment fresh;
    // What stands in brackets behind something belongs to it: "with the cocktail (83 %)".
    const std::string_view between = std::string_view(saying.text).substr(span.begin, span.end - span.begin);
    const bool bare = !segments.empty() && span.begin > 0 && saying.text[span.begin - 1] == '(' &&
                      segments.back().numbers.empty() &&
                      std::none_of(between.begin(), between.end(), [](char c) { return c == ','; });
    if (bare) {
      fresh = std::move(segments.back());
      segments.pop_back();
    }
    Segment& segment = fresh;
    std::vector<Word> words;
    for (std::size_t i = 0; i < saying.words.size(); ++i) {
      const Word& word = saying.words[i];
      if (word.begin < span.begin || word.end > span.end || overlaps(word, saying.numbers)) continue;
      const bool name = is_name(saying, i) || word.inner_capital || (word.capital && !is_stop_word(word.folded));
      if (name) segment.words.push_back("+" + stem(word.folded));
      // A word that only begins the sentence may be any.
      const bool subject = is_name(saying, i) || (i == 0 && word.capital && !word.ideograph);
      if (subject && !is_stop_word(word.folded) && !behind_preposition(saying, i)) {
        segment.subjects.push_back(stem(word.folded));
      }
      if (!only_names) words.push_back(word);
    }
    for (std::string& one : stems_of(words)) segment.words.push_back(std::move(one));
    // "none of which" is said of what stands before it.
    const bool relative =
        std::any_of(words.begin(), words.end(), [](const Word& word) { return word.folded == "which"; });
    if (relative && !segments.empty() && !bare) {
      segment.words.insert(segment.words.end(), segments.back().words.begin(), segments.back().words.end());
    }
    for (const Number& number : saying.numbers) {
      if (number.begin >= span.begin && number.end <= span.end) segment.numbers.push_back(number);
    }
    segments.push_back(std::move(fresh));
  }
  return segments;
}

// "RocksDB reaches 1.2 million" where the quote says it of Tidewater, and something else of RocksDB.
bool of_another_name(const Segment& said, const Segment& source, const std::vector<Segment>& all,
                     const Number& number) {
  if (said.subjects.empty() || shared(said.subjects, source.words) > 0) return false;
  for (const Segment& other : all) {
    if (&other == &source || shared(said.subjects, other.words) == 0) continue;
    const bool rival = std::any_of(other.numbers.begin(), other.numbers.end(), [&](const Number& one) {
      return one.dimension == number.dimension && !same_number(one, number);
    });
    if (rival || !source.subjects.empty()) return true;
  }
  return false;
}

bool contains(const Segment& segment, const Number& number) {
  return std::any_of(segment.numbers.begin(), segment.numbers.end(),
                     [&](const Number& other) { return same_number(number, other); });
}

// The words of a segment that no other segment with numbers has.
std::vector<std::string> own_words(const Segment& segment, const std::vector<Segment>& all) {
  std::vector<std::string> own;
  for (const std::string& word : segment.words) {
    const auto elsewhere = [&](const Segment& other) {
      return &other != &segment && !other.numbers.empty() && has(other.words, word);
    };
    if (std::none_of(all.begin(), all.end(), elsewhere)) own.push_back(word);
  }
  return own;
}

// "X falls by 0.8 in the mean and by 0.7 in tests": what stands with the second number is all that tells it from the
// first. So a sentence with 0.7 must have "tests", and one with 0.8 must not.
bool takes_from_another(const Number& number, const std::vector<std::string>& sentence,
                        const std::vector<Number>& numbers, const std::vector<Segment>& sources) {
  const auto rivals = [&](const Segment& segment) {
    return std::any_of(segment.numbers.begin(), segment.numbers.end(),
                       [&](const Number& other) { return other.dimension == number.dimension; });
  };
  const auto contains_any = [](const Segment& segment, const std::vector<Number>& wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const Number& one) { return contains(segment, one); });
  };
  const auto head = std::find_if(sources.begin(), sources.end(), rivals);
  if (head == sources.end()) return false;
  bool foreign = false;
  for (auto tail = head + 1; tail != sources.end(); ++tail) {
    if (!rivals(*tail)) continue;
    const std::vector<std::string> own = own_words(*tail, sources);
    if (own.empty()) continue;
    const std::size_t mentioned = shared(own, sentence);
    if (contains(*tail, number)) {
      if (mentioned > 0) return false;
      foreign = !contains(*head, number);
    } else if (2 * mentioned > own.size() && !contains_any(*tail, numbers)) {  // one word of two may be of anything
      foreign = true;
    }
  }
  return foreign;
}

}  // namespace

Wrong wrong_attribution(const Saying& said, const Stated& stated) {
  const bool across = across_languages(said, stated);
  const std::vector<Segment> segments = segments_of(said, across);
  std::vector<std::string> sentence;
  for (const Segment& segment : segments) {
    sentence.insert(sentence.end(), segment.words.begin(), segment.words.end());
  }
  const auto wrong = [&](const Number& number) {
    return "the quotes say " + said.text.substr(number.begin, number.end - number.begin) + " of something else";
  };
  for (const Segment& segment : segments) {
    for (const Number& number : segment.numbers) {
      std::size_t own = 0, others = 0;
      bool found = false, rival = false;
      for (const auto& passing : stated) {
        const std::vector<Segment> sources = segments_of(passing->wide, across);
        const auto has_number = [&](const Segment& source) { return contains(source, number); };
        if (std::none_of(sources.begin(), sources.end(), has_number)) continue;
        if (takes_from_another(number, sentence, said.numbers, sources)) return wrong(number);
        for (const Segment& source : sources) {
          if (source.numbers.empty()) continue;
          std::size_t common = shared(segment.words, source.words);
          const std::vector<std::string> alone = own_words(source, sources);
          // All that stands with this number alone is in the sentence, if in another part of it.
          const bool named = !alone.empty() && contains(source, number) && shared(alone, sentence) == alone.size();
          if (named) common = std::max(common, segment.words.size());
          if (contains(source, number) && of_another_name(segment, source, sources, number)) return wrong(number);
          if (contains(source, number)) {
            found = true;
            own = std::max(own, common);
          } else {
            rival = true;
            others = std::max(others, common);
          }
        }
      }
      // A segment of the sentence with more than one number was put together from several of the quote.
      if (found && rival && segment.numbers.size() == 1 && others > own) {
        return wrong(number);
      }
    }
  }
  return std::nullopt;
}

}  // namespace paperboy::reading

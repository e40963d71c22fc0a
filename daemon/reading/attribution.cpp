// Of what do the quotes say a number?
#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/base/text.hpp"
#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

struct Segment {
  std::vector<std::string> words;
  std::vector<std::string> names;
  std::vector<std::string> circumstances;  // what a preposition leads to: "in clay"
  std::vector<std::string> subjects;       // of the names those that no preposition leads to
  std::vector<Number> numbers;
  std::size_t sentence = 0;  // how many are before
};

bool behind_preposition(const Saying& saying, std::size_t i) {
  while (i > 0 && saying.words[i].begin == saying.words[i - 1].end + 1 && saying.text[saying.words[i - 1].end] == '-')
    --i;
  while (i > 0 && (saying.words[i - 1].folded == "the" || saying.words[i - 1].folded == "a")) --i;
  return i > 0 && is_preposition(saying.words[i - 1]);
}

// "than meropenem", 和美罗培南
bool goes_on(std::string_view part) {
  constexpr auto joints = std::to_array<std::string_view>(
      {"and ", "than ", "compared ", "versus ", "vs", "against ", "to ", "和", "与", "、"});
  return std::any_of(joints.begin(), joints.end(), [&](std::string_view joint) { return part.starts_with(joint); });
}

// "On Reddit, ..."
bool leads_in(const Saying& saying, const Span& span) {
  const std::string_view part = text::trim(std::string_view(saying.text).substr(span.begin, span.end - span.begin));
  const std::string_view behind = std::string_view(saying.text).substr(span.end);
  if (!behind.starts_with(",") && !behind.starts_with("，")) return false;
  const auto first = std::find_if(saying.words.begin(), saying.words.end(),
                                  [&](const Word& word) { return word.begin >= span.begin; });
  return first != saying.words.end() && (is_preposition(*first) || part.starts_with("在") || part.starts_with("对"));
}

bool begins_sentence(const std::string& text, std::size_t at) {
  const std::string_view before = text::trim(std::string_view(text).substr(0, at));
  return before.ends_with(".") || before.ends_with(";") || before.ends_with("。") || before.ends_with("；") ||
         before.ends_with("而") || before.ends_with("但");
}

// The parts of a sentence that say a number of something each, with what belongs to them.
std::vector<Segment> segments_of(const Saying& saying) {
  std::vector<Segment> segments;
  const std::vector<Span> spans = clauses_of(saying.text, true);
  bool second_of_pair = false;
  Segment lead;
  std::size_t sentence = 0;
  for (std::size_t at = 0; at < spans.size(); ++at) {
    const Span span = spans[at];
    Segment segment;
    const std::string_view part = std::string_view(saying.text).substr(span.begin, span.end - span.begin);
    // 在 ... 上
    std::size_t circumstance_end = span.begin;
    for (const std::string_view end : {"上", "中", "下", "时", "里", "后"}) {
      if (const std::size_t found = part.rfind(end); found != part.npos)
        circumstance_end = std::max(circumstance_end, span.begin + found);
    }
    std::vector<Word> words, circumstances;
    bool led = false;
    for (std::size_t i = 0; i < saying.words.size(); ++i) {
      const Word& word = saying.words[i];
      if (word.begin < span.begin || word.end > span.end || overlaps(word, saying.numbers)) continue;
      const bool name = is_name(saying, i) || word.inner_capital || (word.capital && !is_stop_word(word.folded));
      if (name) segment.words.push_back("+" + stem(word.folded));
      if (is_name(saying, i)) segment.names.push_back(stem(word.folded));
      // A word that only begins the sentence may be any.
      const bool subject = is_name(saying, i) || (i == 0 && word.capital && !word.ideograph);
      if (subject && !is_stop_word(word.folded) && !behind_preposition(saying, i)) {
        segment.subjects.push_back(stem(word.folded));
      }
      if (behind_preposition(saying, i) || word.folded == "在") led = true;
      if (word.ideograph && word.begin >= circumstance_end) led = false;
      if (is_stop_word(word.folded) && !is_preposition(word)) led = led && word.folded.size() < 4;
      words.push_back(word);
      if (led) circumstances.push_back(word);
    }
    segment.circumstances = stems_of(circumstances);
    for (std::string& one : stems_of(words)) segment.words.push_back(std::move(one));
    for (const Number& number : saying.numbers) {
      if (number.begin >= span.begin && number.end <= span.end) segment.numbers.push_back(number);
    }
    const auto join = [&](Segment& other) {
      other.words.insert(other.words.end(), segment.words.begin(), segment.words.end());
      other.circumstances.insert(other.circumstances.end(), segment.circumstances.begin(), segment.circumstances.end());
      other.names.insert(other.names.end(), segment.names.begin(), segment.names.end());
      other.numbers.insert(other.numbers.end(), segment.numbers.begin(), segment.numbers.end());
    };
    // What stands in brackets behind something belongs to it: "with the cocktail (83 %)".
    const bool behind_bracket = span.begin > 0 && saying.text[span.begin - 1] == '(';
    const bool free = !segments.empty() && segments.back().numbers.empty();
    if (second_of_pair) {
      join(segments.back());
      second_of_pair = false;
    } else if (behind_bracket && free && part.find(',') == std::string_view::npos) {
      // "X is no better than Y (49.8 against 47.2)": the first is of X.
      const bool pair = !part.ends_with(")") && at + 1 < spans.size() && saying.text[spans[at + 1].begin - 1] != '(' &&
                        segments.size() > 1 && segments[segments.size() - 2].numbers.empty() && at > 0 &&
                        goes_on(std::string_view(saying.text).substr(spans[at - 1].begin));
      join(segments[segments.size() - (pair ? 2 : 1)]);
      second_of_pair = pair;
    } else {
      // "On Reddit," stands with all that follows in the sentence.
      if (begins_sentence(saying.text, span.begin)) {
        lead = {};
        ++sentence;
      }
      segment.sentence = sentence;
      if (segment.numbers.empty() && leads_in(saying, span)) {
        join(lead);
        continue;
      }
      segment.words.insert(segment.words.end(), lead.words.begin(), lead.words.end());
      segment.circumstances.insert(segment.circumstances.end(), lead.circumstances.begin(), lead.circumstances.end());
      segment.names.insert(segment.names.end(), lead.names.begin(), lead.names.end());
      segments.push_back(std::move(segment));
    }
  }
  return segments;
}

bool says_one_of(const std::vector<Number>& numbers, const Segment& segment) {
  return std::any_of(numbers.begin(), numbers.end(), [&](const Number& number) {
    return std::any_of(segment.numbers.begin(), segment.numbers.end(),
                       [&](const Number& one) { return says_number(number, one); });
  });
}

// "RocksDB reaches 1.2 million" where the quote says it of Tidewater, and something else of RocksDB.
bool of_another_name(const Segment& said, const Segment& source, const std::vector<Segment>& all,
                     const Number& number) {
  if (said.subjects.empty() || shared(said.subjects, source.words) > 0) return false;
  for (const Segment& other : all) {
    if (&other == &source || shared(said.subjects, other.words) == 0 || says_one_of(said.numbers, other)) continue;
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

bool is_year(const Number& number) {
  return number.dimension == Dimension::unknown && number.value >= 1800 && number.value < 2200 && !number.in_words;
}

// Could the one stand in the other's place? Of several numbers of a kind, often one alone has the unit: "71.4 points in
// algebra and ... 66.9".
bool comparable(const Number& a, const Number& b) {
  if (a.dimension == b.dimension) return is_year(a) == is_year(b);
  const Number &bare = a.dimension == Dimension::unknown ? a : b, &other = a.dimension == Dimension::unknown ? b : a;
  return bare.dimension == Dimension::unknown && !is_year(bare) && !other.in_words;
}

// How many of the words that `away` has not are among `words`.
struct Own {
  std::size_t all = 0, said = 0;
  bool whole() const { return all > 0 && said == all; }
};
Own own_words(const std::vector<std::string>& of, const std::vector<std::string>& away,
              const std::vector<std::string>& words) {
  Own own;
  for (const std::string& word : of) {
    if (has(away, word)) continue;
    ++own.all;
    own.said += has(words, word) ? 1 : 0;
  }
  return own;
}

std::vector<std::string> marked_names(std::vector<std::string> words) {
  std::erase_if(words, [](const std::string& word) { return word[0] != '+'; });
  return words;
}

// "It", "the method": what is spoken of was named before.
bool is_pronominal(const Saying& saying) {
  constexpr auto words = std::to_array<std::string_view>(
      {"it", "its", "they", "their", "this", "该", "它", "其", "本文", "所提", "论文", "我们", "作者"});
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return says(saying, word); });
}

// "and ...", "whereas ...": a statement beside the one before.
bool coordinates(std::string_view part) {
  constexpr auto joints = std::to_array<std::string_view>({"and ", "but ", "or ", "whereas ", "while "});
  const std::string_view text = text::trim(part);
  return std::any_of(joints.begin(), joints.end(), [&](std::string_view joint) { return text.starts_with(joint); });
}

// "The lower bound holds for all graphs" of "the upper bound holds for all graphs; the lower bound requires ...": every
// word is in the quotes, but it takes a part of each of two things that they say, and leaves a part of each away.
bool mixes(const std::vector<std::string>& said, const std::vector<std::string>& source,
           const std::vector<std::string>& other) {
  std::size_t own = 0, foreign = 0;
  for (const std::string& one : said) {
    const bool here = has(source, one), there = has(other, one);
    if (!here && !there) return false;
    own += here && !there ? 1 : 0;
    foreign += there && !here ? 1 : 0;
  }
  const auto leaves_away = [&](const std::vector<std::string>& all, const std::vector<std::string>& rest) {
    return std::any_of(all.begin(), all.end(),
                       [&](const std::string& one) { return !has(rest, one) && !has(said, one); });
  };
  return foreign > 0 && own > 1 && leaves_away(source, other) && leaves_away(other, source);
}

bool mixes_parts(const Saying& said, const Saying& quoted) {
  struct Part {
    std::vector<std::string> stems;
    bool coordinate;
  };
  std::vector<Part> parts;
  for (const Span span : clauses_of(quoted.text, true)) {
    const std::string_view text = std::string_view(quoted.text).substr(span.begin, span.end - span.begin);
    parts.push_back({stems_of(words_of(text)), coordinates(text) || begins_sentence(quoted.text, span.begin)});
  }
  for (const Clause& clause : said.clauses) {
    const auto best = std::max_element(parts.begin(), parts.end(), [&](const Part& one, const Part& other) {
      return shared(clause.stems, one.stems) < shared(clause.stems, other.stems);
    });
    const auto mixed = [&](const Part& other) {
      return &other != &*best && (&other > &*best ? other : *best).coordinate &&
             mixes(clause.stems, best->stems, other.stems);
    };
    if (best != parts.end() && std::any_of(parts.begin(), parts.end(), mixed)) {
      return true;
    }
  }
  return false;
}

}  // namespace

// A number belongs to the thing whose distinguishing words the sentence names. Where the quotes have the number, it is
// held against each other number there that could stand in its place: does the sentence speak of that one? It does if
// it says all that only that one's part of the quote says, and not all of what this one's does; or if it says more of
// it.
// ("The tutor group scored 71.4 points in algebra and the control group 66.9" says the second in two words.)
Wrong wrong_attribution(const Saying& said, const Stated& stated) {
  const std::vector<Segment> segments = segments_of(said);
  std::vector<std::string> sentence;
  for (const Segment& segment : segments) {
    sentence.insert(sentence.end(), segment.words.begin(), segment.words.end());
  }
  const bool across = across_languages(said, stated);
  std::vector<std::vector<Segment>> quotes;
  for (const auto& passing : stated) quotes.push_back(segments_of(passing->wide));

  const auto is_of = [&](const Segment& segment, const Number& number, const Segment& other, const Segment& source) {
    const bool both = says_one_of(said.numbers, other);
    // What the sentence says of its other numbers tells nothing of this one.
    std::vector<std::string> words = segment.words;
    for (const Segment& one : segments) {
      if (!both && &one != &segment && one.numbers.empty())
        words.insert(words.end(), one.words.begin(), one.words.end());
    }
    const Own their_names = own_words(marked_names(other.words), source.words, words);
    const Own our_names = own_words(marked_names(source.words), other.words, words);
    if (their_names.whole() && our_names.said < our_names.all) return true;
    // What a translation calls a thing cannot be looked up; its name stays what it is. "It" may be anything.
    const bool unnamed = !source.names.empty() && shared(source.names, sentence) == 0;
    const Own place = own_words(source.circumstances, other.words, words);
    const bool placeless = place.all > 0 && place.said == 0;
    if (placeless && own_words(other.circumstances, source.words, words).whole()) return true;
    const bool alone = std::none_of(segments.begin(), segments.end(), [&](const Segment& one) {
      return &one != &segment && std::any_of(one.numbers.begin(), one.numbers.end(), [&](const Number& another) {
        return another.dimension == number.dimension;
      });
    });
    if (across && !both && !is_pronominal(said) && (unnamed || (placeless && alone))) return true;
    const Own theirs = own_words(other.words, source.words, words);
    const Own ours = own_words(source.words, other.words, words);
    if (theirs.whole()) return !ours.whole() || (!both && &other > &source);
    return theirs.said > ours.said && theirs.said * ours.all > ours.said * theirs.all;
  };
  // "In clay it rose to 0.38", where it rose in sand, and in clay it did not.
  const auto is_elsewhere = [&](const Segment& other, const Segment& source) {
    const Own place = own_words(source.circumstances, other.words, sentence);
    return source.sentence != other.sentence && own_words(other.circumstances, source.words, sentence).whole() &&
           place.all > 0 && place.said == 0;
  };
  const auto belongs = [&](const Segment& segment, const Number& number, const Segment& source,
                           const std::vector<Segment>& sources) {
    if (of_another_name(segment, source, sources, number)) return false;
    return std::none_of(sources.begin(), sources.end(), [&](const Segment& other) {
      if (&other == &source || contains(other, number) || says_one_of(segment.numbers, other)) return false;
      if (is_elsewhere(other, source)) return true;
      return std::any_of(other.numbers.begin(), other.numbers.end(),
                         [&](const Number& rival) { return comparable(number, rival); }) &&
             is_of(segment, number, other, source);
    });
  };
  for (const Segment& segment : segments) {
    for (const Number& number : segment.numbers) {
      bool stands = false, found = false;
      for (const std::vector<Segment>& sources : quotes) {
        for (const Segment& source : sources) {
          if (!contains(source, number)) continue;
          found = true;
          stands = stands || belongs(segment, number, source, sources);
        }
      }
      if (found && !stands) {
        return "the quotes say " + said.text.substr(number.begin, number.end - number.begin) + " of something else";
      }
    }
  }
  if (std::any_of(stated.begin(), stated.end(), [&](const auto& passing) { return mixes_parts(said, passing->wide); }))
    return "the quotes say it of something else";
  return std::nullopt;
}

}  // namespace paperboy::reading

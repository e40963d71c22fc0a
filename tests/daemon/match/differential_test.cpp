// Profiles against a matcher that takes no short cuts, on random queries and real papers.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "daemon/match/profiles.hpp"
#include "daemon/match/words.hpp"
#include "tests/daemon/match/corpus.hpp"
#include "tests/daemon/match/naive.hpp"
#include "tests/daemon/match/trees.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::match {
namespace {

using paper::ReasonKind;

constexpr unsigned seed = 20261103;

// Pieces of real titles and abstracts, as typed and with their hyphens and blanks confused.
struct Material {
  std::vector<std::string> words, phrases, authors, groups;
};

bool fit_for_query(std::string_view word) {
  if (word.empty() || word.find_first_of("\"()|:=*") != word.npos || word.starts_with('-')) return false;
  for (std::size_t at = 0; at < word.size();) {
    const char32_t c = text::next_code_point(word, at);
    if (c > 0x7F && !text::is_word_character(c)) return false;
  }
  return word != "AND" && word != "OR" && word != "NOT" && !naive::words(word).empty();
}

Material material(const std::vector<paper::Paper>& papers, std::mt19937& random) {
  Material m;
  const auto confuse = [&random](const std::string& text) {
    switch (random() % 6) {
      case 0:
        return text::replace_all(text, "-", " ");
      case 1:
        return text::replace_all(text, "-", "");
      case 2:
        return text::replace_all(text, " ", "-");
      default:
        return text;
    }
  };
  for (int i = 0; i < 3000; ++i) {
    const paper::Paper& paper = papers[random() % papers.size()];
    const std::string text = text::collapse_space(random() % 2 == 0 ? paper.title : paper.abstract);
    const auto pieces = text::split(text, ' ');
    const std::size_t first = random() % pieces.size();
    std::string phrase;
    for (std::size_t k = first; k < pieces.size() && k < first + 2 + random() % 2; ++k) {
      if (!fit_for_query(pieces[k])) break;
      phrase += (phrase.empty() ? "" : " ") + std::string(pieces[k]);
    }
    if (fit_for_query(pieces[first])) m.words.push_back('"' + confuse(std::string(pieces[first])) + '"');
    if (phrase.find(' ') != phrase.npos) m.phrases.push_back(confuse(phrase));
    if (!paper.authors.empty() && m.authors.size() < 25) {
      const std::string& author = paper.authors[random() % paper.authors.size()];
      const std::size_t blank = author.rfind(' ');
      if (blank == author.npos || author.find_first_of("\"*") != author.npos) continue;
      if (naive::words(author).empty() || naive::words(author.substr(blank)).empty()) continue;
      m.authors.push_back(random() % 2 == 0 ? author : author.substr(blank + 1) + ", " + author.substr(0, 1));
    }
  }
  m.words.insert(m.words.end(), {"learning", "model*", "gaussian", "quantum", "the", "non*", "3d", "α", "deep"});
  m.groups = {"cs.*", "cs.CV", "math", "hep-th", "astro-ph*", "cs.LG", "astro-ph.GA"};
  return m;
}

// A query that parses.
std::string query(test::QueryMaker& make, bool stem) {
  for (;;) {
    std::string query = make();
    try {
      parse(query, {stem});
      return query;
    } catch (const QueryError&) {
    }
  }
}

std::vector<paper::Topic> random_topics(std::size_t count, test::QueryMaker& make, const Material& m,
                                        std::mt19937& random) {
  const auto one_in = [&random](unsigned n) { return random() % n == 0; };
  std::vector<paper::Topic> topics;
  for (std::size_t i = 0; i < count; ++i) {
    paper::Topic topic;
    topic.name = std::to_string(i);
    topic.stem = one_in(3);
    topic.cross_lists = !one_in(4);
    if (!one_in(10)) topic.query = query(make, topic.stem);
    if (one_in(5)) topic.exclude = query(make, topic.stem);
    if (one_in(3)) topic.categories.push_back(m.groups[random() % m.groups.size()]);
    if (one_in(6)) topic.categories.push_back(m.groups[random() % m.groups.size()]);
    if (one_in(6)) topic.authors.push_back(m.authors[random() % m.authors.size()]);
    topics.push_back(std::move(topic));
  }
  return topics;
}

// Is the reason true? By the naive reading, from the texts alone.
bool holds(const paper::Reason& reason, const paper::Topic& topic, const naive::Paper& paper) {
  if (reason.kind == ReasonKind::author) {
    const auto& authors = paper.paper.authors;
    return std::find(authors.begin(), authors.end(), reason.text) != authors.end();
  }
  if (reason.kind == ReasonKind::category) {
    const auto& categories = paper.paper.categories;
    return std::find(categories.begin(), categories.end(), reason.text) != categories.end();
  }
  // Marked with = or not: one of the two readings was in the query.
  for (const std::string mark : {"", "="}) {
    const NodePtr term = parse(mark + '"' + reason.text + '"', {topic.stem});
    if (naive::stands(*term, topic.stem, reason.field == "title" ? paper.title : paper.abstract)) return true;
  }
  return false;
}

struct Sums {
  std::size_t pairs = 0, met = 0;
  std::map<ReasonKind, std::size_t> reasons;
};

// Random topics, each held against random papers.
void compare(std::vector<paper::Paper> papers, std::size_t topics_count, unsigned this_seed, Sums& sums) {
  constexpr std::size_t papers_count = 105;
  std::mt19937 random(this_seed);
  ASSERT_GE(papers.size(), papers_count);
  std::shuffle(papers.begin(), papers.end(), random);
  papers.resize(papers_count);
  for (std::size_t i = 0; i < papers.size(); i += 2) papers[i] = test::cleaned(papers[i]);
  const Material m = material(papers, random);
  test::QueryMaker make(this_seed, m.words, m.phrases, m.authors, m.groups);

  paper::Person person;
  person.id = "reader";
  person.topics = random_topics(topics_count, make, m, random);
  std::vector<naive::Topic> topics(person.topics.begin(), person.topics.end());
  Statistics statistics;
  for (const paper::Paper& paper : papers) statistics.add(paper);
  const Profiles profiles({&person, 1}, {}, statistics);
  ASSERT_EQ(profiles.topics(), topics_count);

  for (const paper::Paper& each : papers) {
    const naive::Paper paper(each);
    std::vector<std::string> expected, found;
    for (const naive::Topic& topic : topics) {
      ++sums.pairs;
      if (naive::meets(topic, paper)) expected.push_back(topic.topic.name);
    }
    for (const paper::Match& match : profiles.match(each)) {
      found.push_back(match.topic);
      EXPECT_GT(match.score, 0);
      EXPECT_LE(match.score, 1);
      ASSERT_FALSE(match.reasons.empty());
      const paper::Topic& topic = person.topics[std::stoul(match.topic)];
      for (const paper::Reason& reason : match.reasons) {
        ++sums.reasons[reason.kind];
        ASSERT_TRUE(holds(reason, topic, paper))
            << each.id.str() << ": " << reason.text << " in " << reason.field << " for " << topic.query;
      }
    }
    sums.met += found.size();
    if (found == expected) continue;
    std::vector<std::string> differing;
    std::set_symmetric_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                                  std::back_inserter(differing),
                                  [](const auto& a, const auto& b) { return std::stoul(a) < std::stoul(b); });
    ASSERT_FALSE(differing.empty()) << "the same topics in another order";
    const paper::Topic& topic = person.topics[std::stoul(differing.front())];
    FAIL() << each.id.str() << ": " << found.size() << " found, " << expected.size() << " expected; topic "
           << topic.name << ": " << topic.query << " / not " << topic.exclude << (topic.stem ? " (stems)" : "");
  }
}

// PAPERBOY_PAIRS asks for more of them than every test run can wait for.
TEST(Differential, FindsWhatAPlainReadingFinds) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const char* asked = std::getenv("PAPERBOY_PAIRS");
  const std::size_t pairs = asked != nullptr ? std::stoul(asked) : 200'000;
  const std::vector<paper::Paper> papers = test::read_papers(data / "corpus" / "papers-sample.jsonl.gz");
  Sums sums;
  // From 1,000 topics on all words are looked up beforehand.
  for (unsigned round = 0; sums.pairs < pairs && !HasFailure(); ++round) {
    compare(papers, 1000 - round % 2, seed + round, sums);
  }
  EXPECT_GT(sums.met, pairs / 40);
  for (const ReasonKind kind :
       {ReasonKind::word, ReasonKind::phrase, ReasonKind::prefix, ReasonKind::author, ReasonKind::category}) {
    EXPECT_GT(sums.reasons[kind], 20u) << static_cast<int>(kind);
  }
  std::printf("%zu pairs, %zu met, the same by both\n", sums.pairs, sums.met);
}

// One Profiles for several threads: each finds what one alone finds. For ThreadSanitizer, too.
TEST(Shared, ProfilesAreAskedByThreads) {
  PAPERBOY_NEED_SHARED_DATA(data);
  std::mt19937 random(seed);
  std::vector<paper::Paper> papers = test::read_papers(data / "corpus" / "papers-sample.jsonl.gz", 60);
  const Material m = material(papers, random);
  test::QueryMaker make(seed, m.words, m.phrases, m.authors, m.groups);
  paper::Person person;
  person.id = "reader";
  person.topics = random_topics(100, make, m, random);
  person.topics[7].examples = {papers.front().id.str()};
  Statistics statistics;
  for (const paper::Paper& paper : papers) statistics.add(paper);
  const Profiles profiles({&person, 1}, papers, statistics);
  const auto all = [&] {
    std::vector<std::string> found;
    for (const paper::Paper& paper : papers) {
      for (const paper::Match& match : profiles.match(paper)) {
        found.push_back(paper.id.str() + ' ' + match.topic + ' ' + std::to_string(match.score));
        for (const paper::Reason& reason : match.reasons) found.back() += ' ' + reason.field + ':' + reason.text;
      }
    }
    return found;
  };
  const std::vector<std::string> expected = all();
  EXPECT_GT(expected.size(), 50u);
  std::vector<std::vector<std::string>> found(3);
  std::vector<std::thread> threads;
  for (auto& mine : found) threads.emplace_back([&] { mine = all(); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : found) EXPECT_EQ(mine, expected);
}

TEST(Differential, ReadsTextAsWordsTheSameWay) {
  PAPERBOY_NEED_SHARED_DATA(data);
  for (const paper::Paper& paper : test::read_papers(data / "corpus" / "papers-sample.jsonl.gz")) {
    for (const std::string* text : {&paper.title, &paper.abstract}) {
      const auto expected = naive::words(*text);
      const Words words(*text);
      ASSERT_EQ(words.size(), expected.size()) << *text;
      for (std::size_t i = 0; i < words.size(); ++i) {
        ASSERT_EQ(words[i], expected[i].text) << *text;
        ASSERT_EQ(words.tied(i), expected[i].hyphen_after) << *text;
      }
    }
  }
}

TEST(Differential, ReadsAnyCharactersAsWordsTheSameWay) {
  const std::u32string characters = U"abzs09 '\u2019\u02BC--\u2010\u2013++##./\u00AD\u200Dαςé深カ\u0301,";
  std::mt19937 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (std::size_t length = random() % 12; length > 0; --length) {
      text::append_code_point(text, characters[random() % characters.size()]);
    }
    const auto expected = naive::words(text);
    const Words words(text);
    ASSERT_EQ(words.size(), expected.size()) << text;
    for (std::size_t k = 0; k < words.size(); ++k) {
      ASSERT_EQ(words[k], expected[k].text) << text;
      ASSERT_EQ(words.tied(k), expected[k].hyphen_after) << text;
    }
  }
}

}  // namespace
}  // namespace paperboy::match

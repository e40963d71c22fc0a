#include "tests/bench/percolate/workload.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/match/stem.hpp"
#include "daemon/match/words.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "tests/daemon/match/corpus.hpp"

namespace paperboy::match::percolate {
namespace {

std::string quoted(const Leaf& leaf) {
  std::string out = leaf.fields == 1 ? "ti:\"" : leaf.fields == 2 ? "abs:\"" : "\"";
  for (std::size_t i = 0; i < leaf.words.size(); ++i) out += (i > 0 ? " " : "") + leaf.words[i];
  return out + (leaf.prefix ? "*\"" : "\"");
}

std::string any_of(const std::vector<Leaf>& leaves) {
  std::string out;
  for (const Leaf& leaf : leaves) out += (out.empty() ? "" : " OR ") + quoted(leaf);
  return leaves.size() > 1 ? '(' + out + ')' : out;
}

std::string plain(std::string text) {
  for (const std::string_view hyphen : {"-", "\u2010", "\u2011", "\u2013"}) text = text::replace_all(text, hyphen, " ");
  return text;
}

bool simple(std::string_view word) {
  return word.size() > 2 && std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// A paper's words by what they say, and the pairs and threes that stand in it.
class Maker {
 public:
  Maker(const Corpus& corpus, unsigned seed) : corpus_(corpus), random_(seed) {}

  Profile operator()() {
    const paper::Paper& about = corpus_.makers[random_() % corpus_.makers.size()];
    read(about);
    Profile profile;
    const unsigned shape = random_() % 100;
    if (shape < 50) {
      profile.clauses = {leaves(3 + random_() % 5)};
    } else if (shape < 85) {
      profile.clauses = {leaves(2 + random_() % 2), leaves(2 + random_() % 3)};
    } else {
      profile.clauses = {leaves(1), leaves(1)};
      if (percent(40)) profile.clauses.push_back(leaves(1));
    }
    if (percent(15)) profile.excluded = leaves(1);
    if (percent(40) && !about.categories.empty()) {
      profile.categories = {about.categories.front()};
      if (percent(50) && about.categories.size() > 1) profile.categories.push_back(about.categories[1]);
    }
    if (percent(6) && !about.authors.empty()) {
      const std::string& author = about.authors[random_() % about.authors.size()];
      if (author.find_first_of("\"*") == author.npos && !Words(author).empty()) profile.author = author;
    }
    return profile;
  }

 private:
  bool percent(unsigned of) { return random_() % 100 < of; }

  void read(const paper::Paper& paper) {
    words_.clear();
    weights_.clear();
    runs_.clear();
    std::map<std::string, double> count;
    for (const std::string* text : {&paper.title, &paper.abstract}) {
      const Words words(*text);
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (says_something(words[i])) count[std::string(words[i])] += text == &paper.title ? 2 : 1;
        Leaf run;
        for (std::size_t k = i; k < words.size() && k < i + 3 && says_something(words[k]); ++k) {
          run.words.emplace_back(words[k]);
          if (run.words.size() > 1) runs_.push_back(run);
        }
      }
    }
    for (const auto& [word, times] : count) {
      words_.push_back(word);
      const double idf = corpus_.frequencies.inverse(word);
      weights_.push_back((1 + std::log(times)) * idf * idf * idf * idf);
    }
    if (words_.empty()) words_.push_back("learning"), weights_.push_back(1);
  }
  bool says_something(std::string_view word) const {
    const std::size_t with = corpus_.frequencies.of(word);
    return simple(word) && with >= 3 && with * 100 < corpus_.frequencies.papers;
  }

  std::vector<Leaf> leaves(std::size_t count) {
    std::vector<Leaf> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(leaf());
    return out;
  }
  Leaf leaf() {
    Leaf leaf;
    if (percent(37) && !runs_.empty()) {
      leaf = runs_[random_() % runs_.size()];
    } else {
      std::discrete_distribution<std::size_t> pick(weights_.begin(), weights_.end());
      leaf.words = {words_[pick(random_)]};
      if (percent(6) && leaf.words.front().size() > 6) {
        leaf.words.front().resize(leaf.words.front().size() - 2);
        leaf.prefix = true;
      }
    }
    if (percent(14)) leaf.fields = percent(50) ? 1 : 2;
    return leaf;
  }

  const Corpus& corpus_;
  std::mt19937 random_;
  std::vector<std::string> words_;
  std::vector<double> weights_;
  std::vector<Leaf> runs_;
};

}  // namespace

std::string query_of(const Profile& profile) {
  std::string out;
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : " AND ") + part; };
  for (const auto& clause : profile.clauses) add(any_of(clause));
  if (!profile.categories.empty()) {
    std::string categories;
    for (const std::string& each : profile.categories) categories += (categories.empty() ? "cat:" : " OR cat:") + each;
    add('(' + categories + ')');
  }
  if (!profile.author.empty()) out = "(" + out + ") OR au:\"" + profile.author + '"';
  if (!profile.excluded.empty()) out = '(' + out + ") NOT " + any_of(profile.excluded);
  return out;
}

Corpus::Corpus(const std::filesystem::path& folder, std::size_t most) {
  constexpr std::size_t matched = 3000;
  std::vector<paper::Paper> papers;
  const auto read = [&](const char* file) {
    if (papers.size() >= most) return;
    for (paper::Paper& each : test::read_papers(folder / file, most - papers.size())) {
      each = test::cleaned(std::move(each));
      each.title = plain(each.title);
      each.abstract = plain(each.abstract);
      each.categories = paper::canonical_categories(each.categories);
      if (!each.categories.empty()) papers.push_back(std::move(each));
    }
  };
  read("papers-2026.jsonl.zst");
  read("papers-2025.jsonl.zst");
  std::shuffle(papers.begin(), papers.end(), std::mt19937(1));
  for (std::size_t i = 0; i < papers.size(); ++i) {
    if (i + std::min(matched, papers.size() / 4) >= papers.size()) {
      news.push_back(std::move(papers[i]));
    } else {
      frequencies.add(Words(papers[i].title), Words(papers[i].abstract), papers[i].categories);
      makers.push_back(std::move(papers[i]));
    }
  }
}

std::vector<Profile> make_profiles(const Corpus& corpus, std::size_t count, unsigned seed) {
  Maker make(corpus, seed);
  std::vector<Profile> profiles(count);
  std::generate(profiles.begin(), profiles.end(), [&make] { return make(); });
  return profiles;
}

std::string token(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else {
      out += "qq";
      out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
      out += "0123456789abcdef"[c & 15];
    }
  }
  return out;
}

std::string stemmed_token(std::string_view word) {
  return token(stem(word));
}

std::string category_token(std::string_view category) {
  return token(text::to_lower_ascii(category));
}

Document document_of(const paper::Paper& paper) {
  Document document;
  const auto read = [](const std::string& text, std::vector<std::string>& words, std::vector<std::string>& stems) {
    const Words all(text);
    for (std::size_t i = 0; i < all.size(); ++i) {
      words.push_back(token(all[i]));
      stems.push_back(stemmed_token(all[i]));
    }
  };
  read(paper.title, document.title_words, document.title_stems);
  read(paper.abstract, document.abstract_words, document.abstract_stems);
  for (const std::string& category : paper.categories) document.categories.push_back(category_token(category));
  return document;
}

}  // namespace paperboy::match::percolate

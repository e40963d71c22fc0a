// How well examples find papers of their kind: the figures in daemon/match/README.md. For each topic of ../shared/data
// the first papers are the examples, the later ones (at most 300) stand among 15,000 others of their time.
//   quality_match [SHARED_DATA] [EXAMPLES]
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/match/frequencies.hpp"
#include "daemon/match/score.hpp"
#include "daemon/match/words.hpp"
#include "tests/daemon/match/corpus.hpp"

namespace paperboy::match {
namespace {

struct Dated {
  paper::Paper paper;
  std::string date;  // of the announcement or the first version, whichever is earlier, else the month in the id
};

std::string date_of(const boost::json::value& json, const std::string& id) {
  std::string date;
  for (const char* key : {"announced", "published"}) {
    const auto* text = json.at(key).if_string();
    if (text != nullptr && (date.empty() || *text < boost::json::string_view(date))) date = std::string(*text);
  }
  if (!date.empty()) return date;
  const std::size_t digits = id.find_first_of("0123456789");
  return (id[digits] == '9' ? "19" : "20") + id.substr(digits, 2) + '-' + id.substr(digits + 2, 2);
}

std::vector<Dated> read_corpus(const std::filesystem::path& folder) {
  std::vector<Dated> all;
  for (const char* file : {"papers-archive.jsonl.zst", "papers-2025.jsonl.zst", "papers-2026.jsonl.zst"}) {
    InputFile input(folder / file);
    for (std::string line; input.read_line(line);) {
      const boost::json::value json = boost::json::parse(line);
      paper::Paper paper = test::cleaned(test::read_paper(json));
      std::string date = date_of(json, paper.id.str());
      all.push_back({std::move(paper), std::move(date)});
    }
  }
  return all;
}

boost::json::value read_topic(const std::filesystem::path& file) {
  std::string content, line;
  for (InputFile input(file); input.read_line(line);) content += line + '\n';
  return boost::json::parse(content);
}

// Likeness to the examples, as Profiles computes it.
class Likeness {
 public:
  Likeness(const std::vector<const paper::Paper*>& examples, const Frequencies& frequencies)
      : count_(examples.size()), frequencies_(frequencies) {
    for (std::size_t i = 0; i < count_; ++i) {
      const Words title(examples[i]->title), abstract(examples[i]->abstract);
      for (const WeightedWord& word : unit_vector(title, abstract, frequencies)) {
        words_[std::string(word.word)].emplace_back(i, word.weight);
      }
    }
  }
  double operator()(const paper::Paper& paper) const {
    std::vector<double> products(count_);
    const Words title(paper.title), abstract(paper.abstract);
    for (const WeightedWord& word : unit_vector(title, abstract, frequencies_)) {
      const auto found = words_.find(word.word);
      if (found == words_.end()) continue;
      for (const auto& [example, weight] : found->second) products[example] += weight * word.weight;
    }
    const double total = std::accumulate(products.begin(), products.end(), 0.0);
    return score::likeness(*std::max_element(products.begin(), products.end()), total / static_cast<double>(count_));
  }

 private:
  std::size_t count_;
  const Frequencies& frequencies_;
  WordMap<std::vector<std::pair<std::size_t, double>>> words_;
};

struct Quality {
  double average_precision = 0, recall_at_twice = 0, area = 0;
  double found = 0, others = 0;  // parts beyond least_likeness: of the topic's own papers, of the others
  void operator+=(const Quality& q) {
    average_precision += q.average_precision;
    recall_at_twice += q.recall_at_twice;
    area += q.area;
    found += q.found;
    others += q.others;
  }
};

Quality quality(const std::vector<double>& own, const std::vector<double>& others) {
  std::vector<std::pair<double, bool>> ranked;
  for (const double likeness : own) ranked.emplace_back(-likeness, true);
  for (const double likeness : others) ranked.emplace_back(-likeness, false);
  std::sort(ranked.begin(), ranked.end());  // of equals the others first
  const auto count = static_cast<double>(own.size());
  Quality q;
  double hits = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const auto rank = static_cast<double>(i + 1);
    if (ranked[i].second) {
      q.average_precision += ++hits / rank / count;
      if (rank <= 2 * count) q.recall_at_twice += 1 / count;
    } else {
      q.area += hits / count / static_cast<double>(others.size());
    }
  }
  const auto part = [](const std::vector<double>& of) {
    const auto enough =
        std::count_if(of.begin(), of.end(), [](double likeness) { return likeness >= score::least_likeness; });
    return static_cast<double>(enough) / static_cast<double>(of.size());
  };
  q.found = part(own);
  q.others = part(others);
  return q;
}

void print(const std::string& name, const Quality& q, double topics) {
  std::printf("%-28s AP %.3f  recall at twice as many %.3f  AUC %.3f  found %.3f  others %.4f\n", name.c_str(),
              q.average_precision / topics, q.recall_at_twice / topics, q.area / topics, q.found / topics,
              q.others / topics);
}

void run(const std::filesystem::path& shared_data, std::size_t examples_count) {
  const std::vector<Dated> corpus = read_corpus(shared_data / "corpus");
  std::unordered_map<std::string, const paper::Paper*> by_id;
  for (const Dated& one : corpus) by_id.emplace(one.paper.id.str(), &one.paper);
  std::set<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(shared_data / "topics")) {
    if (file.path().extension() == ".json") files.insert(file.path());
  }

  Quality sum;
  for (const auto& file : files) {
    const boost::json::value json = read_topic(file);
    const auto& listed = json.at("papers").as_array();
    std::vector<const paper::Paper*> examples, own, others;
    std::set<std::string> ids;
    for (const auto& paper : listed) {
      const std::string id(paper.at("id").as_string());
      ids.insert(id);
      (examples.size() < examples_count ? examples : own).push_back(by_id.at(id));
    }
    const std::string first(listed[examples_count].at("date").as_string()), last(listed.back().at("date").as_string());
    for (const Dated& one : corpus) {
      const bool of_the_time = one.date >= first && one.date <= last + '~';
      if (of_the_time && !ids.contains(one.paper.id.str())) others.push_back(&one.paper);
    }
    std::mt19937 random(20261103);
    std::shuffle(own.begin(), own.end(), random);
    own.resize(std::min<std::size_t>(own.size(), 300));
    std::shuffle(others.begin(), others.end(), random);
    others.resize(std::min<std::size_t>(others.size(), 15'000));

    Frequencies frequencies;
    for (const paper::Paper* paper : others) frequencies.add(Words(paper->title), Words(paper->abstract));
    const Likeness likeness(examples, frequencies);
    std::vector<double> of_own, of_others;
    for (const paper::Paper* paper : own) of_own.push_back(likeness(*paper));
    for (const paper::Paper* paper : others) of_others.push_back(likeness(*paper));
    const Quality q = quality(of_own, of_others);
    print(file.stem(), q, 1);
    sum += q;
  }
  print("mean", sum, static_cast<double>(files.size()));
}

}  // namespace
}  // namespace paperboy::match

int main(int argc, char** argv) {
  const std::filesystem::path shared_data = argc > 1 ? argv[1] : PAPERBOY_SOURCE_DIR "/../shared/data";
  paperboy::match::run(shared_data, argc > 2 ? std::stoul(argv[2]) : 5);
}

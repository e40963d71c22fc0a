// How well a topic's first papers find the later ones: the figures in daemon/match/README.md. For each topic the first
// five papers are the examples; the later ones (at most 300) stand among 15,000 others of their time. Comments are not
// read. Beside it in the same run: the plain TF-IDF centroid, and TF-IDF with a linear SVM as arxiv-sanity-lite has it
// (where liblinear is there, which is also what scikit-learn's LinearSVC runs on).
// And how long the question for similar papers takes over all of the corpus.
//   relevance [--topics DIR] [--corpus DIR] [--seed S] [--every N] [--alone] [--floor AP] [--error E]
// --every N: only each Nth topic. --alone: without the peers. --floor: fails if the mean average precision from
// examples is below. --error: fails if chances are further than that from what came, in the mean of the papers that
// would be shown.
#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#ifdef PAPERBOY_LIBLINEAR
#include <linear.h>
#endif

#include "daemon/base/text.hpp"
#include "daemon/match/library.hpp"
#include "daemon/match/taste.hpp"
#include "tests/daemon/match/corpus.hpp"

namespace paperboy::match {
namespace {

constexpr std::size_t examples_count = 5;
constexpr std::size_t most_own = 300, most_others = 15'000;

struct Options {
  std::filesystem::path topics = PAPERBOY_SOURCE_DIR "/../shared/data/topics";
  std::filesystem::path corpus = PAPERBOY_SOURCE_DIR "/../shared/data/corpus";
  unsigned seed = 20261103;
  std::size_t every = 1;
  bool alone = false;
  double floor = 0, error = 1;
};

// --- the data

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

// Every papers-*.jsonl.zst but what repeats an id.
std::vector<Dated> read_corpus(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (name.starts_with("papers-") && name.ends_with(".jsonl.zst")) files.insert(file.path());
  }
  std::vector<Dated> all;
  std::unordered_set<std::string> ids;
  for (const auto& file : files) {
    InputFile input(file);
    for (std::string line; input.read_line(line);) {
      const boost::json::value json = boost::json::parse(line);
      paper::Paper paper = test::cleaned(test::read_paper(json));
      if (!ids.insert(paper.id.str()).second) continue;
      std::string date = date_of(json, paper.id.str());
      all.push_back({std::move(paper), std::move(date)});
    }
  }
  return all;
}

struct Store {
  std::vector<Dated> papers;
  std::unordered_map<std::string, std::uint32_t> by_id;
  Statistics statistics;
  std::vector<Features> features;
};

Store read_store(const std::filesystem::path& folder) {
  Store store;
  store.papers = read_corpus(folder);
  for (std::uint32_t i = 0; i < store.papers.size(); ++i) {
    store.by_id.emplace(store.papers[i].paper.id.str(), i);
    store.statistics.add(store.papers[i].paper);
  }
  for (const Dated& one : store.papers) {
    store.features.push_back(features_of(one.paper, *store.statistics.frequencies()));
  }
  return store;
}

struct Trial {
  std::string name, words;  // the topic; what is said of it
  std::vector<std::uint32_t> examples;
  std::vector<std::uint32_t> candidates;  // its own first
  std::size_t own = 0;
};

std::vector<Trial> trials(const Options& options, const Store& store) {
  std::set<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(options.topics)) {
    if (file.path().extension() == ".json") files.insert(file.path());
  }
  std::vector<Trial> all;
  std::size_t number = 0;
  for (const auto& file : files) {
    if (number++ % options.every != 0) continue;
    std::string content, line;
    for (InputFile input(file); input.read_line(line);) content += line + '\n';
    const boost::json::value json = boost::json::parse(content);
    const auto& listed = json.at("papers").as_array();
    Trial trial;
    trial.name = file.stem().string();
    trial.words = std::string(json.at("name").as_string()) + ". " + std::string(json.at("description").as_string());
    std::vector<std::uint32_t> own, others;
    std::unordered_set<std::uint32_t> known;
    for (const auto& paper : listed) {
      const std::uint32_t at = store.by_id.at(std::string(paper.at("id").as_string()));
      known.insert(at);
      (trial.examples.size() < examples_count ? trial.examples : own).push_back(at);
    }
    const std::string first(listed[examples_count].at("date").as_string()), last(listed.back().at("date").as_string());
    for (std::uint32_t i = 0; i < store.papers.size(); ++i) {
      const std::string& date = store.papers[i].date;
      if (date >= first && date <= last + '~' && !known.contains(i)) others.push_back(i);
    }
    std::mt19937 random(options.seed);
    std::shuffle(own.begin(), own.end(), random);
    own.resize(std::min(own.size(), most_own));
    std::shuffle(others.begin(), others.end(), random);
    others.resize(std::min(others.size(), most_others));
    trial.own = own.size();
    trial.candidates = own;
    trial.candidates.insert(trial.candidates.end(), others.begin(), others.end());
    all.push_back(std::move(trial));
  }
  return all;
}

// --- measures

struct Quality {
  double precision = 0, recall = 0, area = 0, gain = 0;
};

// The first `own` scores are of the topic's papers. Of equals the others come first.
Quality quality(const std::vector<double>& scores, std::size_t own) {
  std::vector<std::pair<double, bool>> ranked;
  for (std::size_t i = 0; i < scores.size(); ++i) ranked.emplace_back(-scores[i], i < own);
  std::sort(ranked.begin(), ranked.end());
  const auto count = static_cast<double>(own), others = static_cast<double>(scores.size() - own);
  Quality q;
  double hits = 0, ideal = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const auto rank = static_cast<double>(i + 1);
    if (i < 10 && i < own) ideal += 1 / std::log2(rank + 1);
    if (!ranked[i].second) {
      q.area += hits / count / others;
      continue;
    }
    q.precision += ++hits / rank / count;
    if (rank <= 2 * count) q.recall += 1 / count;
    if (i < 10) q.gain += 1 / std::log2(rank + 1);
  }
  q.gain /= ideal;
  return q;
}

// The constants of learning were chosen on one half of the topics, which is told by the CRC-32 of the name.
bool held_out(const std::string& name) {
  boost::crc_32_type sum;
  sum.process_bytes(name.data(), name.size());
  return (sum.checksum() & 1u) != 0;
}

// Of one way to rank: over all topics, and over each half of them.
class Row {
 public:
  void add(const Trial& trial, const Quality& q) { (held_out(trial.name) ? held_ : chosen_).push_back(q); }
  double precision() const { return mean(&Quality::precision); }
  void print(const char* name) const {
    std::printf("%-46s %.4f  (%.3f %.3f)  %.3f  %.3f  %.3f\n", name, precision(), mean(chosen_, &Quality::precision),
                mean(held_, &Quality::precision), mean(&Quality::recall), mean(&Quality::area), mean(&Quality::gain));
  }

 private:
  double mean(double Quality::* member) const {
    std::vector<Quality> all = chosen_;
    all.insert(all.end(), held_.begin(), held_.end());
    return mean(all, member);
  }
  static double mean(const std::vector<Quality>& of, double Quality::* member) {
    double sum = 0;
    for (const Quality& q : of) sum += q.*member;
    return of.empty() ? 0 : sum / static_cast<double>(of.size());
  }
  std::vector<Quality> chosen_, held_;
};

// --- the peers

std::vector<double> centroid(const Trial& trial, const Store& store) {
  const auto vector = [&](std::uint32_t at) {
    const paper::Paper& paper = store.papers[at].paper;
    const Words title(paper.title), abstract(paper.abstract);
    std::unordered_map<std::string, double> weights;
    for (const WeightedWord& word : unit_vector(title, abstract, *store.statistics.frequencies())) {
      weights.emplace(word.word, word.weight);
    }
    return weights;
  };
  std::unordered_map<std::string, double> sum;
  for (const std::uint32_t example : trial.examples) {
    for (const auto& [word, weight] : vector(example)) sum[word] += weight;
  }
  std::vector<double> scores;
  for (const std::uint32_t at : trial.candidates) {
    double score = 0;
    for (const auto& [word, weight] : vector(at)) {
      const auto found = sum.find(word);
      if (found != sum.end()) score += weight * found->second;
    }
    scores.push_back(score);
  }
  return scores;
}

#ifdef PAPERBOY_LIBLINEAR
// arxiv-sanity-lite's compute.py: words and pairs of title, abstract and authors, the 20,000 commonest that stand in
// five papers or more and in a tenth at most, (1 + ln tf) idf, unit length; LinearSVC(class_weight='balanced', C=0.01).
// What stands in a tenth of the papers does for its list of stop words.
std::vector<double> support_vectors(const Trial& trial, const Store& store) {
  std::vector<std::uint32_t> papers = trial.examples;
  papers.insert(papers.end(), trial.candidates.begin(), trial.candidates.end());
  static const std::unordered_set<std::string_view> stop = {
      "the",  "of",    "and",  "a",     "to",   "in",    "is",    "we",      "for",     "that", "this",  "with",
      "on",   "are",   "as",   "by",    "an",   "be",    "from",  "which",   "our",     "it",   "can",   "at",
      "or",   "these", "has",  "have",  "not",  "their", "such",  "its",     "between", "also", "been",  "than",
      "into", "more",  "both", "where", "but",  "was",   "were",  "they",    "through", "all",  "there", "when",
      "only", "over",  "if",   "most",  "some", "other", "while", "however", "each",    "then", "one",   "two"};
  std::vector<std::vector<std::pair<std::uint32_t, double>>> counts;
  std::unordered_map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> totals;  // occurrences, papers
  totals.reserve(3'000'000);
  std::vector<std::uint32_t> keys;
  for (const std::uint32_t at : papers) {
    const paper::Paper& paper = store.papers[at].paper;
    const Words words(paper.title + " " + paper.abstract + " " + text::join(paper.authors, " "));
    auto& count = counts.emplace_back();
    keys.clear();
    std::string_view before;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string_view word = words[i];
      if (word.size() < 2 || stop.contains(word) || (word[0] >= '0' && word[0] <= '9')) continue;
      keys.push_back(pair_key(word, ""));
      if (!before.empty()) keys.push_back(pair_key(before, word));
      before = word;
    }
    std::sort(keys.begin(), keys.end());
    for (const std::uint32_t key : keys) {
      if (count.empty() || count.back().first != key) count.emplace_back(key, 0);
      ++count.back().second;
    }
    for (const auto& [key, times] : count) {
      totals[key].first += static_cast<std::uint32_t>(times);
      ++totals[key].second;
    }
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> kept;  // occurrences, key
  for (const auto& [key, total] : totals) {
    if (total.second >= 5 && total.second * 10 <= papers.size()) kept.emplace_back(total.first, key);
  }
  std::sort(kept.begin(), kept.end(), std::greater<>());
  kept.resize(std::min<std::size_t>(kept.size(), 20'000));
  std::unordered_map<std::uint32_t, int> column;
  for (const auto& [occurrences, key] : kept) column.emplace(key, static_cast<int>(column.size()) + 1);
  const int bias = static_cast<int>(column.size()) + 1;

  std::vector<std::vector<feature_node>> rows;
  std::vector<feature_node*> x;
  std::vector<double> y;
  for (const auto& count : counts) {
    std::vector<feature_node> row;
    double squares = 0;
    for (const auto& [key, times] : count) {
      const auto found = column.find(key);
      if (found == column.end()) continue;
      const double idf = std::log((1.0 + static_cast<double>(papers.size())) / (1.0 + totals.at(key).second)) + 1;
      row.push_back({found->second, (1 + std::log(times)) * idf});
      squares += row.back().value * row.back().value;
    }
    for (feature_node& node : row) node.value /= std::sqrt(squares);
    std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    row.push_back({bias, 1});
    row.push_back({-1, 0});
    rows.push_back(std::move(row));
  }
  for (auto& row : rows) x.push_back(row.data());
  for (std::size_t i = 0; i < rows.size(); ++i) y.push_back(i < trial.examples.size() ? 1 : -1);
  const auto all = static_cast<double>(rows.size());
  std::array<int, 2> labels = {1, -1};
  std::array<double, 2> weights = {all / 2 / examples_count, all / 2 / (all - examples_count)};
  problem task{static_cast<int>(rows.size()), bias, y.data(), x.data(), 1};
  parameter how{};
  how.solver_type = L2R_L2LOSS_SVC_DUAL;
  how.eps = 1e-4;
  how.C = 0.01;
  how.nr_weight = 2;
  how.weight_label = labels.data();
  how.weight = weights.data();
  set_print_string_function([](const char*) {});
  model* learned = train(&task, &how);
  std::vector<double> scores;
  const double sign = learned->label[0] == 1 ? 1 : -1;
  for (std::size_t i = trial.examples.size(); i < rows.size(); ++i) {
    double score = 0;
    for (const feature_node& node : rows[i]) {
      if (node.index > 0) score += learned->w[node.index - 1] * node.value;
    }
    scores.push_back(sign * score);
  }
  free_and_destroy_model(&learned);
  return scores;
}
#endif

// --- ours

std::vector<double> products(const Taste& taste, const Trial& trial, const Store& store) {
  std::vector<double> scores;
  for (const std::uint32_t at : trial.candidates) scores.push_back(product(taste.weights, store.features[at]));
  return scores;
}

Lessons lessons_of(const Trial& trial, const Store& store, bool examples, bool words) {
  Lessons lessons;
  if (words) lessons.text = trial.words;
  for (const std::uint32_t at : trial.examples) {
    if (examples) lessons.liked.push_back(store.features[at]);
  }
  return lessons;
}

struct AfterFeedback {
  Quality judged;    // of all candidates: what was judged stands where it was put, at the top or at the end
  Quality unjudged;  // of those nobody saw
  double liked = 0;
};

// Four rounds: the five best that were not shown yet are shown, and each is liked or disliked.
AfterFeedback after_feedback(const Trial& trial, const Store& store, const Shelf& shelf) {
  Lessons lessons = lessons_of(trial, store, true, true);
  std::vector<int> verdicts(trial.candidates.size());
  AfterFeedback result;
  std::vector<double> scores;
  for (int round = 0;; ++round) {
    scores = products(learn(lessons, shelf), trial, store);
    if (round == 4) break;
    std::vector<std::uint32_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0u);
    std::erase_if(order, [&](std::uint32_t i) { return verdicts[i] != 0; });
    std::partial_sort(order.begin(), order.begin() + 5, order.end(),
                      [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    for (std::size_t i = 0; i < 5; ++i) {
      const bool liked = order[i] < trial.own;
      verdicts[order[i]] = liked ? 1 : -1;
      result.liked += liked;
      (liked ? lessons.liked : lessons.disliked).push_back(store.features[trial.candidates[order[i]]]);
    }
  }
  std::vector<double> left;
  std::size_t own_left = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (verdicts[i] == 0) left.push_back(scores[i]);
    if (verdicts[i] == 0 && i < trial.own) ++own_left;
    scores[i] += verdicts[i] * 1000;
  }
  result.judged = quality(scores, trial.own);
  if (own_left > 0) result.unjudged = quality(left, own_left);
  return result;
}

// What a chance of so much came to.
class Reliability {
 public:
  void add(double chance, bool own) {
    Bin& bin = bins_[std::min<std::size_t>(static_cast<std::size_t>(chance * 10), 9)];
    ++bin.papers;
    bin.chances += chance;
    bin.own += own;
  }
  // In the mean of the papers with a chance of a tenth or more.
  double print() const {
    std::printf("\nreliability: of the papers with this chance, so many are the topic's\n");
    double error = 0, papers = 0;
    for (const Bin& bin : bins_) {
      if (bin.papers == 0) continue;
      std::printf("  said %.3f  was %.3f  (%.0f papers)\n", bin.chances / bin.papers, bin.own / bin.papers, bin.papers);
      if (&bin == &bins_.front()) continue;
      error += std::abs(bin.chances - bin.own);
      papers += bin.papers;
    }
    std::printf("  mean error from 0.1 on %.4f\n", error / papers);
    return error / papers;
  }

 private:
  struct Bin {
    double papers = 0, chances = 0, own = 0;
  };
  std::array<Bin, 10> bins_;
};

// For 300 papers, the ten likest of all.
void time_similar(const Store& store) {
  Library library(store.statistics);
  for (const Dated& one : store.papers) library.add(one.paper);
  std::vector<double> took;
  for (std::size_t i = 0; i < 300; ++i) {
    const paper::Paper& asked = store.papers[i * (store.papers.size() / 300)].paper;
    const std::clock_t begin = std::clock();
    library.like(asked, 10);
    took.push_back(1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  std::sort(took.begin(), took.end());
  std::printf("similar papers among %zu: median %.2f ms of the processor, one in a hundred %.2f ms\n", library.papers(),
              took[took.size() / 2], took[took.size() * 99 / 100]);
}

int run(const Options& options) {
  if (!std::filesystem::exists(options.topics) || !std::filesystem::exists(options.corpus)) {
    std::printf("needs %s and %s, which are not here\n", options.topics.c_str(), options.corpus.c_str());
    return std::getenv("CI") != nullptr ? 1 : 77;
  }
  const Store store = read_store(options.corpus);
  const std::vector<Trial> all = trials(options, store);
  std::printf("%zu topics, %zu papers, seed %u\n", all.size(), store.papers.size(), options.seed);
  if (!options.alone) time_similar(store);
  Row plain, svm, words, examples, both, unseen, judged, unjudged;
  Reliability reliability;
  double liked = 0;
  for (const Trial& trial : all) {
    Shelf shelf(store.statistics);
    for (const std::uint32_t at : trial.candidates) shelf.add(store.features[at]);
    const auto rank = [&](const Lessons& lessons, const Shelf& on) {
      return quality(products(learn(lessons, on), trial, store), trial.own);
    };
    const Quality q = rank(lessons_of(trial, store, true, false), shelf);
    examples.add(trial, q);
    words.add(trial, rank(lessons_of(trial, store, false, true), shelf));
    const Taste taste = learn(lessons_of(trial, store, true, true), shelf);
    const std::vector<double> scores = products(taste, trial, store);
    both.add(trial, quality(scores, trial.own));
    for (std::size_t i = 0; i < scores.size(); ++i) reliability.add(taste.chance(scores[i]), i < trial.own);
    const AfterFeedback after = after_feedback(trial, store, shelf);
    judged.add(trial, after.judged);
    unjudged.add(trial, after.unjudged);
    liked += after.liked / static_cast<double>(all.size());
    double peer = 0;
    if (!options.alone) {
      Shelf elsewhere(store.statistics);
      std::unordered_set<std::uint32_t> here(trial.candidates.begin(), trial.candidates.end());
      for (std::uint32_t i = 0; i < store.papers.size(); i += 5) {
        if (!here.contains(i)) elsewhere.add(store.features[i]);
      }
      unseen.add(trial, rank(lessons_of(trial, store, true, false), elsewhere));
      plain.add(trial, quality(centroid(trial, store), trial.own));
#ifdef PAPERBOY_LIBLINEAR
      const Quality s = quality(support_vectors(trial, store), trial.own);
      svm.add(trial, s);
      peer = s.precision;
#endif
    }
    std::printf("%-26s own %3zu  svm %.3f  examples %.3f  with words %.3f\n", trial.name.c_str(), trial.own, peer,
                q.precision, quality(scores, trial.own).precision);
    std::fflush(stdout);
  }
  std::printf("\n%-46s %-7s (chosen, held out) recall@2n  AUC  nDCG@10\n", "", "AP");
  if (!options.alone) {
    plain.print("TF-IDF centroid, 5 examples");
#ifdef PAPERBOY_LIBLINEAR
    svm.print("TF-IDF + linear SVM, 5 examples");
#endif
  }
  examples.print("taste, 5 examples");
  if (!options.alone) unseen.print("... none of the candidates on the shelf");
  words.print("taste, words alone");
  both.print("taste, 5 examples and words");
  judged.print("... and 20 verdicts, all candidates");
  unjudged.print("... and 20 verdicts, those not shown");
  std::printf("of the 20 shown %.1f were liked\n", liked);
#ifdef PAPERBOY_LIBLINEAR
  if (!options.alone)
    std::printf("from 5 examples: %+.1f %% of the SVM's AP\n", 100 * (examples.precision() / svm.precision() - 1));
#endif
  const bool reliable = reliability.print() <= options.error;
  if (!reliable) std::printf("chances are further than %.2f from what came\n", options.error);
  const bool good = examples.precision() >= options.floor;
  if (!good) std::printf("the mean average precision is below %.2f\n", options.floor);
  return reliable && good ? 0 : 1;
}

}  // namespace
}  // namespace paperboy::match

int main(int argc, char** argv) {
  paperboy::match::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
    if (name == "--topics")
      options.topics = value();
    else if (name == "--corpus")
      options.corpus = value();
    else if (name == "--seed")
      options.seed = static_cast<unsigned>(std::stoul(value()));
    else if (name == "--every")
      options.every = std::stoul(value());
    else if (name == "--alone")
      options.alone = true;
    else if (name == "--error")
      options.error = std::stod(value());
    else if (name == "--floor")
      options.floor = std::stod(value());
    else {
      std::fprintf(stderr, "relevance [--topics DIR] [--corpus DIR] [--seed S] [--every N] [--alone] [--floor AP]\n");
      return 2;
    }
  }
  return paperboy::match::run(options);
}

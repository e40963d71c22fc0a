// Key findings: which sentences of an abstract say what was found or made.
#include <algorithm>
#include <array>
#include <cmath>

#include "daemon/base/text.hpp"
#include "daemon/digest/digest.hpp"
#include "daemon/digest/escape.hpp"
#include "daemon/digest/sentences.hpp"

namespace paperboy::digest {
namespace {

struct Cue {
  std::string_view words;  // lower case, whole words; a last '*' stands for any ending
  double weight;
};

// What was found: the strongest sign.
constexpr Cue results[] = {{"we show", 2.2},
                           {"we prove", 2.4},
                           {"we find", 2.4},
                           {"we found", 2.4},
                           {"we demonstrate", 2.2},
                           {"we establish", 2.2},
                           {"we obtain", 1.8},
                           {"we observe", 2.0},
                           {"we discover", 2.2},
                           {"we conclude", 2.2},
                           {"we reveal", 2.2},
                           {"we report", 1.8},
                           {"we detect", 2.0},
                           {"we measure", 1.6},
                           {"we identify", 1.6},
                           {"we achieve", 2.2},
                           {"we rule out", 2.2},
                           {"we confirm", 2.0},
                           {"we constrain", 1.8},
                           {"we place", 1.2},
                           {"we quantify", 1.4},
                           {"we exhibit", 1.6},
                           {"main conclusion", 2.0},
                           {"we infer", 1.6},
                           {"confirm our", 1.2},
                           {"confirm that", 1.8},
                           {"confirms", 1.4},
                           {"is confirmed", 1.6},
                           {"are confirmed", 1.4},
                           {"successfully", 0.5},
                           {"we give", 1.4},
                           {"we provide", 1.4},
                           {"we derive", 1.8},
                           {"we compute", 1.2},
                           {"we calculate", 1.2},
                           {"results show", 2.4},
                           {"results demonstrate", 2.2},
                           {"results indicate", 2.2},
                           {"results reveal", 2.4},
                           {"results suggest", 2.0},
                           {"results confirm", 2.2},
                           {"results highlight", 1.6},
                           {"findings show", 2.2},
                           {"findings suggest", 2.0},
                           {"findings reveal", 2.2},
                           {"findings indicate", 2.0},
                           {"findings highlight", 1.6},
                           {"findings demonstrate", 2.0},
                           {"experiments show", 2.2},
                           {"experiments demonstrate", 2.0},
                           {"experiments on", 1.2},
                           {"experiments across", 1.2},
                           {"evaluation* show", 2.0},
                           {"analysis shows", 2.0},
                           {"analysis reveals", 2.2},
                           {"simulations show", 2.0},
                           {"reveals that", 2.0},
                           {"reveal that", 2.0},
                           {"shows that", 1.6},
                           {"show that", 1.8},
                           {"find that", 2.2},
                           {"found that", 2.0},
                           {"prove that", 2.2},
                           {"demonstrate that", 2.0},
                           {"demonstrates that", 2.0},
                           {"suggests that", 1.6},
                           {"suggest that", 1.6},
                           {"indicates that", 1.6},
                           {"indicate that", 1.6},
                           {"implies that", 1.4},
                           {"it is shown", 2.0},
                           {"is shown to", 1.6},
                           {"are shown to", 1.6},
                           {"it is found", 2.0},
                           {"is found to", 1.6},
                           {"are found to", 1.6},
                           {"is proved", 1.8},
                           {"is proven", 1.8},
                           {"are proved", 1.8},
                           {"outperform*", 2.0},
                           {"surpass*", 1.8},
                           {"state-of-the-art performance", 1.6},
                           {"state-of-the-art results", 1.6},
                           {"achiev*", 1.2},
                           {"improves", 0.9},
                           {"improving", 0.6},
                           {"improvement* of", 1.2},
                           {"improvement* over", 1.2},
                           {"reduces", 0.9},
                           {"reducing", 0.6},
                           {"exceed*", 0.8},
                           {"compared to", 0.5},
                           {"compared with", 0.5},
                           {"consistent with", 0.8},
                           {"yields", 0.9},
                           {"if and only if", 1.2},
                           {"upper bound*", 0.8},
                           {"lower bound*", 0.8},
                           {"counterexample*", 1.0},
                           {"significantly", 0.5},
                           {"agreement with", 0.7},
                           {"in contrast to", 0.4},
                           {"constraint* on", 0.6},
                           {"best-performing", 0.8},
                           {"correlat*", 0.4},
                           {"statistically significant", 1.2},
                           {"our results", 0.8},
                           {"and obtain", 1.8},
                           {"no excess", 1.8},
                           {"no evidence", 1.6},
                           {"no significant", 1.4},
                           {"is excluded", 1.6},
                           {"are excluded", 1.6},
                           {"is observed", 1.2},
                           {"are observed", 1.2},
                           {"is measured to be", 1.8},
                           {"confidence level", 0.6},
                           {"correlation of", 1.2},
                           {"reaches", 1.2},
                           {"reach the same", 0.8},
                           {"fewer", 0.6},
                           {"drop* by", 1.4},
                           {"drop* to", 1.2},
                           {"drop* from", 1.2},
                           {"falls to", 1.0},
                           {"rises to", 1.0},
                           {"lifts", 1.2},
                           {"improve on", 1.2},
                           {"improves on", 1.2},
                           {"solves", 0.8},
                           {"predicts the", 0.8},
                           {"main result", 1.4},
                           {"our findings", 0.8},
                           {"as a consequence", 0.8},
                           {"as an application", 0.6},
                           {"in particular, we", 0.6}};

// What was made or done.
constexpr Cue contributions[] = {{"we propose", 2.0},
                                 {"we present", 1.9},
                                 {"we introduce", 2.0},
                                 {"we develop", 1.9},
                                 {"we design", 1.6},
                                 {"we construct", 1.7},
                                 {"we build", 1.3},
                                 {"we release", 1.3},
                                 {"we describe", 1.4},
                                 {"we formulate", 1.4},
                                 {"we study", 1.5},
                                 {"we investigate", 1.5},
                                 {"we explore", 1.3},
                                 {"we analyze", 1.3},
                                 {"we analyse", 1.3},
                                 {"we consider", 1.1},
                                 {"we examine", 1.3},
                                 {"we extend", 1.4},
                                 {"we generalize", 1.6},
                                 {"we generalise", 1.6},
                                 {"we conduct", 1.0},
                                 {"we perform", 1.0},
                                 {"we apply", 0.9},
                                 {"we use", 0.6},
                                 {"we review", 1.3},
                                 {"we survey", 1.3},
                                 {"we revisit", 1.2},
                                 {"we argue", 1.6},
                                 {"we characterize", 1.6},
                                 {"we characterise", 1.6},
                                 {"we classify", 1.5},
                                 {"we compare", 1.0},
                                 {"we evaluate", 1.0},
                                 {"we address", 1.0},
                                 {"we reformulate", 1.3},
                                 {"we solve", 1.6},
                                 {"we determine", 1.6},
                                 {"we discuss", 0.8},
                                 {"we devise", 1.6},
                                 {"we implement", 1.0},
                                 {"we model", 1.0},
                                 {"we train", 0.7},
                                 {"we curate", 1.2},
                                 {"we collect", 0.9},
                                 {"we name", 1.0},
                                 {"we call", 0.8},
                                 {"this paper", 0.8},
                                 {"this work", 0.8},
                                 {"this article", 0.8},
                                 {"this study", 0.8},
                                 {"this letter", 0.8},
                                 {"this note", 0.8},
                                 {"this survey", 0.9},
                                 {"this thesis", 0.9},
                                 {"the paper", 0.6},
                                 {"paper proposes", 1.4},
                                 {"paper presents", 1.4},
                                 {"paper introduces", 1.4},
                                 {"work proposes", 1.4},
                                 {"work presents", 1.3},
                                 {"work introduces", 1.3},
                                 {"study proposes", 1.3},
                                 {"study introduces", 1.3},
                                 {"is proposed", 1.5},
                                 {"are proposed", 1.4},
                                 {"is presented", 1.4},
                                 {"are presented", 1.3},
                                 {"is introduced", 1.4},
                                 {"is developed", 1.4},
                                 {"are developed", 1.2},
                                 {"are derived", 1.3},
                                 {"is derived", 1.4},
                                 {"is investigated", 1.3},
                                 {"are investigated", 1.2},
                                 {"is studied", 1.3},
                                 {"are studied", 1.2},
                                 {"is constructed", 1.2},
                                 {"our method", 0.7},
                                 {"our approach", 0.7},
                                 {"our framework", 0.7},
                                 {"our model", 0.6},
                                 {"our algorithm", 0.7},
                                 {"the proposed", 0.6},
                                 {"our contribution*", 1.8},
                                 {"contribution* is", 1.6},
                                 {"main contribution*", 1.6},
                                 {"key contribution*", 1.2},
                                 {"by proposing", 1.6},
                                 {"by introducing", 1.4},
                                 {"we tackle", 1.2},
                                 {"we advance", 1.0},
                                 {"we answer", 1.6},
                                 {"we resolve", 1.8},
                                 {"we settle", 1.8},
                                 {"we disprove", 2.2},
                                 {"we deduce", 1.8},
                                 {"we verify", 1.2},
                                 {"we validate", 1.0},
                                 {"for the first time", 0.8},
                                 {"the first", 0.4},
                                 {"novel", 0.4},
                                 {"new method", 0.5},
                                 {"new approach", 0.5},
                                 {"new algorithm", 0.5},
                                 {"new class", 0.5},
                                 {"benchmark", 0.2}};

// What is known, wanted or wrong so far: not a finding.
constexpr Cue background[] = {{"remain* a", 1.6},
                              {"remain* an", 1.6},
                              {"remain* challenging", 2.0},
                              {"remain* unclear", 2.0},
                              {"remain* open", 1.6},
                              {"remain* largely", 1.8},
                              {"remain* difficult", 1.8},
                              {"remain* elusive", 1.8},
                              {"remain* limited", 1.8},
                              {"remain* under*", 1.8},
                              {"is challenging", 1.4},
                              {"are challenging", 1.2},
                              {"challenging task", 1.2},
                              {"key challenge", 1.2},
                              {"major challenge", 1.4},
                              {"fundamental challenge", 1.4},
                              {"existing methods", 1.3},
                              {"existing approaches", 1.3},
                              {"existing work*", 1.3},
                              {"existing models", 0.8},
                              {"existing", 0.5},
                              {"incapable", 1.2},
                              {"inadequate", 1.2},
                              {"existing benchmarks", 1.2},
                              {"existing datasets", 1.0},
                              {"current methods", 1.3},
                              {"current approaches", 1.3},
                              {"previous methods", 1.0},
                              {"prior work*", 1.0},
                              {"previous work*", 0.8},
                              {"traditional", 0.7},
                              {"conventional", 0.5},
                              {"lack of", 0.8},
                              {"lacks", 0.8},
                              {"suffer* from", 1.4},
                              {"struggle*", 1.2},
                              {"fail to", 0.9},
                              {"fails to", 0.9},
                              {"often", 0.6},
                              {"typically", 0.6},
                              {"usually", 0.6},
                              {"limited by", 0.8},
                              {"attracted", 1.6},
                              {"in recent years", 1.8},
                              {"recent years", 1.4},
                              {"recently", 0.9},
                              {"recent advances", 1.6},
                              {"recent progress", 1.6},
                              {"recent work*", 1.0},
                              {"recent studies", 1.0},
                              {"has emerged", 1.6},
                              {"have emerged", 1.6},
                              {"has become", 1.4},
                              {"have become", 1.4},
                              {"have shown", 1.0},
                              {"has shown", 1.0},
                              {"have demonstrated", 1.0},
                              {"important role", 1.4},
                              {"crucial role", 1.4},
                              {"key role", 0.8},
                              {"vital role", 1.4},
                              {"is crucial", 1.3},
                              {"is essential", 1.3},
                              {"is critical", 1.2},
                              {"are essential", 1.2},
                              {"is fundamental", 1.0},
                              {"is important", 1.0},
                              {"little is known", 2.0},
                              {"not well understood", 1.8},
                              {"poorly understood", 1.8},
                              {"is needed", 1.0},
                              {"widely used", 1.0},
                              {"well known", 0.8},
                              {"well-known", 0.5},
                              {"there is a need", 1.6},
                              {"growing", 0.5},
                              {"rapid", 0.5},
                              {"increasingly", 1.0},
                              {"promising", 0.5},
                              {"motivated by", 0.6},
                              {"the problem of", 0.3},
                              {"open problem", 0.4},
                              {"open question", 0.6},
                              {"hinder*", 1.0},
                              {"hamper*", 1.0},
                              {"question arises", 1.0},
                              {"gap between", 0.5},
                              {"underexplored", 1.4},
                              {"unexplored", 1.2},
                              {"overlooked", 1.0}};

// What is to come, and where things can be had.
constexpr Cue outlook[] = {{"would", 0.8},
                           {"could", 0.6},
                           {"future work*", 2.2},
                           {"future research", 2.2},
                           {"future studies", 2.0},
                           {"future direction*", 2.2},
                           {"future development*", 1.6},
                           {"we hope", 2.4},
                           {"we plan", 2.4},
                           {"will be released", 2.4},
                           {"will release", 2.0},
                           {"pave* the way", 1.8},
                           {"paving the way", 1.0},
                           {"open* up", 0.8},
                           {"avenue*", 1.0},
                           {"we expect", 0.8},
                           {"we aim", 1.0},
                           {"further research", 1.6},
                           {"further work", 1.6},
                           {"further study", 1.4},
                           {"implications for", 0.8},
                           {"shed* light", 0.8},
                           {"provides insight*", 0.6},
                           {"offers a", 0.4},
                           {"promising direction", 1.2},
                           {"potential to", 0.6},
                           {"should be", 0.6},
                           {"is organized as", 2.4},
                           {"we discuss", 0.5}};

// Availability is shown as a link, not as a finding.
constexpr std::string_view availability[] = {"available at", "available online",  "publicly available", "open-source",
                                             "open source",  "project page",      "github.com",         "http://",
                                             "https://",     "code is available", "can be found at"};

bool is_word_character(char c) {
  return is_ascii_alnum(c) || static_cast<unsigned char>(c) >= 0x80;
}

bool holds(std::string_view text, std::string_view words) {
  // Only the last word of a cue or a word in its midst may be open: "remain* open".
  std::size_t from = 0;
  const std::size_t star = words.find('*');
  const std::string_view head = words.substr(0, star);
  const std::string_view tail = star == std::string_view::npos ? std::string_view() : words.substr(star + 1);
  for (;;) {
    const std::size_t at = text.find(head, from);
    if (at == std::string_view::npos) return false;
    from = at + 1;
    if (at > 0 && (is_word_character(text[at - 1]) || text[at - 1] == '-')) continue;
    std::size_t end = at + head.size();
    if (star != std::string_view::npos) {
      while (end < text.size() && is_word_character(text[end])) ++end;
      const bool open_end = tail.ends_with('*');
      const std::string_view rest = open_end ? tail.substr(0, tail.size() - 1) : tail;
      if (!text.substr(end).starts_with(rest)) continue;
      end += rest.size();
      if (open_end) return true;
    }
    if (end >= text.size() || !is_word_character(text[end])) return true;
  }
}

// The strongest cue whole, further ones at a third each: many weak words do not make a finding.
template <std::size_t N>
double strength(std::string_view text, const Cue (&cues)[N]) {
  double best = 0;
  double sum = 0;
  for (const Cue& cue : cues) {
    if (!holds(text, cue.words)) continue;
    best = std::max(best, cue.weight);
    sum += cue.weight;
  }
  return best + std::min((sum - best) / 3, 1.0);
}

// "12.3%", "3x", "0.41 dB": a measured statement.
bool holds_measure(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') continue;
    std::size_t end = i;
    while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.' || text[end] == ',')) ++end;
    std::string_view rest = text.substr(end);
    while (rest.starts_with(' ') || rest.starts_with('\\') || rest.starts_with('$')) rest.remove_prefix(1);
    for (const std::string_view unit : {"%", "x ", "×", "±", "+/-", "times", "percent", "σ", "points", "pp",
                                        "orders of magnitude", "-fold", " fold"}) {
      if (rest.starts_with(unit)) return true;
    }
    const bool decimal =
        text.substr(i, end - i).find('.') != std::string_view::npos && text.substr(i, end - i).back() != '.';
    if (decimal) return true;
    i = end;
  }
  return false;
}

// Lower case, and "we also show" like "we show".
std::string comparable(const std::string& sentence) {
  static constexpr std::string_view adverbs[] = {
      "also",          "further",      "then",           "additionally",   "thus",        "therefore",
      "finally",       "first",        "next",           "instead",        "here",        "hence",
      "furthermore",   "subsequently", "explicitly",     "formally",       "rigorously",  "empirically",
      "theoretically", "numerically",  "systematically", "experimentally", "specifically"};
  std::string text = text::to_lower_ascii(sentence);
  for (std::size_t at = text.find("we "); at != std::string::npos; at = text.find("we ", at + 1)) {
    if (at > 0 && is_word_character(text[at - 1])) continue;
    for (const std::string_view adverb : adverbs) {
      if (std::string_view(text).substr(at + 3).starts_with(std::string(adverb) + " "))
        text.erase(at + 3, adverb.size() + 1);
    }
  }
  return text;
}

double score(const std::string& sentence, std::size_t place, std::size_t of) {
  const std::string text = comparable(sentence);
  for (const std::string_view word : availability) {
    if (text.find(word) != std::string::npos) return -3;
  }
  const double found = strength(text, results);
  const double made = strength(text, contributions);
  const double known = strength(text, background);
  double total = std::max(found, made) + std::min(found, made) / 4;
  total -= total >= 1.4 ? known / 2 : known * 1.5;
  total -= strength(text, outlook);
  if (total > 0.5 && holds_measure(text)) total += 0.8;
  const double position = of < 2 ? 1 : static_cast<double>(place) / static_cast<double>(of - 1);
  if (place == 0 && made < 1.2 && found < 1.6) total -= 0.8;  // the first sentence sets the scene
  total += 0.3 * position;
  if (text.starts_with("however") || text.starts_with("but ") || text.starts_with("unfortunately") ||
      text.starts_with("yet "))
    total -= 1.0;
  if (text.starts_with("despite") || text.starts_with("although") || text.starts_with("while ")) total -= 0.4;
  if (text.starts_with("to address") || text.starts_with("to tackle") || text.starts_with("to this end")) total += 0.2;
  if (text.ends_with('?')) total -= 1.5;
  for (const std::string_view pronoun : {"they ", "these ", "this ", "it ", "such ", "those "}) {
    const bool own = holds(text.substr(0, 24), "this paper") || holds(text.substr(0, 24), "this work") ||
                     holds(text.substr(0, 24), "this study") || holds(text.substr(0, 24), "this article");
    if (text.starts_with(pronoun) && !own && !text.starts_with("it is "))
      total -= 0.5;  // speaks of something said before
  }
  const std::size_t length = text::count_code_points(sentence);
  if (length < 40) total -= 0.6;
  if (length > 420) total -= 0.3;
  if (length > 700) total -= 0.3;
  return total;
}

constexpr double enough = 1.4;       // a finding
constexpr double last_resort = 0.0;  // better than nothing

}  // namespace

std::vector<std::string> key_findings(const paper::Paper& paper, std::size_t most) {
  if (paper.withdrawn || most == 0) return {};
  const std::vector<std::string> sentences = split_sentences(paper.abstract);
  if (sentences.size() < 2) return {};  // there is nothing to pick
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < sentences.size(); ++i) ranked.emplace_back(score(sentences[i], i, sentences.size()), i);
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });

  most = std::min(most, std::max<std::size_t>(1, sentences.size() / 2));  // a choice, not the abstract again
  std::vector<std::size_t> chosen;
  for (const auto& [points, index] : ranked) {
    if (chosen.size() == most || points < (chosen.empty() ? last_resort : enough)) break;
    chosen.push_back(index);
  }
  std::sort(chosen.begin(), chosen.end());
  std::vector<std::string> findings;
  for (const std::size_t index : chosen) findings.push_back(sentences[index]);
  return findings;
}

}  // namespace paperboy::digest

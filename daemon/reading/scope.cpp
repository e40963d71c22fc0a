// Does the sentence claim more than the quotes?
#include <algorithm>
#include <array>

#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

struct Strong {
  std::string_view name;
  std::vector<std::string_view> words, licences;
};

const std::vector<Strong>& strong_words() {
  static const std::vector<Strong> list{
      {"all",
       {"all", "every", "always", "any", "entire", "entirely", "everywhere", "所有", "全部", "任何", "总是", "一切",
        "始终"},
       {"all",  "every",      "always",     "any",          "entire",    "entirely", "each", "across",    "whole",
        "both", "throughout", "everywhere", "consistently", "uniformly", "none",     "no",   "arbitrary", "universal",
        "所有", "全部",       "任何",       "总是",         "每",        "一切",     "始终", "均",        "都"}},
      {"first",
       {"first", "首次", "首个", "第一个", "率先"},
       {"first", "novel", "unprecedented", "initial", "initially", "一", "首", "1"}},
      {"the best",
       {"best", "state of the art", "sota", "最好", "最佳", "最优", "最先进"},
       {"best", "state of the art", "sota", "optimal", "highest", "lowest", "top", "outperforms", "outperform",
        "surpasses", "most", "strongest", "record", "exceeds", "最"}},
      {"certainty",
       {"prove", "proves", "proved", "proven", "guarantee", "guarantees", "guaranteed", "证明", "保证"},
       {"prove", "proves", "proved", "proven", "proof", "proofs", "guarantee", "guarantees", "guaranteed", "theorem",
        "rigorous", "rigorously", "establish", "establishes", "show", "证明", "保证", "定理"}},
      {"significance",
       {"significant", "significantly", "显著"},
       {"significant", "significantly", "substantial",  "substantially", "marked", "markedly",
        "strong",      "strongly",      "large",        "largely",       "much",   "far",
        "greatly",     "considerable",  "considerably", "dramatically",  "p",      "times",
        "fold",        "显著",          "大幅",         "明显",          "远",     "倍"}},
      {"completeness",
       {"completely", "fully", "totally", "eliminates", "eliminated", "solves", "完全", "彻底", "消除"},
       {"completely", "fully",  "totally",  "entirely", "eliminates", "eliminate", "eliminated", "solve",
        "solves",     "solved", "complete", "full",     "all",        "whole",     "no",         "none",
        "without",    "完全",   "彻底",     "消除",     "解决",       "全"}},
      {"causes",
       {"causes", "caused", "because", "导致", "引起", "造成"},
       {"causes",  "caused",    "cause",    "because",   "due",     "since",      "as",    "leads",
        "lead",    "led",       "results",  "result",    "by",      "from",       "so",    "hence",
        "thus",    "therefore", "drives",   "driven",    "explain", "explains",   "makes", "induces",
        "induced", "produces",  "triggers", "triggered", "owing",   "attributed", "when",  "导致",
        "引起",    "造成",      "因为",     "由于",      "因此",    "使",         "因"}}};
  return list;
}

// The word, if no "nearly" takes it back.
bool says_fully(const Saying& saying, std::string_view what) {
  if (!says(saying, what)) return false;
  for (const std::string_view almost : {"几乎", "近乎", "并非"}) {
    if (saying.text.find(std::string(almost) + std::string(what)) != std::string::npos) return false;
  }
  bool taken_back = false;
  for (std::size_t i = 0; i < saying.words.size(); ++i) {
    if (saying.words[i].folded != what) continue;
    const std::string_view before = i > 0 ? std::string_view(saying.words[i - 1].folded) : "";
    const std::string_view next = i + 1 < saying.words.size() ? std::string_view(saying.words[i + 1].folded) : "";
    const bool almost =
        before == "nearly" || before == "almost" || before == "virtually" || next == "but" || next == "except";
    if (!almost) return true;
    taken_back = true;
  }
  return !taken_back;
}

constexpr auto soft = std::to_array<std::string_view>(
    {"can",      "possible", "potential", "should", "would", "suggest", "suggests", "believe",
     "expected", "suspect",  "open",      "future", "将来",  "未来",    "今后",     "consider",
     "if",       "如果",     "若",        "有可能", "潜在",  "可行",    "似乎",     "预计"});

}  // namespace

Wrong wrong_scope(const Saying& said, const Stated& stated) {
  for (const Strong& strong : strong_words()) {
    const auto is_said = [&](std::string_view word) { return says_fully(said, word); };
    if (std::none_of(strong.words.begin(), strong.words.end(), is_said)) continue;
    const bool licensed = std::any_of(stated.begin(), stated.end(), [&](const auto& passing) {
      return std::any_of(strong.licences.begin(), strong.licences.end(),
                         [&](std::string_view word) { return says_fully(passing->wide, word); });
    });
    // "every statement except Lemma 14"
    const auto excepts = [](const Saying& saying) { return says(saying, "except") || says(saying, "除"); };
    const bool excepted = strong.name == "all" && !excepts(said) &&
                          std::any_of(stated.begin(), stated.end(), [&](const auto& p) { return excepts(p->wide); });
    if (excepted) return std::string("the quotes make an exception");
    if (!licensed) return "it claims \"" + std::string(strong.name) + "\", and no quote does";
  }
  const auto is_said = [&](std::string_view word) { return says(said, word); };
  const bool careful =
      std::any_of(said.clauses.begin(), said.clauses.end(), [](const Clause& clause) { return clause.hedged; }) ||
      std::any_of(soft.begin(), soft.end(), is_said);
  if (careful) return std::nullopt;
  const bool across = across_languages(said, stated);
  std::vector<std::string> everything;
  for (const Clause& clause : said.clauses) {
    everything.insert(everything.end(), clause.stems.begin(), clause.stems.end());
  }
  const std::vector<const Clause*> sources = sources_of(across ? anchors_of(said) : everything, stated);
  // What is said most like the sentence is said with doubt.
  std::size_t doubtful = 0, certain = 0;
  bool all = true;
  for (const Clause* source : sources) {
    std::size_t& most = source->hedged ? doubtful : certain;
    most = std::max(most, shared(everything, source->stems));
    all = all && source->hedged;
  }
  if (!sources.empty() && (all || doubtful > certain)) {
    return "the quotes are not as certain";
  }
  return std::nullopt;
}

}  // namespace paperboy::reading

#include "daemon/digest/terms.hpp"

#include <algorithm>
#include <unordered_set>

#include "daemon/base/text.hpp"
#include "daemon/digest/escape.hpp"

namespace paperboy::digest {
namespace {

// Words that end a run: function words, and the words every abstract is made of.
using WordSet = std::unordered_set<std::string_view>;

const WordSet& stop_words() {
  static const WordSet words{
      // function words
      "a", "about", "seven", "eight", "nine", "eleven", "twelve", "zero", "above", "according", "across", "after",
      "against", "all", "allow", "almost", "along", "already", "also", "although", "always", "among", "an", "and",
      "another", "any", "are", "around", "as", "at", "away", "be", "because", "become", "been", "before", "behind",
      "being", "below", "between", "beyond", "both", "but", "by", "can", "cannot", "could", "despite", "did", "do",
      "doe", "does", "doing", "done", "down", "due", "during", "each", "either", "else", "enough", "especially", "etc",
      "even", "ever", "every", "far", "few", "first", "five", "for", "four", "from", "fully", "further", "get", "give",
      "given", "had", "has", "have", "having", "he", "hence", "her", "here", "his", "how", "however", "i", "if", "in",
      "instead", "into", "is", "it", "its", "itself", "just", "know", "known", "last", "later", "least", "less", "like",
      "made", "make", "many", "may", "might", "more", "moreover", "most", "mostly", "much", "must", "nearly", "need",
      "neither", "never", "next", "no", "nor", "not", "now", "of", "off", "often", "on", "once", "one", "only", "onto",
      "or", "other", "our", "out", "over", "own", "per", "perhaps", "quite", "rather", "really", "same", "second",
      "see", "seem", "several", "shall", "she", "should", "since", "six", "so", "some", "still", "such", "take", "ten",
      "than", "that", "the", "their", "them", "then", "there", "thereby", "therefore", "these", "they", "third", "this",
      "those", "three", "through", "throughout", "thus", "to", "together", "too", "toward", "towards", "twice", "two",
      "under", "unless", "until", "up", "upon", "us", "use", "used", "useful", "using", "usually", "various", "versus",
      "very", "via", "vs", "was", "way", "we", "well", "were", "what", "when", "where", "whereas", "whether", "which",
      "while", "who", "whole", "whose", "why", "will", "with", "within", "without", "would", "yet", "you", "your",
      "e.g", "i.e", "eg", "ie", "et", "al", "cf", "respectively", "respect", "namely", "particular", "particularly",
      // the language of abstracts
      "ability", "able", "accurate", "accurately", "accuracy", "achieve", "achieved", "achieving", "additional",
      "additionally", "address", "addressing", "advance", "advanced", "aim", "analysis", "analyse", "analyze",
      "analyzing", "application", "applied", "apply", "applying", "approach", "appropriate", "approximately", "argue",
      "article", "aspect", "assess", "assessment", "available", "average", "baseline", "based", "basis", "behavior",
      "behaviour", "benchmark", "benefit", "best", "better", "bound", "broad", "build", "building", "capability",
      "capable", "capture", "case", "challenge", "challenging", "characterize", "choice", "class", "clear", "close",
      "collect", "combination", "combine", "combined", "combining", "common", "commonly", "community", "compare",
      "compared", "comparable", "comparison", "competitive", "complete", "complex", "complexity", "component",
      "comprehensive", "computation", "computational", "computationally", "compute", "concept", "conclude", "condition",
      "conduct", "consider", "considerable", "considered", "considering", "consist", "consistent", "consistently",
      "construct", "contain", "contrast", "contribute", "contribution", "conventional", "core", "correct",
      "corresponding", "cost", "create", "critical", "crucial", "current", "currently", "dataset", "define", "defined",
      "degree", "demonstrate", "demonstrated", "demonstrating", "depend", "derive", "derived", "describe", "described",
      "design", "designed", "detail", "detailed", "determine", "develop", "developed", "development", "difference",
      "different", "difficult", "difficulty", "direct", "direction", "directly", "discover", "discuss", "discussed",
      "distinct", "diverse", "driven", "easily", "effect", "effective", "effectively", "effectiveness", "efficiency",
      "efficient", "efficiently", "effort", "emerge", "emerging", "empirical", "empirically", "enable", "enabling",
      "end", "enhance", "enhanced", "enhancing", "ensure", "ensuring", "entire", "essential", "establish",
      "established", "estimate", "evaluate", "evaluated", "evaluating", "evaluation", "evidence", "example", "existing",
      "experiment", "experimental", "explicit", "explicitly", "exploit", "explore", "exploring", "extend", "extended",
      "extensive", "fact", "factor", "fail", "feature", "final", "finally", "find", "finding", "finite", "fixed",
      "focus", "focusing", "follow", "following", "form", "formal", "found", "framework", "full", "fundamental",
      "furthermore", "future", "gain", "gap", "general", "generality", "generally", "generate", "generated",
      "generation", "goal", "good", "great", "greater", "hand", "hard", "help", "high", "higher", "highlight", "highly",
      "idea", "identify", "identifying", "impact", "implement", "implementation", "implication", "implicit",
      "important", "importantly", "improve", "improved", "improvement", "improving", "include", "including", "increase",
      "increased", "increasing", "increasingly", "independent", "indicate", "individual", "input", "insight",
      "integrate", "integrated", "integrating", "interest", "interesting", "introduce", "introduced", "introducing",
      "investigate", "investigated", "investigation", "involve", "issue", "joint", "jointly", "key", "lack", "large",
      "largely", "large-scale", "larger", "lead", "leading", "leverage", "leveraging", "letter", "level", "limit",
      "limitation", "limited", "limiting", "line", "literature", "long", "low", "lower", "main", "mainly", "maintain",
      "maintaining", "major", "manner", "meaningful", "measure", "mechanism", "method", "methodology", "metric",
      "minimal", "mode", "model", "modeling", "modelling", "modern", "module", "motivated", "multiple", "nature",
      "necessary", "new", "non", "notable", "notably", "note", "novel", "number", "objective", "observation", "observe",
      "observed", "obtain", "obtained", "offer", "offering", "open", "open-source", "order", "original", "outperform",
      "outperforming", "output", "overall", "overcome", "paper", "parameter", "part", "people", "perform",
      "performance", "performed", "performing", "perspective", "phenomenon", "pipeline", "play", "poor", "popular",
      "possible", "potential", "potentially", "powerful", "practical", "practice", "precise", "present", "presented",
      "presenting", "previous", "previously", "primary", "principle", "prior", "problem", "procedure", "produce",
      "produced", "promising", "property", "propose", "proposed", "proposing", "prove", "provide", "provided",
      "providing", "publicly", "purpose", "quality", "question", "range", "reach", "real", "real-world", "realistic",
      "recent", "recently", "reduce", "reduced", "reducing", "reduction", "regime", "related", "relation",
      "relationship", "relative", "relatively", "release", "relevant", "reliable", "reliability", "rely", "remain",
      "remarkable", "report", "reported", "represent", "require", "required", "requirement", "requiring", "research",
      "researcher", "respective", "result", "resulting", "reveal", "revealing", "review", "rich", "robust",
      "robustness", "role", "scenario", "scheme", "scope", "section", "select", "selected", "sense", "sensitive",
      "serve", "set", "setting", "setup", "shared", "show", "showed", "showing", "shown", "significance", "significant",
      "significantly", "similar", "simple", "simultaneously", "single", "size", "small", "smaller", "solution", "solve",
      "solving", "specific", "specifically", "stage", "standard", "state-of-the-art", "statistical", "step", "strategy",
      "strength", "strong", "stronger", "structured", "struggle", "study", "studied", "studying", "substantial",
      "substantially", "success", "successful", "successfully", "suffer", "suggest", "suggesting", "suitable",
      "superior", "support", "survey", "system", "systematic", "systematically", "tackle", "target", "task",
      "technique", "technology", "term", "tested", "testing", "theoretical", "theoretically", "tool", "total",
      "traditional", "train", "trained", "type", "typical", "typically", "unclear", "underlying", "understand",
      "understanding", "unified", "unique", "validate", "validated", "validation", "valuable", "value", "variety",
      "vary", "varying", "wide", "widely", "wide-range", "work", "yield"};
  return words;
}

// Words that name a field together with another word, but nothing alone.
const WordSet& weak_words() {
  static const WordSet words{"world",
                             "knowledge",
                             "information",
                             "time",
                             "deep",
                             "natural",
                             "state",
                             "search",
                             "field",
                             "power",
                             "phase",
                             "group",
                             "object",
                             "source",
                             "code",
                             "test",
                             "user",
                             "context",
                             "domain",
                             "response",
                             "structure",
                             "process",
                             "rate",
                             "function",
                             "local",
                             "global",
                             "optimal",
                             "mean",
                             "point",
                             "measurement",
                             "theory",
                             "scale",
                             "data",
                             "agent",
                             "algorithm",
                             "architecture",
                             "attention",
                             "dynamic",
                             "error",
                             "estimation",
                             "image",
                             "inference",
                             "language",
                             "learning",
                             "machine",
                             "memory",
                             "network",
                             "neural",
                             "optimization",
                             "policy",
                             "prediction",
                             "reasoning",
                             "representation",
                             "sample",
                             "sequence",
                             "signal",
                             "simulation",
                             "text",
                             "training",
                             "transformer",
                             "video",
                             "vision",
                             "visual",
                             "equation",
                             "energy",
                             "mass",
                             "matter",
                             "particle",
                             "galaxy",
                             "star",
                             "spectrum",
                             "spectral",
                             "quantum",
                             "graph",
                             "space",
                             "theorem",
                             "proof",
                             "operator",
                             "solution",
                             "boundary",
                             "linear",
                             "nonlinear",
                             "human",
                             "software",
                             "program",
                             "audio",
                             "speech",
                             "robot",
                             "motion",
                             "scene",
                             "map",
                             "distribution",
                             "prompt",
                             "token",
                             "llm",
                             "llms",
                             "ai",
                             "large-scale",
                             "classification",
                             "detection",
                             "segmentation",
                             "interaction",
                             "coupling",
                             "decay",
                             "symmetry",
                             "wave",
                             "density",
                             "temperature",
                             "frequency",
                             "uncertainty",
                             "variation",
                             "constraint",
                             "planning",
                             "control",
                             "feedback",
                             "noise",
                             "weight",
                             "layer",
                             "loss",
                             "score",
                             "query",
                             "content",
                             "design",
                             "interface",
                             "semantic",
                             "spatial",
                             "temporal",
                             "multi",
                             "self",
                             "cross",
                             "pre",
                             "zero",
                             "low",
                             "pretrained",
                             "pre-trained",
                             "end-to-end",
                             "fine-grained",
                             "generative",
                             "multimodal",
                             "annotation",
                             "label",
                             "pair",
                             "instance",
                             "category",
                             "view",
                             "frame",
                             "region",
                             "pixel",
                             "feature",
                             "embedding",
                             "alignment",
                             "adaptation",
                             "generalization"};
  return words;
}

// Words that end a term well, although they say nothing by themselves: "diffusion model", "field theory".
const WordSet& tail_words() {
  static const WordSet words{"model",  "generation", "system",        "benchmark", "design",
                             "effect", "mode",       "understanding", "modeling"};
  return words;
}

std::string singular(std::string word) {
  if (word.size() > 4 && word.ends_with("ies")) return word.substr(0, word.size() - 3) + "y";
  if (word.size() > 4 &&
      (word.ends_with("sses") || word.ends_with("xes") || word.ends_with("ches") || word.ends_with("shes")))
    return word.substr(0, word.size() - 2);
  if (word.size() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is"))
    word.pop_back();
  return word;
}

struct Word {
  std::string key, written;
  bool breaks = false;  // stop word, number or punctuation before the next
  bool tail = false;    // may end a term all the same
};

bool is_word_byte(char c) {
  return is_ascii_alnum(c) || static_cast<unsigned char>(c) >= 0x80;
}

std::string folded_word(const std::string& word) {
  const bool ascii =
      std::none_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return ascii ? text::to_lower_ascii(word) : text::fold(word);
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  words.reserve(text.size() / 5);
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '$') {  // a formula is not a word
      const std::size_t close = text.find('$', i + 1);
      i = close == std::string_view::npos ? text.size() : close + 1;
      words.push_back({.key = {}, .written = {}, .breaks = true});
      continue;
    }
    if (!is_word_byte(text[i])) {
      if (text[i] != ' ') words.push_back({.key = {}, .written = {}, .breaks = true});
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (is_word_byte(text[end]) || ((text[end] == '-' || text[end] == '\'') &&
                                                             end + 1 < text.size() && is_word_byte(text[end + 1]))))
      ++end;
    Word word;
    word.written = text.substr(i, end - i);
    const std::string folded = folded_word(word.written);
    word.key = singular(folded);
    const bool number = std::none_of(word.key.begin(), word.key.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    });
    const bool adverb = word.key.size() > 4 && word.key.ends_with("ly");
    word.breaks = number || adverb || word.key.size() < 2 || stop_words().contains(word.key) ||
                  (folded != word.key && stop_words().contains(folded));
    word.tail = word.breaks && tail_words().contains(word.key);
    words.push_back(std::move(word));
    i = end;
  }
  return words;
}

// Calls visit(begin, length) for every run of words that is a term.
template <class Visit>
void each_term(const std::vector<Word>& words, std::size_t longest, const Visit& visit) {
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    for (std::size_t length = 1; length <= longest && begin + length <= words.size(); ++length) {
      const Word& word = words[begin + length - 1];
      if (word.breaks && (length == 1 || !word.tail)) break;
      const bool says_nothing =
          length == 1 && (weak_words().contains(word.key) || (word.key[0] >= '0' && word.key[0] <= '9'));
      if (!says_nothing) visit(begin, length);
      if (word.breaks) break;
    }
  }
}

// FNV-1a, 64 bits.
constexpr std::uint64_t hash_begin = 14695981039346656037U;
std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

// Its last step alone leaves the high bits too much alike (the finalizer of MurmurHash3).
std::uint64_t mixed(std::uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
  return hash ^ (hash >> 33);
}

}  // namespace

void add_terms(Terms& terms, std::string_view text, std::size_t longest) {
  const std::vector<Word> words = words_of(text);
  each_term(words, longest, [&](std::size_t begin, std::size_t length) {
    std::string key = words[begin].key;
    std::string written = words[begin].written;
    for (std::size_t i = begin + 1; i < begin + length; ++i) {
      key += ' ' + words[i].key;
      written += ' ' + words[i].written;
    }
    terms.emplace(std::move(key), std::move(written));
  });
}

void add_term_hashes(std::vector<std::uint64_t>& hashes, std::string_view text, std::size_t longest) {
  const std::vector<Word> words = words_of(text);
  each_term(words, longest, [&](std::size_t begin, std::size_t length) {
    std::uint64_t hash = hash_on(hash_begin, words[begin].key);
    for (std::size_t i = begin + 1; i < begin + length; ++i) hash = hash_on(hash_on(hash, " "), words[i].key);
    hashes.push_back(mixed(hash));
  });
}

std::uint64_t term_hash(std::string_view key) {
  return mixed(hash_on(hash_begin, key));
}

std::vector<std::string> term_words(std::string_view text) {
  std::vector<std::string> out;
  for (const Word& word : words_of(text::replace_all(text, "-", " "))) {
    if (!word.key.empty()) out.push_back(word.key);
  }
  return out;
}

}  // namespace paperboy::digest

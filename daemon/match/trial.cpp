#include "daemon/match/trial.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/match/query.hpp"

namespace paperboy::match {
namespace {

using Kind = Node::Kind;
using Suggested = TrialReport::Suggestion::Kind;

constexpr std::size_t most_terms = 40;         // that are looked at one by one
constexpr std::size_t shortest_beginning = 4;  // letters of a word that may go on

// --- queries made of a query

// A tree written anew: true or false if a term's going made it so.
struct Written {
  enum class Is { yes, no, text } is = Is::text;
  std::string text;
  bool any_of = false;  // needs parentheses beside others
};

// What a term becomes; nothing: it is met by no paper.
using Rewrite = std::function<std::optional<std::string>(const Node& term)>;

std::string beside(const Written& part) {
  return part.any_of ? "(" + part.text + ")" : part.text;
}

Written written(const Node& node, const Rewrite& rewrite) {
  using Is = Written::Is;
  if (node.kind == Kind::term) {
    std::optional<std::string> text = rewrite(node);
    return text ? Written{Is::text, std::move(*text), false} : Written{Is::no, "", false};
  }
  if (node.kind == Kind::none_of) {
    const Written inner = written(*node.children.front(), rewrite);
    if (inner.is == Is::text) return {Is::text, "NOT (" + inner.text + ")", false};
    return {inner.is == Is::yes ? Is::no : Is::yes, "", false};
  }
  const bool all = node.kind == Kind::all_of;
  std::vector<Written> parts;
  for (const NodePtr& child : node.children) {
    Written part = written(*child, rewrite);
    if (part.is == Is::text) {
      parts.push_back(std::move(part));
    } else if ((part.is == Is::no) == all) {
      return part;
    }
  }
  if (parts.empty()) return {all ? Is::yes : Is::no, "", false};
  if (parts.size() == 1) return parts.front();
  std::vector<std::string> texts;
  for (const Written& part : parts) texts.push_back(all ? beside(part) : part.text);
  return {Is::text, text::join(texts, all ? " " : " OR "), !all};
}

// As to_string has it; empty if it is no query.
std::string canonical(const std::string& query) {
  try {
    return to_string(*parse(query));
  } catch (const QueryError&) {
    return {};
  }
}

// Empty where nothing is left, or what is left is no query.
std::string rewritten(const Node& tree, const Rewrite& rewrite) {
  Written whole = written(tree, rewrite);
  if (whole.is != Written::Is::text || canonical(whole.text).empty()) return {};
  const bool in_parentheses = whole.text.starts_with('(') && whole.text.find(')') + 1 == whole.text.size();
  return in_parentheses ? whole.text.substr(1, whole.text.size() - 2) : std::move(whole.text);
}

std::optional<std::string> as_it_is(const Node& term) {
  return to_string(term);
}

bool of_text(const Node& term) {
  return term.scope != Scope::author && term.scope != Scope::category;
}

// "ti:", "".
std::string field_of(const Node& term) {
  const std::string text = to_string(term);
  const std::size_t colon = text.find(':'), quote = text.find('"');
  return colon == std::string::npos || (quote != std::string::npos && quote < colon) ? "" : text.substr(0, colon + 1);
}

struct Term {
  std::string text;  // as to_string has it
  bool excluded = false;
};

void collect(const Node& node, bool excluded, std::vector<Term>& terms) {
  for (const NodePtr& child : node.children) collect(*child, excluded != (node.kind == Kind::none_of), terms);
  if (node.kind != Kind::term) return;
  Term term{to_string(node), excluded};
  const bool known = std::any_of(terms.begin(), terms.end(), [&term](const Term& each) {
    return each.text == term.text && each.excluded == term.excluded;
  });
  if (!known) terms.push_back(std::move(term));
}

std::string without_term(const Node& tree, const std::string& text) {
  return rewritten(tree, [&text](const Node& term) -> std::optional<std::string> {
    std::string own = to_string(term);
    return own == text ? std::nullopt : std::optional(std::move(own));
  });
}

// The tree's clauses but one.
std::string without_clause(const Node& tree, std::size_t dropped) {
  std::vector<std::string> left;
  for (std::size_t i = 0; i < tree.children.size(); ++i) {
    if (i != dropped) left.push_back(beside(written(*tree.children[i], as_it_is)));
  }
  std::string query = text::join(left, " ");
  return canonical(query).empty() ? std::string() : query;
}

// The words of a phrase, apart.
std::optional<std::string> in_any_order(const Node& term) {
  if (!of_text(term) || term.words.size() < 2 || term.exact) return to_string(term);
  const std::string field = field_of(term);
  std::string apart;
  for (std::size_t i = 0; i < term.words.size(); ++i) {
    apart += (i == 0 ? "(" : " ") + field + term.words[i];
    if (term.prefix && i + 1 == term.words.size()) apart += "*";
  }
  return apart + ")";
}

// The last word may go on, where it is long enough to say something.
std::optional<std::string> beginning(const Node& term) {
  std::string own = to_string(term);
  if (!of_text(term) || term.prefix || term.exact) return own;
  if (text::count_code_points(term.words.back()) < shortest_beginning) return own;
  if (own.ends_with('"')) return own.substr(0, own.size() - 1) + "*\"";
  return own + "*";
}

std::optional<std::string> in_any_field(const Node& term) {
  std::string own = to_string(term);
  const bool field = term.scope == Scope::title || term.scope == Scope::abstract;
  return field ? own.substr(field_of(term).size()) : own;
}

std::optional<std::string> in_titles(const Node& term) {
  std::string own = to_string(term);
  return term.scope == Scope::text ? "ti:" + own : own;
}

// Words side by side in the query as a phrase: nothing if there are none, or something else stands among them.
std::string side_by_side(const Node& tree) {
  if (tree.kind != Kind::all_of) return {};
  std::vector<std::string> words, others;
  for (const NodePtr& child : tree.children) {
    const bool word = child->kind == Kind::term && child->scope == Scope::text && child->words.size() == 1 &&
                      !child->prefix && !child->exact;
    if (word) {
      words.push_back(child->written);
    } else {
      others.push_back(beside(written(*child, as_it_is)));
    }
  }
  if (words.size() < 2 || words.size() > 3) return {};
  const std::string phrase = "\"" + text::join(words, " ") + "\"";
  return others.empty() ? phrase : phrase + " " + text::join(others, " ");
}

// --- counting

using Counts = std::map<Day, std::size_t>;

ByDay by_day(const Counts& met, const Counts& papers) {
  ByDay result;
  std::vector<std::size_t> days;
  for (const auto& [day, count] : papers) {
    const auto at = met.find(day);
    const std::size_t here = at == met.end() ? 0 : at->second;
    days.push_back(here);
    result.met += here;
    if (here > result.most) {
      result.most = here;
      result.fullest = day;
    }
  }
  if (days.empty()) return result;
  const auto middle = days.begin() + static_cast<std::ptrdiff_t>((days.size() - 1) / 2);
  std::nth_element(days.begin(), middle, days.end());
  result.median = *middle;
  return result;
}

// Keeps the best `most` of what is put in.
template <class Item, class Better>
void keep_best(std::vector<Item>& items, Item item, std::size_t most, const Better& better) {
  if (items.size() == most && (most == 0 || !better(item, items.back()))) return;
  items.insert(std::upper_bound(items.begin(), items.end(), item, better), std::move(item));
  if (items.size() > most) items.pop_back();
}

bool better_hit(const TrialReport::Hit& a, const TrialReport::Hit& b) {
  return a.score != b.score ? a.score > b.score : a.paper.id > b.paper.id;
}

}  // namespace

struct Trial::State {
  // One of the topics that every paper is asked about.
  struct Variant {
    paper::Topic topic;
    Counts met;
  };
  struct TermCount {
    std::string written;
    std::size_t has = 0;                  // the variant of the term alone
    std::optional<std::size_t> lacks_it;  // that of the query without it; none: no paper would be met
    std::size_t with = 0, only = 0;
  };
  struct Clause {
    std::string text;
    bool excluded = false, categories = false;
    std::size_t without = 0;  // the variant
  };
  struct Wish {
    Suggested kind;
    std::string what;
    std::size_t variant = 0;
  };
  struct NearHit {
    double score = 0;
    TrialReport::Near near;
  };

  std::size_t add(paper::Topic topic) {
    const auto same = std::find_if(variants.begin(), variants.end(), [&topic](const Variant& each) {
      return each.topic.query == topic.query && each.topic.exclude == topic.exclude &&
             each.topic.categories == topic.categories;
    });
    if (same != variants.end()) return static_cast<std::size_t>(same - variants.begin());
    variants.push_back({std::move(topic), {}});
    return variants.size() - 1;
  }
  paper::Topic with_query(std::string query) const {
    paper::Topic topic = asked;
    topic.query = std::move(query);
    return topic;
  }
  void wish(Suggested kind, std::string what, const std::string& query) {
    if (!query.empty() && canonical(query) != asked_text)
      wishes.push_back({kind, std::move(what), add(with_query(query))});
  }
  void take_apart();

  paper::Topic asked;
  std::string asked_text;  // as to_string has the query
  TrialLimits limits;
  std::vector<Variant> variants;  // the topic itself first
  std::vector<TermCount> terms;
  std::vector<Clause> clauses;
  std::vector<Wish> wishes;
  std::optional<Profiles> profiles;

  std::size_t papers = 0, known = 0, near_count = 0;
  Counts days;
  std::map<std::string, Counts> in_category;  // met papers, by primary category
  std::vector<TrialReport::Hit> best;
  std::vector<NearHit> near;
  std::vector<const paper::Match*> met;  // of the paper under way, by variant
};

void Trial::State::take_apart() {
  const NodePtr tree = parse(asked.query, {.stem = asked.stem});
  asked_text = to_string(*tree);
  std::vector<Term> all;
  collect(*tree, false, all);
  for (const Term& term : all) {
    if (term.excluded || terms.size() == most_terms) continue;
    paper::Topic alone = with_query(term.text);
    alone.exclude.clear();
    TermCount count{term.text, add(std::move(alone)), std::nullopt};
    const std::string without = without_term(*tree, term.text);
    if (!without.empty()) count.lacks_it = add(with_query(without));
    terms.push_back(std::move(count));
  }
  if (tree->kind == Kind::all_of) {
    for (std::size_t i = 0; i < tree->children.size() && clauses.size() < most_terms; ++i) {
      const Node& clause = *tree->children[i];
      const bool excluded = clause.kind == Kind::none_of;
      const std::string without = without_clause(*tree, i);
      if (without.empty()) continue;
      const Written text = written(excluded ? *clause.children.front() : clause, as_it_is);
      clauses.push_back({text.text, excluded, false, add(with_query(without))});
      wish(Suggested::without, excluded ? "NOT " + beside(text) : text.text, without);
    }
  }
  if (!asked.categories.empty()) {
    paper::Topic everywhere = asked;
    everywhere.categories.clear();
    const std::size_t variant = add(std::move(everywhere));
    clauses.push_back({text::join(asked.categories, ", "), false, true, variant});
    wishes.push_back({Suggested::everywhere, text::join(asked.categories, ", "), variant});
  }
  if (!asked.exclude.empty()) {
    paper::Topic open = asked;
    open.exclude.clear();
    clauses.push_back({asked.exclude, true, false, add(std::move(open))});
  }
  wish(Suggested::any_order, "", rewritten(*tree, in_any_order));
  wish(Suggested::beginnings, "", rewritten(*tree, beginning));
  wish(Suggested::any_field, "", rewritten(*tree, in_any_field));
  wish(Suggested::side_by_side, "", side_by_side(*tree));
  wish(Suggested::in_titles, "", rewritten(*tree, in_titles));
  if (tree->kind == Kind::any_of) {
    for (const TermCount& term : terms) wish(Suggested::without, term.written, without_term(*tree, term.written));
  }
}

Trial::Trial(const paper::Topic& topic, std::span<const paper::Topic> others, const Statistics& statistics,
             TrialLimits limits)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.limits = limits;
  s.asked = topic;
  s.asked.examples.clear();
  s.asked.muted = false;
  s.add(s.asked);
  if (!topic.exclude.empty()) parse(topic.exclude, {.stem = topic.stem});
  if (!topic.query.empty()) {
    parse(topic.query, {.stem = topic.stem});
    if (limits.whole) s.take_apart();
  }
  std::vector<paper::Person> people(2);
  people[0].id = "trial";
  for (std::size_t i = 0; i < s.variants.size(); ++i) {
    people[0].topics.push_back(s.variants[i].topic);
    people[0].topics.back().name = std::to_string(i);
  }
  people[1].id = "others";
  for (const paper::Topic& other : others) {
    const bool by_example = !other.examples.empty() && other.query.empty() && other.authors.empty();
    if (by_example) continue;  // without them it would be all of its categories
    people[1].topics.push_back(other);
    people[1].topics.back().examples.clear();
  }
  s.profiles.emplace(people, std::span<const paper::Paper>(), statistics);
}

Trial::~Trial() = default;

void Trial::add(Day day, const paper::Paper& paper) {
  State& s = *state_;
  ++s.papers;
  ++s.days[day];
  const std::vector<paper::Match> matches = s.profiles->match(paper);
  s.met.assign(s.variants.size(), nullptr);
  bool known = false;
  for (const paper::Match& match : matches) {
    if (match.person == "others") {
      known = true;
      continue;
    }
    const auto variant = static_cast<std::size_t>(std::stoul(match.topic));
    s.met[variant] = &match;
    ++s.variants[variant].met[day];
  }
  if (const paper::Match* hit = s.met.front(); hit != nullptr) {
    s.known += known ? 1 : 0;
    ++s.in_category[paper.primary_category()][day];
    for (State::TermCount& term : s.terms) {
      if (s.met[term.has] == nullptr) continue;
      ++term.with;
      const bool met_without = term.lacks_it && s.met[*term.lacks_it] != nullptr;
      if (!met_without) ++term.only;
    }
    keep_best(s.best, TrialReport::Hit{paper, day, hit->score, hit->reasons}, s.limits.hits, better_hit);
    return;
  }
  // Without one clause it is met: that alone is missing. Two clauses may mean the same; one is enough.
  const auto clause = std::find_if(s.clauses.begin(), s.clauses.end(),
                                   [&s](const State::Clause& each) { return s.met[each.without] != nullptr; });
  if (clause == s.clauses.end()) return;
  ++s.near_count;
  State::NearHit near{s.met[clause->without]->score,
                      TrialReport::Near{paper, day, clause->text, clause->excluded, clause->categories}};
  keep_best(s.near, std::move(near), s.limits.near, [](const State::NearHit& a, const State::NearHit& b) {
    return a.score != b.score ? a.score > b.score : a.near.paper.id > b.near.paper.id;
  });
}

TrialReport Trial::report() const {
  const State& s = *state_;
  TrialReport report;
  report.papers = s.papers;
  report.days = s.days.size();
  report.met = by_day(s.variants.front().met, s.days);
  report.known = s.known;
  report.best = s.best;
  if (report.met.met == 0) report.width = TrialReport::Width::narrow;
  if (report.met.median > too_many) report.width = TrialReport::Width::broad;
  for (const State::TermCount& term : s.terms) {
    const ByDay anywhere = by_day(s.variants[term.has].met, s.days);
    report.terms.push_back({term.written, term.with, term.only, anywhere.met});
  }
  for (const State::NearHit& near : s.near) report.near.push_back(near.near);
  report.near_count = s.near_count;
  if (report.width == TrialReport::Width::right) return report;

  const bool broad = report.width == TrialReport::Width::broad;
  std::set<std::size_t> suggested;
  for (const State::Wish& wish : s.wishes) {
    const State::Variant& variant = s.variants[wish.variant];
    ByDay met = by_day(variant.met, s.days);
    // Of a better width; where it is far too broad, half as much is a beginning.
    const bool better = broad ? met.met > 0 && met.met * 2 <= report.met.met : met.met > 0 && met.median <= too_many;
    if (!better || !suggested.insert(wish.variant).second) continue;
    report.suggestions.push_back({wish.kind, wish.what, variant.topic.query, variant.topic.categories, met});
  }
  if (broad && s.asked.categories.empty() && !s.in_category.empty()) {
    const auto commonest = std::max_element(
        s.in_category.begin(), s.in_category.end(),
        [&](const auto& a, const auto& b) { return by_day(a.second, s.days).met < by_day(b.second, s.days).met; });
    ByDay met = by_day(commonest->second, s.days);
    if (!commonest->first.empty() && met.met < report.met.met)
      report.suggestions.push_back({Suggested::in_category, commonest->first, s.asked.query, {commonest->first}, met});
  }
  // Of those that are narrow enough, what keeps most; else what leaves least. Where nothing was met, what brings least.
  const auto order = [broad](const TrialReport::Suggestion& each) {
    const bool fits = each.met.median <= too_many;
    const auto met = static_cast<std::int64_t>(each.met.met);
    return std::tuple(!fits, broad && fits ? -met : met, static_cast<int>(each.kind), each.query);
  };
  std::sort(report.suggestions.begin(), report.suggestions.end(),
            [&order](const auto& a, const auto& b) { return order(a) < order(b); });
  return report;
}

}  // namespace paperboy::match

#pragma once
// A topic tried on papers before anybody follows it: what it would have brought, a day; which of its terms bring that;
// what it just misses; how it could be made wider or narrower. It asks Profiles, so it meets what the daemon would.
// Pure.
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/match/profiles.hpp"
#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/paper/person.hpp"

namespace paperboy::match {

// Met papers of each day that had any papers: `most` on one day, and half of the days had at most `median`.
struct ByDay {
  std::size_t met = 0, median = 0, most = 0;
  std::optional<Day> fullest;  // the day of `most`
};

struct TrialReport {
  std::size_t papers = 0, days = 0;  // that were tried
  ByDay met;
  std::size_t known = 0;  // of these, in the other topics already
  // More than too_many papers on half of the days; none at all; else right.
  enum class Width { narrow, right, broad } width = Width::right;

  struct Hit {
    paper::Paper paper;
    Day day{};
    double score = 0;
    std::vector<paper::Reason> reasons;
  };
  std::vector<Hit> best;  // at most TrialLimits::hits

  // A term that is not excluded.
  struct Term {
    std::string written;
    std::size_t with = 0;      // met papers that have it
    std::size_t only = 0;      // met papers that would not be met without it
    std::size_t anywhere = 0;  // papers that have it, in the topic's categories, met or not
  };
  std::vector<Term> terms;  // in the order of the query

  // A paper that lacks one clause of the query (what AND joins) alone, or is left out by one exclusion alone.
  struct Near {
    paper::Paper paper;
    Day day{};
    std::string clause;
    bool excluded = false;       // it has what is excluded
    bool in_categories = false;  // `clause` is the topic's categories, in which it is not
  };
  std::vector<Near> near;  // the best of them, at most TrialLimits::near
  std::size_t near_count = 0;

  // Another topic, which would be of a better width.
  struct Suggestion {
    enum class Kind {
      any_order,     // narrow: the words of phrases anywhere
      beginnings,    // narrow: words that begin so
      any_field,     // narrow: in title or abstract
      without,       // without `what`, a clause (narrow) or a term (broad)
      everywhere,    // narrow: in all categories
      side_by_side,  // broad: words as a phrase
      in_titles,     // broad: in titles alone
      in_category    // broad: in the commonest category of the papers alone
    } kind = Kind::without;
    std::string what, query;
    std::vector<std::string> categories;
    ByDay met;
  };
  std::vector<Suggestion> suggestions;  // the least of a change first
};

struct TrialLimits {
  bool whole = true;  // false: counts and hits alone
  std::size_t hits = 20, near = 10;
};

class Trial {
 public:
  static constexpr std::size_t too_many = 20;  // papers a day: what a digest shows of a topic

  // `topic`: its query, exclude, categories and authors. Of `others` (the topics of whoever wants it) the queries,
  // authors and categories. Throws QueryError if the query or the exclusion does not parse.
  Trial(const paper::Topic& topic, std::span<const paper::Topic> others, const Statistics& statistics,
        TrialLimits limits = {});
  ~Trial();

  // In any order. A day without papers is no day of announcements, and does not count.
  void add(Day day, const paper::Paper& paper);
  TrialReport report() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy::match

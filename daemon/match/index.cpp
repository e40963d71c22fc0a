#include "daemon/match/index.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace paperboy::match {
namespace {

// A run: its head, then postings of equal size. `last | shape << 24 | postings`; longer runs are several.
constexpr std::uint32_t last_run = 1u << 31;
constexpr std::uint32_t most_in_run = (1u << 24) - 1;
constexpr std::uint32_t shape_of(std::uint32_t head) {
  return head >> 24 & 0x7F;
}

// A residual as literals in conjunctive form: `ends_clause | negated | atom`. Its shape says how many there are and, of
// a few, which of them end a clause. What does not fit is a program: the posting holds where it begins.
constexpr std::uint32_t ends_clause = 1u << 31, negated_literal = 1u << 30;
constexpr std::uint32_t most_structured = 5, most_literals = 12;
constexpr std::uint32_t program_shape = 0x7F;
constexpr std::uint32_t structured_shapes = 1u << most_structured;

// Of up to most_structured literals: 1 << (literals - 1) and a bit for each but the last that ends its clause. Of none:
// 0.
constexpr std::uint32_t literals_of(std::uint32_t shape) {
  return shape < structured_shapes ? static_cast<std::uint32_t>(std::bit_width(shape)) : shape - structured_shapes;
}
constexpr std::uint32_t posting_size(std::uint32_t shape) {
  return shape == program_shape ? 2 : 1 + literals_of(shape);
}

std::uint32_t shape_of(const std::vector<std::vector<std::uint32_t>>& clauses) {
  std::uint32_t literals = 0, ends = 0;
  for (const auto& clause : clauses) {
    literals += static_cast<std::uint32_t>(clause.size());
    ends |= 1u << (literals - 1);
    if (literals > most_literals) return program_shape;
  }
  // The highest bit of `ends` is that of the last literal.
  return literals <= most_structured ? ends : structured_shapes + literals;
}

using Clause = std::vector<std::uint32_t>;  // literals without ends_clause, sorted
using Clauses = std::vector<Clause>;        // all must hold; none: true; an empty one: false

// The residual of an expression when one of its atoms is known to be there.
class Residual {
 public:
  // Nothing if it has more than most_literals.
  static std::optional<Clauses> of(const Expression& expression, Atom present) {
    Residual residual(present);
    const std::uint32_t* at = expression.data();
    Clauses clauses = residual.read(at, false);
    if (residual.too_long_) return std::nullopt;
    return clauses;
  }

 private:
  explicit Residual(Atom present) : present_(present) {}

  Clauses read(const std::uint32_t*& at, bool negated) {
    const std::uint32_t head = *at++;
    const std::uint32_t kind = head & op_mask;
    if (kind == op_none_of) return read(at, !negated);
    if (kind == 0) {
      if (head == present_) return negated ? Clauses{{}} : Clauses{};
      return {{head | (negated ? negated_literal : 0)}};
    }
    const bool all_needed = (kind == op_all_of) != negated;
    Clauses result;
    if (!all_needed) result.emplace_back();
    for (std::uint32_t i = head & ~op_mask; i > 0; --i) {
      Clauses one = read(at, negated);
      if (all_needed) {
        result.insert(result.end(), std::make_move_iterator(one.begin()), std::make_move_iterator(one.end()));
      } else {
        result = either(result, one);
      }
      check(result);
      if (too_long_) result.clear();
    }
    return result;
  }

  static Clauses either(const Clauses& a, const Clauses& b) {
    Clauses result;
    for (const Clause& x : a) {
      for (const Clause& y : b) {
        Clause both;
        std::set_union(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
        const bool always = std::any_of(both.begin(), both.end(), [&both](std::uint32_t literal) {
          return (literal & negated_literal) == 0 &&
                 std::binary_search(both.begin(), both.end(), literal | negated_literal);
        });
        if (!always) result.push_back(std::move(both));
      }
    }
    return result;
  }

  // A false clause is all there is; equal ones are one.
  void check(Clauses& clauses) {
    if (clauses.size() < 2) {
      too_long_ = too_long_ || (!clauses.empty() && clauses.front().size() > 4 * most_literals);
      return;
    }
    std::sort(clauses.begin(), clauses.end());
    clauses.erase(std::unique(clauses.begin(), clauses.end()), clauses.end());
    if (clauses.front().empty()) clauses.resize(1);
    std::size_t literals = 0;
    for (const Clause& clause : clauses) literals += clause.size();
    too_long_ = too_long_ || literals > 4 * most_literals;
  }

  Atom present_;
  bool too_long_ = false;
};

// The rarest atoms one of which a paper must have for an expression to be true (or, negated, false).
struct Cover {
  double cost = 0;
  std::vector<Atom> anchors;
};

Cover cover(const std::uint32_t*& at, bool negated, const Atoms& atoms) {
  constexpr double never = std::numeric_limits<double>::infinity();
  const std::uint32_t head = *at++;
  const std::uint32_t kind = head & op_mask;
  if (kind == op_none_of) return cover(at, !negated, atoms);
  if (kind == 0) return negated ? Cover{never, {}} : Cover{atoms.expected(head), {head}};
  const bool all_needed = (kind == op_all_of) != negated;
  Cover result{all_needed ? never : 0, {}};
  for (std::uint32_t i = head & ~op_mask; i > 0; --i) {
    Cover one = cover(at, negated, atoms);
    if (!all_needed) {
      result.cost += one.cost;
      result.anchors.insert(result.anchors.end(), one.anchors.begin(), one.anchors.end());
    } else if (one.cost < result.cost) {
      result = std::move(one);
    }
  }
  return result;
}

// A posting before it has its place.
struct Draft {
  std::uint64_t order;  // anchor, then shape
  std::uint32_t at;     // in what was drafted
};

}  // namespace

Index::Index(std::span<const Expression> profiles, const Atoms& atoms) : profiles_(profiles.size()) {
  std::vector<Draft> drafts;
  std::vector<std::uint32_t> drafted;  // profile, then literals or where the program begins
  for (std::uint32_t profile = 0; profile < profiles.size(); ++profile) {
    const Expression& expression = profiles[profile];
    const std::uint32_t* at = expression.data();
    Cover anchors = cover(at, false, atoms);
    if (anchors.cost == std::numeric_limits<double>::infinity()) {
      throw std::invalid_argument("a profile that papers with none of its terms would meet");
    }
    std::sort(anchors.anchors.begin(), anchors.anchors.end());
    anchors.anchors.erase(std::unique(anchors.anchors.begin(), anchors.anchors.end()), anchors.anchors.end());
    std::uint32_t program = 0;
    for (const Atom anchor : anchors.anchors) {
      auto clauses = Residual::of(expression, anchor);
      if (clauses && !clauses->empty() && clauses->front().empty()) continue;  // never true with this anchor
      std::uint32_t shape = program_shape;
      if (clauses) {
        std::sort(clauses->begin(), clauses->end(),
                  [](const Clause& a, const Clause& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
        shape = shape_of(*clauses);
      }
      drafts.push_back({static_cast<std::uint64_t>(anchor) << 8 | shape, static_cast<std::uint32_t>(drafted.size())});
      drafted.push_back(profile);
      if (shape != program_shape) {
        for (const Clause& clause : *clauses) {
          drafted.insert(drafted.end(), clause.begin(), clause.end());
          drafted.back() |= ends_clause;
        }
      } else {
        if (program == 0) {
          if (programs_.empty()) programs_.push_back(0);
          program = static_cast<std::uint32_t>(programs_.size());
          programs_.insert(programs_.end(), expression.begin(), expression.end());
        }
        drafted.push_back(program);
      }
    }
  }

  std::sort(drafts.begin(), drafts.end(),
            [](const Draft& a, const Draft& b) { return a.order != b.order ? a.order < b.order : a.at < b.at; });
  first_.assign(atoms.size(), 0);
  pool_.reserve(drafted.size() + drafts.size() / 4 + 1);
  pool_.push_back(0);
  for (std::size_t i = 0; i < drafts.size();) {
    std::size_t end = i + 1;
    while (end < drafts.size() && drafts[end].order == drafts[i].order && end - i < most_in_run) ++end;
    const auto anchor = static_cast<Atom>(drafts[i].order >> 8);
    const auto shape = static_cast<std::uint32_t>(drafts[i].order & 0xFF);
    if (first_[anchor] == 0) first_[anchor] = static_cast<std::uint32_t>(pool_.size());
    const bool last = end == drafts.size() || drafts[end].order >> 8 != anchor;
    pool_.push_back((last ? last_run : 0) | shape << 24 | static_cast<std::uint32_t>(end - i));
    for (; i < end; ++i) {
      const auto from = drafted.begin() + drafts[i].at;
      pool_.insert(pool_.end(), from, from + posting_size(shape));
    }
  }
  pool_.shrink_to_fit();
}

namespace {

// Whether each posting's literals hold, without branches: `met` collects the profiles.
template <std::uint32_t shape>
const std::uint32_t* run(const std::uint32_t* at, std::uint32_t postings, const std::uint64_t* has,
                         std::uint64_t* met) {
  constexpr std::uint32_t literals = literals_of(shape);
  for (std::uint32_t i = 0; i < postings; ++i, at += 1 + literals) {
    std::uint64_t all = 1, any = 0;
    for (std::uint32_t k = 1; k <= literals; ++k) {
      const std::uint32_t literal = at[k];
      const std::uint32_t atom = literal & ~(ends_clause | negated_literal);
      any |= has[atom / 64] >> (atom % 64) ^ literal >> 30;
      if constexpr (shape < structured_shapes) {
        if ((shape >> (k - 1) & 1) == 0) continue;
        all &= any;
        any = 0;
      } else {
        const std::uint64_t ends = literal >> 31;
        all &= any | (ends ^ 1);
        any &= ends - 1;
      }
    }
    met[*at / 64] |= (all & 1) << (*at % 64);
  }
  return at;
}

using Run = const std::uint32_t* (*)(const std::uint32_t*, std::uint32_t, const std::uint64_t*, std::uint64_t*);

template <std::uint32_t... shapes>
constexpr std::array<Run, sizeof...(shapes)> make_runs(std::integer_sequence<std::uint32_t, shapes...>) {
  return {run<shapes>...};
}
constexpr auto runs = make_runs(std::make_integer_sequence<std::uint32_t, structured_shapes + most_literals + 1>());

}  // namespace

void Index::match(const Reading& reading, Scratch& scratch, std::vector<std::uint32_t>& met) const {
  const std::size_t sweep = (profiles_ + 63) / 64;
  if (scratch.size() < sweep) scratch.resize(sweep);
  std::uint64_t* found = scratch.data();
  const std::uint64_t* has = reading.bits();

  std::size_t candidates = 0;
  // Lists are fetched some atoms ahead.
  constexpr std::size_t ahead = 8;
  const std::span<const Atom> present = reading.present();
  for (const Atom atom : present.first(std::min(2 * ahead, present.size()))) __builtin_prefetch(&first_[atom]);
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (i + 2 * ahead < present.size()) __builtin_prefetch(&first_[present[i + 2 * ahead]]);
    if (i + ahead < present.size()) {
      const std::uint32_t* next = &pool_[first_[present[i + ahead]]];
      __builtin_prefetch(next);
      __builtin_prefetch(next + 16);
    }
    const std::uint32_t first = first_[present[i]];
    if (first == 0) continue;
    const std::uint32_t* at = &pool_[first];
    for (std::uint32_t head = 0; (head & last_run) == 0;) {
      head = *at++;
      const std::uint32_t postings = head & most_in_run;
      candidates += postings;
      if (shape_of(head) != program_shape) {
        at = runs[shape_of(head)](at, postings, has, found);
        continue;
      }
      for (std::uint32_t k = 0; k < postings; ++k, at += 2) {
        const std::uint32_t* program = &programs_[at[1]];
        const bool true_here = holds(program, [&reading](Atom each) { return reading.has(each); });
        found[*at / 64] |= static_cast<std::uint64_t>(true_here) << (*at % 64);
      }
    }
  }

  const std::size_t before = met.size();
  met.resize(before + std::min(candidates, profiles_));
  std::uint32_t* out = met.data() + before;
  for (std::size_t i = 0; i < sweep; ++i) {
    if (found[i] == 0) continue;
    for (std::uint64_t bits = std::exchange(found[i], 0); bits != 0; bits &= bits - 1) {
      *out++ = static_cast<std::uint32_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
  met.resize(static_cast<std::size_t>(out - met.data()));
}

Index::Cost Index::cost(const Reading& reading) const {
  Cost cost;
  for (const Atom atom : reading.present()) {
    if (first_[atom] == 0) continue;
    ++cost.lists;
    const std::uint32_t* at = &pool_[first_[atom]];
    for (std::uint32_t head = 0; (head & last_run) == 0;) {
      head = *at++;
      const std::uint32_t postings = head & most_in_run;
      const std::uint32_t size = posting_size(shape_of(head));
      cost.candidates += postings;
      cost.bytes += sizeof(std::uint32_t) * (1 + std::size_t{postings} * size);
      at += std::size_t{postings} * size;
    }
  }
  return cost;
}

std::size_t Index::hot_bytes() const {
  return (first_.size() + pool_.size() + programs_.size()) * sizeof(std::uint32_t) + (profiles_ + 63) / 64 * 8;
}

}  // namespace paperboy::match

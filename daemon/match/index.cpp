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

// A list: how many postings need nothing but the anchor, how many one literal, how many runs there are of others; then
// all these. A posting is a profile and its literals; a run its head, `shape << 24 | postings`, and postings of that
// shape. Longer runs are several.
struct Head {
  std::uint32_t direct, single, runs;
};
constexpr std::size_t head_size = 3;
constexpr std::uint32_t most_in_run = (1u << 24) - 1;

// A residual as literals in conjunctive form: `ends_clause | negated | atom`. Its shape says how many there are and, of
// a few, which of them end a clause. What does not fit is a program: the posting holds where it begins.
constexpr std::uint32_t ends_clause = 1u << 31, negated_literal = 1u << 30;
constexpr std::uint32_t most_structured = 5, most_literals = 12;
constexpr std::uint32_t program_shape = 0x7F, shape_of_one = 1;
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
  pool_.reserve(drafted.size() + drafts.size() / 2 + 1);
  pool_.push_back(0);
  std::size_t head = 0;
  for (std::size_t i = 0; i < drafts.size();) {
    std::size_t end = i + 1;
    while (end < drafts.size() && drafts[end].order == drafts[i].order && end - i < most_in_run) ++end;
    const auto anchor = static_cast<Atom>(drafts[i].order >> 8);
    const auto shape = static_cast<std::uint32_t>(drafts[i].order & 0xFF);
    const auto postings = static_cast<std::uint32_t>(end - i);
    if (first_[anchor] == 0) {
      head = pool_.size();
      first_[anchor] = static_cast<std::uint32_t>(head);
      pool_.resize(head + head_size);
    }
    if (shape <= shape_of_one) {
      pool_[head + shape] += postings;
    } else {
      ++pool_[head + 2];
      pool_.push_back(shape << 24 | postings);
    }
    for (; i < end; ++i) {
      const auto from = drafted.begin() + drafts[i].at;
      pool_.insert(pool_.end(), from, from + posting_size(shape));
    }
  }
  pool_.shrink_to_fit();
}

namespace {

// The profiles met, each once: a bit of each says that it is among them.
class Met {
 public:
  Met(std::uint64_t* bits, std::uint32_t* out) : bits_(bits), out_(out) {}
  // Without a branch.
  void note(std::uint32_t profile, std::uint64_t is_met) {
    std::uint64_t& bits = bits_[profile / 64];
    const std::uint64_t known = bits >> (profile % 64);
    *out_ = profile;
    out_ += is_met & ~known & 1;
    bits |= (is_met & 1) << (profile % 64);
  }
  std::uint32_t* out() const { return out_; }

 private:
  std::uint64_t* bits_;
  std::uint32_t* out_;
};

constexpr Atom atom_in(std::uint32_t literal) {
  return literal & ~(ends_clause | negated_literal);
}
// In the lowest bit; the others are anything.
std::uint64_t is_true(std::uint32_t literal, const std::uint64_t* has) {
  return has[atom_in(literal) / 64] >> (literal % 64) ^ literal >> 30;
}

// Postings of one shape.
template <std::uint32_t shape>
const std::uint32_t* run(const std::uint32_t* at, std::uint32_t postings, const std::uint64_t* has, Met& met) {
  constexpr std::uint32_t literals = literals_of(shape);
  Met local = met;
  for (std::uint32_t i = 0; i < postings; ++i, at += 1 + literals) {
    std::uint64_t all = 1, any = 0;
    for (std::uint32_t k = 1; k <= literals; ++k) {
      any |= is_true(at[k], has);
      if constexpr (shape < structured_shapes) {
        if ((shape >> (k - 1) & 1) == 0) continue;
        all &= any;
        any = 0;
      } else {
        const std::uint64_t ends = at[k] >> 31;
        all &= any | (ends ^ 1);
        any &= ends - 1;
      }
    }
    local.note(*at, all);
  }
  met = local;
  return at;
}

using Run = const std::uint32_t* (*)(const std::uint32_t*, std::uint32_t, const std::uint64_t*, Met&);

template <std::uint32_t... shapes>
constexpr std::array<Run, sizeof...(shapes)> make_runs(std::integer_sequence<std::uint32_t, shapes...>) {
  return {run<shapes>...};
}
constexpr auto runs = make_runs(std::make_integer_sequence<std::uint32_t, structured_shapes + most_literals + 1>());

}  // namespace

void Index::match(const Reading& reading, Scratch& scratch, std::vector<std::uint32_t>& met) const {
  const std::span<const Atom> present = reading.present();
  if (scratch.found.size() < profiles_ + 1) {
    scratch.known.resize(profiles_ / 64 + 1);
    scratch.found.resize(profiles_ + 1);  // note() writes one behind the last
  }
  if (scratch.lists.size() < present.size() + 1) scratch.lists.resize(2 * present.size() + 1);
  Met found(scratch.known.data(), scratch.found.data());
  const std::uint64_t* has = reading.bits();

  // Lists are fetched some ahead.
  std::uint32_t* lists = scratch.lists.data();
  std::size_t count = 0;
  for (const Atom atom : present) {
    lists[count] = first_[atom];
    count += first_[atom] != 0;
  }
  constexpr std::size_t ahead = 8;
  const auto fetch = [&](std::size_t i) {
    if (i >= count) return;
    __builtin_prefetch(&pool_[lists[i]]);
    __builtin_prefetch(&pool_[lists[i]] + 16);
  };
  for (std::size_t i = 0; i < ahead; ++i) fetch(i);
  for (std::size_t i = 0; i < count; ++i) {
    fetch(i + ahead);
    const std::uint32_t* at = &pool_[lists[i]];
    const Head head{at[0], at[1], at[2]};
    at += head_size;
    Met local = found;
    for (std::uint32_t k = 0; k < head.direct; ++k) local.note(*at++, 1);
    for (std::uint32_t k = 0; k < head.single; ++k, at += 2) local.note(at[0], is_true(at[1], has));
    found = local;
    for (std::uint32_t k = 0; k < head.runs; ++k) {
      const std::uint32_t postings = *at & most_in_run, shape = *at >> 24;
      ++at;
      if (shape != program_shape) {
        at = runs[shape](at, postings, has, found);
        continue;
      }
      for (std::uint32_t each = 0; each < postings; ++each, at += 2) {
        const std::uint32_t* program = &programs_[at[1]];
        found.note(*at, holds(program, [&reading](Atom atom) { return reading.has(atom); }) ? 1 : 0);
      }
    }
  }

  met.insert(met.end(), scratch.found.data(), found.out());
  for (const std::uint32_t* each = scratch.found.data(); each != found.out(); ++each) scratch.known[*each / 64] = 0;
}

Index::Cost Index::cost(const Reading& reading) const {
  Cost cost;
  for (const Atom atom : reading.present()) {
    if (first_[atom] == 0) continue;
    ++cost.lists;
    const std::uint32_t* at = &pool_[first_[atom]];
    const Head head{at[0], at[1], at[2]};
    const std::uint32_t* begin = at;
    at += head_size + head.direct + 2 * std::size_t{head.single};
    cost.candidates += head.direct + head.single;
    for (std::uint32_t i = 0; i < head.runs; ++i) {
      const std::uint32_t postings = *at & most_in_run;
      cost.candidates += postings;
      at += 1 + std::size_t{postings} * posting_size(*at >> 24);
    }
    cost.bytes += sizeof(std::uint32_t) * static_cast<std::size_t>(at - begin);
  }
  return cost;
}

std::size_t Index::hot_bytes() const {
  return (first_.size() + pool_.size() + programs_.size()) * sizeof(std::uint32_t) + (profiles_ + 63) / 64 * 8;
}

}  // namespace paperboy::match

#pragma once
// A boolean expression over atoms (atoms.hpp) in one piece of memory: what is left of a syntax tree when its terms are
// numbers. Inside the room.
#include <cstdint>
#include <vector>

namespace paperboy::match {

// Something a paper has or has not: a text in some fields, an author, a category of some groups.
using Atom = std::uint32_t;

// Prefix notation. An atom stands for itself; all_of and any_of are followed by as many expressions as the number in
// their lower bits says, none_of by one.
using Expression = std::vector<std::uint32_t>;
constexpr std::uint32_t op_mask = 3u << 30;
constexpr std::uint32_t op_all_of = 1u << 30, op_any_of = 2u << 30, op_none_of = 3u << 30;

// Is the expression at `at` true, where has(atom) says what is? Moves `at` behind it.
template <class Has>
bool holds(const std::uint32_t*& at, const Has& has) {
  const std::uint32_t head = *at++;
  switch (head & op_mask) {
    case op_all_of: {
      bool all = true;
      for (std::uint32_t i = head & ~op_mask; i > 0; --i) all &= holds(at, has);
      return all;
    }
    case op_any_of: {
      bool any = false;
      for (std::uint32_t i = head & ~op_mask; i > 0; --i) any |= holds(at, has);
      return any;
    }
    case op_none_of:
      return !holds(at, has);
    default:
      return has(head);
  }
}

}  // namespace paperboy::match

#include "daemon/paper/ledger.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace paperboy::paper {
namespace {

constexpr std::array words{std::pair{LedgerState::waiting, std::string_view("waiting")},
                           std::pair{LedgerState::complete, std::string_view("complete")},
                           std::pair{LedgerState::partial, std::string_view("partial")},
                           std::pair{LedgerState::failed, std::string_view("failed")},
                           std::pair{LedgerState::quiet, std::string_view("quiet")}};

}  // namespace

std::string_view to_string(LedgerState state) {
  return std::find_if(words.begin(), words.end(), [&](const auto& word) { return word.first == state; })->second;
}

std::optional<LedgerState> ledger_state(std::string_view word) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& row) { return row.second == word; });
  if (found == words.end()) return std::nullopt;
  return found->first;
}

}  // namespace paperboy::paper

#pragma once
// The schema the program carries: daemon/store/schema/NNN.sql, embedded by the build.
#include <span>
#include <string_view>

namespace paperboy::store {

struct Migration {
  int version;  // NNN
  std::string_view script;
};

// In ascending order of version, from 1 without a gap.
std::span<const Migration> migrations();

}  // namespace paperboy::store

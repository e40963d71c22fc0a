#pragma once
// Recorded answers and the corpus of real papers, which live beside a developer's checkout and not in it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace paperboy::test {

// $PAPERBOY_SHARED_DATA, else shared/data beside the repository. Nothing if it is not there.
inline std::optional<std::filesystem::path> shared_data() {
  std::filesystem::path folder;
  if (const char* named = std::getenv("PAPERBOY_SHARED_DATA")) {
    folder = named;
  } else {
    folder = std::filesystem::path(PAPERBOY_SOURCE_DIR) / ".." / "shared" / "data";
  }
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return std::filesystem::canonical(folder);
}

inline bool in_ci() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string_view(ci) == "true";
}

}  // namespace paperboy::test

// First line of a test that needs the data: defines `data`, or skips with a notice (fails in CI, where the data must
// be).
#define PAPERBOY_NEED_SHARED_DATA(data)                                                    \
  const auto data##_folder = ::paperboy::test::shared_data();                              \
  if (!data##_folder) {                                                                    \
    if (::paperboy::test::in_ci()) FAIL() << "shared data is absent, and CI must have it"; \
    GTEST_SKIP() << "needs ../shared/data (or PAPERBOY_SHARED_DATA), which is not here";   \
  }                                                                                        \
  const std::filesystem::path data = *data##_folder

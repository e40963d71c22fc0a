#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace paperboy::test {

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// A file of this folder's fixtures/.
inline std::string fixture(const std::string& name) {
  return file_text(std::filesystem::path(PAPERBOY_SOURCE_DIR) / "tests/integrations/arxiv/fixtures" / name);
}

}  // namespace paperboy::test

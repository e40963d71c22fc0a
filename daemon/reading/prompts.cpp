#include "daemon/reading/prompts.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "daemon/base/error.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::reading {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest = 64u << 10;
constexpr std::array<std::string_view, 4> names{"language", "parts", "topics", "schema"};

void check_names(const std::string& text, const std::string& where) {
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 2)) {
    const std::size_t end = text.find("}}", at);
    const std::string_view name =
        end == text.npos ? std::string_view() : std::string_view(text).substr(at + 2, end - at - 2);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw Error(where + ": nothing fills '{{" + std::string(name.substr(0, 40)) +
                  "}}'; the names are language, parts, topics and schema");
    }
  }
}

Prompt load(const std::vector<fs::path>& directories, const std::string& name) {
  for (const fs::path& directory : directories) {
    const fs::path file = directory / "prompts" / (name + ".md");
    std::error_code error;
    if (!fs::is_regular_file(file, error)) continue;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    if (!in || bytes.str().size() > largest) throw Error(file.string() + ": cannot be read, or is larger than 64 KiB");
    const std::string all = text::sanitize(bytes.str());
    const std::size_t end = all.find('\n');
    static constexpr std::string_view label = "version: ";
    const std::string_view version = text::trim(std::string_view(all).substr(0, end));
    if (end == all.npos || !version.starts_with(label)) {
      throw Error(file.string() + ":1: the first line says the version, such as 'version: 2'");
    }
    Prompt prompt;
    prompt.version = std::string(version.substr(label.size())) + "-" + sha256_hex(all).substr(0, 8);
    prompt.text = std::string(text::trim(std::string_view(all).substr(end)));
    check_names(prompt.text, file.string());
    return prompt;
  }
  throw Error("there is no prompts/" + name + ".md in the templates");
}

}  // namespace

Prompts::Prompts(const std::vector<fs::path>& directories)
    : analysis_(load(directories, "analysis")),
      overview_(load(directories, "overview")),
      scores_(load(directories, "scores")) {}

}  // namespace paperboy::reading

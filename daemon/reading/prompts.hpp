#pragma once
// The prompts: files of templates/prompts/, the user's own before the installed ones.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::reading {

struct Prompt {
  std::string version;  // as the file says it, and a few digits of its hash: an edit is another version
  std::string text;     // with {{names}} to be filled in
};

class Prompts {
 public:
  // Looks for prompts/NAME.md in each directory, in order. Throws Error naming the file: not there, larger than 64 KiB,
  // without a first line "version: N", or with a name between braces that nothing fills.
  explicit Prompts(const std::vector<std::filesystem::path>& directories);

  const Prompt& analysis() const { return analysis_; }
  const Prompt& overview() const { return overview_; }
  const Prompt& scores() const { return scores_; }

 private:
  Prompt analysis_, overview_, scores_;
};

}  // namespace paperboy::reading

#pragma once
// The Markdown templates (Mustache). Values are Markdown-escaped by the engine; {{{raw}}} and {{&raw}} are refused when
// loaded, and so is a name that nothing fills (a field that is silently empty helps nobody).
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/digest/render.hpp"

namespace paperboy::digest {

// Loaded once; immutable; rendering is const and takes any thread. Look-up: the user's directories first, then the
// installed one: LANG/NAME.md, falling back to en/NAME.md; page.html and mail.html beside the languages. "zh-TW"
// without a folder is "zh". {{>_part}} is the file _part.md of the language, else of en. templates/README.md lists the
// names that may be used.
class Templates {
 public:
  // Throws Error naming file and line: unreadable, unclosed section, raw value, unknown name or partial, larger than
  // 256 KiB; or a template of en that is in none of the directories. Directories that do not exist are passed over.
  explicit Templates(std::vector<std::filesystem::path> directories);
  ~Templates();
  Templates(Templates&&) noexcept;

  // A value: text, truth, a list of values or a map; built in digest/.
  struct Value;
  // The filled template `name` ("digest", "quiet", ...) as Markdown. Throws Error if it grows beyond 16 MiB.
  std::string render(std::string_view name, std::string_view language, const Value& value) const;
  // The language in which render() would find it: `language`, its main language, or en.
  std::string resolve(std::string_view name, std::string_view language) const;

  const Frame& page() const;
  const Frame& mail() const;
  std::vector<std::string> languages() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy::digest

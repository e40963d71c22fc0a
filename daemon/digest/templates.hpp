#pragma once
// The Markdown templates (Mustache). Values are Markdown-escaped by the engine; {{{raw}}} and {{&raw}} are refused when loaded.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/digest/render.hpp"

namespace paperboy::digest {

// Loaded once; immutable; rendering is const and takes any thread. Look-up: the user's directories first, then the installed one:
// LANG/NAME.md, falling back to en/NAME.md; page.html and mail.html beside the languages.
class Templates {
 public:
  // Throws Error naming file and line: unreadable, unclosed section, raw value, larger than 256 KiB.
  explicit Templates(std::vector<std::filesystem::path> directories);
  ~Templates();
  Templates(Templates&&) noexcept;

  // A value: text, truth, a list of values or a map; built in digest/.
  struct Value;
  // The filled template `name` ("digest", "quiet", ...) as Markdown.
  std::string render(std::string_view name, std::string_view language, const Value& value) const;

  const Frame& page() const;
  const Frame& mail() const;
  std::vector<std::string> languages() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy::digest

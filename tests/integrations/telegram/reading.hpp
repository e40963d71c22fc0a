#pragma once
// What a reader sees of a message, to compare it with the Document it was made of.
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/flow/channel.hpp"
#include "tests/support/fake_telegram.hpp"

namespace paperboy::test {

// Only what is seen: no white space, nothing without width, no bullets.
inline std::string visible(std::string_view bytes) {
  const std::string text = text::sanitize(bytes);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t cp = text::next_code_point(text, at);
    const std::string_view character = std::string_view(text).substr(begin, at - begin);
    const bool seen = cp > ' ' && text::display_width(character) > 0 && !text::collapse_space(character).empty();
    if (seen && character != "•") out += character;
  }
  return out;
}

inline boost::json::object payload_of(const flow::Part& part) {
  return parse_json(part.payload).as_object();
}

// The parameters as they go out, without the chat.
inline boost::json::object parameters_of(const flow::Part& part, bool rich) {
  boost::json::object parameters = payload_of(part);
  if (rich) {
    for (const char* key : {"text", "parse_mode", "link_preview_options"}) parameters.erase(key);
  } else {
    parameters.erase("rich_message");
  }
  return parameters;
}

inline const char* method_of(bool rich) {
  return rich ? "sendRichMessage" : "sendMessage";
}

// The text of all parts, tags ("2/3") taken off; "?" in front of a part that has not the right one.
inline std::string text_of(const std::vector<flow::Part>& parts, bool rich = false) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string text = telegram_text(method_of(rich), parameters_of(parts[i], rich));
    const std::string tag = std::to_string(i + 1) + "/" + std::to_string(parts.size()) + "\n";
    if (i > 0) text = text.starts_with(tag) ? text.substr(tag.size()) : "?" + text;
    out += text + "\n";
  }
  return out;
}

inline std::string expected_text(const digest::Document& document) {
  return digest::plain_text(digest::without_actions(document).root);
}

// Is every character of `part` in `whole`, in order?
inline bool is_subsequence(std::string_view part, std::string_view whole) {
  std::size_t at = 0;
  for (const char c : whole) {
    if (at < part.size() && part[at] == c) ++at;
  }
  return at == part.size();
}

}  // namespace paperboy::test

// How the Bot API reads a message's text: tdlib's parser of HTML, its limits, its detection of names.
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <set>
#include <string_view>

#include "daemon/base/text.hpp"
#include "tests/support/fake_telegram.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

const std::set<std::string, std::less<>>& known_tags() {
  static const std::set<std::string, std::less<>> tags{"a",   "b",    "strong",     "i",        "em",         "s",
                                                       "u",   "del",  "strike",     "ins",      "tg-spoiler", "span",
                                                       "pre", "code", "blockquote", "tg-emoji", "tg-time"};
  return tags;
}

std::string entity_type(const std::string& tag) {
  if (tag == "a") return "text_link";
  if (tag == "b" || tag == "strong") return "bold";
  if (tag == "i" || tag == "em") return "italic";
  if (tag == "u" || tag == "ins") return "underline";
  if (tag == "s" || tag == "strike" || tag == "del") return "strikethrough";
  if (tag == "span" || tag == "tg-spoiler") return "spoiler";
  if (tag == "tg-emoji") return "custom_emoji";
  if (tag == "tg-time") return "date_time";
  return tag;  // code, pre, blockquote
}

// Cursor over the text with a NUL behind its end, as in tdlib: every look ahead is defined.
class HtmlParser {
 public:
  explicit HtmlParser(const std::string& html) : html_(html) {}

  TelegramText parse() {
    while (at_ < html_.size() && error_.empty()) {
      if (peek() == '<') {
        html_[at_ + 1 < html_.size() ? at_ + 1 : at_] == '/' ? end_tag() : start_tag();
      } else if (!character_reference(out_.text)) {
        put(html_[at_++]);
      }
    }
    if (error_.empty() && !open_.empty()) {
      error_ = "Can't find end tag corresponding to start tag \"" + open_.back().tag + "\"";
    }
    if (!error_.empty()) return {"", {}, "can't parse entities: " + error_};
    return std::move(out_);
  }

 private:
  struct Open {
    std::string tag, argument;
    std::size_t offset;
  };

  char peek() const { return at_ < html_.size() ? html_[at_] : '\0'; }
  void skip_space() {
    while (is_space(peek())) ++at_;
  }
  void put(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) units_ += byte >= 0xF0 ? 2 : 1;
    out_.text += c;
  }

  // &lt; &gt; &amp; &quot; &#60; &#x3c;: decoded into `out`. Anything else stays as it is.
  bool character_reference(std::string& out) {
    if (peek() != '&') return false;
    const std::string_view rest = std::string_view(html_).substr(at_ + 1);
    std::size_t length = 0;
    std::uint32_t cp = 0;
    if (rest.starts_with('#')) {
      const bool hex = rest.size() > 1 && (rest[1] == 'x' || rest[1] == 'X');
      const char* begin = rest.data() + (hex ? 2 : 1);
      const auto [end, bad] = std::from_chars(begin, rest.data() + rest.size(), cp, hex ? 16 : 10);
      if (bad != std::errc{} || cp == 0 || cp >= 0x10FFFF) return false;
      length = static_cast<std::size_t>(end - rest.data());
    } else {
      while (length < rest.size() && std::isalpha(static_cast<unsigned char>(rest[length])) != 0) ++length;
      const std::string_view name = rest.substr(0, length);
      cp = name == "lt" ? '<' : name == "gt" ? '>' : name == "amp" ? '&' : name == "quot" ? '"' : 0;
      if (cp == 0) return false;
    }
    at_ += 1 + length;
    if (peek() == ';') ++at_;
    std::string decoded;
    text::append_code_point(decoded, cp);
    if (&out == &out_.text) {
      for (const char c : decoded) put(c);
    } else {
      out += decoded;
    }
    return true;
  }

  void fail(const std::string& what, std::size_t at) { error_ = what + " at byte offset " + std::to_string(at); }

  void start_tag() {
    const std::size_t begin = at_++;
    while (!is_space(peek()) && peek() != '>' && peek() != '\0') ++at_;
    if (peek() == '\0') return fail("Unclosed start tag", begin);
    const std::string tag = text::to_lower_ascii(html_.substr(begin + 1, at_ - begin - 1));
    if (!known_tags().contains(tag)) return fail("Unsupported start tag \"" + tag + "\"", begin);
    std::string argument;
    while (peek() != '>') {
      skip_space();
      if (peek() == '>') break;
      const std::size_t name_begin = at_;
      while (!is_space(peek()) && peek() != '=' && peek() != '>' && peek() != '\0') ++at_;
      const std::string name = text::to_lower_ascii(html_.substr(name_begin, at_ - name_begin));
      if (name.empty()) {
        if (peek() == '\0') return fail("Unclosed start tag \"" + tag + "\"", begin);
        return fail("Empty attribute name in the tag \"" + tag + "\"", begin);
      }
      skip_space();
      if (peek() == '\0') return fail("Unclosed start tag \"" + tag + "\"", begin);
      if (peek() != '=') continue;  // expandable
      ++at_;
      skip_space();
      if (peek() == '\0') return fail("Unclosed start tag \"" + tag + "\"", begin);
      std::string value;
      if (!attribute_value(value)) return;
      if (peek() == '\0') return fail("Unclosed start tag", begin);
      const bool counts = (tag == "a" && name == "href") || (tag == "span" && name == "class") ||
                          (tag == "tg-emoji" && name == "emoji-id") || (tag == "tg-time" && name == "unix");
      if (counts) argument = value;
    }
    ++at_;
    if (tag == "span" && argument != "tg-spoiler") {
      return fail("Tag \"span\" must have class \"tg-spoiler\"", begin);
    }
    open_.push_back({tag, argument, units_});
  }

  bool attribute_value(std::string& value) {
    const std::size_t begin = at_;
    if (peek() != '"' && peek() != '\'') {
      while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '.' || peek() == '-')
        value += html_[at_++];
      value = text::to_lower_ascii(value);
      if (is_space(peek()) || peek() == '>') return true;
      fail("Unexpected end of name token", begin);
      return false;
    }
    const char quote = html_[at_++];
    while (peek() != quote && peek() != '\0') {
      if (!character_reference(value)) value += html_[at_++];
    }
    if (peek() == quote) ++at_;
    return true;
  }

  void end_tag() {
    const std::size_t begin = at_;
    if (open_.empty()) return fail("Unexpected end tag", begin);
    at_ += 2;
    while (!is_space(peek()) && peek() != '>' && peek() != '\0') ++at_;
    const std::string found = text::to_lower_ascii(html_.substr(begin + 2, at_ - begin - 2));
    skip_space();
    if (peek() != '>') return fail("Unclosed end tag", begin);
    ++at_;
    const Open open = open_.back();
    open_.pop_back();
    if (!found.empty() && found != open.tag) {
      error_ = "Unmatched end tag at byte offset " + std::to_string(begin) + ", expected \"</" + open.tag +
               ">\", found \"</" + found + ">\"";
      return;
    }
    if (units_ == open.offset) return;  // of nothing
    std::string url = open.argument;
    if (open.tag == "a") {
      if (url.empty()) url = out_.text;  // tdlib: the text itself
      const bool accepted = url.starts_with("http://") || url.starts_with("https://") || url.starts_with("tg://");
      if (!accepted) return;  // loses the link silently
    }
    out_.entities.push_back({entity_type(open.tag), open.offset, units_ - open.offset, url});
  }

  std::string html_;
  std::size_t at_ = 0, units_ = 0;
  std::vector<Open> open_;
  TelegramText out_;
  std::string error_;
};

bool is_blank(char32_t cp, std::string_view character) {
  return cp <= ' ' || text::display_width(character) == 0 || text::collapse_space(character).empty();
}

// White space off both ends; of a text of nothing visible, nothing is left.
void trim(TelegramText& parsed) {
  std::string& text = parsed.text;
  bool visible = false;
  std::size_t begin = text.size(), end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t before = at;
    const char32_t cp = text::next_code_point(text, at);
    const std::string_view character = std::string_view(text).substr(before, at - before);
    visible = visible || !is_blank(cp, character);
    if (text::collapse_space(character).empty()) continue;
    begin = std::min(begin, before);
    end = at;
  }
  const std::size_t cut = text::count_utf16_units(std::string_view(text).substr(0, visible ? begin : text.size()));
  text = visible ? text.substr(begin, end - begin) : "";
  for (TelegramEntity& entity : parsed.entities) {
    const std::size_t past = std::min(entity.offset + entity.length, cut + text::count_utf16_units(text));
    entity.offset = std::max(entity.offset, cut) - cut;
    entity.length = past > cut + entity.offset ? past - cut - entity.offset : 0;
  }
  std::erase_if(parsed.entities, [](const TelegramEntity& entity) { return entity.length == 0; });
}

// @name and /command, unless a link, code or pre is there already.
void detect(TelegramText& parsed) {
  const std::string& text = parsed.text;
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '@' && text[i] != '/') continue;
    const char before = i == 0 ? ' ' : text[i - 1];
    if (is_word(before) || static_cast<unsigned char>(before) >= 0x80 || before == '/' || before == '<') continue;
    std::size_t end = i + 1;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end - i < (text[i] == '@' ? 3u : 2u)) continue;
    const std::size_t offset = text::count_utf16_units(std::string_view(text).substr(0, i));
    const bool taken = std::any_of(parsed.entities.begin(), parsed.entities.end(), [&](const TelegramEntity& entity) {
      const bool closed = entity.type == "text_link" || entity.type == "code" || entity.type == "pre";
      return closed && entity.offset < offset + (end - i) && offset < entity.offset + entity.length;
    });
    if (!taken) parsed.entities.push_back({text[i] == '@' ? "mention" : "bot_command", offset, end - i, ""});
  }
}

const json::object* object_at(const json::object& parameters, const char* key) {
  const json::value* value = parameters.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::string> check_keyboard(const json::object& parameters) {
  const json::value* given = parameters.if_contains("reply_markup");
  if (given == nullptr) return std::nullopt;
  const json::object* markup = given->if_object();
  const json::value* rows = markup == nullptr ? nullptr : markup->if_contains("inline_keyboard");
  if (rows == nullptr || !rows->is_array()) return "object expected as reply markup";
  std::size_t buttons = 0;
  for (const json::value& row : rows->as_array()) {
    if (!row.is_array()) return "can't parse inline keyboard button: Field must be an Array";
    if (row.as_array().size() > 8) return "BUTTON_ROW_TOO_LONG";
    for (const json::value& button : row.as_array()) {
      const json::object& fields = button.as_object();
      if (!fields.contains("text") || fields.at("text").as_string().empty()) {
        return "can't parse inline keyboard button: Field \"text\" must be of type String";
      }
      const json::value* data = fields.if_contains("callback_data");
      const json::value* url = fields.if_contains("url");
      const bool has_data = data != nullptr && !data->as_string().empty();
      if (!has_data && url == nullptr) {
        return "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard";
      }
      if (has_data && data->as_string().size() > 64) return "BUTTON_DATA_INVALID";
      ++buttons;
    }
  }
  if (buttons > 100) return "reply markup is too long";
  return std::nullopt;
}

// --- rich messages

struct RichCount {
  std::size_t characters = 0, blocks = 0;
};

std::optional<std::string> check_rich_text(const json::value& text, std::string& out, int depth) {
  static const std::set<std::string, std::less<>> styles{"bold", "italic", "underline", "strikethrough", "spoiler",
                                                         "code", "marked", "subscript", "superscript"};
  if (depth > 16) return "RICH_MESSAGE_NESTING_TOO_DEEP";
  if (text.is_string()) {
    out += std::string_view(text.as_string());
    return std::nullopt;
  }
  if (text.is_array()) {
    for (const json::value& part : text.as_array()) {
      if (auto error = check_rich_text(part, out, depth)) return error;
    }
    return std::nullopt;
  }
  const json::object* object = text.if_object();
  const json::value* type = object == nullptr ? nullptr : object->if_contains("type");
  if (type == nullptr || !type->is_string()) return "can't parse rich text: type is missing";
  const std::string_view name = type->as_string();
  const bool url = name == "url";
  if (!url && !styles.contains(name)) return "can't parse rich text: unsupported type " + std::string(name);
  if (url && (!object->contains("url") || object->at("url").as_string().empty()))
    return "can't parse rich text: no url";
  if (!object->contains("text") || object->size() != (url ? 3u : 2u)) return "can't parse rich text: wrong fields";
  return check_rich_text(object->at("text"), out, depth + 1);
}

std::optional<std::string> check_rich_blocks(const json::value& blocks, std::string& out, RichCount& count, int depth) {
  if (!blocks.is_array() || blocks.as_array().empty()) return "rich message must be non-empty";
  if (depth > 16) return "RICH_MESSAGE_NESTING_TOO_DEEP";
  for (const json::value& value : blocks.as_array()) {
    const json::object* block = value.if_object();
    const json::value* type = block == nullptr ? nullptr : block->if_contains("type");
    if (type == nullptr || !type->is_string()) return "can't parse rich block: type is missing";
    const std::string_view name = type->as_string();
    ++count.blocks;
    if (name == "blockquote") {
      if (block->size() != 2 || !block->contains("blocks")) return "can't parse rich block: wrong fields";
      if (auto error = check_rich_blocks(block->at("blocks"), out, count, depth + 1)) return error;
      continue;
    }
    const bool heading = name == "heading";
    if (!heading && name != "paragraph" && name != "pre") {
      return "can't parse rich block: unsupported type " + std::string(name);
    }
    if (!block->contains("text") || block->size() != (heading ? 3u : 2u)) return "can't parse rich block: wrong fields";
    if (heading && (!block->contains("size") || !block->at("size").is_int64() || block->at("size").as_int64() < 1 ||
                    block->at("size").as_int64() > 6)) {
      return "can't parse rich block: size must be 1 to 6";
    }
    if (auto error = check_rich_text(block->at("text"), out, depth + 1)) return error;
    out += '\n';
  }
  count.characters = text::count_code_points(out);
  return std::nullopt;
}

std::optional<std::string> check_rich(const json::object& parameters, std::string& out) {
  const json::object* rich = object_at(parameters, "rich_message");
  if (rich == nullptr) return "rich message must be non-empty";
  for (const auto& [key, value] : *rich) {
    if (key != "blocks" && key != "is_rtl" && key != "skip_entity_detection") {
      return "unknown field of the rich message: " + std::string(key);
    }
  }
  RichCount count;
  if (!rich->contains("blocks")) return "rich message must be non-empty";
  if (auto error = check_rich_blocks(rich->at("blocks"), out, count, 1)) return error;
  if (count.characters > 32'768 || count.blocks > 500) return "RICH_MESSAGE_TOO_LONG";
  if (text::trim(out).empty()) return "rich message must be non-empty";
  return std::nullopt;
}

}  // namespace

TelegramText parse_telegram_html(const std::string& html) {
  TelegramText parsed = HtmlParser(html).parse();
  if (!parsed.error.empty()) return parsed;
  trim(parsed);
  detect(parsed);
  return parsed;
}

TelegramText read_telegram_text(const json::object& parameters) {
  const std::string given(parameters.at("text").as_string());
  const json::value* mode = parameters.if_contains("parse_mode");
  const bool html = mode != nullptr && text::iequals_ascii(mode->as_string(), "html");
  TelegramText parsed;
  if (html) return parse_telegram_html(given);
  parsed.text = given;
  if (const json::value* entities = parameters.if_contains("entities")) {
    for (const json::value& entity : entities->as_array()) {
      const json::object& fields = entity.as_object();
      parsed.entities.push_back({std::string(fields.at("type").as_string()),
                                 fields.at("offset").to_number<std::size_t>(),
                                 fields.at("length").to_number<std::size_t>(),
                                 fields.contains("url") ? std::string(fields.at("url").as_string()) : ""});
    }
  }
  trim(parsed);
  detect(parsed);
  return parsed;
}

std::optional<std::string> check_telegram_message(const std::string& method, const json::object& parameters) {
  const bool rich = text::iequals_ascii(method, "sendRichMessage");
  static const std::set<std::string, std::less<>> common{"chat_id",          "message_thread_id",    "reply_markup",
                                                         "reply_parameters", "disable_notification", "protect_content"};
  static const std::set<std::string, std::less<>> plain{"text", "parse_mode", "entities", "link_preview_options"};
  for (const auto& [key, value] : parameters) {
    const bool known = common.contains(std::string_view(key)) ||
                       (rich ? key == "rich_message" : plain.contains(std::string_view(key)));
    if (!known) return "this parameter is unknown to the test server: " + std::string(key);
  }
  if (auto error = check_keyboard(parameters)) return error;
  std::string ignored;
  if (rich) return check_rich(parameters, ignored);
  if (!parameters.contains("text") || !parameters.at("text").is_string()) return "message text is empty";
  if (const json::value* mode = parameters.if_contains("parse_mode")) {
    const std::string_view name = mode->as_string();
    if (!name.empty() && !text::iequals_ascii(name, "html")) return "unsupported parse_mode";
  }
  const std::string given(parameters.at("text").as_string());
  if (given.size() > 32'768) return "text is too long";
  if (text::sanitize(given) != given) return "strings must be encoded in UTF-8";
  const TelegramText parsed = read_telegram_text(parameters);
  if (!parsed.error.empty()) return parsed.error;
  if (parsed.text.empty()) return "message text is empty";
  if (text::count_code_points(parsed.text) > 4096) return "message is too long";
  std::size_t bytes = 0;
  for (const TelegramEntity& entity : parsed.entities) bytes += 16 + entity.url.size();
  if (bytes > 9500) return "ENTITIES_TOO_LONG";
  return std::nullopt;
}

std::string telegram_text(const std::string& method, const json::object& parameters) {
  std::string shown;
  if (text::iequals_ascii(method, "sendRichMessage")) {
    check_rich(parameters, shown);
  } else {
    shown = read_telegram_text(parameters).text;
  }
  return text::replace_all(shown, "\u2060", "");
}

}  // namespace paperboy::test

// What a message may be, as docs.slack.dev and @slack/types state it, and how its readers see it.
#include "tests/support/fake_slack.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

#include "daemon/base/text.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::size_t units(std::string_view text) {
  return text::count_utf16_units(text);
}

class BlockRules {
 public:
  explicit BlockRules(std::vector<std::string>& messages) : messages_(messages) {}

  std::size_t characters() const { return characters_; }

  bool check(const json::value& value) {
    const json::array* blocks = value.if_array();
    if (blocks == nullptr) return wrong("must be an array", "/blocks");
    if (blocks->size() > 50) return wrong("no more than 50 items allowed", "/blocks");
    for (std::size_t i = 0; i < blocks->size(); ++i) {
      if (!block((*blocks)[i], "/blocks/" + std::to_string(i))) return false;
    }
    return true;
  }

 private:
  bool wrong(const std::string& what, const std::string& where) {
    messages_.push_back("[ERROR] " + what + " [json-pointer:" + where + "]");
    return false;
  }

  // Nothing but these keys, and the first `needed` of them.
  bool keys(const json::object& object, std::initializer_list<std::string_view> known, std::size_t needed,
            const std::string& where) {
    for (const auto& [key, value] : object) {
      if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end()) {
        return wrong("additional property: " + std::string(key), where);
      }
    }
    for (std::size_t i = 0; i < needed; ++i) {
      if (!object.contains(*(known.begin() + i))) {
        return wrong("missing required field: " + std::string(*(known.begin() + i)), where);
      }
    }
    return true;
  }

  bool string(const json::object& object, std::string_view key, std::size_t least, std::size_t most,
              const std::string& where) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return wrong("must be a string", where + "/" + std::string(key));
    const std::string_view text = value->as_string();
    if (text::sanitize(text) != text) return wrong("must be valid UTF-8", where + "/" + std::string(key));
    if (units(text) < least) return wrong("must be more than 0 characters", where + "/" + std::string(key));
    if (units(text) > most) {
      return wrong("must be less than " + std::to_string(most + 1) + " characters", where + "/" + std::string(key));
    }
    characters_ += units(text);
    return true;
  }

  bool plain_text(const json::value& value, std::size_t most, const std::string& where) {
    const json::object* text = value.if_object();
    if (text == nullptr || !keys(*text, {"type", "text", "emoji"}, 2, where)) return wrong("no text object", where);
    if (text->at("type") != "plain_text") return wrong("must be plain_text", where + "/type");
    if (text->contains("emoji") && !text->at("emoji").is_bool()) return wrong("must be a boolean", where + "/emoji");
    return string(*text, "text", 1, most, where);
  }

  bool whole_number(const json::object& object, std::string_view key, std::int64_t most, const std::string& where) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return true;
    const bool fits = value->is_int64() && value->as_int64() >= 0 && value->as_int64() <= most;
    return fits || wrong("must be a number from 0 to " + std::to_string(most), where + "/" + std::string(key));
  }

  bool block(const json::value& value, const std::string& where) {
    const json::object* block = value.if_object();
    if (block == nullptr || !block->contains("type")) return wrong("must be an object with a type", where);
    const std::string type = json::value_to<std::string>(block->at("type"));
    if (type == "divider") return keys(*block, {"type", "block_id"}, 1, where);
    if (type == "header") {
      return keys(*block, {"type", "text", "block_id"}, 2, where) &&
             plain_text(block->at("text"), 150, where + "/text");
    }
    if (!keys(*block, {"type", "elements", "block_id"}, 2, where)) return false;
    const json::array* elements = block->at("elements").if_array();
    if (elements == nullptr || elements->empty()) return wrong("must have elements", where + "/elements");
    const std::size_t most = type == "context" ? 10 : type == "actions" ? 25 : 100'000;
    if (elements->size() > most) return wrong("too many elements", where + "/elements");
    std::set<std::string> action_ids;
    for (std::size_t i = 0; i < elements->size(); ++i) {
      const std::string at = where + "/elements/" + std::to_string(i);
      const json::value& element = (*elements)[i];
      bool good = false;
      if (type == "context") {
        good = plain_text(element, 3000, at);
      } else if (type == "actions") {
        good = button(element, action_ids, at);
      } else if (type == "rich_text") {
        good = rich(element, at);
      } else {
        good = wrong("unsupported type: " + type, where + "/type");
      }
      if (!good) return false;
    }
    return true;
  }

  bool button(const json::value& value, std::set<std::string>& ids, const std::string& where) {
    const json::object* button = value.if_object();
    if (button == nullptr || !keys(*button, {"type", "text", "action_id", "value", "url", "style"}, 3, where))
      return false;
    if (button->at("type") != "button") return wrong("unsupported type", where + "/type");
    if (!plain_text(button->at("text"), 75, where + "/text")) return false;
    if (!string(*button, "action_id", 1, 255, where)) return false;
    if (!ids.insert(json::value_to<std::string>(button->at("action_id"))).second) {
      return wrong("action_id is not unique", where);
    }
    return !button->contains("value") || string(*button, "value", 1, 2000, where);
  }

  bool rich(const json::value& value, const std::string& where) {
    const json::object* element = value.if_object();
    if (element == nullptr || !element->contains("type")) return wrong("must be an object with a type", where);
    const std::string type = json::value_to<std::string>(element->at("type"));
    if (type == "rich_text_section" || type == "rich_text_quote" || type == "rich_text_preformatted") {
      const bool known = type == "rich_text_section" ? keys(*element, {"type", "elements"}, 2, where)
                                                     : keys(*element, {"type", "elements", "border"}, 2, where);
      return known && whole_number(*element, "border", 1, where) && leaves(*element, type, where);
    }
    if (type != "rich_text_list") return wrong("unsupported type: " + type, where);
    if (!keys(*element, {"type", "style", "elements", "indent", "offset", "border"}, 3, where)) return false;
    if (element->at("style") != "bullet" && element->at("style") != "ordered") return wrong("unknown style", where);
    if (!whole_number(*element, "indent", 8, where) || !whole_number(*element, "border", 1, where) ||
        !whole_number(*element, "offset", 1'000'000'000, where)) {
      return false;
    }
    const json::array* items = element->at("elements").if_array();
    if (items == nullptr || items->empty()) return wrong("must have elements", where);
    for (const json::value& item : *items) {
      const json::object* section = item.if_object();
      if (section == nullptr || !keys(*section, {"type", "elements"}, 2, where)) return false;
      if (section->at("type") != "rich_text_section") return wrong("must be a rich_text_section", where);
      if (!leaves(*section, "rich_text_section", where)) return false;
    }
    return true;
  }

  bool leaves(const json::object& section, const std::string& type, const std::string& where) {
    const json::array* leaves = section.at("elements").if_array();
    if (leaves == nullptr || leaves->empty()) return wrong("must have elements", where);
    for (const json::value& value : *leaves) {
      const json::object* leaf = value.if_object();
      if (leaf == nullptr) return wrong("must be an object", where);
      const bool link = leaf->contains("url");
      if (!(link ? keys(*leaf, {"type", "url", "text", "style"}, 2, where)
                 : keys(*leaf, {"type", "text", "style"}, 2, where))) {
        return false;
      }
      if (leaf->at("type") != (link ? "link" : "text")) return wrong("unsupported leaf", where);
      if (!string(*leaf, "text", 1, 100'000, where)) return false;
      if (link && !url(*leaf, where)) return false;
      if (!leaf->contains("style")) continue;
      const json::object* style = leaf->at("style").if_object();
      if (style == nullptr || style->empty()) return wrong("must be a style", where + "/style");
      if (!keys(*style, {"bold", "italic", "strike", "code"}, 0, where + "/style")) return false;
      if (type == "rich_text_preformatted") return wrong("no style in preformatted text", where);
    }
    return true;
  }

  bool url(const json::object& leaf, const std::string& where) {
    if (!string(leaf, "url", 1, 3000, where)) return false;
    const std::string_view url = leaf.at("url").as_string();
    const bool known = url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:");
    if (!known || url.find_first_of(" \n<>\"") != url.npos) return wrong("must be a valid url", where + "/url");
    return true;
  }

  std::vector<std::string>& messages_;
  std::size_t characters_ = 0;
};

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

// The text of a message: & < > come escaped; what stands in <> is a link, and anything else there would mention
// somebody.
bool inert(std::string_view text) {
  for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
    const std::string_view inside = text.substr(at + 1);
    const bool link = inside.starts_with("http://") || inside.starts_with("https://") || inside.starts_with("mailto:");
    if (!link || inside.find('>') == inside.npos) return false;
  }
  return true;
}

std::string unescaped(std::string text) {
  text = text::replace_all(text, "&lt;", "<");
  text = text::replace_all(text, "&gt;", ">");
  return text::replace_all(text, "&amp;", "&");
}

std::string leaves_shown(const json::object& section) {
  std::string out;
  for (const json::value& leaf : section.at("elements").as_array()) out += leaf.at("text").as_string();
  return out;
}

}  // namespace

std::string FakeSlack::check_message(const json::object& arguments, std::vector<std::string>& messages) {
  const std::string text = text_at(arguments, "text");
  if (text.empty() && !arguments.contains("blocks")) return "no_text";
  if (text::sanitize(text) != text) return "invalid_charset";
  if (!inert(text)) {
    messages.push_back("[ERROR] the text mentions somebody: " + text.substr(0, 200));
    return "invalid_arguments";
  }
  for (const char* flag : {"unfurl_links", "unfurl_media", "mrkdwn", "reply_broadcast", "link_names"}) {
    const json::value* value = arguments.if_contains(flag);
    if (value != nullptr && !value->is_bool() && *value != "true" && *value != "false") return "invalid_arguments";
  }
  if (const json::value* id = arguments.if_contains("client_msg_id")) {
    if (!id->is_string() || !is_uuid(id->as_string())) return "invalid_arguments";
  }
  if (const json::value* metadata = arguments.if_contains("metadata")) {
    const json::object* object = metadata->if_object();
    const bool good = object != nullptr && object->size() == 2 && object->contains("event_type") &&
                      object->at("event_type").is_string() && object->contains("event_payload") &&
                      object->at("event_payload").is_object();
    if (!good) return "invalid_metadata_format";
  }
  if (const json::value* blocks = arguments.if_contains("blocks")) {
    BlockRules block_rules(messages);
    if (!block_rules.check(*blocks)) return "invalid_blocks";
    if (block_rules.characters() > 11'000) return "msg_blocks_too_long";
  }
  return {};
}

std::string FakeSlack::shown(const json::object& message) {
  const json::value* blocks = message.if_contains("blocks");
  if (blocks == nullptr || blocks->as_array().empty()) return unescaped(text_at(message, "text"));
  std::string out;
  for (const json::value& value : blocks->as_array()) {
    const json::object& block = value.as_object();
    const std::string type = text_at(block, "type");
    if (type == "header") {
      out += text_at(block.at("text").as_object(), "text") + "\n";
    } else if (type == "context") {
      for (const json::value& element : block.at("elements").as_array())
        out += text_at(element.as_object(), "text") + "\n";
    } else if (type == "rich_text") {
      for (const json::value& element : block.at("elements").as_array()) {
        if (element.at("type") != "rich_text_list") {
          out += leaves_shown(element.as_object()) + "\n";
          continue;
        }
        for (const json::value& item : element.at("elements").as_array()) out += leaves_shown(item.as_object()) + "\n";
      }
    }
  }
  return out;
}

}  // namespace paperboy::test

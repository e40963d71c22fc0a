// What a Matrix client makes of a message's content.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/text.hpp"
#include "tests/support/fake_matrix.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;

// The tags that every client shows (Element X's), and hr, which the specification allows and some leave out.
const std::set<std::string, std::less<>> tags{"p",    "br",  "strong", "b",  "em", "i",  "u",          "del",
                                              "code", "pre", "a",      "ul", "ol", "li", "blockquote", "hr"};
const std::map<std::string, std::string, std::less<>> entities{
    {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"#39", "'"}};
constexpr std::size_t deepest = 100;

struct Reader {
  std::string_view html;
  std::size_t at = 0;
  std::string text, fault;
  std::vector<std::string> open;

  bool fail(std::string why) {
    fault = std::move(why);
    return false;
  }

  bool entity(std::string& out) {
    const std::size_t end = html.find(';', at);
    if (end == html.npos || end - at > 10) return fail("a bare & in the HTML");
    const auto found = entities.find(html.substr(at + 1, end - at - 1));
    if (found == entities.end()) return fail("the HTML has an unknown entity");
    out += found->second;
    at = end + 1;
    return true;
  }

  // name="value" pairs up to the tag's end.
  bool attributes(const std::string& tag) {
    while (at < html.size() && html[at] != '>') {
      if (html[at] != ' ') return fail("<" + tag + "> is malformed");
      const std::size_t equals = html.find("=\"", at);
      if (equals == html.npos) return fail("<" + tag + "> has an attribute without a value");
      const std::string name(html.substr(at + 1, equals - at - 1));
      std::string value;
      at = equals + 2;
      while (at < html.size() && html[at] != '"') {
        if (html[at] == '<' || html[at] == '>') return fail("<" + tag + "> has a bare bracket in an attribute");
        if (html[at] == '&') {
          if (!entity(value)) return false;
        } else {
          value += html[at++];
        }
      }
      if (at++ >= html.size()) return fail("an attribute of <" + tag + "> does not end");
      const bool link = tag == "a" && name == "href";
      if (!link && !(tag == "ol" && name == "start")) return fail("<" + tag + "> may not have " + name);
      if (link && !value.starts_with("https://") && !value.starts_with("http://") && !value.starts_with("mailto:"))
        return fail("a link to " + value);
      if (!link && (value.empty() || value.size() > 9 ||
                    !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })))
        return fail("ol starts at " + value);
    }
    return true;
  }

  bool tag() {
    ++at;
    const bool closing = at < html.size() && html[at] == '/';
    if (closing) ++at;
    const std::size_t begin = at;
    while (at < html.size() && html[at] >= 'a' && html[at] <= 'z') ++at;
    const std::string name(html.substr(begin, at - begin));
    if (!tags.contains(name)) return fail("the HTML has <" + name + ">");
    if (closing) {
      if (open.empty() || open.back() != name) return fail("</" + name + "> closes nothing");
      open.pop_back();
    } else {
      if (!attributes(name)) return false;
      if (name != "br" && name != "hr") open.push_back(name);
      if (name == "a" && std::count(open.begin(), open.end(), "a") > 1) return fail("a link in a link");
      if (open.size() > deepest) return fail("the HTML is too deep");
    }
    if (at >= html.size() || html[at] != '>') return fail("a tag does not end");
    ++at;
    const bool block = name != "a" && name != "strong" && name != "em" && name != "code";
    if (block) text += '\n';
    return true;
  }

  bool read() {
    while (at < html.size()) {
      if (html[at] == '<') {
        if (!tag()) return false;
      } else if (html[at] == '&') {
        if (!entity(text)) return false;
      } else if (html[at] == '>') {
        return fail("a bare > in the HTML");
      } else {
        text += html[at++];
      }
    }
    return open.empty() || fail("<" + open.back() + "> is never closed");
  }
};

bool is_text(const json::object& object, const char* key) {
  const json::value* at = object.if_contains(key);
  return at != nullptr && at->is_string() && !at->get_string().empty();
}

// A reply, a part of a thread with what stands in for it where threads are unknown, or an edit.
std::optional<std::string> fault_of_relation(const json::object& content) {
  const json::value& value = content.at("m.relates_to");
  if (!value.is_object()) return "m.relates_to is no object";
  const json::object& relation = value.get_object();
  const bool edit = relation.contains("rel_type") && relation.at("rel_type") == "m.replace";
  if (edit != content.contains("m.new_content")) return "m.replace and m.new_content go together";
  if (edit) {
    if (relation.size() != 2 || !is_text(relation, "event_id")) return "m.relates_to is no edit";
    return std::nullopt;
  }
  if (!relation.contains("m.in_reply_to") || !relation.at("m.in_reply_to").is_object() ||
      !is_text(relation.at("m.in_reply_to").get_object(), "event_id"))
    return "m.relates_to names nothing it replies to";
  if (relation.size() == 1) return std::nullopt;
  if (relation.size() != 4 || !is_text(relation, "rel_type") || relation.at("rel_type") != "m.thread" ||
      !is_text(relation, "event_id") || !relation.contains("is_falling_back") ||
      relation.at("is_falling_back") != json::value(true))
    return "m.relates_to is no thread with a fallback";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FakeMatrix::fault_of(const std::string& content, std::string* text) {
  if (text::sanitize(content) != content) return "not UTF-8, or with control characters";
  boost::system::error_code error;
  const json::value value = json::parse(content, error);
  if (error || !value.is_object()) return "Content must be a JSON object.";
  const json::object& object = value.get_object();
  for (const char* key : {"body", "msgtype"}) {
    if (!object.contains(key)) return "'" + std::string(key) + "' not in content";
    if (!object.at(key).is_string()) return "'" + std::string(key) + "' not a string type";
  }
  if (!is_text(object, "body")) return "the body is empty";
  if (object.at("msgtype") != "m.text" && object.at("msgtype") != "m.notice") return "the msgtype is for no text";
  for (const auto& [key, member] : object) {
    static const std::set<std::string, std::less<>> known{
        "body",       "msgtype",      "format",        "formatted_body",
        "m.mentions", "m.relates_to", "m.new_content", "org.paperboy.delivery"};
    if (!known.contains(std::string_view(key.data(), key.size()))) return "nobody knows " + std::string(key);
    if (member.is_double()) return "Bad JSON value: float";
  }
  if (object.contains("m.mentions") && object.at("m.mentions") != json::value(json::object()))
    return "somebody is mentioned";
  if (object.contains("m.relates_to")) {
    if (auto fault = fault_of_relation(object)) return fault;
  }
  if (object.contains("format") != object.contains("formatted_body")) return "format and formatted_body go together";
  if (!object.contains("format")) {
    if (text != nullptr) *text = object.at("body").as_string();
    return std::nullopt;
  }
  if (object.at("format") != "org.matrix.custom.html" || !is_text(object, "formatted_body")) return "an unknown format";
  const std::string html(object.at("formatted_body").as_string());
  Reader shown{html, 0, {}, {}, {}};
  if (!shown.read()) return shown.fault;
  if (text != nullptr) *text = shown.text;
  return std::nullopt;
}

}  // namespace paperboy::test

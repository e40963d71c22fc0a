#include "integrations/slack/compose.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/error.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "integrations/slack/events.hpp"
#include "integrations/slack/lines.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;

// --- blocks

json::object plain(std::string text) {
  return {{"type", "plain_text"}, {"text", std::move(text)}, {"emoji", false}};
}

json::object leaf_object(const Leaf& leaf) {
  json::object out;
  out["type"] = leaf.url.empty() ? "text" : "link";
  if (!leaf.url.empty()) out["url"] = leaf.url;
  out["text"] = leaf.text;
  json::object style;
  if (leaf.bold) style["bold"] = true;
  if (leaf.italic) style["italic"] = true;
  if (leaf.code) style["code"] = true;
  if (!style.empty()) out["style"] = std::move(style);
  return out;
}

void append_leaves(json::array& elements, const Line& line) {
  for (const Leaf& leaf : line.leaves) elements.push_back(leaf_object(leaf));
}

json::object section(const Line& line) {
  json::array elements;
  append_leaves(elements, line);
  return {{"type", "rich_text_section"}, {"elements", std::move(elements)}};
}

bool is_item(const Line& line) {
  return line.kind == Line::Kind::bullet || line.kind == Line::Kind::ordered;
}

bool continues_list(const Line& line, const Line& before) {
  return line.kind == before.kind && line.indent == before.indent && line.quoted == before.quoted &&
         (line.kind == Line::Kind::bullet || line.number == before.number + 1);
}

// Adds `line` to a rich_text block that ends in `before`; none at its beginning.
void append_rich(json::array& elements, const Line& line, const Line* before) {
  if (is_item(line)) {
    if (before == nullptr || !continues_list(line, *before)) {
      json::object list{{"type", "rich_text_list"},
                        {"style", line.kind == Line::Kind::ordered ? "ordered" : "bullet"},
                        {"elements", json::array()}};
      if (line.indent > 0) list["indent"] = line.indent;
      if (line.kind == Line::Kind::ordered && line.number > 1) list["offset"] = line.number - 1;
      if (line.quoted) list["border"] = 1;
      elements.push_back(std::move(list));
    }
    elements.back().as_object()["elements"].as_array().push_back(section(line));
    return;
  }
  if (line.kind == Line::Kind::preformatted) {
    json::object code{{"type", "rich_text_preformatted"}, {"elements", json::array()}};
    if (line.quoted) code["border"] = 1;
    append_leaves(code["elements"].as_array(), line);
    elements.push_back(std::move(code));
    return;
  }
  const bool goes_on = before != nullptr && before->kind == Line::Kind::text && before->quoted == line.quoted;
  if (!goes_on) {
    elements.push_back({{"type", line.quoted ? "rich_text_quote" : "rich_text_section"}, {"elements", json::array()}});
  }
  json::array& leaves = elements.back().as_object()["elements"].as_array();
  if (goes_on) leaves.push_back({{"type", "text"}, {"text", "\n"}});
  append_leaves(leaves, line);
}

json::object buttons_block(const Line& line) {
  json::array elements;
  for (std::size_t i = 0; i < line.buttons.size(); ++i) {
    elements.push_back({{"type", "button"},
                        {"text", plain(line.buttons[i].label)},
                        {"action_id", "action_" + std::to_string(i)},
                        {"value", line.buttons[i].action}});
  }
  return {{"type", "actions"}, {"elements", std::move(elements)}};
}

void append_blocks(json::array& blocks, const std::vector<Line>& lines) {
  const Line* before = nullptr;  // of the same rich_text block
  for (const Line& line : lines) {
    switch (line.kind) {
      case Line::Kind::header:
        blocks.push_back({{"type", "header"}, {"text", plain(words_of(line))}});
        before = nullptr;
        continue;
      case Line::Kind::rule:
        blocks.push_back({{"type", "divider"}});
        before = nullptr;
        continue;
      case Line::Kind::buttons:
        blocks.push_back(buttons_block(line));
        before = nullptr;
        continue;
      default:
        break;
    }
    if (before == nullptr || line.opens_block) {
      blocks.push_back({{"type", "rich_text"}, {"elements", json::array()}});
      before = nullptr;
    }
    append_rich(blocks.back().as_object()["elements"].as_array(), line, before);
    before = &line;
  }
}

json::object tag_block(std::string text) {
  return {{"type", "context"}, {"elements", json::array{plain(std::move(text))}}};
}

// --- plain text

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string escaped_start(std::string_view text, std::size_t units) {
  std::size_t points = text::count_code_points(text);
  std::string out = escaped(text);
  while (text::count_utf16_units(out) > units) {
    points = points > units ? units : points * 7 / 8;
    out = escaped(text::ellipsize(text, points));
  }
  return out;
}

class PlainWriter {
 public:
  explicit PlainWriter(bool with_links) : with_links_(with_links) {}

  std::string write(const json::array& blocks) {
    for (const json::value& value : blocks) {
      const json::object& block = value.as_object();
      const json::string& type = block.at("type").as_string();
      if (type == "header") {
        line(shown(block.at("text").as_object().at("text").as_string()));
      } else if (type == "context") {
        for (const json::value& element : block.at("elements").as_array()) {
          line(shown(element.as_object().at("text").as_string()));
        }
      } else if (type == "rich_text") {
        for (const json::value& element : block.at("elements").as_array()) rich(element.as_object());
      }
    }
    return std::move(out_);
  }

 private:
  std::string shown(std::string_view text) const { return with_links_ ? escaped(text) : std::string(text); }

  void rich(const json::object& element) {
    if (element.at("type").as_string() != "rich_text_list") return line(leaves(element));
    const bool ordered = element.at("style").as_string() == "ordered";
    const auto number_of = [&](const char* key) {
      return element.contains(key) ? element.at(key).to_number<std::int64_t>() : 0;
    };
    std::int64_t number = number_of("offset");
    const std::string indent(static_cast<std::size_t>(number_of("indent")) * 2, ' ');
    for (const json::value& item : element.at("elements").as_array()) {
      line(indent + (ordered ? std::to_string(++number) + ". " : "• ") + leaves(item.as_object()));
    }
  }

  std::string leaves(const json::object& section) const {
    std::string out;
    for (const json::value& value : section.at("elements").as_array()) {
      const json::object& leaf = value.as_object();
      const std::string_view words = leaf.at("text").as_string();
      out += shown(words);
      if (!with_links_ || leaf.at("type").as_string() != "link") continue;
      std::string url(leaf.at("url").as_string());
      if (words == url) continue;
      url = text::replace_all(text::replace_all(url, "|", "%7C"), ">", "%3E");
      out += " <" + text::replace_all(text::replace_all(url, "<", "%3C"), "&", "&amp;") + ">";
    }
    return out;
  }

  void line(const std::string& text) {
    if (!out_.empty()) out_ += '\n';
    out_ += text;
  }

  bool with_links_;
  std::string out_;
};

std::string text_of(const json::array& blocks, bool with_links) {
  return PlainWriter(with_links).write(blocks);
}

// --- messages

constexpr std::size_t max_page_url = 1000;
constexpr std::size_t room_for_tag = 100;  // "12/34", and the words of the link to the page

std::string open_words(std::string_view language) {
  return language.starts_with("zh") ? "在浏览器中打开" : "Open in browser";
}

struct Load {
  std::size_t blocks = 0, characters = 0;
};

// What a line adds to a message whose last line is `before`.
Load load_of(const Line& line, const Line* before) {
  const bool continues = before != nullptr && is_rich(*before) && is_rich(line) && !line.opens_block;
  return {continues ? 0u : 1u, size_of(line) + 1};
}

class Packer {
 public:
  explicit Packer(std::size_t characters) : limit_{max_blocks - 2, characters} {}

  std::vector<std::vector<Line>> pack(std::vector<Line> lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].starts_thread) next_part();
      const std::size_t whole = end_of_group(lines, i);
      const std::size_t least = end_of_chain(lines, i);
      const std::size_t end = fits(lines, i, whole, true) ? whole : least;
      if (!fits(lines, i, end, false) && (fits(lines, i, end, true) || !fits(lines, i, i + 1, false))) next_part();
      put(std::move(lines[i]));
    }
    next_part();
    return std::move(parts_);
  }

 private:
  // A heading with the paper or the first line it stands over.
  static std::size_t end_of_group(const std::vector<Line>& lines, std::size_t at) {
    std::size_t end = end_of_chain(lines, at);
    const std::size_t first = end - 1;  // below the headings
    const bool paper = first > at && lines[first - 1].kind == Line::Kind::text;
    if (!paper) return end;
    while (end < lines.size() && !lines[end].with_next) ++end;
    return end;
  }
  static std::size_t end_of_chain(const std::vector<Line>& lines, std::size_t at) {
    std::size_t end = at;
    while (end + 1 < lines.size() && lines[end].with_next) ++end;
    return end + 1;
  }

  bool fits(const std::vector<Line>& lines, std::size_t begin, std::size_t end, bool alone) const {
    Load load = alone ? Load{} : used_;
    const Line* before = alone || part_.empty() ? nullptr : &part_.back();
    for (std::size_t i = begin; i < end; ++i) {
      const Load more = load_of(lines[i], before);
      load.blocks += more.blocks;
      load.characters += more.characters;
      if (load.blocks > limit_.blocks || load.characters > limit_.characters) return false;
      before = &lines[i];
    }
    return true;
  }

  void put(Line line) {
    while (size_of(line) + 1 > limit_.characters) {
      Line head = cut(line, limit_.characters - 1);
      next_part();
      add(std::move(head));
      next_part();
    }
    add(std::move(line));
  }

  void add(Line line) {
    const Load more = load_of(line, part_.empty() ? nullptr : &part_.back());
    used_.blocks += more.blocks;
    used_.characters += more.characters;
    part_.push_back(std::move(line));
  }

  void next_part() {
    if (!part_.empty()) parts_.push_back(std::move(part_));
    part_.clear();
    used_ = {};
  }

  Load limit_, used_;
  std::vector<Line> part_;
  std::vector<std::vector<Line>> parts_;
};

std::string key_of(const flow::Composition& composition, std::size_t part) {
  std::string hex = hash_of({"slack", composition.delivery_seed, std::to_string(part)}).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[(hex[16] >= 'a' ? hex[16] - 'a' + 10 : hex[16] - '0') % 4];
  for (const std::size_t at : {20u, 16u, 12u, 8u}) hex.insert(at, "-");
  return hex;
}

}  // namespace

std::vector<flow::Part> compose(const flow::Composition& composition, bool buttons) {
  const std::string page = digest::checked_url(composition.web_url);
  const bool has_page = !page.empty() && page.size() <= max_page_url;
  std::vector<Line> lines = lines_of(buttons ? composition.brief : digest::without_actions(composition.brief), buttons);
  std::string title = text::collapse_space(text::sanitize(composition.title));
  if (title.empty()) title = "Paperboy";
  if (lines.empty()) lines.push_back(text_line(title));
  const std::size_t room = max_characters - room_for_tag - (has_page ? page.size() : 0);
  const std::vector<std::vector<Line>> messages = Packer(room).pack(std::move(lines));

  const ReplyTo reply_to = read_reply_to(composition.reply_to);
  const std::string beside =
      to_string(ReplyTo{.thread_ts = {}, .response_url = reply_to.response_url, .user = reply_to.user});

  std::vector<flow::Part> parts;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    json::array blocks;
    if (i > 0) blocks.push_back(tag_block(std::to_string(i + 1) + "/" + std::to_string(messages.size())));
    append_blocks(blocks, messages[i]);
    if (i == 0 && has_page) append_blocks(blocks, {link_line(open_words(composition.language), page)});

    flow::Part part;
    part.provider_key = key_of(composition, i + 1);
    json::object body;
    const std::string words = text_of(blocks, false);
    body["text"] = escaped_start(words.empty() ? title : words, max_notification);
    body["mrkdwn"] = false;
    body["blocks"] = std::move(blocks);
    body["unfurl_links"] = false;
    body["unfurl_media"] = false;
    body["client_msg_id"] = part.provider_key;
    body["metadata"] = {{"event_type", "paperboy_delivery"}, {"event_payload", {{"delivery_id", part.provider_key}}}};
    if (!reply_to.thread_ts.empty()) body["thread_ts"] = reply_to.thread_ts;
    if (!beside.empty()) body[reply_field] = beside;
    part.payload = json::serialize(body);
    parts.push_back(std::move(part));
  }
  return parts;
}

std::string without_blocks(const std::string& payload) {
  boost::system::error_code error;
  json::value body = json::parse(payload, error);
  if (error || !body.is_object() || !body.as_object().contains("blocks")) throw Error("this is no payload with blocks");
  json::object& fields = body.as_object();
  const std::string words = text_of(fields.at("blocks").as_array(), true);
  if (!words.empty()) fields["text"] = words;  // buttons and rules alone say nothing
  fields.erase("blocks");
  return json::serialize(fields);
}

}  // namespace paperboy::integrations::slack

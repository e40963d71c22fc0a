#include "integrations/telegram/compose.hpp"

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/document.hpp"
#include "integrations/telegram/destination.hpp"
#include "integrations/telegram/events.hpp"
#include "integrations/telegram/pages.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;

constexpr std::size_t tag_units = 24;  // "1234/1234" and its line feeds

// --- HTML style of the Bot API

// Opens and closes tags such that they nest: outermost the link.
class HtmlWriter {
 public:
  void write(const Run& run) {
    std::vector<std::string> wanted;
    if (!run.url.empty()) wanted.push_back("a href=\"" + text::escape_html(run.url) + "\"");
    if (run.bold) wanted.emplace_back("b");
    if (run.italic) wanted.emplace_back("i");
    if (run.code) wanted.emplace_back("code");
    if (run.pre) wanted.emplace_back("pre");
    std::size_t same = 0;
    while (same < open_.size() && same < wanted.size() && open_[same] == wanted[same]) ++same;
    close(same);
    for (std::size_t i = same; i < wanted.size(); ++i) html_ += "<" + wanted[i] + ">";
    open_ = std::move(wanted);
    html_ += text::escape_html(run.text);
  }
  void write_plain(std::string_view text) {
    close(0);
    html_ += text;
  }
  std::string take() {
    close(0);
    return std::move(html_);
  }

 private:
  void close(std::size_t left) {
    while (open_.size() > left) {
      html_ += "</" + open_.back().substr(0, open_.back().find(' ')) + ">";
      open_.pop_back();
    }
  }
  std::string html_;
  std::vector<std::string> open_;
};

std::string to_html(const std::string& tag, const Page& page) {
  HtmlWriter html;
  html.write_plain(tag);
  bool in_quote = false;
  for (std::size_t i = 0; i < page.size(); ++i) {
    const Block& block = page[i];
    if (in_quote && !block.quote) html.write_plain("</blockquote>");
    if (i > 0) html.write_plain(block.close ? "\n" : "\n\n");
    if (!in_quote && block.quote) html.write_plain("<blockquote>");
    in_quote = block.quote;
    for (const Run& run : block.runs) html.write(run);
  }
  if (in_quote) html.write_plain("</blockquote>");
  return html.take();
}

// --- rich blocks (Bot API 10.2)

json::value rich_text(const std::vector<Run>& runs) {
  json::array out;
  for (const Run& run : runs) {
    json::value text = json::string(run.text);
    const auto wrap = [&text](std::string_view type) {
      text = json::object{{"type", type}, {"text", std::move(text)}};
    };
    if (run.code) wrap("code");
    if (run.italic) wrap("italic");
    if (run.bold) wrap("bold");
    if (!run.url.empty()) {
      wrap("url");
      text.as_object()["url"] = run.url;
    }
    out.push_back(std::move(text));
  }
  return out;
}

json::object rich_block(const Block& block) {
  if (block.heading > 0) {
    std::vector<Run> runs = block.runs;
    for (Run& run : runs) run.bold = false;  // a heading is
    return {{"type", "heading"}, {"text", rich_text(runs)}, {"size", block.heading}};
  }
  const bool pre = !block.runs.empty() && block.runs.back().pre;
  return {{"type", pre ? "pre" : "paragraph"}, {"text", rich_text(block.runs)}};
}

json::object to_rich(const std::string& tag, const Page& page) {
  json::array blocks;
  if (!tag.empty()) blocks.push_back({{"type", "paragraph"}, {"text", text::trim(tag)}});
  bool in_quote = false;
  for (const Block& block : page) {
    if (!block.quote) {
      blocks.push_back(rich_block(block));
    } else {
      if (!in_quote) blocks.push_back({{"type", "blockquote"}, {"blocks", json::array()}});
      blocks.back().as_object()["blocks"].as_array().push_back(rich_block(block));
    }
    in_quote = block.quote;
  }
  return {{"blocks", std::move(blocks)}, {"skip_entity_detection", true}};
}

// --- the message

json::array keyboard_of(const Page& page) {
  json::array keyboard;
  for (const Block& block : page) {
    for (const std::vector<Button>& row : block.buttons) {
      json::array buttons;
      for (const Button& button : row) buttons.push_back({{"text", button.label}, {"callback_data", button.action}});
      keyboard.push_back(std::move(buttons));
    }
  }
  return keyboard;
}

std::vector<Block> all_blocks(const flow::Composition& composition, bool buttons) {
  std::vector<Block> blocks = blocks_of(composition.brief, buttons);
  if (blocks.empty()) {
    Run title;
    title.text = text::sanitize(composition.title);
    title.bold = true;
    if (!is_visible(title.text)) throw Error("the message has neither text nor title");
    blocks.emplace_back().runs.push_back(std::move(title));
  }
  const std::string url = digest::checked_url(composition.web_url);
  if (url.starts_with("http")) {
    Run link;
    link.text = composition.language.starts_with("zh") ? "在浏览器中打开" : "Open in browser";
    link.url = url;
    blocks.emplace_back().runs.push_back(std::move(link));
  }
  return blocks;
}

// The message to reply to; nothing if the answer goes elsewhere.
std::optional<std::int64_t> question_of(const flow::Composition& composition) {
  const std::optional<MessageRef> ref = parse_ref(composition.reply_to);
  std::string trouble;
  const std::optional<Destination> destination = parse_destination(composition.destination, trouble);
  if (!ref || !destination || destination->id != ref->chat) return std::nullopt;
  return ref->message;
}

flow::Part part_of(const std::string& tag, const Page& page, bool rich, std::optional<std::int64_t> question) {
  std::string html = to_html(tag, page);
  flow::Part part;
  part.provider_key = sha256_hex(html);
  json::object body{
      {"text", std::move(html)}, {"parse_mode", "HTML"}, {"link_preview_options", json::object{{"is_disabled", true}}}};
  if (question) {
    body["reply_parameters"] = json::object{{"message_id", *question}, {"allow_sending_without_reply", true}};
  }
  if (rich) body["rich_message"] = to_rich(tag, page);
  json::array keyboard = keyboard_of(page);
  if (!keyboard.empty()) body["reply_markup"] = json::object{{"inline_keyboard", std::move(keyboard)}};
  part.payload = json::serialize(body);
  return part;
}

}  // namespace

std::vector<flow::Part> compose(const flow::Composition& composition, Form form) {
  Limits limits;
  limits.units -= tag_units;
  const std::optional<std::int64_t> question = question_of(composition);
  const std::vector<Page> pages = pages_of(all_blocks(composition, form.buttons), limits);
  std::vector<flow::Part> parts;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const std::string tag = i == 0 ? "" : std::to_string(i + 1) + "/" + std::to_string(pages.size()) + "\n\n";
    parts.push_back(part_of(tag, pages[i], form.rich, i == 0 ? question : std::nullopt));
  }
  return parts;
}

std::string without_markup(std::string_view html) {
  static constexpr std::array<std::pair<std::string_view, char>, 5> entities{
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&amp;", '&'}}};
  std::string out;
  for (std::size_t i = 0; i < html.size();) {
    if (html[i] == '<') {
      i = std::min(html.find('>', i), html.size() - 1) + 1;
      continue;
    }
    bool entity = false;
    for (const auto& [name, character] : entities) {
      if (!html.substr(i).starts_with(name)) continue;
      out += character;
      i += name.size();
      entity = true;
      break;
    }
    if (!entity) out += html[i++];
  }
  return out;
}

}  // namespace paperboy::integrations::telegram

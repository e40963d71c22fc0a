// Document -> blocks.
#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "integrations/telegram/pages.hpp"

namespace paperboy::integrations::telegram {
namespace {

using digest::Node;
using Kind = Node::Kind;

constexpr std::string_view word_joiner = "\u2060";
constexpr std::size_t longest_action = 64;  // bytes of callback_data
constexpr std::size_t longest_label = 60;   // a button shows one line
constexpr std::size_t longest_url = 2048;   // a longer one would eat up the room of all others
constexpr std::size_t buttons_in_row = 8;
constexpr std::string_view action_scheme = "action:";

bool is_word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// @name calls a person of the chat, /word is sent to its bots when pressed.
std::string inert(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if ((text[i] != '@' && text[i] != '/') || i + 1 == text.size() || !is_word_byte(text[i + 1])) continue;
    const char before = i == 0 ? ' ' : text[i - 1];
    const bool path = text[i] == '/' && (before == '/' || before == '<' || before == '>');
    if (!is_word_byte(before) && !path) out += word_joiner;
  }
  return out;
}

bool same_style(const Run& a, const Run& b) {
  return a.url == b.url && a.bold == b.bold && a.italic == b.italic && a.code == b.code && a.pre == b.pre;
}

// Ends in a number of its own, as "3. Title" does: buttons of a message with several papers say which one is meant.
std::string number_of(const Node& heading) {
  const std::string text = digest::plain_text(heading);
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string::npos || text[digits] != '.') return {};
  return text.substr(0, digits + 1) + " ";
}

class Reader {
 public:
  explicit Reader(bool buttons) : buttons_(buttons) {}

  std::vector<Block> read(const Node& root) {
    children(root.children, true);
    return std::move(blocks_);
  }

 private:
  // `loose`: a blank line between them.
  void children(const std::vector<Node>& nodes, bool loose) {
    const Node* previous = nullptr;
    for (const Node& node : nodes) {
      close_ = previous != nullptr && (!loose || previous->kind == Kind::heading || digest::is_link_row(node));
      if (node.kind == Kind::heading) close_ = false;
      block(node);
      previous = &node;
    }
  }

  void block(const Node& node) {
    switch (node.kind) {
      case Kind::heading:
        number_ = number_of(node);
        begin();
        made_.heading = std::clamp(node.level, 1, 6);
        return inlines_and_end(node, {.text = {}, .url = {}, .bold = true});
      case Kind::paragraph:
        if (buttons_ && digest::is_link_row(node)) return link_row(node);
        begin();
        return inlines_and_end(node, {});
      case Kind::code_block: {
        begin();
        std::string text = text::sanitize(node.text);
        while (text.ends_with('\n')) text.pop_back();
        add(text, {.text = {}, .url = {}, .pre = true});
        return end();
      }
      case Kind::quote: {
        const bool outer = quote_;
        quote_ = true;
        children(node.children, true);
        quote_ = outer;
        return;
      }
      case Kind::list:
        return list(node);
      case Kind::rule:
        return;
      default:  // not of a block's kind, but nothing is lost
        children(node.children, true);
    }
  }

  void list(const Node& list) {
    const bool close_to_previous = close_;
    int number = list.level;
    bool first = true;
    for (const Node& item : list.children) {
      marker_ += std::string(2 * depth_, ' ') + (list.ordered ? std::to_string(number++) + ". " : "• ");
      ++depth_;
      const std::size_t before = blocks_.size();
      children(item.children, !list.tight);
      if (blocks_.size() > before) blocks_[before].close = first ? close_to_previous : list.tight;
      first = first && blocks_.size() == before;
      --depth_;
      marker_.clear();
    }
  }

  void inlines_and_end(const Node& node, const Run& style) {
    inlines(node.children, style);
    end();
  }

  void inlines(const std::vector<Node>& nodes, const Run& style) {
    for (const Node& node : nodes) {
      Run inner = style;
      switch (node.kind) {
        case Kind::text:
          add(text::sanitize(node.text), inner);
          break;
        case Kind::code:
          inner.code = true;
          add(text::sanitize(node.text), inner);
          break;
        case Kind::soft_break:
          add(" ", inner);
          break;
        case Kind::line_break:
          add("\n", inner);
          break;
        case Kind::strong:
          inner.bold = true;
          break;
        case Kind::emphasis:
          inner.italic = true;
          break;
        case Kind::link:
          if (node.url.starts_with("http://") || node.url.starts_with("https://")) {
            if (node.url.size() <= longest_url) inner.url = digest::checked_url(node.url);
          }
          break;
        default:
          break;
      }
      inlines(node.children, inner);
      if (node.kind == Kind::link && node.url.starts_with("mailto:")) {
        std::string address = node.url.substr(std::string_view("mailto:").size());
        address = address.substr(0, address.find('?'));
        if (digest::plain_text(node).find(address) == std::string::npos) add(" (" + address + ")", style);
      }
    }
  }

  void link_row(const Node& row) {
    std::vector<Button> made;
    begin();
    for (const Node& link : row.children) {
      if (link.kind != Kind::link) continue;
      if (!link.url.starts_with(action_scheme)) {
        if (!made_.runs.empty()) add(" · ", {});
        inlines({link}, {});
        continue;
      }
      const std::string action = text::sanitize(std::string_view(link.url).substr(action_scheme.size()));
      std::string label = text::collapse_space(text::sanitize(digest::plain_text(link)));
      // What the page itself can do a chat cannot.
      if (action == "browser" || action == "stop") continue;
      if (action.empty() || action.size() > longest_action || !is_visible(label)) continue;
      label = text::ellipsize(number_ + label, longest_label);
      made.push_back({std::move(label), action});
    }
    end();
    if (blocks_.empty()) return;  // a row of buttons needs a message to stand under
    std::vector<std::vector<Button>>& rows = blocks_.back().buttons;
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (i % buttons_in_row == 0) rows.emplace_back();
      rows.back().push_back(std::move(made[i]));
    }
  }

  void begin() { made_ = Block(); }

  void add(const std::string& text, Run style) {
    if (!style.url.empty()) style.code = false;
    if (style.code || style.pre) style.bold = style.italic = false;
    style.text = style.url.empty() && !style.code && !style.pre ? inert(text) : text;
    if (style.text.empty()) return;
    if (!made_.runs.empty() && same_style(made_.runs.back(), style)) {
      made_.runs.back().text += style.text;
    } else {
      made_.runs.push_back(std::move(style));
    }
  }

  void end() {
    const bool visible =
        std::any_of(made_.runs.begin(), made_.runs.end(), [](const Run& r) { return is_visible(r.text); });
    if (!visible) {
      made_.runs.clear();
      return;
    }
    if (!marker_.empty()) {
      Run marker;
      marker.text = std::exchange(marker_, {});
      const bool plain = same_style(marker, made_.runs.front());
      if (plain) made_.runs.front().text.insert(0, marker.text);
      if (!plain) made_.runs.insert(made_.runs.begin(), std::move(marker));
    }
    made_.quote = quote_;
    made_.close = close_;
    blocks_.push_back(std::move(made_));
    made_ = Block();
  }

  bool buttons_, quote_ = false, close_ = false;
  std::size_t depth_ = 0;
  std::string marker_;  // of the list item that has no block yet
  std::string number_;  // of the paper
  Block made_;
  std::vector<Block> blocks_;
};

}  // namespace

bool is_visible(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t cp = text::next_code_point(text, at);
    const std::string_view character = text.substr(begin, at - begin);
    if (cp > ' ' && text::display_width(character) > 0 && !text::collapse_space(character).empty()) return true;
  }
  return false;
}

std::vector<Block> blocks_of(const digest::Document& document, bool buttons) {
  if (buttons) return Reader(true).read(document.root);
  return Reader(false).read(digest::without_actions(document).root);
}

}  // namespace paperboy::integrations::telegram

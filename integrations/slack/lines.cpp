#include "integrations/slack/lines.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "integrations/slack/compose.hpp"

namespace paperboy::integrations::slack {
namespace {

using digest::Node;
using Kind = Node::Kind;

constexpr int deepest_indent = 8;            // Slack's
constexpr std::size_t longest_label = 75;    // of a button
constexpr std::size_t longest_value = 2000;  // of a button

bool is_action(const Node& node) {
  return node.kind == Kind::link && node.url.starts_with("action:");
}

bool same_look(const Leaf& a, const Leaf& b) {
  return a.url == b.url && a.bold == b.bold && a.italic == b.italic && a.code == b.code;
}

void append(std::vector<Leaf>& leaves, Leaf leaf) {
  if (leaf.text.empty()) return;
  if (!leaves.empty() && same_look(leaves.back(), leaf)) {
    leaves.back().text += leaf.text;
  } else {
    leaves.push_back(std::move(leaf));
  }
}

void add_inlines(std::vector<Leaf>& leaves, const std::vector<Node>& nodes, const Leaf& look) {
  for (const Node& node : nodes) {
    Leaf leaf = look;
    switch (node.kind) {
      case Kind::text:
        leaf.text = node.text;
        append(leaves, std::move(leaf));
        continue;
      case Kind::code:
        leaf.text = node.text;
        leaf.code = true;
        append(leaves, std::move(leaf));
        continue;
      case Kind::soft_break:
        leaf.text = " ";
        append(leaves, std::move(leaf));
        continue;
      case Kind::line_break:
        leaf.text = "\n";
        append(leaves, std::move(leaf));
        continue;
      case Kind::strong:
        leaf.bold = true;
        break;
      case Kind::emphasis:
        leaf.italic = true;
        break;
      case Kind::link:
        if (!node.url.starts_with('#') && !is_action(node) && node.url.size() <= max_url) leaf.url = node.url;
        break;
      default:
        break;
    }
    add_inlines(leaves, node.children, leaf);
  }
}

bool is_blank(const std::vector<Leaf>& leaves) {
  return std::all_of(leaves.begin(), leaves.end(),
                     [](const Leaf& leaf) { return text::collapse_space(leaf.text).empty(); });
}

class Reader {
 public:
  explicit Reader(bool buttons) : buttons_(buttons) {}

  std::vector<Line> read(const Node& root) {
    const std::size_t papers = begin_of_papers(root.children);
    for (std::size_t i = 0; i < root.children.size(); ++i) {
      const std::size_t before = lines_.size();
      block(root.children[i], {});
      if (i == papers && lines_.size() > before) lines_[before].starts_thread = true;
    }
    return std::move(lines_);
  }

 private:
  struct Place {
    bool quoted = false;
    int depth = 0;  // of lists
  };

  // Where the first section with papers (headings of level 3) begins; if there is none, after the end.
  static std::size_t begin_of_papers(const std::vector<Node>& nodes) {
    std::size_t section = nodes.size();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].kind != Kind::heading) continue;
      if (nodes[i].level == 2) section = i;
      if (nodes[i].level == 3) return std::min(section, i);
    }
    return nodes.size();
  }

  void block(const Node& node, const Place& place) {
    switch (node.kind) {
      case Kind::heading:
        return heading(node, place);
      case Kind::paragraph:
        return paragraph(node, place);
      case Kind::list:
        return list(node, place);
      case Kind::quote:
        for (const Node& child : node.children) block(child, {.quoted = true, .depth = place.depth});
        return;
      case Kind::code_block: {
        Line line;
        line.kind = Line::Kind::preformatted;
        line.quoted = place.quoted;
        std::string code = node.text;
        while (code.ends_with('\n')) code.pop_back();
        append(line.leaves, {.text = std::move(code), .url = {}});
        return add(std::move(line));
      }
      case Kind::rule: {
        if (place.quoted || place.depth > 0) return;
        in_paper_ = false;
        Line line;
        line.kind = Line::Kind::rule;
        line.with_next = true;
        lines_.push_back(std::move(line));
        return;
      }
      default:
        return;
    }
  }

  void heading(const Node& node, const Place& place) {
    Line line;
    line.quoted = place.quoted;
    line.opens_block = line.with_next = !place.quoted && place.depth == 0;
    const bool big = line.with_next && node.level <= 2;
    line.kind = big ? Line::Kind::header : Line::Kind::text;
    add_inlines(line.leaves, node.children, {.text = {}, .url = {}, .bold = true});
    if (line.with_next) in_paper_ = !big;
    if (big && text::count_utf16_units(words_of(line)) > max_header) line.kind = Line::Kind::text;
    add(std::move(line));
  }

  void paragraph(const Node& node, const Place& place) {
    Line line;
    line.quoted = place.quoted;
    line.opens_block = !place.quoted && place.depth == 0 && !in_paper_;
    if (!digest::is_link_row(node) || std::none_of(node.children.begin(), node.children.end(), is_action)) {
      add_inlines(line.leaves, node.children, {});
      return add(std::move(line));
    }
    Line row;
    row.kind = Line::Kind::buttons;
    for (const Node& child : node.children) {
      if (child.kind != Kind::link) continue;
      const std::string label = text::collapse_space(digest::plain_text(child));
      const std::string action = child.url.substr(std::string_view("action:").size());
      const bool button = buttons_ && is_action(child) && !label.empty() && !action.empty() &&
                          text::count_utf16_units(label) <= longest_label && action.size() <= longest_value;
      if (button) {
        row.buttons.push_back({label, action});
      } else {
        if (!line.leaves.empty()) append(line.leaves, {.text = " · ", .url = {}});
        add_inlines(line.leaves, {child}, {});
      }
    }
    add(std::move(line));
    while (!row.buttons.empty()) {
      Line part = row;
      part.buttons.resize(std::min(row.buttons.size(), max_buttons));
      row.buttons.erase(row.buttons.begin(), row.buttons.begin() + static_cast<std::ptrdiff_t>(part.buttons.size()));
      lines_.push_back(std::move(part));
    }
  }

  void list(const Node& node, const Place& place) {
    int number = std::max(node.level, 1);
    for (const Node& item : node.children) {
      Line line;
      line.kind = node.ordered ? Line::Kind::ordered : Line::Kind::bullet;
      line.indent = std::min(place.depth, deepest_indent);
      line.number = number++;
      line.quoted = place.quoted;
      std::size_t i = 0;
      for (; i < item.children.size() && item.children[i].kind == Kind::paragraph; ++i) {
        if (!line.leaves.empty()) append(line.leaves, {.text = "\n", .url = {}});
        add_inlines(line.leaves, item.children[i].children, {});
      }
      add(std::move(line));
      for (; i < item.children.size(); ++i) {
        block(item.children[i], {.quoted = place.quoted, .depth = place.depth + 1});
      }
    }
  }

  void add(Line line) {
    if (!is_blank(line.leaves)) lines_.push_back(std::move(line));
  }

  std::vector<Line> lines_;
  bool buttons_;
  bool in_paper_ = false;
};

// --- cutting

bool clings(std::string_view text, std::size_t at) {
  std::size_t end = at;
  const char32_t cp = text::next_code_point(text, end);
  return (cp >= 0x1F3FB && cp <= 0x1F3FF) || (cp != '\n' && text::display_width(text.substr(at, end - at)) == 0);
}

// Bytes of `text` that make at most `units` UTF-16 units, ending where a reader would end.
std::size_t good_end(std::string_view text, std::size_t units) {
  std::size_t at = 0, sentence = 0, word = 0, character = 0, used = 0;
  char32_t last = 0;
  while (at < text.size()) {
    if (at > 0 && last != 0x200D && !clings(text, at)) character = at;
    const std::size_t begin = at;
    const char32_t cp = text::next_code_point(text, at);
    used += cp > 0xFFFF ? 2 : 1;
    if (used > units) {
      at = begin;
      break;
    }
    if (cp == ' ' || cp == '\n') word = at;
    if ((cp == ' ' && (last == '.' || last == '?' || last == '!')) || cp == '\n' || cp == U'。') sentence = at;
    last = cp;
  }
  if (at == text.size()) return at;
  if (sentence > at / 2) return sentence;
  if (word > at / 2) return word;
  return character > at / 2 ? character : at;
}

}  // namespace

bool is_rich(const Line& line) {
  using K = Line::Kind;
  return line.kind != K::header && line.kind != K::rule && line.kind != K::buttons;
}

std::size_t size_of(const Line& line) {
  std::size_t size = 0;
  for (const Leaf& leaf : line.leaves) size += text::count_utf16_units(leaf.text) + leaf.url.size();
  for (const Button& button : line.buttons) size += text::count_utf16_units(button.label) + button.action.size();
  return size;
}

std::string words_of(const Line& line) {
  std::string words;
  for (const Leaf& leaf : line.leaves) words += leaf.text;
  return text::collapse_space(words);
}

Line text_line(std::string text) {
  return link_line(std::move(text), "");
}

Line link_line(std::string text, std::string url) {
  Line line;
  line.opens_block = true;
  line.leaves.push_back({.text = std::move(text), .url = std::move(url)});
  return line;
}

std::vector<Line> lines_of(const digest::Document& document, bool buttons) {
  return Reader(buttons).read(document.root);
}

Line cut(Line& line, std::size_t units) {
  Line head = line;
  head.leaves.clear();
  std::size_t left = units;
  std::size_t taken = 0;
  for (; taken < line.leaves.size(); ++taken) {
    Leaf& leaf = line.leaves[taken];
    const std::size_t size = text::count_utf16_units(leaf.text) + leaf.url.size();
    if (size <= left) {
      left -= size;
      head.leaves.push_back(std::move(leaf));
      continue;
    }
    const bool moves_on = !leaf.url.empty() && size <= units && !head.leaves.empty();
    if (moves_on || left < leaf.url.size() + 2) break;
    const std::size_t end = good_end(leaf.text, left - leaf.url.size());
    Leaf part = leaf;
    part.text.resize(end);
    leaf.text.erase(0, end);
    head.leaves.push_back(std::move(part));
    break;
  }
  line.leaves.erase(line.leaves.begin(), line.leaves.begin() + static_cast<std::ptrdiff_t>(taken));
  if (line.kind == Line::Kind::bullet || line.kind == Line::Kind::ordered) line.kind = Line::Kind::text;
  line.starts_thread = false;
  return head;
}

}  // namespace paperboy::integrations::slack

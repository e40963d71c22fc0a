// Document -> plain text and terminal text: one layout, two ways of writing a line.
#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"

namespace paperboy::digest {
namespace {

using Kind = Node::Kind;

// --- words

struct Look {
  bool bold = false, italic = false, dim = false;
  std::string url;  // OSC 8
  friend bool operator==(const Look&, const Look&) = default;
};

struct Segment {
  std::string text;
  Look look;
};

// What is never broken: letters between two blanks, or one wide character with the punctuation that clings to it.
struct Word {
  std::vector<Segment> segments;
  bool blank_before = false;
  bool line_before = false;
};

std::size_t width_of(const Word& word) {
  std::size_t width = 0;
  for (const Segment& segment : word.segments) width += text::display_width(segment.text);
  return width;
}

bool contains(std::u32string_view set, char32_t cp) {
  return set.find(cp) != std::u32string_view::npos;
}
// Punctuation that may not begin, or end, a line of Chinese or Japanese.
bool clings_to_left(char32_t cp) {
  return contains(U"、。，．：；！？）］｝〉》」』】〕〗”’…—～·", cp);
}
bool clings_to_right(char32_t cp) {
  return contains(U"（［｛〈《「『【〔〖“‘", cp);
}

class Words {
 public:
  void add(const std::string& text, const Look& look) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      const char32_t cp = text::next_code_point(text, at);
      const std::string shown = text.substr(begin, at - begin);
      if (cp == ' ') {
        blank_ = true;
        continue;
      }
      const bool wide = text::display_width(shown) == 2;
      const bool between = !wide && !last_wide_;
      const bool glued =
          !words_.empty() && !blank_ && !line_ && (between || clings_to_left(cp) || clings_to_right(last_));
      if (!glued) {
        words_.push_back({.segments = {}, .blank_before = blank_, .line_before = line_});
        blank_ = line_ = false;
      }
      std::vector<Segment>& segments = words_.back().segments;
      if (segments.empty() || segments.back().look != look) segments.push_back({"", look});
      segments.back().text += shown;
      last_ = cp;
      last_wide_ = wide;
    }
  }
  void add_blank() { blank_ = true; }
  void add_line() { line_ = true; }
  std::vector<Word> take() { return std::move(words_); }

 private:
  std::vector<Word> words_;
  char32_t last_ = 0;
  bool last_wide_ = false, blank_ = false, line_ = false;
};

// --- the page

// What stands before the text of a line: `first` on the next line, `rest` on those after it.
struct Indent {
  std::string first, rest;
};

class Page {
 public:
  Page(std::size_t width, bool colour) : width_(std::max<std::size_t>(width, 20)), colour_(colour) {}

  std::string write(const Node& root) {
    Indent none;
    blocks(root.children, none, false);
    return std::move(out_);
  }

 private:
  void blocks(const std::vector<Node>& nodes, Indent& indent, bool tight) {
    const Node* previous = nullptr;
    for (const Node& node : nodes) {
      if (previous != nullptr && !tight) blank_line(indent);
      const bool begins_part = node.kind == Kind::heading && node.level <= 3;
      if (begins_part && previous != nullptr && previous->kind != Kind::heading) blank_line(indent);
      previous = &node;
      block(node, indent);
    }
  }

  void block(const Node& node, Indent& indent) {
    switch (node.kind) {
      case Kind::heading:
        return heading(node, indent);
      case Kind::paragraph:
        return is_row(node) && !colour_ ? link_row(node, indent) : paragraph(node.children, indent, {});
      case Kind::list:
        return list(node, indent);
      case Kind::quote: {
        const std::string bar = colour_ ? sgr("2") + "│ " + sgr("0") : "    ";
        Indent inner{indent.first + bar, indent.rest + bar};
        blocks(node.children, inner, false);
        indent.first = indent.rest;
        return;
      }
      case Kind::code_block:
        for (const std::string_view line : text::split(node.text, '\n')) put_line(indent, "    " + std::string(line));
        return;
      case Kind::rule:
        if (colour_) return put_line(indent, sgr("2") + repeat("─", width_) + sgr("0"));
        return put_line(indent, std::string(width_, '-'));
      default:
        return;
    }
  }

  void heading(const Node& node, Indent& indent) {
    const std::size_t begin = out_.size();
    const std::string shown = plain_text(node);
    const std::size_t digits = shown.find_first_not_of("0123456789");
    const bool numbered = digits != 0 && digits != std::string::npos && shown.substr(digits).starts_with(". ");
    Indent hanging = indent;
    if (numbered) hanging.rest += std::string(digits + 2, ' ');
    paragraph(node.children, hanging, {.bold = true, .italic = false, .dim = false, .url = {}});
    indent.first = indent.rest;
    if (node.level > 2) return;
    std::size_t longest = 0;
    for (const std::string_view line : text::split(std::string_view(out_).substr(begin), '\n')) {
      longest = std::max(longest, colour_ ? std::min(text::display_width(shown), width_) : text::display_width(line));
    }
    if (colour_) {
      put_line(indent, sgr("2") + repeat(node.level == 1 ? "═" : "─", longest) + sgr("0"));
    } else {
      put_line(indent, std::string(longest, node.level == 1 ? '=' : '-'));
    }
  }

  void list(const Node& node, Indent& indent) {
    int number = node.level;
    bool first = true;
    for (const Node& item : node.children) {
      if (!first && !node.tight) blank_line(indent);
      first = false;
      const std::string marker = node.ordered ? std::to_string(number++) + ". " : colour_ ? "• " : "- ";
      Indent inner{indent.first + marker, indent.rest + std::string(text::display_width(marker), ' ')};
      if (item.children.empty()) put_line(inner, "");
      blocks(item.children, inner, node.tight);
      indent.first = indent.rest;
    }
  }

  // Several links with short names to places outside.
  static bool is_row(const Node& node) {
    constexpr std::size_t longest_name = 24;
    std::size_t links = 0;
    for (const Node& child : node.children) {
      if (child.kind != Kind::link) continue;
      if (child.url.starts_with('#') || text::display_width(plain_text(child)) > longest_name) return false;
      ++links;
    }
    return links > 1 && is_link_row(node);
  }

  // Every link of the row on a line of its own, so that its URL is whole.
  void link_row(const Node& node, Indent& indent) {
    for (const Node& link : node.children) {
      if (link.kind != Kind::link) continue;
      const std::string label = plain_text(link);
      if (label == link.url) {
        put_line(indent, label);
      } else if (text::display_width(indent.first + label + ": " + link.url) <= width_) {
        put_line(indent, label + ": " + link.url);
      } else {
        put_line(indent, label + ":");
        put_line(indent, link.url);
      }
    }
  }

  void paragraph(const std::vector<Node>& nodes, Indent& indent, const Look& look) {
    Words words;
    std::vector<std::string> urls;
    std::size_t links = 0;
    count_links(nodes, links);
    inlines(nodes, look, words, urls, links > 1);
    put_words(words.take(), indent);
    for (std::size_t i = 0; i < urls.size(); ++i) {
      const std::string number = urls.size() > 1 || links > 1 ? "[" + std::to_string(i + 1) + "] " : "";
      put_line(indent, number + urls[i]);
    }
  }

  // A link whose URL the text does not show already.
  bool hides_url(const Node& link) const {
    const std::string text = plain_text(link);
    return !colour_ && !link.url.starts_with('#') && text != link.url && "mailto:" + text != link.url;
  }
  void count_links(const std::vector<Node>& nodes, std::size_t& links) const {
    for (const Node& node : nodes) {
      if (node.kind == Kind::link && hides_url(node)) ++links;
      count_links(node.children, links);
    }
  }

  void inlines(const std::vector<Node>& nodes, const Look& look, Words& words, std::vector<std::string>& urls,
               bool numbered) {
    for (const Node& node : nodes) {
      Look inner = look;
      switch (node.kind) {
        case Kind::text:
        case Kind::code:
          words.add(node.text, look);
          break;
        case Kind::soft_break:
          words.add_blank();
          break;
        case Kind::line_break:
          words.add_line();
          break;
        case Kind::strong:
          inner.bold = true;
          break;
        case Kind::emphasis:
          inner.italic = true;
          break;
        case Kind::link:
          if (!node.url.starts_with('#')) inner.url = node.url;
          break;
        default:
          break;
      }
      inlines(node.children, inner, words, urls, numbered);
      if (node.kind == Kind::link && hides_url(node)) {
        urls.push_back(node.url);
        if (numbered) words.add(" [" + std::to_string(urls.size()) + "]", look);
      }
    }
  }

  void put_words(const std::vector<Word>& words, Indent& indent) {
    std::vector<Segment> line;
    std::size_t columns = text::display_width(strip_sgr(indent.first));
    const std::size_t rest = text::display_width(strip_sgr(indent.rest));
    bool begun = false;
    for (const Word& word : words) {
      const std::size_t width = width_of(word);
      const std::size_t needed = columns + width + (word.blank_before ? 1 : 0);
      if (begun && (word.line_before || needed > width_)) {
        put_line(indent, written(line));
        line.clear();
        columns = rest;
        begun = false;
      }
      if (begun && word.blank_before) {
        const bool same_link = !line.back().look.url.empty() && line.back().look == word.segments.front().look;
        line.push_back({" ", same_link ? line.back().look : Look{}});
        ++columns;
      }
      line.insert(line.end(), word.segments.begin(), word.segments.end());
      columns += width;
      begun = true;
    }
    if (begun) put_line(indent, written(line));
  }

  std::string written(const std::vector<Segment>& line) const {
    std::string out;
    if (!colour_) {
      for (const Segment& segment : line) out += segment.text;
      return out;
    }
    Look now;
    for (const Segment& segment : line) {
      change(out, now, segment.look);
      out += segment.text;
    }
    change(out, now, {});
    return out;
  }

  static void change(std::string& out, Look& now, const Look& wanted) {
    if (now == wanted) return;
    if (now.url != wanted.url) out += "\x1b]8;;" + wanted.url + "\x1b\\";
    std::string codes = "0";
    if (wanted.bold) codes += ";1";
    if (wanted.dim) codes += ";2";
    if (wanted.italic) codes += ";3";
    if (!wanted.url.empty()) codes += ";4";
    out += sgr(codes);
    now = wanted;
  }

  static std::string sgr(const std::string& codes) { return "\x1b[" + codes + "m"; }
  static std::string strip_sgr(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\x1b') {
        i = text.find('m', i);
        if (i == std::string::npos) break;
      } else {
        out += text[i];
      }
    }
    return out;
  }
  static std::string repeat(std::string_view what, std::size_t times) {
    std::string out;
    while (times-- > 0) out += what;
    return out;
  }

  void put_line(Indent& indent, const std::string& line) {
    out_ += indent.first + line;
    while (out_.ends_with(' ')) out_.pop_back();
    out_ += '\n';
    indent.first = indent.rest;
  }
  void blank_line(Indent& indent) { put_line(indent, ""); }

  std::size_t width_;
  bool colour_;
  std::string out_;
};

}  // namespace

std::string to_text(const Document& document, std::size_t width) {
  return Page(width, false).write(without_actions(document).root);
}

std::string to_terminal(const Document& document, std::size_t width, bool colour) {
  return Page(width, colour).write(without_actions(document).root);
}

}  // namespace paperboy::digest

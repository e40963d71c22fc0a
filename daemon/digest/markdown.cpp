// Document -> CommonMark, so that reading it again gives the same tree.
#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/digest/escape.hpp"
#include "daemon/digest/render.hpp"

namespace paperboy::digest {
namespace {

using Kind = Node::Kind;

// Vanishes when read: keeps two pieces of markup apart that would otherwise be read as one.
constexpr std::string_view separator = "<!-- -->";

// --- inlines

bool is_blank(char c) {
  return c == ' ' || c == '\n';
}

// A code point of category Zs, at which emphasis may neither begin nor end.
bool is_unicode_blank(char32_t cp) {
  return cp == 0x20 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f || cp == 0x205f ||
         cp == 0x3000;
}

// Surely neither blank nor punctuation. What is not known counts as punctuation and costs at most a separator.
bool is_letter(char32_t cp) {
  if (cp < 0x80) return is_ascii_alnum(static_cast<char>(cp));
  return (cp >= 0xc0 && cp <= 0x24f && cp != 0xd7 && cp != 0xf7) || (cp >= 0x391 && cp <= 0x3ff) ||
         (cp >= 0x400 && cp <= 0x481) || (cp >= 0x3041 && cp <= 0x3096) || (cp >= 0x30a1 && cp <= 0x30fa) ||
         (cp >= 0x3400 && cp <= 0x9fff) || (cp >= 0xac00 && cp <= 0xd7a3);
}

// Surely punctuation to CommonMark (general category P), or an ASCII sign: emphasis may begin or end beside it.
bool is_punctuation(char32_t cp) {
  if (cp < 0x80) return is_ascii_punct(static_cast<char>(cp));
  return cp == 0xa1 || cp == 0xa7 || cp == 0xab || cp == 0xb6 || cp == 0xb7 || cp == 0xbb || cp == 0xbf ||
         (cp >= 0x2010 && cp <= 0x2027) || (cp >= 0x3001 && cp <= 0x3003) || (cp >= 0x3008 && cp <= 0x3011) ||
         cp == 0xff01 || cp == 0xff08 || cp == 0xff09 || cp == 0xff0c || cp == 0xff0e || cp == 0xff1a || cp == 0xff1b ||
         cp == 0xff1f;
}

char32_t first_code_point(std::string_view text) {
  std::size_t at = 0;
  return text::next_code_point(text, at);
}

char32_t last_code_point(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && (static_cast<unsigned char>(text[--begin]) & 0xc0) == 0x80) {
  }
  return first_code_point(text.substr(begin));
}

std::string entity(char32_t cp) {
  return "&#" + std::to_string(static_cast<std::uint32_t>(cp)) + ";";
}

// The text of emphasis with blanks at its edges written as entities.
std::string guard_edges(std::string inner) {
  if (const char32_t first = first_code_point(inner); is_unicode_blank(first)) {
    std::string shown;
    text::append_code_point(shown, first);
    inner = entity(first) + inner.substr(shown.size());
  }
  if (const char32_t last = last_code_point(inner); is_unicode_blank(last)) {
    std::string shown;
    text::append_code_point(shown, last);
    inner = inner.substr(0, inner.size() - shown.size()) + entity(last);
  }
  return inner;
}

std::string code_span(const std::string& text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest == 0 ? 1 : longest + 1, '`');
  const bool all_blank = text.find_first_not_of(' ') == std::string::npos;
  const bool pad =
      text.starts_with('`') || text.ends_with('`') || (text.starts_with(' ') && text.ends_with(' ') && !all_blank);
  return fence + (pad ? " " : "") + text + (pad ? " " : "") + fence;
}

std::string destination(const std::string& url) {
  std::string out;
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (url[i] == '(' || url[i] == ')') out += '\\';
    const bool entity_like = url[i] == '&' && i + 1 < url.size() && (url[i + 1] == '#' || is_ascii_alnum(url[i + 1]));
    out += entity_like ? "&amp;" : std::string(1, url[i]);
  }
  return out;
}

bool can_be_autolink(const Node& link) {
  return link.children.size() == 1 && link.children[0].kind == Kind::text && link.children[0].text == link.url &&
         !link.url.starts_with('#') && link.url.find('&') == std::string::npos;
}

// Emphasis within strong emphasis (or the reverse) is written with `_`, so that neither closes the other.
class InlineWriter {
 public:
  enum class Place { block, link, emphasis };
  explicit InlineWriter(Place place = Place::block, int emphasis_depth = 0) : place_(place), depth_(emphasis_depth) {}

  std::string write(const std::vector<Node>& nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const bool last = i + 1 == nodes.size();
      const bool line_end = last ? place_ == Place::block : is_break(nodes[i + 1]);
      write(nodes[i], line_end);
      previous_ = nodes[i].kind;
    }
    return std::move(out_);
  }

 private:
  static bool is_break(const Node& node) { return node.kind == Kind::soft_break || node.kind == Kind::line_break; }
  bool at_line_start() const { return out_.empty() ? place_ == Place::block : out_.back() == '\n'; }

  void write(const Node& node, bool line_end) {
    switch (node.kind) {
      case Kind::text:
        return append(escape_text(node.text, at_line_start(), line_end));
      case Kind::code:
        return append((previous_ == Kind::code ? std::string(separator) : "") + code_span(node.text));
      case Kind::soft_break:
        return append("\n");
      case Kind::line_break:
        return append("\\\n");
      case Kind::emphasis:
        return emphasis(node, 1);
      case Kind::strong:
        return emphasis(node, 2);
      case Kind::link:
        return link(node);
      default:
        return;
    }
  }

  void append(const std::string& piece) {
    if (piece.empty()) return;
    const bool safe = is_blank(piece[0]) || is_punctuation(first_code_point(piece));
    if (guard_next_ && !safe) out_ += separator;
    guard_next_ = false;
    out_ += piece;
  }

  void emphasis(const Node& node, std::size_t strength) {
    const std::string inner = guard_edges(InlineWriter(Place::emphasis, depth_ + 1).write(node.children));
    const std::string delimiter(strength, depth_ % 2 == 0 ? '*' : '_');
    const bool follows_emphasis = previous_ == Kind::emphasis || previous_ == Kind::strong;
    const bool plain = depth_ == 0 && !follows_emphasis && is_letter(first_code_point(inner));
    const bool guarded =
        out_.empty() || is_blank(out_.back()) || (is_punctuation(last_code_point(out_)) && !follows_emphasis);
    if (!plain && !guarded) out_ += separator;
    out_ += delimiter + inner + delimiter;
    guard_next_ = depth_ > 0 || !is_letter(last_code_point(inner));
  }

  void link(const Node& node) {
    if (can_be_autolink(node)) return append("<" + node.url + ">");
    append("[" + InlineWriter(Place::link, depth_).write(node.children) + "](" + destination(node.url) + ")");
  }

  std::string out_;
  bool guard_next_ = false;  // the emphasis just closed must be followed by a blank or punctuation
  Kind previous_ = Kind::document;
  Place place_;
  int depth_;
};

// --- blocks

using Lines = std::vector<std::string>;

Lines split_lines(const std::string& text) {
  Lines lines;
  for (const std::string_view line : text::split(text, '\n')) lines.emplace_back(line);
  return lines;
}

class BlockWriter {
 public:
  explicit BlockWriter(bool html_anchors) : html_anchors_(html_anchors) {}

  // A list that follows a list takes the other marker, else they would be one; so does a list that begins an item of a
  // list, else
  // "- - -" would be a rule. `other_marker`: for a list that comes first.
  Lines blocks(const std::vector<Node>& nodes, bool tight, bool top, bool other_marker = false) const {
    Lines lines;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const bool continues = i > 0 && nodes[i].kind == Kind::list && nodes[i - 1].kind == Kind::list &&
                             nodes[i].ordered == nodes[i - 1].ordered;
      if (i > 0) other_marker = continues && !other_marker;
      if (i > 0 && !tight) lines.emplace_back();
      for (std::string& line : block(nodes[i], other_marker, top)) lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  Lines block(const Node& node, bool other_marker, bool top) const {
    switch (node.kind) {
      case Kind::paragraph:
        return split_lines(InlineWriter().write(node.children));
      case Kind::heading:
        return heading(node);
      case Kind::list:
        return list(node, other_marker);
      case Kind::quote:
        return prefixed(blocks(node.children, false, false), "> ", "> ");
      case Kind::code_block:
        return code_block(node.text);
      case Kind::rule:
        return {top ? "---" : "***"};
      default:
        return {};
    }
  }

  Lines heading(const Node& node) const {
    Lines lines;
    std::string line(static_cast<std::size_t>(std::clamp(node.level, 1, 6)), '#');
    if (!node.children.empty()) line += " " + InlineWriter().write(node.children);
    if (!node.anchor.empty()) {
      if (html_anchors_) {
        lines.push_back("<a id='" + node.anchor + "'></a>");
      } else {
        line += " {#" + node.anchor + "}";
      }
    }
    lines.push_back(std::move(line));
    return lines;
  }

  static Lines code_block(const std::string& text) {
    std::size_t longest = 2;
    std::size_t run = 0;
    for (const char c : text) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    Lines lines{fence};
    if (!text.empty()) {
      for (std::string& line : split_lines(text)) lines.push_back(std::move(line));
    }
    lines.push_back(fence);
    return lines;
  }

  Lines list(const Node& node, bool other_marker) const {
    Lines lines;
    int number = node.level;
    for (const Node& item : node.children) {
      std::string marker = other_marker ? "+ " : "- ";
      if (node.ordered) marker = std::to_string(number++) + (other_marker ? ") " : ". ");
      if (!lines.empty() && !node.tight) lines.emplace_back();
      Lines inner = blocks(item.children, node.tight, false, !other_marker);
      if (inner.empty()) inner.emplace_back();
      for (std::string& line : prefixed(std::move(inner), marker, std::string(marker.size(), ' ')))
        lines.push_back(std::move(line));
    }
    return lines;
  }

  static Lines prefixed(Lines lines, const std::string& first, const std::string& rest) {
    if (lines.empty()) lines.emplace_back();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string& prefix = i == 0 ? first : rest;
      lines[i] = lines[i].empty() ? std::string(prefix.substr(0, prefix.find_last_not_of(' ') + 1)) : prefix + lines[i];
    }
    return lines;
  }

  bool html_anchors_;
};

}  // namespace

std::string to_markdown(const Document& document, bool html_anchors) {
  std::string out;
  for (const std::string& line : BlockWriter(html_anchors).blocks(document.root.children, false, true))
    out += line + "\n";
  return out;
}

}  // namespace paperboy::digest

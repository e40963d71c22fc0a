#include "integrations/feed/html_text.hpp"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <memory>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex.hpp"

namespace paperboy::integrations::feed {
namespace {

constexpr std::size_t max_bytes = 64u << 10;
constexpr int max_tags = 400;

constexpr std::array<std::string_view, 24> text_tags = {"i",   "b",    "em",  "strong", "sub", "sup",  "p",   "br",
                                                        "a",   "span", "div", "small",  "tt",  "code", "u",   "font",
                                                        "img", "mark", "s",   "ul",     "ol",  "li",   "pre", "h1"};

std::string_view up_to_limits(std::string_view html) {
  html = html.substr(0, max_bytes);
  int tags = 0;
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    if (++tags > max_tags) return html.substr(0, at);
  }
  return html;
}

bool breaks_line(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_BR:
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
      return true;
    default:
      return false;
  }
}

// Raised or lowered text: Unicode if all of it can be, else as it stands.
std::string script(std::string_view text, bool raised) {
  std::string formula = raised ? "$^{" : "$_{";
  formula += text;
  formula += "}$";
  std::string unicode = paper::tex_to_unicode(formula);
  return unicode.find('$') == std::string::npos ? unicode : std::string(text);
}

// The depth is bounded by max_tags.
void append_text(const GumboNode& node, std::string& out) {
  switch (node.type) {
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA: {
      std::string text = node.v.text.text;
      std::replace(text.begin(), text.end(), '\n', ' ');  // a line break in HTML is a blank
      out += text;
      return;
    }
    case GUMBO_NODE_WHITESPACE:
      out += ' ';
      return;
    case GUMBO_NODE_COMMENT:
      return;
    case GUMBO_NODE_DOCUMENT:
    case GUMBO_NODE_ELEMENT:
    case GUMBO_NODE_TEMPLATE:
      break;
  }
  if (node.type != GUMBO_NODE_ELEMENT) return;
  const GumboElement& element = node.v.element;
  if (element.tag == GUMBO_TAG_SCRIPT || element.tag == GUMBO_TAG_STYLE || element.tag == GUMBO_TAG_TITLE) return;
  const bool line = breaks_line(element.tag);
  const bool sup = element.tag == GUMBO_TAG_SUP, sub = element.tag == GUMBO_TAG_SUB;
  std::string inner;
  std::string& to = sup || sub ? inner : out;
  if (line) to += '\n';
  for (unsigned i = 0; i < element.children.length; ++i) {
    append_text(*static_cast<const GumboNode*>(element.children.data[i]), to);
  }
  if (line) to += '\n';
  if (sup || sub) out += script(text::trim(inner), sup);
}

}  // namespace

std::string html_to_text(std::string_view html) {
  const std::string limited = text::sanitize(up_to_limits(html));
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const auto destroy = [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> output(
      gumbo_parse_with_options(&options, limited.data(), limited.size()), destroy);
  std::string raw;
  append_text(*output->root, raw);
  const std::string sane = text::sanitize(raw);  // character references may stand for anything
  std::string out;
  for (const std::string_view line : text::split(sane, '\n')) {
    const std::string collapsed = text::collapse_space(line);
    if (collapsed.empty()) continue;
    if (!out.empty()) out += '\n';
    out += collapsed;
  }
  return out;
}

bool looks_like_html(std::string_view text) {
  for (std::size_t at = text.find_first_of("<&"); at != std::string_view::npos; at = text.find_first_of("<&", at + 1)) {
    std::string_view rest = text.substr(at + 1);
    if (text[at] == '&') {
      const std::size_t end = rest.find_first_not_of("#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
      if (end != std::string_view::npos && end >= 2 && rest[end] == ';') return true;
      continue;
    }
    if (rest.starts_with('/')) rest.remove_prefix(1);
    const std::size_t end = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    if (end == std::string_view::npos || end == 0 || end > 6) continue;
    const char after = rest[end];
    if (after != '>' && after != ' ' && after != '/' && after != '\n') continue;
    if (after == ' ' && rest.find('>') == std::string_view::npos) continue;
    const std::string name = text::to_lower_ascii(rest.substr(0, end));
    if (std::find(text_tags.begin(), text_tags.end(), name) != text_tags.end()) return true;
  }
  return false;
}

}  // namespace paperboy::integrations::feed

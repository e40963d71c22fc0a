#include "integrations/arxiv/paper_html.hpp"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex_math.hpp"

namespace paperboy::integrations::arxiv {
namespace {

constexpr std::size_t least_text = 200;  // bytes; a page with less says that there is no paper
// The HTML parser rebuilds open formatting at every block and walks its tree by recursion: pages that would cost more
// than their size are refused before it sees them. LaTeXML's pages are well-formed, a tenth of this deep.
constexpr int deepest = 300;
constexpr int most_open_formatting = 24;

constexpr auto formatting_tags = std::to_array<std::string_view>(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"});
constexpr auto void_tags = std::to_array<std::string_view>(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"});
// Not looked into. Some change how HTML is read, pictures and MathML are most of a page.
constexpr auto dropped_tags = std::to_array<std::string_view>(
    {"script",   "style",    "svg",      "title",  "textarea", "xmp",    "iframe",         "noembed",
     "noframes", "noscript", "template", "select", "object",   "button", "annotation-xml", "plaintext",
     "math",     "nav",      "footer",   "video",  "audio",    "canvas"});

bool in(std::string_view word, const auto& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The end of the tag that begins at `at`, behind its '>'; npos if there is none.
std::size_t tag_end(std::string_view html, std::size_t at) {
  char quote = 0;
  for (std::size_t i = at; i < html.size(); ++i) {
    const char c = html[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') && i > at && html[i - 1] == '=') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// Behind the next </name>, whatever stands before it.
std::size_t behind_closing(std::string_view html, std::string_view name, std::size_t from) {
  for (std::size_t at = html.find("</", from); at != std::string_view::npos; at = html.find("</", at + 2)) {
    if (!text::starts_with_ci(html.substr(at + 2), name)) continue;
    const std::size_t after = at + 2 + name.size();
    if (after < html.size() && (is_letter(html[after]) || html[after] == '-')) continue;
    const std::size_t end = html.find('>', after);
    return end == std::string_view::npos ? html.size() : end + 1;
  }
  return html.size();
}

std::string_view tag_name(std::string_view html, std::size_t at) {
  std::size_t end = at;
  while (end < html.size() &&
         (is_letter(html[end]) || (end > at && (html[end] == '-' || (html[end] >= '0' && html[end] <= '9')))))
    ++end;
  return html.substr(at, end - at);
}

// What the parser is given: without comments and what is not looked into; of a formula its tag. Nothing if parsing it
// would cost too much.
std::optional<std::string> cleaned(std::string_view html) {
  std::string out;
  out.reserve(html.size() / 2);
  std::array<int, formatting_tags.size()> open_formatting{};
  int depth = 0, formatting = 0;
  for (std::size_t at = 0; at < html.size();) {
    const std::size_t open = html.find('<', at);
    if (open == std::string_view::npos) {
      out += html.substr(at);
      break;
    }
    out += html.substr(at, open - at);
    if (html.substr(open).starts_with("<!--")) {
      const std::size_t end = html.find("-->", open + 4);
      at = end == std::string_view::npos ? html.size() : end + 3;
      continue;
    }
    const bool closing = open + 1 < html.size() && html[open + 1] == '/';
    const std::string name = text::to_lower_ascii(tag_name(html, open + (closing ? 2 : 1)));
    if (name.empty()) {
      if (open + 1 < html.size() && (html[open + 1] == '!' || html[open + 1] == '?' || closing)) {
        const std::size_t end = html.find('>', open);
        at = end == std::string_view::npos ? html.size() : end + 1;
      } else {
        out += "&lt;";
        at = open + 1;
      }
      continue;
    }
    const std::size_t end = tag_end(html, open);
    if (end == std::string_view::npos) break;
    const std::string_view tag = html.substr(open, end - open);
    at = end;
    if (in(name, dropped_tags)) {
      if (closing) continue;
      const bool self_closing = tag.size() > 2 && tag[tag.size() - 2] == '/';
      // Without its "/": the parser knows neither HTML's math nor what would follow in it.
      if (name == "math")
        out += "<img data-math" + std::string(html.substr(open + 5, tag.size() - 5 - (self_closing ? 2 : 1))) + ">";
      if (!self_closing) at = behind_closing(html, name, end);
      continue;
    }
    out += tag;
    if (in(name, void_tags) || tag.ends_with("/>")) continue;
    const auto format = std::find(formatting_tags.begin(), formatting_tags.end(), name);
    if (format != formatting_tags.end()) {
      int& count = open_formatting[static_cast<std::size_t>(format - formatting_tags.begin())];
      if (!closing) {
        ++count;
        ++formatting;
      } else if (count > 0) {
        --count;
        --formatting;
      }
    }
    depth = std::max(0, depth + (closing ? -1 : 1));
    if (depth > deepest || formatting > most_open_formatting) return std::nullopt;
  }
  return out;
}

std::string_view attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? std::string_view() : std::string_view(found->value);
}

bool has_class(const GumboElement& element, std::string_view wanted) {
  const std::string_view classes = attribute(element, "class");
  for (std::size_t at = 0; at < classes.size();) {
    const std::size_t end = std::min(classes.find_first_of(" \t\n\r\f", at), classes.size());
    if (classes.substr(at, end - at) == wanted) return true;
    at = end + 1;
  }
  return false;
}

bool has_any_class(const GumboElement& element, const auto& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](std::string_view name) { return has_class(element, name); });
}

constexpr auto skipped_classes = std::to_array<std::string_view>({"ltx_bibliography",
                                                                  "ltx_page_navbar",
                                                                  "ltx_TOC",
                                                                  "ltx_authors",
                                                                  "ltx_ERROR",
                                                                  "ltx_page_footer",
                                                                  "ltx_page_header",
                                                                  "ltx_page_logo",
                                                                  "ltx_note_mark",
                                                                  "ltx_tag_listingline",
                                                                  "ltx_dates",
                                                                  "ltx_index",
                                                                  "ltx_glossary",
                                                                  "ltx_classification",
                                                                  "ltx_tag_note",
                                                                  "sr-only",
                                                                  "ltx_rdf",
                                                                  "ltx_pagination",
                                                                  "ltx_picture",
                                                                  "ltx_missing_image",
                                                                  "ltx_missing",
                                                                  "ltx_role_thanks",
                                                                  "ltx_role_institutetext"});

// Not to be seen by a reader: white, tiny or hidden.
bool is_invisible(const GumboElement& element) {
  if (gumbo_get_attribute(&element.attributes, "hidden") != nullptr) return true;
  std::string style;
  for (const char c : attribute(element, "style")) {
    if (!is_blank(c)) style += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  if (style.empty()) return false;
  if (style.find("display:none") != std::string::npos || style.find("visibility:hidden") != std::string::npos)
    return true;
  for (const std::string_view white : {"color:#ffffff", "color:#fff;", "color:white", "color:rgb(255,255,255)"}) {
    for (std::size_t at = style.find(white); at != std::string::npos; at = style.find(white, at + 1)) {
      const std::string_view before = std::string_view(style).substr(0, at);
      const bool other = before.ends_with("background-") || before.ends_with("bg-") || before.ends_with("border-");
      if (!other) return true;
    }
  }
  const std::size_t size = style.find("font-size:");
  if (size == std::string::npos) return false;
  const char* number = style.c_str() + size + 10;
  char* unit = nullptr;
  const double value = std::strtod(number, &unit);
  const double least = *unit == '%'                                                                  ? 20
                       : style.compare(static_cast<std::size_t>(unit - style.c_str()), 2, "em") == 0 ? 0.2
                                                                                                     : 2;
  return unit != number && value < least;
}

bool is_block(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
      return true;
    default:
      return false;
  }
}

bool is_heading(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6;
}

int level_of(const GumboElement& heading) {
  constexpr std::array<std::pair<std::string_view, int>, 8> levels{{{"ltx_title_part", 1},
                                                                    {"ltx_title_chapter", 1},
                                                                    {"ltx_title_section", 1},
                                                                    {"ltx_title_appendix", 1},
                                                                    {"ltx_title_subsection", 2},
                                                                    {"ltx_title_subsubsection", 3},
                                                                    {"ltx_title_paragraph", 4},
                                                                    {"ltx_title_subparagraph", 5}}};
  for (const auto& [name, level] : levels) {
    if (has_class(heading, name)) return level;
  }
  return 0;
}

std::string formula(std::string_view tex) {
  std::string typed = text::collapse_space(text::sanitize(tex));
  for (const std::string_view style : {"\\displaystyle", "\\textstyle", "\\scriptstyle"}) {
    typed = text::replace_all(typed, style, "");
  }
  typed = std::string(text::trim(typed));
  if (typed.empty()) return {};
  const std::optional<std::string> unicode = paper::tex::math_to_unicode(typed);
  return unicode ? *unicode : "$" + typed + "$";
}

std::string raised(const std::string& text) {
  if (text.empty() || text.find_first_of("{}\\$") != std::string::npos) return text;
  const bool number = std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return text;
  const std::optional<std::string> unicode = paper::tex::math_to_unicode("x^{" + text + "}");
  return unicode && unicode->size() > 1 && unicode->front() == 'x' ? unicode->substr(1) : "^" + text;
}

// "Appendix A " -> "A", "3.1 " -> "3.1".
std::string section_number(std::string_view tag) {
  std::string number = text::collapse_space(text::sanitize(tag));
  for (const std::string_view word : {"Appendix ", "Chapter ", "Section ", "Part ", "§ ", "§"}) {
    if (number.starts_with(word)) number.erase(0, word.size());
  }
  while (!number.empty() && (number.back() == '.' || number.back() == ':' || number.back() == ' ')) number.pop_back();
  return number;
}

class Walker {
 public:
  explicit Walker(paper::FullTextBuilder& builder) : builder_(builder) {}

  void walk(const GumboNode& node) {
    if (builder_.size() > max_html_text) return;
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA || node.type == GUMBO_NODE_WHITESPACE) {
      pending_ += node.v.text.text;
      return;
    }
    if (node.type != GUMBO_NODE_ELEMENT) return;
    const GumboElement& element = node.v.element;
    if (has_any_class(element, skipped_classes) || is_invisible(element)) return;
    if (element.tag == GUMBO_TAG_IMG) {
      if (gumbo_get_attribute(&element.attributes, "data-math") != nullptr)
        pending_ += formula(attribute(element, "alttext"));
      return;
    }
    if (element.tag == GUMBO_TAG_BR) {
      pending_ += ' ';
      return;
    }
    if (element.tag == GUMBO_TAG_SUP) {  // 10<sup>6</sup> is not 106
      pending_ += raised(inline_text(element));
      return;
    }
    if (has_class(element, "ltx_note")) {
      note(element);
      return;
    }
    if (is_heading(element.tag)) {
      heading(element);
      return;
    }
    if (has_class(element, "ltx_abstract")) builder_.section({}, "Abstract", 1);
    const bool row = element.tag == GUMBO_TAG_TR || has_class(element, "ltx_tr");
    if (row && !in_cell_) {
      table_row(element);
      return;
    }
    if (has_class(element, "ltx_tag_item")) {  // a bullet says nothing; a term does
      const std::string tag = inline_text(element);
      if (std::count_if(tag.begin(), tag.end(), is_letter) > 1) pending_ += tag + " ";
      return;
    }
    const bool line = has_class(element, "ltx_listingline");
    const bool block = line || is_block(element.tag);
    if (block) end_block();
    children(element);
    if (line) {
      end_line();
    } else if (block) {
      end_block();
    }
  }

  void end_block() { put(false); }

 private:
  void children(const GumboElement& element) {
    for (unsigned i = 0; i < element.children.length; ++i) {
      walk(*static_cast<const GumboNode*>(element.children.data[i]));
    }
  }

  void end_line() { put(true); }

  void put(bool whole) {
    if (in_cell_) {
      pending_ += ' ';
      return;
    }
    const std::string text = text::collapse_space(text::sanitize(std::exchange(pending_, {})));
    std::vector<std::string> notes = std::exchange(notes_, {});
    if (!text.empty()) {
      const std::string run_in = std::exchange(run_in_, {});
      const std::string all = run_in.empty() ? text : run_in + " " + text;
      whole ? builder_.line(all) : builder_.paragraph(all);
    }
    for (const std::string& one : notes) builder_.paragraph(one);
  }

  // The text of an element as part of a line.
  std::string inline_text(const GumboElement& element) {
    std::string outer = std::exchange(pending_, {});
    const bool was = std::exchange(in_cell_, true);
    children(element);
    in_cell_ = was;
    return text::collapse_space(text::sanitize(std::exchange(pending_, std::move(outer))));
  }

  void note(const GumboElement& element) {
    std::string text = inline_text(element);
    if (!text.empty()) notes_.push_back(std::move(text));
  }

  void table_row(const GumboElement& row) {
    end_block();
    const bool equation = has_class(row, "ltx_eqn_row") || has_class(row, "ltx_equation");
    std::string line;
    bool filled = false;
    for (unsigned i = 0; i < row.children.length; ++i) {
      const auto& child = *static_cast<const GumboNode*>(row.children.data[i]);
      if (child.type != GUMBO_NODE_ELEMENT || is_invisible(child.v.element)) continue;
      const std::string cell = inline_text(child.v.element);
      if (equation && cell.empty()) continue;
      if (i > 0 && !line.empty()) line += equation ? " " : " | ";
      line += cell;
      filled = filled || !cell.empty();
    }
    if (filled) pending_ = std::move(line);
    end_line();
  }

  void heading(const GumboElement& element) {
    end_block();
    std::string number;
    std::string title;
    for (unsigned i = 0; i < element.children.length; ++i) {
      const auto& child = *static_cast<const GumboNode*>(element.children.data[i]);
      if (child.type == GUMBO_NODE_ELEMENT && has_class(child.v.element, "ltx_tag") && number.empty()) {
        number = inline_text(child.v.element);
      } else {
        const bool was = std::exchange(in_cell_, true);
        const std::string outer = std::exchange(pending_, {});
        walk(child);
        title += std::exchange(pending_, outer);
        in_cell_ = was;
      }
    }
    title = text::collapse_space(text::sanitize(title));
    notes_.clear();  // thanks and the like
    if (has_class(element, "ltx_title_document")) {
      builder_.title(title);
    } else if (const int level = level_of(element)) {
      run_in_.clear();
      if (!title.empty() || !number.empty()) builder_.section(section_number(number), title, level);
    } else if (!has_class(element, "ltx_title_abstract")) {  // of a theorem, a proof: part of what follows
      run_in_ = number.empty() ? title : title == "." ? number + title : number + " " + title;
    }
  }

  paper::FullTextBuilder& builder_;
  std::string pending_;  // of the line that is being read
  std::vector<std::string> notes_;
  std::string run_in_;
  bool in_cell_ = false;
};

// The element that holds the paper.
const GumboNode* find_document(const GumboNode& node) {
  if (node.type != GUMBO_NODE_ELEMENT) return nullptr;
  if (has_class(node.v.element, "ltx_document")) return &node;
  const GumboVector& children = node.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    if (const GumboNode* found = find_document(*static_cast<const GumboNode*>(children.data[i]))) return found;
  }
  return nullptr;
}

}  // namespace

Read<paper::FullText> read_paper_html(std::string_view bytes, const paper::PaperId& id, int version) {
  Read<paper::FullText> read;
  if (bytes.size() > max_html) {
    read.error = "the page is larger than " + std::to_string(max_html >> 20) + " MB";
    return read;
  }
  const std::optional<std::string> html = cleaned(bytes);
  if (!html) {
    read.error = "the page is nested too deep";
    return read;
  }
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const auto destroy = [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> output(
      gumbo_parse_with_options(&options, html->data(), html->size()), destroy);
  const GumboNode* document = find_document(*output->root);
  if (document == nullptr) {
    read.error = "the page holds no paper";
    return read;
  }
  paper::FullTextBuilder builder(id, version, paper::FullText::Source::html);
  Walker walker(builder);
  walker.walk(*document);
  walker.end_block();
  if (builder.size() < least_text) {
    read.error = "the page holds next to no text";
    return read;
  }
  read.value = builder.finish();
  return read;
}

}  // namespace paperboy::integrations::arxiv

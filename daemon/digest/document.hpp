#pragma once
// A message as a tree: what a CommonMark text means, before a channel gives it its form. Pure.
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::digest {

struct Node {
  enum class Kind {
    // blocks
    document,
    heading,
    paragraph,
    list,
    item,
    quote,
    code_block,
    rule,
    // inlines
    text,
    emphasis,
    strong,
    code,
    link,
    soft_break,
    line_break
  };
  Kind kind = Kind::document;
  int level = 0;         // heading: 1..6; list: number of its first item
  bool ordered = false;  // list
  bool tight = true;     // list
  std::string text;      // text, code, code_block (its content)
  std::string url;       // link; http, https, mailto, action: or #anchor, checked when parsed
  std::string anchor;    // heading: what #anchor links to; empty if none
  std::vector<Node> children;
  friend bool operator==(const Node&, const Node&) = default;
};

// The tree and what a reader is told before opening it.
struct Document {
  Node root;
  std::string language = "en";  // BCP 47
  std::string web_url;          // of the whole message, once that is known (resolve_actions); may be empty
  friend bool operator==(const Document&, const Document&) = default;
};

// Reads CommonMark 0.30 (cmark). Raw HTML is dropped to its text, links with other schemes lose the link and keep their
// text, images become links. A heading may end in {#anchor} (as Pandoc writes it), or follow a line <a
// id='anchor'></a>. Containers nested deeper than 64 lose their form and keep their text. Takes any bytes.
Document parse_markdown(std::string_view markdown, std::string language = "en");

// All the text below a node, without markup.
std::string plain_text(const Node& node);
// `text` so that CommonMark shows it as it is: every character that could begin markup is escaped, line feeds become
// blanks.
std::string escape_markdown(std::string_view text);

// A URL as a link may hold it: one of the allowed schemes (in lower case) or #anchor; blanks, quotes, brackets and
// bytes outside ASCII are percent-encoded. Empty if the link is not allowed.
std::string checked_url(std::string_view url);
// `text` as an anchor: letters, digits and single . : / + - _ between them; other characters become '-'.
std::string anchor_of(std::string_view text);

}  // namespace paperboy::digest

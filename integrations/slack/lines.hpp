#pragma once
// A Document as the lines that Slack's messages are packed from: the smallest things that are kept whole. Pure.
// Internal to this integration.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/digest/document.hpp"

namespace paperboy::integrations::slack {

// Text of one look.
struct Leaf {
  std::string text, url;
  bool bold = false, italic = false, code = false;
};

struct Button {
  std::string label, action;  // "More like this", "more/2512.07197"
};

struct Line {
  enum class Kind { header, text, bullet, ordered, preformatted, rule, buttons } kind = Kind::text;
  std::vector<Leaf> leaves;
  std::vector<Button> buttons;
  int indent = 0;              // bullet, ordered
  int number = 1;              // ordered
  bool quoted = false;         // not header, rule, buttons
  bool opens_block = false;    // stands apart from the line before it
  bool with_next = false;      // headings and rules: nothing without what follows
  bool starts_thread = false;  // the first section with papers begins here
};

// Does it become part of a rich_text block?
bool is_rich(const Line& line);
// Characters as Slack may count them: UTF-16 units of text and URLs.
std::size_t size_of(const Line& line);
std::string words_of(const Line& line);

Line text_line(std::string text);
Line link_line(std::string text, std::string url);

// No line is without text or buttons, but rules. `buttons`: rows of action: links become buttons; without it there must
// be no such links.
std::vector<Line> lines_of(const digest::Document& document, bool buttons);

// Takes at most `units` off the front of a longer line: at the end of a sentence if one is near, else between words,
// else between characters. What is left of a list's item or a heading is text.
Line cut(Line& line, std::size_t units);

}  // namespace paperboy::integrations::slack

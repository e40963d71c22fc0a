#pragma once
// A Document as a chat shows it: blocks of styled text, cut into pages that a Telegram message can hold. Pure,
// deterministic. Internal to this integration.
#include <cstddef>
#include <string>
#include <vector>

#include "daemon/digest/document.hpp"

namespace paperboy::integrations::telegram {

// Text in one style. A link has no other style than bold and italic, code and pre have none (the Bot API's rules of
// nesting).
struct Run {
  std::string text;  // sanitized UTF-8
  std::string url;   // http or https; or empty
  bool bold = false, italic = false, code = false, pre = false;
};

// An inline button that sends its `action` back to the bot.
struct Button {
  std::string label, action;  // action: 1 to 64 bytes
};

struct Block {
  int heading = 0;  // level; 0: no heading
  bool quote = false;
  bool close = false;  // follows the block before it on the next line, without a blank line between
  std::vector<Run> runs;
  std::vector<std::vector<Button>> buttons;  // rows
};

using Page = std::vector<Block>;

// What one message may hold. Telegram counts code points after parsing; UTF-16 units are never fewer. What it states no
// figure for (the size of all entities, buttons) is kept well below what was seen to be refused.
struct Limits {
  std::size_t units = 4096;         // UTF-16
  std::size_t entities = 100;       // the rest are dropped silently
  std::size_t entity_bytes = 8000;  // ENTITIES_TOO_LONG at about 9500
  std::size_t raw = 32'000;         // bytes of text and markup; 32,768
  std::size_t buttons = 96;
  std::size_t blocks = 200;  // a rich message has at most 500, nested ones included
};

// The document's blocks in order. Without `buttons` what is an action: link is left out as digest::without_actions
// does; with it the action: links of link rows become buttons of the block before them. #anchors lose their link. A
// mailto: link shows its address. A name after '@' and a word after '/' outside links and code are parted from it by a
// word joiner, so that a title neither calls a person nor offers a command.
std::vector<Block> blocks_of(const digest::Document& document, bool buttons);

// The blocks in pages: broken between papers (what stands under one heading) where that is possible, else between
// blocks, else at the end of a sentence, at a blank, between characters as a reader sees them. No text is lost.
std::vector<Page> pages_of(std::vector<Block> blocks, const Limits& limits);

// Has it anything to see? Telegram calls a text of white space and zero-width characters empty.
bool is_visible(std::string_view text);

}  // namespace paperboy::integrations::telegram

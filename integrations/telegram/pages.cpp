// Blocks -> pages.
#include "integrations/telegram/pages.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::telegram {
namespace {

constexpr std::size_t bytes_of_entity = 24;     // type, offset, length, and some room
constexpr std::size_t bytes_of_tags = 40;       // opening, closing, of one entity without its URL
constexpr std::size_t longest_escape = 6;       // &quot;
constexpr std::size_t separator_units = 2;      // a blank line
constexpr std::size_t farthest_step_back = 64;  // of a cut that would part a character; more of them are no character

struct Cost {
  std::size_t units = 0, entities = 0, entity_bytes = 0, raw = 0, buttons = 0, blocks = 0;
};

Cost operator+(Cost a, const Cost& b) {
  return {a.units + b.units, a.entities + b.entities, a.entity_bytes + b.entity_bytes,
          a.raw + b.raw,     a.buttons + b.buttons,   a.blocks + b.blocks};
}

bool fits(const Cost& cost, const Limits& limits) {
  return cost.units <= limits.units && cost.entities <= limits.entities && cost.entity_bytes <= limits.entity_bytes &&
         cost.raw <= limits.raw && cost.buttons <= limits.buttons && cost.blocks <= limits.blocks;
}

Cost entities(std::size_t count, std::size_t url_bytes) {
  return {0, count, count * bytes_of_entity + url_bytes, count * bytes_of_tags + url_bytes * 6, 0, 0};
}

// Of a run before its text.
Cost cost_of_style(const Run& run) {
  const std::size_t count =
      static_cast<std::size_t>(run.bold) + run.italic + run.code + run.pre + (run.url.empty() ? 0u : 1u);
  return entities(count, run.url.size());
}

// Of a block before its text: what parts it from the one before it, and its quotation.
Cost cost_of_frame(const Block& block) {
  Cost cost = entities(block.quote ? 1 : 0, 0) + Cost{separator_units, 0, 0, separator_units, 0, 1u + block.quote};
  for (const auto& row : block.buttons) cost.buttons += row.size();
  return cost;
}

Cost cost_of_text(std::string_view text) {
  return {text::count_utf16_units(text), 0, 0, text::escape_html(text).size(), 0, 0};
}

Cost cost_of(const Block& block) {
  Cost cost = cost_of_frame(block);
  for (const Run& run : block.runs) cost = cost + cost_of_style(run) + cost_of_text(run.text);
  return cost;
}

template <class Blocks>
Cost cost_of_all(const Blocks& blocks) {
  Cost cost;
  for (const Block& block : blocks) cost = cost + cost_of(block);
  return cost;
}

// --- where a block is cut

// Between which run's which byte; `at` is a boundary of code points.
struct Cut {
  std::size_t run = 0, at = 0;
  std::size_t characters = 0;  // code points before it
};

bool is_flag_letter(char32_t cp) {
  return cp >= 0x1F1E6 && cp <= 0x1F1FF;
}

// May a reader's character (Unicode's extended grapheme cluster, roughly) end between the two? `flag_letters`: how many
// of them end in `left`; two make a flag.
bool parts_characters(char32_t left, char32_t right, std::size_t flag_letters) {
  if (right < 0x80) return left != 0x200D;
  std::string shown;
  text::append_code_point(shown, right);
  const bool joins = text::display_width(shown) == 0;
  const bool skin = right >= 0x1F3FB && right <= 0x1F3FF;
  const bool half_a_flag = is_flag_letter(right) && flag_letters % 2 == 1;
  return !joins && !skin && !half_a_flag && left != 0x200D;
}

bool ends_sentence(char32_t cp) {
  return std::u32string_view(U".!?。！？\n").find(cp) != std::u32string_view::npos;
}

// The best place for a cut such that what stands before it costs at most what is left of the limits. Nothing if not one
// code point does.
std::optional<Cut> find_cut(const Block& block, const Cost& spent, const Limits& limits) {
  Cost cost = spent + cost_of_frame(block);
  cost.buttons = 0;  // they stay with the rest
  std::optional<Cut> any, character, blank, sentence;
  char32_t left = 0, before_left = 0;
  std::size_t characters = 0, flag_letters = 0;
  for (std::size_t r = 0; r < block.runs.size(); ++r) {
    const Run& run = block.runs[r];
    cost = cost + cost_of_style(run);
    for (std::size_t at = 0; at < run.text.size();) {
      const std::size_t begin = at;
      const char32_t right = text::next_code_point(run.text, at);
      if (characters > 0) {
        const Cut cut{r, begin, characters};
        any = cut;
        if (parts_characters(left, right, flag_letters)) {
          character = cut;
          if (left == '\n' || (left == ' ' && ends_sentence(before_left)) || (left > 0x2FFF && ends_sentence(left))) {
            sentence = cut;
          }
          if (left == ' ' || left == '\n') blank = cut;
        }
      }
      cost.units += right > 0xFFFF ? 2 : 1;
      cost.raw += right < 0x80 ? longest_escape : at - begin;
      if (!fits(cost, limits)) {
        if (!any) return std::nullopt;
        if (sentence && sentence->characters * 2 >= any->characters) return sentence;
        if (blank && blank->characters * 2 >= any->characters) return blank;
        if (character && character->characters + farthest_step_back >= any->characters) return character;
        return any;
      }
      ++characters;
      before_left = left;
      left = right;
      flag_letters = is_flag_letter(right) ? flag_letters + 1 : 0;
    }
  }
  return Cut{block.runs.size(), 0, characters};
}

// Takes what stands before the cut, which is inside `block`, out of it; the rest stays there.
Block take(Block& block, const Cut& cut) {
  Block taken;
  taken.heading = block.heading;
  taken.quote = block.quote;
  taken.close = block.close;
  const auto at = block.runs.begin() + static_cast<std::ptrdiff_t>(cut.run);
  taken.runs.assign(std::make_move_iterator(block.runs.begin()), std::make_move_iterator(at));
  if (cut.at > 0) {
    taken.runs.push_back(*at);
    taken.runs.back().text.resize(cut.at);
    at->text.erase(0, cut.at);
  }
  block.runs.erase(block.runs.begin(), at);
  block.close = false;
  return taken;
}

bool shows_something(const Block& block) {
  return std::any_of(block.runs.begin(), block.runs.end(), [](const Run& run) { return is_visible(run.text); });
}

// --- pages

class Binder {
 public:
  explicit Binder(const Limits& limits) : limits_(limits) {}

  // What stands together: a paper.
  void add(std::vector<Block> group) {
    const Cost cost = cost_of_all(group);
    if (!fits(spent_ + cost, limits_)) {
      const bool whole = fits(cost, limits_);
      if (whole || spent_.units * 2 > limits_.units) turn();
      if (!whole) {
        for (Block& block : group) add_block(std::move(block));
        return;
      }
    }
    for (Block& block : group) put(std::move(block));
  }

  std::vector<Page> take() {
    turn();
    return std::move(pages_);
  }

 private:
  void add_block(Block block) {
    const Cost cost = cost_of(block);
    if (!fits(spent_ + cost, limits_) && fits(cost, limits_)) turn();
    while (!fits(spent_ + cost_of(block), limits_)) {
      const std::optional<Cut> cut = find_cut(block, spent_, limits_);
      if (cut && cut->run < block.runs.size()) {
        Block taken = telegram::take(block, *cut);
        if (shows_something(taken)) put(std::move(taken));
        if (block.buttons.empty() && !shows_something(block)) return;  // no message of nothing but its tag
        turn();
        continue;
      }
      if (!page_.empty()) {
        turn();
        continue;
      }
      // Alone it has more buttons than a message may have: the first ones are kept.
      std::size_t left = limits_.buttons;
      for (auto& row : block.buttons) {
        row.resize(std::min(row.size(), left));
        left -= row.size();
      }
      std::erase_if(block.buttons, [](const auto& row) { return row.empty(); });
      break;
    }
    put(std::move(block));
  }

  void put(Block block) {
    spent_ = spent_ + cost_of(block);
    page_.push_back(std::move(block));
  }

  void turn() {
    if (page_.empty()) return;
    pages_.push_back(std::move(page_));
    page_.clear();
    spent_ = {};
  }

  const Limits& limits_;
  Cost spent_;
  Page page_;
  std::vector<Page> pages_;
};

}  // namespace

std::vector<Page> pages_of(std::vector<Block> blocks, const Limits& limits) {
  Binder binder(limits);
  std::vector<Block> group;
  bool only_headings = true;  // a section's heading stays with its first paper
  for (Block& block : blocks) {
    if (block.heading > 0 && !group.empty() && !only_headings) {
      binder.add(std::exchange(group, {}));
      only_headings = true;
    }
    only_headings = only_headings && block.heading > 0;
    group.push_back(std::move(block));
  }
  if (!group.empty()) binder.add(std::move(group));
  return binder.take();
}

}  // namespace paperboy::integrations::telegram

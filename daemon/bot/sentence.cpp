// What people put around a command: greetings, please and thanks.
#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/bot/words.hpp"

namespace paperboy::bot {
namespace {

// What people put before what they want. Greetings too, if something follows.
constexpr std::string_view openings[] = {"please",
                                         "pls",
                                         "plz",
                                         "kindly",
                                         "hey",
                                         "hi",
                                         "hello",
                                         "ok",
                                         "okay",
                                         "so",
                                         "can you",
                                         "could you",
                                         "would you",
                                         "will you",
                                         "i want to",
                                         "i'd like to",
                                         "i would like to",
                                         "let's",
                                         "paperboy",
                                         "@paperboy",
                                         "thanks",
                                         "thank you"};
constexpr std::string_view closings[] = {"please", "pls", "plz", "thanks", "thx", "thank you", "谢谢"};

}  // namespace

std::string_view without_opening(std::string_view text) {
  for (;;) {
    while (!text.empty() && std::string_view(":,;.").find(text.front()) != std::string_view::npos)
      text = text::trim(text.substr(1));
    const std::vector<Word> words = words_of(text);
    std::size_t end = 0;
    for (const std::string_view opening : openings) {
      const auto parts = text::split(opening, ' ');
      if (parts.size() >= words.size()) continue;  // it is all there is
      const bool same = std::equal(
          parts.begin(), parts.end(), words.begin(),
          [](std::string_view part, const Word& word) { return text::iequals_ascii(part, without_marks(word.text)); });
      if (same) end = std::max(end, parts.size());
    }
    if (text.starts_with("请") && text.size() > 3) {
      text = text::trim(text.substr(std::string_view("请").size()));
    } else if (end > 0) {
      text = text.substr(words[end].begin);
    } else {
      return text;
    }
  }
}

std::string_view without_closing(std::string_view text) {
  for (bool changed = true; changed;) {
    changed = false;
    if (text != "?") text = text::trim(without_marks(text));
    for (const std::string_view closing : closings) {
      if (text.size() <= closing.size() || !text::iequals_ascii(text.substr(text.size() - closing.size()), closing))
        continue;
      const std::string_view left = text.substr(0, text.size() - closing.size());
      if (left.back() != ' ' && left.back() != ',' && static_cast<unsigned char>(closing.front()) < 0x80) continue;
      text = text::trim(left);
      changed = true;
    }
  }
  return text;
}

}  // namespace paperboy::bot

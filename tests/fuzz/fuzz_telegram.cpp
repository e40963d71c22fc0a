// Messages for Telegram: whatever a text says, every part is one that the server takes, and nothing is lost.
#include <cstdint>

#include "integrations/telegram/compose.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/integrations/telegram/reading.hpp"

using namespace paperboy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flow::Composition composition;
  composition.title = "Title";
  composition.brief = digest::parse_markdown(std::string_view(reinterpret_cast<const char*>(data), size));
  const std::string expected = test::visible(test::expected_text(composition.brief));
  for (const bool buttons : {false, true}) {
    const auto parts = integrations::telegram::compose(composition, {.buttons = buttons, .rich = true});
    for (const bool rich : {false, true}) {
      for (const flow::Part& part : parts) {
        const auto error = test::check_telegram_message(test::method_of(rich), test::parameters_of(part, rich));
        must(!error, error.value_or("") + "\n" + part.payload);
      }
      if (buttons) continue;
      // Numbers and bullets of lists stand between.
      const std::string shown = test::visible(test::text_of(parts, rich));
      must(test::is_subsequence(expected, shown), "lost:\n" + expected + "\n---\n" + shown);
    }
  }
  return 0;
}

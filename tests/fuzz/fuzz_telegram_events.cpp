// What Telegram, or somebody in its place, may say: whatever comes, the events of it are such that the inbox and the
// sending side can take them.
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/text.hpp"
#include "integrations/telegram/destination.hpp"
#include "integrations/telegram/events.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace paperboy;
using namespace paperboy::integrations::telegram;

void must_be_clean(const std::string& text) {
  must(text::sanitize(text) == text, "not sanitized: " + text);
}

void check(const Updates& updates) {
  for (const Heard& heard : updates.heard) {
    const flow::Event& event = heard.event;
    std::string trouble;
    must(parse_destination(event.place, trouble).has_value(), trouble);
    must(event.key.starts_with("u:") && event.key.size() <= 255, "key " + event.key);
    must(event.kind == flow::Event::Kind::gone || !event.account.empty(), "nobody");
    must(event.action.size() <= 64, "action " + event.action);
    must(event.reply_to.empty() || parse_ref(event.reply_to).has_value(), "reply_to " + event.reply_to);
    must(event.about.empty() || parse_ref(event.about).has_value(), "about " + event.about);
    for (const std::string& text : {event.text, event.account_name, event.action, heard.file_name, heard.file_id}) {
      must_be_clean(text);
    }
  }
  for (const std::string& id : updates.callbacks) must_be_clean(id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Self us{77, "MyBot", {"why", "follow"}};
  if (const auto update = read_update(bytes, us)) check(*update);
  if (const auto updates = read_updates(bytes, us)) check(*updates);
  const auto updates = read_updates(R"({"ok":true,"result":[)" + std::string(bytes) + "]}", us);
  if (updates) check(*updates);
  return 0;
}

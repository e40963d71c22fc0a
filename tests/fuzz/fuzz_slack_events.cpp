// Any bytes as what Slack sends: nothing breaks, and every event keeps the contract of flow::Event. The first byte
// chooses the door: a frame of Socket Mode, JSON over HTTP, a form over HTTP, the text of a message.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/text.hpp"
#include "integrations/slack/events.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace paperboy;
using namespace paperboy::integrations::slack;

bool is_clean(const std::string& text) {
  return text::sanitize(text) == text;
}

void check(const std::vector<flow::Event>& events, const Self& self) {
  for (const flow::Event& event : events) {
    must(!event.key.empty() && event.key.size() <= 255, "a key that is none");
    must(!event.place.empty(), "an event from nowhere");
    must(event.kind == flow::Event::Kind::gone || !event.account.empty(), "an event of nobody");
    must(event.account != self.user, "our own words");
    must(is_clean(event.text) && is_clean(event.action) && is_clean(event.account_name), "unclean text");
    must(event.kind != flow::Event::Kind::pressed || !event.action.empty(), "a button without an action");
    must(event.kind != flow::Event::Kind::reacted || !event.about.empty(), "a reaction to nothing");
    const ReplyTo reply_to = read_reply_to(event.reply_to);
    must(to_string(reply_to) == event.reply_to, "a reply_to that is read otherwise");
    must(reply_to.response_url.empty() || reply_to.response_url.starts_with("https://hooks.slack.com/"),
         "an answer to a stranger");
    must(reply_to.user.empty() || reply_to.user == event.account, "an answer to somebody else");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const Self self{"U0PAPERBOY", "B0PAPERBOY", {"https://hooks.slack.com/"}};
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 's':
      check(read_frame(rest, self).events, self);
      break;
    case 'j':
      check(read_post("application/json", rest, self).events, self);
      break;
    case 'f':
      check(read_post("application/x-www-form-urlencoded", rest, self).events, self);
      break;
    default:
      must(is_clean(plain_words(rest, self.user)), "unclean words");
  }
  return 0;
}

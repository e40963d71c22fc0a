// Any bytes as a digest in Slack: every message is one Slack takes, with blocks and without, and nothing is lost.
#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "integrations/slack/compose.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/support/fake_slack.hpp"

namespace {

using namespace paperboy;

void require_accepted(const boost::json::object& body) {
  std::vector<std::string> messages;
  const std::string error = test::FakeSlack::check_message(body, messages);
  must(error.empty(), error + ": " + text::join(messages, "; "));
}

void compose(const flow::Composition& composition, bool buttons) {
  const std::vector<flow::Part> parts = integrations::slack::compose(composition, buttons);
  std::string shown;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const boost::json::object body = test::parse_json(parts[i].payload).as_object();
    require_accepted(body);
    require_accepted(test::parse_json(integrations::slack::without_blocks(parts[i].payload)).as_object());
    std::string one = test::FakeSlack::shown(body);
    if (i > 0) one.erase(0, one.find('\n'));  // the tag
    shown += one + "\n";
  }
  if (buttons) return;  // their words stand on the buttons
  const digest::Document left = digest::without_actions(composition.brief);
  const std::string expected = without_space(digest::plain_text(left.root));
  must(expected.empty() || without_space(shown) == expected, "lost:\n" + expected + "\n---\n" + shown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flow::Composition composition;
  composition.title = std::string(reinterpret_cast<const char*>(data), size / 8);
  composition.delivery_seed = "seed";
  composition.brief = digest::parse_markdown({reinterpret_cast<const char*>(data), size});
  compose(composition, false);
  compose(composition, true);
  return 0;
}

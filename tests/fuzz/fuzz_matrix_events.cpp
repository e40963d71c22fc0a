// What a homeserver says: whatever it is, what comes of it are events that an inbox can take.
#include <cstdint>

#include "daemon/base/text.hpp"
#include "integrations/matrix/events.hpp"
#include "integrations/matrix/names.hpp"
#include "integrations/matrix/outcome.hpp"
#include "tests/fuzz/must.hpp"

using namespace paperboy;
using namespace paperboy::integrations::matrix;

namespace {

constexpr char user[] = "@paperboy:example.org";

void check(const std::vector<Happening>& happened, const std::string& room) {
  for (const Happening& one : happened) {
    must(!one.id.empty() && one.id.size() <= 255 && one.sender != user || one.kind == Happening::Kind::membership ||
             one.kind == Happening::Kind::replaced,
         "an event without an id, or our own");
    if (one.kind != Happening::Kind::said && one.kind != Happening::Kind::reacted) continue;
    for (const bool alone : {false, true}) {
      const flow::Event event = event_of(one, room, {user, "Paper Boy", alone});
      must(text::sanitize(event.text) == event.text, "text that is none: " + event.text);
      must(fault_of_destination(event.place).empty(), "a place that is none: " + event.place);
      must(fault_of_destination(event.account).empty(), "an account that is none: " + event.account);
      must(event.direct == alone && (!alone || event.addressed || event.kind != flow::Event::Kind::said), "unheard");
      must(below_of(event.reply_to).event.starts_with('$'), "an answer to nothing: " + event.reply_to);
      must(one.name.size() <= 1100, "a name that is none");
    }
  }
  const auto begin = beginning(happened, user);
  must(!begin || *begin <= happened.size(), "a beginning after the end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  net::Response response;
  response.status = 200;
  response.body.assign(reinterpret_cast<const char*>(data), size);
  const Reply reply = reply_of(response, Time{});
  if (const auto sync = read_sync(reply.body, user)) {
    for (const News& news : sync->news) check(news.happened, news.room);
    for (const Invitation& one : sync->invitations) must(fault_of_destination(one.by).empty(), "nobody invites");
  }
  if (const auto page = read_page(reply.body, user)) check(page->happened, "!room:example.org");
  return 0;
}

// What channels hear becomes rows of the inbox.
#include <algorithm>

#include "daemon/base/crash_point.hpp"
#include "daemon/bot/command.hpp"
#include "daemon/flow/bot.hpp"
#include "daemon/flow/event_text.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/store/inbox.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::flow {
namespace {

constexpr std::size_t longest_key = 255;

std::string position_name(const std::string& channel) {
  return "listen:" + channel;
}

std::string_view word(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::said:
      return "said";
    case Event::Kind::pressed:
      return "pressed";
    case Event::Kind::reacted:
      return "reacted";
    case Event::Kind::gone:
      return "gone";
  }
  return "said";
}

}  // namespace

bool on_the_list(const BotSettings& settings, std::string_view channel, std::string_view account,
                 std::string_view workspace, std::string_view place) {
  return std::any_of(settings.allow.begin(), settings.allow.end(), [&](std::string_view entry) {
    const std::size_t colon = entry.find(':');
    if (colon == entry.npos || entry.substr(0, colon) != channel) return false;
    const std::string_view name = entry.substr(colon + 1);
    return name == "*" || name == account || name == place || (!workspace.empty() && name == workspace);
  });
}

// What is said in a group to others is nobody's business here, but for papers named where the bot was called to.
bool StoredInbox::wanted(store::Tx& tx, const Event& event) const {
  switch (event.kind) {
    case Event::Kind::said:
      return event.addressed || event.direct ||
             (store::in_conversation(tx, channel_, event.place, event.thread) && bot::names_a_paper(event.text));
    case Event::Kind::pressed:
      return bot::parse_action(event.action).has_value();
    case Event::Kind::reacted:
      return !store::paper_of_reply(tx, channel_, event.about).empty();
    case Event::Kind::gone:
      return true;
  }
  return false;
}

async::Awaitable<> StoredInbox::take(std::vector<Event> events, std::optional<std::string> position) {
  const Time now = ground_.clock.now();
  auto write = [this, events = std::move(events), position = std::move(position), now](store::Tx& tx) {
    std::map<std::string, int> taken;
    for (const Event& event : events) {
      if (event.key.empty() || event.key.size() > longest_key || event.place.empty() || !wanted(tx, event)) continue;
      if (!store::put_event(tx, {channel_, event.key, event.place, encode(event), now})) continue;
      if (event.kind == Event::Kind::said && event.addressed && !event.direct && !event.thread.empty())
        store::join_conversation(tx, channel_, event.place, event.thread, now);
      ++taken[std::string(word(event.kind))];
    }
    if (position) store::put_cursor(tx, position_name(channel_), *position, now);
    return taken;
  };
  const std::map<std::string, int> taken = co_await ground_.database.transact(write);
  if (!taken.empty()) crash_point("bot-heard");
  for (const auto& [kind, count] : taken)
    ground_.metrics.add(metric::inbound_events, {{"channel", channel_}, {"kind", kind}}, count);
  if (!taken.empty()) ring_();
}

async::Awaitable<std::string> StoredInbox::position() {
  auto read = [name = position_name(channel_)](store::Tx& tx) { return store::cursor(tx, name); };
  std::string position = co_await ground_.database.transact(read);
  co_return position;
}

async::Awaitable<bool> StoredInbox::admits(std::string account, std::string workspace, std::string place) {
  if (on_the_list(settings_, channel_, account, workspace, place)) co_return true;
  auto read = [this, account](store::Tx& tx) { return store::person_of_account(tx, channel_, account).has_value(); };
  const bool known = co_await ground_.database.transact(read);
  co_return known;
}

void StoredInbox::refused(std::string_view reason) {
  ground_.metrics.add(metric::inbound_refused, {{"channel", channel_}, {"reason", std::string(reason)}});
}

std::vector<Verb> StoredInbox::verbs(std::string_view language) const {
  std::vector<Verb> all;
  for (const bot::VerbHelp& verb : bot::verbs(language))
    all.push_back({std::string(verb.verb), std::string(verb.help)});
  return all;
}

}  // namespace paperboy::flow

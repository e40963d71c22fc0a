#include "integrations/telegram/moves.hpp"

#include <charconv>

#include "daemon/base/log.hpp"

namespace paperboy::integrations::telegram {
namespace {

std::string key_of(std::int64_t chat) {
  return "moved:" + std::to_string(chat);
}

}  // namespace

async::Awaitable<std::int64_t> Moves::now(std::int64_t chat) {
  if (!known_.contains(chat)) {
    const std::string kept = co_await memory_.recall(channel_, key_of(chat));
    std::int64_t id = chat;
    std::from_chars(kept.data(), kept.data() + kept.size(), id);
    known_[chat] = id;
  }
  co_return known_[chat];
}

async::Awaitable<> Moves::remember(std::int64_t from, std::int64_t to) {
  const auto at = known_.find(from);
  if (at != known_.end() && at->second == to) co_return;
  log::info(
      "a group became a supergroup; its new id is used from now on",
      {{"component", "telegram"}, {"channel", channel_}, {"from", std::to_string(from)}, {"to", std::to_string(to)}});
  co_await memory_.keep(channel_, key_of(from), std::to_string(to));
  known_[from] = to;
}

}  // namespace paperboy::integrations::telegram

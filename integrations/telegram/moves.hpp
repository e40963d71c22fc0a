#pragma once
// Groups that became supergroups have another id for good. What was learned of it outlives restarts.
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "daemon/flow/channel.hpp"

namespace paperboy::integrations::telegram {

class Moves {
 public:
  Moves(flow::ChannelMemory& memory, std::string channel) : memory_(memory), channel_(std::move(channel)) {}

  // The id to use for a chat. Throws what the memory throws.
  async::Awaitable<std::int64_t> now(std::int64_t chat);
  async::Awaitable<> remember(std::int64_t from, std::int64_t to);

 private:
  flow::ChannelMemory& memory_;
  std::string channel_;
  std::map<std::int64_t, std::int64_t> known_;  // a cache of the memory
};

}  // namespace paperboy::integrations::telegram

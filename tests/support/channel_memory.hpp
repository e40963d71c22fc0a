#pragma once
// What a channel is given to remember by, without a store.
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "daemon/flow/channel.hpp"
#include "daemon/net/lane.hpp"

namespace paperboy::test {

class MapMemory final : public flow::ChannelMemory {
 public:
  std::map<std::pair<std::string, std::string>, std::string> kept;
  async::Awaitable<std::string> recall(std::string channel, std::string key) override {
    const auto at = kept.find({channel, key});
    co_return at == kept.end() ? std::string() : at->second;
  }
  async::Awaitable<> keep(std::string channel, std::string key, std::string value) override {
    kept[{channel, key}] = value;
    co_return;
  }
};

// No channel passes a lane.
class NoLanes final : public net::LaneMemory {
 public:
  async::Awaitable<net::LaneState> load(std::string) override { throw std::logic_error("a channel took a lane"); }
  async::Awaitable<> save(std::string, net::LaneState) override { throw std::logic_error("a channel took a lane"); }
};

}  // namespace paperboy::test

#pragma once
// A channel's memory without a store.
#include <map>
#include <string>
#include <utility>

#include "daemon/flow/channel.hpp"

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

}  // namespace paperboy::test

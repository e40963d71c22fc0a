#pragma once
// An inbox without a store: keeps what it is given, each key once, and fails when told to.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/flow/inbox.hpp"

namespace paperboy::test {

class MapInbox final : public flow::Inbox {
 public:
  std::vector<flow::Event> events;  // committed, in order, each key once
  int offered = 0;                  // events handed over, known ones too
  std::string at;                   // position
  std::map<std::string, int, std::less<>> refusals;
  int failures = 0;  // so many calls of take() to come fail, and commit nothing
  // Whom admits() lets in; empty: everybody.
  std::function<bool(const std::string& account, const std::string& workspace, const std::string& place)> lets_in;
  std::function<void()> on_take;                                      // called after every commit
  std::map<std::string, std::vector<flow::Verb>, std::less<>> words;  // by language

  async::Awaitable<> take(std::vector<flow::Event> some, std::optional<std::string> position = std::nullopt) override {
    offered += static_cast<int>(some.size());
    if (failures > 0) {
      --failures;
      throw Error("the inbox was told to fail");
    }
    for (flow::Event& event : some) {
      if (keys_.insert(event.key).second) events.push_back(std::move(event));
    }
    if (position) at = *position;
    if (on_take) on_take();
    co_return;
  }
  async::Awaitable<std::string> position() override { co_return at; }
  async::Awaitable<bool> admits(std::string account, std::string workspace, std::string place) override {
    co_return !lets_in || lets_in(account, workspace, place);
  }
  void refused(std::string_view reason) override { ++refusals[std::string(reason)]; }
  std::vector<flow::Verb> verbs(std::string_view language) const override {
    const auto known = words.find(language);
    return known == words.end() ? std::vector<flow::Verb>() : known->second;
  }

 private:
  std::set<std::string> keys_;
};

}  // namespace paperboy::test

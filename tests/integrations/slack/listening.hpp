#pragma once
// The channel that listens to the fake Slack, for the tests of what it hears and of what it answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/hash.hpp"
#include "integrations/slack/slack.hpp"
#include "tests/daemon/net/started.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_slack.hpp"
#include "tests/support/map_inbox.hpp"

namespace paperboy::integrations::slack {

namespace json = boost::json;
using namespace std::chrono_literals;
using boost::asio::cancellation_type;
using flow::Event;
using test::FakeSlack;
using test::Fault;
using Class = flow::Outcome::Class;

inline const std::string papers(FakeSlack::papers), ada(FakeSlack::ada), direct(FakeSlack::ada_direct);

class Listening : public ::testing::Test {
 protected:
  ~Listening() override { stop(); }

  Settings settings() const {
    Settings out;
    out.token = Secret(std::string(FakeSlack::token));
    out.app_token = Secret(std::string(FakeSlack::app_token));
    out.api_url = fake_.api_url();
    out.listen = out.buttons = true;
    out.first_wait = 1ms;
    out.longest_wait = 20ms;
    out.disabled_wait = out.crowded_wait = 1h;
    return out;
  }
  void make(Settings settings) {
    const Toolbox tools{*client_,   lanes_,       memory_, clock_,
                        templates_, "ops@x.test", &hooks_, "https://papers.example.org/hooks/"};
    channel_ = make_channel(std::move(settings), tools);
  }
  void start(Settings settings) {
    make(std::move(settings));
    listening_ = std::make_unique<test::Started>(loop_, channel_->listen(inbox_));
  }
  // With both links up.
  void start() {
    start(settings());
    ASSERT_TRUE(until([&] { return fake_.open_links() == 2; }));
  }
  bool until(const std::function<bool()>& condition) { return test::run_until(loop_, condition); }
  void stop(cancellation_type type = cancellation_type::total) {
    if (!listening_) return;
    listening_->cancel(type);
    EXPECT_TRUE(until([&] { return listening_->ended(); }));
    listening_.reset();
  }
  bool hears(std::size_t events) {
    return until([&] { return inbox_.events.size() >= events; });
  }
  // Every envelope sent is acknowledged.
  bool acknowledged(const std::string& id) {
    return until([&] { return std::find(fake_.acked.begin(), fake_.acked.end(), id) != fake_.acked.end(); });
  }
  std::string say(const std::string& text) { return fake_.push("events_api", fake_.said(ada, direct, text)); }
  std::ptrdiff_t asked_posts() const {
    return std::count(fake_.requests().begin(), fake_.requests().end(), "POST /api/chat.postMessage");
  }

  flow::Outcome send(flow::Outgoing message) {
    std::optional<flow::Outcome> outcome;
    const auto into = [](flow::Channel& channel, flow::Outgoing one,
                         std::optional<flow::Outcome>& out) -> async::Awaitable<> {
      out = co_await channel.send(std::move(one));
    };
    test::run(loop_, into(*channel_, std::move(message), outcome));
    return outcome.value();
  }
  flow::Outgoing answer_to(const Event& event, const std::string& text = "The answer.") {
    flow::Composition composition;
    composition.title = "Answer";
    composition.destination = event.place;
    composition.reply_to = event.reply_to;
    composition.delivery_seed = hash_of({event.key, text});
    composition.brief = digest::parse_markdown(text);
    const std::vector<flow::Part> parts = channel_->compose(composition);
    flow::Outgoing out;
    out.delivery_id = "d1";
    out.destination = event.place;
    out.payload = parts.at(0).payload;
    out.provider_key = parts.at(0).provider_key;
    out.parts = static_cast<int>(parts.size());
    out.created_at = out.intended_at = clock_.now();
    return out;
  }
  const json::object& applied(std::size_t at) const { return fake_.applied().at(at).as_object(); }

  boost::asio::io_context loop_;
  FakeSlack fake_{loop_};
  std::unique_ptr<net::Client> client_ = net::make_curl_client(loop_.get_executor(), "test");
  test::NoLanes lanes_;
  test::MapMemory memory_;
  SystemClock clock_;
  digest::Templates templates_{{std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"}};
  Hooks hooks_;
  test::MapInbox inbox_;
  std::unique_ptr<flow::Channel> channel_;
  std::unique_ptr<test::Started> listening_;
};

}  // namespace paperboy::integrations::slack

#pragma once
// The channel before a homeserver as strict as Synapse, over real connections.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "daemon/base/hash.hpp"
#include "daemon/net/curl.hpp"
#include "daemon/settings/node.hpp"
#include "integrations/plugin.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_matrix.hpp"

namespace paperboy::integrations::matrix {

using test::FakeMatrix;

// What would be asked of the server's domain goes to the fake, and no request waits longer than a test can.
class Detour final : public net::Client {
 public:
  Detour(std::unique_ptr<net::Client> client, std::string fake) : client_(std::move(client)), fake_(std::move(fake)) {}
  Duration patience = std::chrono::seconds(5);
  async::Awaitable<net::Response> fetch(net::Request request) override {
    const std::string domain = "https://fake.test";
    if (request.url.starts_with(domain)) request.url = fake_ + request.url.substr(domain.size());
    request.timeout = std::min(request.timeout, patience);
    return client_->fetch(std::move(request));
  }
  async::Awaitable<net::MailReply> send_mail(net::MailServer, net::Mail, net::MailTimeouts) override {
    throw net::NetError("no mail here", net::Phase::before_request);
  }

 private:
  std::unique_ptr<net::Client> client_;
  std::string fake_;
};

inline Offer read(const std::string& yaml, settings::Findings& findings) {
  const settings::Node root = settings::Node::parse(yaml, "matrix.yaml", findings);
  const Offer offer = find_plugin("matrix")->read(root.at("channels").at("matrix"));
  root.reject_unknown();
  return offer;
}

class Matrix : public testing::Test {
 protected:
  Matrix() { start(with_token); }

  // As after a restart: the memory is kept.
  void start(const std::string& section) {
    settings::Findings findings;
    const Offer offer = read("channels:\n  matrix:\n    user: '@paperboy:fake.test'\n" + section, findings);
    ASSERT_TRUE(findings.empty()) << findings.to_string();
    channel = offer.channel(tools);
  }

  flow::Outgoing message(const std::string& destination, const std::string& text = "text") {
    flow::Composition composition;
    composition.title = "Title";
    composition.delivery_seed = hash_of({std::to_string(seeds_++)});
    composition.brief = digest::parse_markdown("# Title\n\n" + text);
    const flow::Part part = channel->compose(composition).front();
    flow::Outgoing out;
    out.destination = destination;
    out.payload = part.payload;
    out.provider_key = part.provider_key;
    out.created_at = out.intended_at = clock.now();
    return out;
  }
  flow::Outgoing answer(const std::string& reply_to) {
    flow::Outgoing out = message(FakeMatrix::room);
    flow::Composition composition;
    composition.title = "Title";
    composition.delivery_seed = out.provider_key;
    composition.reply_to = reply_to;
    const flow::Part part = channel->compose(composition).front();
    out.payload = part.payload;
    out.provider_key = part.provider_key;
    return out;
  }
  // How the n-th message stands to others; empty: it stands alone.
  std::string relation(std::size_t n) const {
    const auto content = test::parse_json(std::string(fake.applied().at(n).at("raw").as_string())).as_object();
    return content.contains("m.relates_to") ? boost::json::serialize(content.at("m.relates_to")) : "";
  }
  flow::Outcome send(flow::Outgoing out) {
    flow::Outcome outcome;
    const auto body = [&]() -> async::Awaitable<> { outcome = co_await channel->send(out); };
    test::run(loop, body());
    return outcome;
  }
  flow::Outcome send_again(flow::Outgoing out) {
    out.earlier_sends = 1;
    return send(std::move(out));
  }
  std::size_t count(const std::string& what) const {
    const auto& all = fake.requests();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const std::string& request) { return request.find(what) != std::string::npos; }));
  }

  const std::string with_token =
      "    homeserver: https://fake.test/\n    token: " + std::string(FakeMatrix::token) + "\n";
  const std::string with_password =
      "    homeserver: https://fake.test\n    password: " + std::string(FakeMatrix::password) + "\n";
  boost::asio::io_context loop;
  FakeMatrix fake{loop};
  Detour client{net::make_curl_client(loop.get_executor(), "test"), fake.url()};
  test::NoLanes lanes;
  test::MapMemory memory;
  ManualClock clock{SystemClock().now()};
  digest::Templates templates{{PAPERBOY_SOURCE_DIR "/templates"}};
  const Toolbox tools{client, lanes, memory, clock, templates, "ops@example.org"};
  std::unique_ptr<flow::Channel> channel;

 private:
  int seeds_ = 0;
};

}  // namespace paperboy::integrations::matrix

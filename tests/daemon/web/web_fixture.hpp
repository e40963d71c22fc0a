#pragma once
// The pages of a person, asked over HTTP as a browser and a mail program do.
#include <gmock/gmock.h>

#include <set>

#include "daemon/async/nursery.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/web/pages.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::web {

class WebTest : public ::testing::Test {
 protected:
  explicit WebTest(std::vector<paper::Person> people) : server(world.io->get_executor(), net::ServerLimits{}) {
    world.tx([&](store::Tx& tx) { store::provision_people(tx, people, world.clock.now()); });
    add_pages(server,
              {*world.database, world.clock,
               std::make_shared<const digest::Templates>(
                   std::vector<std::filesystem::path>{PAPERBOY_SOURCE_DIR "/templates"}),
               pages, [this] { ++told; }, [this](paper::Person person) { return match.learned(std::move(person)); }});
    port = server.listen("127.0.0.1", 0);
    serving = std::make_unique<async::Nursery>(world.io->get_executor());
    serving->start("server", server.serve());
    client = net::make_curl_client(world.io->get_executor(), "test");
  }
  ~WebTest() override { world.run(serving->stop(Duration{0})); }

  net::Response ask(const std::string& method, const std::string& url, const std::string& body = {},
                    const net::Headers& headers = {}) {
    net::Request request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(port) + url.substr(std::string("https://p.example").size());
    request.body = body;
    if (!body.empty()) request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    return world.run(client->fetch(std::move(request)));
  }

  test::World world{from_epoch_ms(1'790'000'000'000)};  // Monday, 21 September 2026, 14:13:20 UTC
  const flow::Pages pages{"https://p.example", SignedLinks(Secret(std::string(32, 'k')))};
  int told = 0;  // that people have changed
  flow::Match match{world.ground(), nullptr};
  net::Server server;
  std::unique_ptr<async::Nursery> serving;
  std::unique_ptr<net::Client> client;
  unsigned short port = 0;
};

}  // namespace paperboy::web

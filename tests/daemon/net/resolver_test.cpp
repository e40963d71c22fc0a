// A name server that does not answer must hold up nobody but those who wait for it. getaddrinfo is replaced in this
// program for names under .test: libcurl calls this one.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string_view>

#include "tests/daemon/net/http_fixture.hpp"

namespace {

std::mutex mutex;
std::condition_variable changed;
int hanging = 0;  // look-ups under way
bool released = false;

}  // namespace

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string_view name = node == nullptr ? "" : node;
  if (name == "hangs.test") {
    std::unique_lock lock(mutex);
    ++hanging;
    changed.notify_all();
    changed.wait(lock, [] { return released; });
    --hanging;
    changed.notify_all();
    return EAI_AGAIN;
  }
  if (name == "two.test") {  // [::1] first, where nobody listens, then 127.0.0.1
    addrinfo* second = nullptr;
    const int fault = real("127.0.0.1", service, hints, &second);
    if (fault != 0) return fault;
    addrinfo* first = nullptr;
    if (real("::1", service, hints, &first) != 0) {
      *result = second;
      return 0;
    }
    addrinfo* last = first;
    while (last->ai_next != nullptr) last = last->ai_next;
    last->ai_next = second;
    *result = first;
    return 0;
  }
  if (name.ends_with(".test")) return EAI_NONAME;
  return real(node, service, hints, result);
}

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using test::http_answer;
using test::HttpRequest;
using test::ScriptedServer;
using namespace std::chrono_literals;

class ResolverTest : public HttpTest {
 protected:
  ~ResolverTest() override {  // lets the look-up threads end before the next test
    std::unique_lock lock(mutex);
    released = true;
    changed.notify_all();
    changed.wait(lock, [] { return hanging == 0; });
    released = false;
  }
  static bool looking_up() {
    const std::lock_guard lock(mutex);
    return hanging > 0;
  }
};

TEST_F(ResolverTest, AnUnknownNameFailsBeforeTheRequest) {
  failure(get("http://gone.test/"), Phase::before_request);
}

TEST_F(ResolverTest, TriesTheNextAddress) {
  ScriptedServer server(loop_, test::answering([](const HttpRequest&) { return http_answer(200, {}, "IPv4"); }));
  const Outcome outcome = fetch(get("http://two.test:" + std::to_string(server.port()) + "/"));
  ASSERT_TRUE(outcome.response) << outcome.message;
  EXPECT_EQ(outcome.response->body, "IPv4");
}

TEST_F(ResolverTest, ALookUpThatHangsTimesOutWithoutStoppingTheLoop) {
  ScriptedServer server(loop_, test::answering([](const HttpRequest&) { return http_answer(200, {}, "alive"); }));
  Request slow = get("http://hangs.test/");
  slow.timeout = 300ms;
  Outcome outcome;
  test::Started exchange(loop_, fetch_into(outcome, *client_, slow));
  ASSERT_TRUE(test::run_until(loop_, [] { return looking_up(); }));
  EXPECT_TRUE(fetch(get(server.url("/"))).response);
  // If the transfer waited for its look-up, this would never end: only the destructor lets the look-up go.
  ASSERT_TRUE(test::run_until(loop_, [&] { return exchange.ended(); }));
  EXPECT_EQ(outcome.phase, Phase::before_request);
  EXPECT_TRUE(looking_up());
}

TEST_F(ResolverTest, ALookUpThatHangsCanBeCancelled) {
  Outcome outcome;
  test::Started exchange(loop_, fetch_into(outcome, *client_, get("http://hangs.test/")));
  ASSERT_TRUE(test::run_until(loop_, [] { return looking_up(); }));
  exchange.cancel(asio::cancellation_type::terminal);
  ASSERT_TRUE(test::run_until(loop_, [&] { return exchange.ended(); }));
  EXPECT_TRUE(exchange.was_cancelled());
  EXPECT_TRUE(looking_up());
}

async::Awaitable<> send_to(Outcome& outcome, Client& client, std::string host) {
  MailServer server;
  server.host = std::move(host);
  Mail mail;
  mail.from = "a@example.org";
  mail.to = "b@example.org";
  mail.bytes = "x\r\n";
  MailTimeouts timeouts;
  timeouts.connect = 300ms;
  try {
    co_await client.send_mail(std::move(server), std::move(mail), timeouts);
  } catch (const NetError& e) {
    outcome.phase = e.phase();
    outcome.message = e.what();
  }
}

TEST_F(ResolverTest, MailWaitsNoLonger) {
  Outcome outcome;
  test::run(loop_, send_to(outcome, *client_, "hangs.test"));
  EXPECT_EQ(outcome.phase, Phase::before_request) << outcome.message;
  EXPECT_TRUE(looking_up());
  outcome = {};
  test::run(loop_, send_to(outcome, *client_, "gone.test"));
  EXPECT_EQ(outcome.phase, Phase::before_request) << outcome.message;
}

}  // namespace
}  // namespace paperboy::net

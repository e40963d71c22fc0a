#pragma once
// arXiv as its interfaces behave, small: feeds per category, an OAI-PMH list in pages with resumption tokens, the API
// by ids, all in the true wire formats; and the faults a test orders.
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/net/client.hpp"
#include "daemon/net/lane.hpp"

namespace paperboy::test {

struct FakePaper {
  std::string id;          // "2611.00123"
  std::string categories;  // "cs.CV cs.LG"
  std::string datestamp;   // "2026-11-03"
  std::vector<std::string> versions = {"Mon, 02 Nov 2026 11:00:00 GMT"};
  std::string title = "A Study of Things";
  std::string source_type = "D";  // of the newest version
};

struct FeedLine {
  std::string id;    // with version
  std::string kind;  // "new", "cross", "replace", "replace-cross"
  std::string categories = "cs.CV";
};

// The feed arXiv would print.
std::string rss_feed(const std::string& category, const std::vector<FeedLine>& lines);

class FakeArxiv : public net::Client {
 public:
  explicit FakeArxiv(const Clock& clock) : clock_(clock) {}

  // --- what arXiv has
  std::map<std::string, std::string> feeds;  // by category; a category without one answers 400 with a feed error
  bool conditional = true;                   // answers 304 to a matching ETag
  std::vector<FakePaper> papers;             // OAI-PMH and the API
  std::size_t page_size = 1000;              // of OAI-PMH
  void expire_tokens() { ++token_epoch_; }

  // --- what goes wrong
  struct Fault {
    std::string where;  // part of the URL it applies to
    net::Response response;
    bool lost = false;  // no answer at all: NetError
  };
  std::deque<Fault> faults;  // each strikes once, at the first request it applies to
  void fail_once(const std::string& where, int status, std::string body = "", net::Headers headers = {});
  void lose_once(const std::string& where);

  // --- what was asked
  struct Asked {
    std::string url;
    net::Headers headers;
    std::chrono::steady_clock::time_point began, ended;
    std::string header(std::string_view name) const;
  };
  std::vector<Asked> asked;
  std::vector<std::string> urls() const;
  std::size_t count(const std::string& where) const;

  // The answer to a GET, without faults (what a server in front of this hands out).
  net::Response answer(const std::string& url, const net::Headers& headers);
  async::Awaitable<net::Response> fetch(net::Request request) override;
  async::Awaitable<net::MailReply> send_mail(net::MailServer, net::Mail, net::MailTimeouts) override;

 private:
  net::Response feed(const std::string& category, const net::Headers& headers);
  net::Response oai(const std::map<std::string, std::string>& query);
  net::Response api(const std::map<std::string, std::string>& query);

  const Clock& clock_;
  int token_epoch_ = 0;
};

// Remembers across "restarts" of a test.
class MemoryLanes : public net::LaneMemory {
 public:
  std::map<std::string, net::LaneState> lanes;
  async::Awaitable<net::LaneState> load(std::string lane) override { co_return lanes[lane]; }
  async::Awaitable<> save(std::string lane, net::LaneState state) override {
    lanes[lane] = state;
    co_return;
  }
};

}  // namespace paperboy::test

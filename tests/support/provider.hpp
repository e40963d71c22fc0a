#pragma once
// What the strict fakes of the providers have in common: HTTP on the test's own loop, and everything that can go wrong
// between a request and its answer. A fake says in answer() what the real provider would say; what it accepted it keeps
// in applied(), which is what tests compare the outbox with.
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/scripted_server.hpp"

namespace paperboy::test {

struct Answer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json; charset=utf-8";
  std::vector<std::string> headers = {};  // "Retry-After: 3"
};

struct Fault {
  enum class Kind {
    drop_before,  // the connection is reset, nothing was applied
    drop_after,   // applied, then the connection is reset instead of an answer
    error_after,  // applied, then `answer` instead of its answer (a proxy's 502)
    instead,      // `answer`, nothing applied (429, 500)
    trickle,      // applied, then the answer's first bytes, one after another, `pause` apart
    silence,      // nothing applied, nothing said, until the client gives up
    kill_before,  // SIGKILL to process `pid` before the request is applied,
    kill_after,   // or when it was applied and not answered,
    kill_replied  // or when the answer is on its way
  } kind = Kind::drop_before;
  Answer answer = {};
  Duration pause = std::chrono::minutes(1);
  int pid = 0;
};

// On one loop, one thread. Also answers, for tests in other processes:
//   GET  /_fake/applied    the array of applied()
//   POST /_fake/fault      {"path": "sendMessage", "kind": "drop_after", "status": 502, "body": "", "headers": [],
//                          "times": 1, "pid": 0}; POST /_fake/no_faults takes back those that were not met
// and what a fake adds in control().
class Provider {
 public:
  explicit Provider(boost::asio::io_context& loop, unsigned short port = 0);
  virtual ~Provider();

  unsigned short port() const { return server_.port(); }
  std::string url(const std::string& path = "") const { return server_.url(path); }

  // The next `times` requests whose target contains `path` meet `fault`; faults of a path are used up in order.
  void fail_next(std::string path, Fault fault, int times = 1);
  bool faults_left() const { return !faults_.empty(); }
  // Requests that came, whatever became of them: "POST /api/chat.postMessage".
  const std::vector<std::string>& requests() const { return requests_; }

  // What was applied, in order: the messages as a reader of the provider would find them.
  const boost::json::array& applied() const { return applied_; }

 protected:
  // The provider's part: checks the request as strictly as the real one, applies it, answers.
  virtual Answer answer(const HttpRequest& request) = 0;
  // Does the connection speak another protocol from this request on? Then converse() has it to its end.
  virtual bool upgrades(const HttpRequest&) { return false; }
  virtual async::Awaitable<> converse(std::shared_ptr<Peer>, HttpRequest) { co_return; }
  // What comes before that: a long poll waits here until there is something to say.
  virtual async::Awaitable<> before_answer(const HttpRequest&) { co_return; }
  // Requests below /_fake/. What it throws is answered with 400.
  virtual Answer control(const HttpRequest& request);
  boost::json::array applied_;

 private:
  async::Awaitable<> serve(std::shared_ptr<Peer> peer);
  Answer controlled(const HttpRequest& request);

  std::deque<std::pair<std::string, Fault>> faults_;
  std::vector<std::string> requests_;
  ScriptedServer server_;
};

// JSON out of a test's hands: the text, or a test failure's reason in the exception.
boost::json::value parse_json(const std::string& text);

// application/x-www-form-urlencoded or a query string, decoded, in order.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

}  // namespace paperboy::test

#pragma once
// What a homeserver's answer means for a delivery: the failure classes of this channel in one place. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.hpp"
#include "daemon/base/error.hpp"
#include "daemon/flow/channel.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::matrix {

// What came back for one request.
struct Reply {
  int status = 0;        // 0: no answer
  bool unheard = false;  // no answer, and the request surely never reached the server
  std::string body;      // a JSON object, or empty
  std::string errcode;   // "M_FORBIDDEN"; empty if there is none
  std::string error;     // for people, one line
  bool soft_logout = false;
  std::optional<Duration> wait;  // Retry-After or retry_after_ms, the longer
  bool ok() const { return status == 200 && !body.empty(); }
};
Reply reply_of(const net::Response& response, Time now);
// JSON as it is but for arrays and objects below the 24th level, which become null: an event's content may be nested
// deeper than any parser follows, and one event must not make the whole answer unreadable.
std::string without_depths(std::string_view json);
Reply reply_of(const net::NetError& error);

// What was asked for. Only `send` can have brought the message to the server: after all else it is surely not sent.
enum class Step { discover, sign_in, find_room, make_room, join, look, send, hear };

struct Asked {
  Step step = Step::send;
  std::string destination;  // as the person's settings name it
  std::string user;         // Paperboy's own id
};

// Client-Server API, "Standard error response": the errcode decides, else the status.
//   200 with what was promised                            sent
//   429, M_LIMIT_EXCEEDED                                 throttled; of the whole account if met in sending or signing
//   in no answer, 408, 5xx, 200 without JSON                 ambiguous in `send`, else not sent 401, and what is wrong
//   with the account or the server not sent, of the whole account all else refused
flow::Outcome outcome_of(const Reply& reply, const Asked& asked);

// `reply` as one whose body is not what was promised.
Reply hollow(Reply reply);
// Is the token dead (M_UNKNOWN_TOKEN), so that signing in again may help?
bool signed_out(const Reply& reply);

// Ends an attempt.
class Failed : public Error {
 public:
  explicit Failed(flow::Outcome outcome) : Error(outcome.detail), outcome_(std::move(outcome)) {}
  // A reply that is ok() lacks what was promised.
  Failed(Reply reply, const Asked& asked) : Failed(outcome_of(reply.ok() ? hollow(reply) : reply, asked)) {
    signed_out_ = matrix::signed_out(reply);
    soft_ = reply.soft_logout;
  }
  const flow::Outcome& outcome() const { return outcome_; }
  bool signed_out() const { return signed_out_; }
  bool soft_logout() const { return soft_; }

 private:
  flow::Outcome outcome_;
  bool signed_out_ = false, soft_ = false;
};

}  // namespace paperboy::integrations::matrix

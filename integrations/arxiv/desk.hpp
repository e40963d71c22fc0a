#pragma once
// Where all questions to arXiv are asked: one lane for the feeds, OAI-PMH and the API together, one way of asking, one
// judgement of the answers. Terms of use (info.arxiv.org/help/api/tou): one request at a time, 3 s between two, for all
// machines of an operator.
#include <optional>
#include <string>

#include "daemon/async/timing.hpp"
#include "daemon/net/lane.hpp"
#include "integrations/arxiv/answer.hpp"

namespace paperboy::integrations::arxiv {

struct Reply {
  Answer answer;
  net::Response response;  // status 0 if there was none
};

// Io thread.
class Desk {
 public:
  // `contact`: the operator's address for the User-Agent; empty: none is named.
  Desk(Duration gap, const std::string& contact, net::Client& client, net::LaneMemory& memory, const Clock& clock);

  // Waits for the lane, asks, judges, and lets the lane know: throttling and failures below HTTP penalize it (as
  // stated, else exponentially from 3 s to 10 min), a block for 6 h, anything sensible clears it. Throws only what
  // cancellation throws.
  async::Awaitable<Reply> ask(std::string url, net::Headers extra);

  // The same for a page or a PDF of arxiv.org.
  async::Awaitable<Reply> ask_page(std::string url);

  // When the lane is under a penalty, remembered from before a restart or not, that outlasts `patience`: the instant it
  // ends. Then do not ask, come back.
  async::Awaitable<std::optional<Time>> closed_until(Duration patience);

  // When the lane next lets a request through.
  Time free_at() const { return lane_.free_at(); }

 private:
  using Judge = Answer (*)(const net::Response&, Time);
  async::Awaitable<Reply> exchange(net::Request request, Judge judge);

  const Clock& clock_;
  net::LaneMemory& memory_;
  std::string user_agent_;
  net::Lane lane_;
  std::optional<Time> remembered_;  // the penalty that was in force when the program started
};

}  // namespace paperboy::integrations::arxiv

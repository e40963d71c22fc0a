#include "integrations/arxiv/desk.hpp"

#include <algorithm>

#include "daemon/base/log.hpp"
#include "daemon/base/version.hpp"

namespace paperboy::integrations::arxiv {
namespace {

constexpr const char* lane_name = "arxiv";
// No penalty is longer: one that seems to be was written under a wrong clock.
constexpr Duration longest_penalty = std::chrono::hours(24);
// 2,500 records of arXivRaw are about 6 MB; anything near this is not a page.
constexpr std::size_t max_answer = 48u << 20;

}  // namespace

Desk::Desk(Duration gap, const std::string& contact, net::Client& client, net::LaneMemory& memory, const Clock& clock)
    : clock_(clock),
      memory_(memory),
      user_agent_("paperboy/" + std::string(version) + (contact.empty() ? std::string() : " (+" + contact + ")")),
      lane_(lane_name, gap, client, memory, clock) {}

async::Awaitable<Reply> Desk::ask(std::string url, net::Headers extra) {
  net::Request request;
  request.url = std::move(url);
  request.headers = std::move(extra);
  // arXiv's edge answers 406 to requests without it.
  request.headers.emplace_back("Accept",
                               "application/atom+xml, application/rss+xml, application/xml, text/xml, */*;q=0.1");
  request.timeout = std::chrono::minutes(3);  // a list of records can stall for a minute before it comes
  return exchange(std::move(request), &judge);
}

async::Awaitable<Reply> Desk::ask_page(std::string url) {
  net::Request request;
  request.url = std::move(url);
  request.headers.emplace_back("Accept", "text/html, application/pdf, */*;q=0.1");
  return exchange(std::move(request), &judge_page);
}

async::Awaitable<Reply> Desk::exchange(net::Request request, Judge judged) {
  request.headers.emplace_back("User-Agent", user_agent_);
  request.max_body = max_answer;
  request.max_redirects = 3;
  const std::string asked = request.url;

  Reply reply;
  try {
    reply.response = co_await lane_.fetch(std::move(request));
    reply.answer = judged(reply.response, clock_.now());
  } catch (const net::NetError& error) {
    reply.answer = {Meaning::broken, error.what(), {}};
  }

  const Meaning meaning = reply.answer.meaning;
  if (meaning == Meaning::throttled || meaning == Meaning::blocked || meaning == Meaning::broken) {
    log::warn("arXiv did not answer as asked", {{"component", "arxiv"}, {"url", asked}, {"err", reply.answer.reason}});
    co_await lane_.penalize(reply.answer.wait);
  } else {
    co_await lane_.succeeded();
  }
  co_return reply;
}

async::Awaitable<std::optional<Time>> Desk::closed_until(Duration patience) {
  if (!remembered_) {
    const net::LaneState state = co_await memory_.load(lane_name);
    remembered_ = std::min(state.not_before, clock_.now() + longest_penalty);
  }
  const Time free = std::max(lane_.free_at(), *remembered_);
  std::optional<Time> until;
  if (free > clock_.now() + patience) until = free;
  co_return until;
}

}  // namespace paperboy::integrations::arxiv

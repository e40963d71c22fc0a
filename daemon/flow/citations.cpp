#include "daemon/flow/citations.hpp"

#include <algorithm>

#include "daemon/base/log.hpp"
#include "daemon/store/citations.hpp"

namespace paperboy::flow {
namespace {

using Kind = CitationReply::Kind;
using namespace std::chrono_literals;

constexpr Duration poll = 5min;
constexpr Duration gathering = 15s;  // what comes together is asked together
constexpr Duration overlap = 1h;     // matches may be committed later than they say they were found
constexpr Duration shortest_pause = 1s;
constexpr Duration mending_pause = 1h;  // until the administrator has mended the settings

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::answered:
      return "answered";
    case Kind::refused:
      return "refused";
    case Kind::later:
      return "later";
    case Kind::misconfigured:
      return "misconfigured";
  }
  return "later";
}

}  // namespace

async::Awaitable<bool> Citations::step() {
  const Time now = ground_.clock.now();
  if (now < paused_until_) co_return false;
  const Time since = std::max(looked_at_ - overlap, now - lately);
  const Time stale = now - settings_.refresh;
  const int most = static_cast<int>(most_);
  auto look = [since, now, stale, most](store::Tx& tx) {
    store::want_citations(tx, since);
    return store::citations_to_ask(tx, now - lately, stale, most);
  };
  const std::vector<paper::PaperId> papers = co_await ground_.database.transact(look);
  looked_at_ = now;
  if (papers.empty()) co_return false;

  std::vector<paper::PaperId> asked = papers;
  const CitationReply reply = co_await index_.counts_of(std::move(asked));
  Metrics& metrics = ground_.metrics;
  metrics.add(metric::citation_requests, {{"result", std::string(word(reply.kind))}});
  const bool alone = reply.kind == Kind::refused && papers.size() == 1;
  if (reply.kind == Kind::answered || alone) {
    auto write = [papers, counts = reply.counts, at = ground_.clock.now()](store::Tx& tx) {
      store::put_citations(tx, papers, counts, at);
    };
    co_await ground_.database.transact(write);
    const std::size_t known = reply.counts.size();
    metrics.add(metric::citation_papers, {{"result", "known"}}, static_cast<double>(known));
    metrics.add(metric::citation_papers, {{"result", "unknown"}}, static_cast<double>(papers.size() - known));
  }
  if (reply.kind == Kind::answered) {
    most_ = index_.most_at_once();
    log::info("citations were counted", {{"component", "citations"},
                                         {"papers", std::uint64_t{papers.size()}},
                                         {"known", std::uint64_t{reply.counts.size()}}});
  } else {
    if (reply.kind == Kind::refused) most_ = std::max<std::size_t>(papers.size() / 2, 1);
    pause(reply, papers.size());
  }
  co_return reply.kind == Kind::answered;
}

void Citations::pause(const CitationReply& reply, std::size_t asked) {
  const Duration least = reply.kind == Kind::misconfigured ? mending_pause : shortest_pause;
  const Duration wait = std::max(reply.wait, least);
  paused_until_ = ground_.clock.now() + wait;
  // The pool that is shared by those without a key refuses often.
  const log::Level level = reply.kind == Kind::later ? log::Level::info : log::Level::warn;
  log::write(level, "citations were not counted",
             {{"component", "citations"},
              {"papers", std::uint64_t{asked}},
              {"for", std::chrono::ceil<std::chrono::seconds>(wait).count()},
              {"why", reply.detail}});
}

async::Awaitable<> Citations::run() {
  for (;;) {
    const bool worked = co_await step();
    if (worked) continue;
    const Duration left = paused_until_ - ground_.clock.now();
    if (left > Duration::zero()) {
      const Duration wait = std::min(left, poll);
      co_await async::sleep_for(wait);  // a bell does not end a pause
    } else {
      co_await ground_.bells.to_count.wait(poll);
      co_await async::sleep_for(gathering);
    }
  }
}

}  // namespace paperboy::flow

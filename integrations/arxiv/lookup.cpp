#include "integrations/arxiv/lookup.hpp"

#include <algorithm>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "integrations/arxiv/atom_api.hpp"

namespace paperboy::integrations::arxiv {
namespace {

constexpr std::size_t batch_size = 100;
constexpr int most_tries = 3;  // of a page that is empty or short although the API counts more
// Somebody is waiting for the answer: a lane that stays closed longer than this is a failure now.
constexpr Duration patience = std::chrono::seconds(30);

}  // namespace

async::Awaitable<flow::Found> ApiLookup::find(std::vector<paper::PaperId> ids) {
  flow::Found found;
  std::vector<std::string> wanted;
  for (const paper::PaperId& id : ids) {
    if (id.is_arxiv() && std::find(wanted.begin(), wanted.end(), id.str()) == wanted.end()) wanted.push_back(id.str());
  }
  for (std::size_t at = 0; at < wanted.size(); at += batch_size) {
    const std::size_t end = std::min(wanted.size(), at + batch_size);
    std::vector<std::string> batch(wanted.begin() + static_cast<std::ptrdiff_t>(at),
                                   wanted.begin() + static_cast<std::ptrdiff_t>(end));
    co_await find_batch(std::move(batch), found);
  }
  std::set<paper::PaperId> known;
  for (const paper::Paper& paper : found.papers) known.insert(paper.id);
  for (const paper::PaperId& id : ids) {
    if (known.insert(id).second) found.unknown.push_back(id);
  }
  co_return found;
}

async::Awaitable<> ApiLookup::find_batch(std::vector<std::string> ids, flow::Found& found) {
  const std::string list = text::join(ids, ",");
  std::set<std::string> missing(ids.begin(), ids.end());
  std::size_t received = 0;
  for (int tries = 0; tries < most_tries;) {
    const std::optional<Time> until = co_await office_->desk.closed_until(patience);
    if (until) {
      throw Error("arXiv asked for a pause: papers can be looked up again at " + format_rfc3339(*until));
    }
    std::string url = office_->settings.api_url + "?id_list=" + list + "&start=" + std::to_string(received) +
                      "&max_results=" + std::to_string(ids.size());
    net::Headers no_headers;
    const Reply reply = co_await office_->desk.ask(std::move(url), std::move(no_headers));
    if (reply.answer.meaning != Meaning::ok) {
      const bool spoke = reply.answer.meaning == Meaning::permanent;
      const std::string why = spoke ? read_api(reply.response.body).error : std::string();
      throw Error("arXiv's API: " + reply.answer.reason + (why.empty() ? "" : ": " + why));
    }
    Read<ApiPage> page = read_api(reply.response.body);
    if (!page.value) throw Error("arXiv's API: " + page.error);
    for (paper::Paper& paper : page.value->papers) {
      // The API answers with whatever it likes; only what was asked for counts.
      if (missing.erase(paper.id.str()) == 1) found.papers.push_back(std::move(paper));
    }
    received += static_cast<std::size_t>(page.value->listed);
    if (missing.empty() || received >= static_cast<std::size_t>(std::max(0, page.value->total))) co_return;
    tries = page.value->listed > 0 ? 0 : tries + 1;
  }
  throw Error("arXiv's API counts more papers than it hands out: asked " + std::to_string(most_tries) + " times");
}

}  // namespace paperboy::integrations::arxiv

// Semantic Scholar: how often papers are cited, asked in batches through a polite lane.
#include "integrations/semantic_scholar/semantic_scholar.hpp"

#include "daemon/net/url.hpp"
#include "integrations/semantic_scholar/wire.hpp"

namespace paperboy::integrations::semantic_scholar {
namespace {

using flow::CitationReply;

constexpr std::size_t longest_answer = 4u << 20;  // bytes; 500 entries are about 200 kB
constexpr Duration gap_with_key = std::chrono::seconds(1);

class Index final : public flow::CitationIndex {
 public:
  Index(Settings settings, const Toolbox& tools)
      : settings_(std::move(settings)),
        clock_(tools.clock),
        lane_("semantic_scholar", settings_.gap, tools.client, tools.lane_memory, tools.clock) {}

  async::Awaitable<CitationReply> counts_of(std::vector<paper::PaperId> papers) override {
    net::Request request = request_for(papers);
    CitationReply reply;
    try {
      const net::Response response = co_await lane_.fetch(std::move(request));
      reply = read_response(response, papers, clock_.now());
    } catch (const net::NetError& error) {
      reply.detail = error.what();
    }
    if (reply.kind == CitationReply::Kind::answered) {
      co_await lane_.succeeded();
      co_return reply;
    }
    const std::optional<Duration> asked = reply.wait > Duration::zero() ? std::optional(reply.wait) : std::nullopt;
    co_await lane_.penalize(asked);
    reply.wait = lane_.free_at() - clock_.now();
    co_return reply;
  }

  std::size_t most_at_once() const override { return most_papers; }

 private:
  net::Request request_for(const std::vector<paper::PaperId>& papers) const {
    net::Request request;
    request.method = "POST";
    request.url = settings_.api_url + "/paper/batch?fields=" + std::string(fields);
    request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
    if (!settings_.key.empty()) request.headers.emplace_back("x-api-key", settings_.key.reveal());
    request.body = request_body(papers);
    request.max_body = longest_answer;
    return request;
  }

  Settings settings_;
  const Clock& clock_;
  net::Lane lane_;
};

Offer read(const settings::Node& section) {
  Settings settings;
  const settings::Node api_url = section.at("api_url");
  settings.api_url = api_url.text(settings.api_url);
  while (settings.api_url.ends_with('/')) settings.api_url.pop_back();
  const std::string fault = net::fault_of_secret_url(settings.api_url, Settings().api_url);
  if (!fault.empty()) api_url.complain(fault);
  if (const std::optional<Secret> key = section.secret("key", "semantic_scholar_key")) {
    settings.key = *key;
    settings.gap = gap_with_key;
  }
  Offer offer;
  offer.citations = [settings](const Toolbox& tools) { return make_index(settings, tools); };
  return offer;
}

}  // namespace

std::unique_ptr<flow::CitationIndex> make_index(Settings settings, const Toolbox& tools) {
  return std::make_unique<Index>(std::move(settings), tools);
}

extern const Plugin plugin;
const Plugin plugin{"semantic_scholar", Plugin::Kind::citations, &read};

}  // namespace paperboy::integrations::semantic_scholar

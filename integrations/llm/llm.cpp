// A language model behind an OpenAI-compatible endpoint: OpenAI, Gemini, Ollama, llama.cpp, vLLM, OpenRouter.
#include "integrations/llm/llm.hpp"

#include <algorithm>
#include <cmath>

#include "daemon/async/turn.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/net/url.hpp"
#include "integrations/llm/wire.hpp"

namespace paperboy::integrations::llm {
namespace {

using flow::Effort;
using flow::Question;
using flow::Reply;
using Kind = Reply::Kind;
using Steady = std::chrono::steady_clock;

constexpr std::size_t longest_answer = 4u << 20;  // bytes
constexpr int manners = 4;                        // ways of asking that are tried for one question
// A server that counts fewer tokens than this share of what was sent has cut the beginning off without a word (Ollama,
// where the context it was started with is smaller than the question).
constexpr double cut_off_share = 0.4;

class LlmReader final : public flow::Reader {
 public:
  LlmReader(Settings settings, const Toolbox& tools)
      : settings_(std::move(settings)),
        client_(tools.client),
        clock_(tools.clock),
        allowance_(settings_.per_minute),
        counted_at_(Steady::now()) {
    const bool openai = settings_.base_url.find("//api.openai.com/") != std::string::npos;
    Manner manner;
    if (openai) manner.limit = LimitField::max_completion_tokens;
    manners_[settings_.read_model] = manners_[settings_.score_model] = manner;
  }

  async::Awaitable<Reply> ask(Question question) override {
    const std::string& name = model(question.effort);
    const std::int64_t sent = flow::estimate_tokens(question.system) + flow::estimate_tokens(question.user);
    Reply reply;
    for (int tries = 0; tries < manners; ++tries) {
      co_await come();
      const Manner manner = manners_.at(name);
      net::Request request = request_for(question, name, manner);
      std::optional<net::Response> response;
      try {
        response = co_await client_.fetch(std::move(request));
      } catch (const net::NetError& error) {
        reply.kind = Kind::later;
        reply.detail = error.what();
        // It may have worked on the question, and may count it.
        reply.estimated = error.phase() == net::Phase::after_request;
        reply.prompt_tokens = reply.estimated ? sent : 0;
      }
      if (!response) co_return reply;
      const Manner next = after_refusal(*response, manner);
      if (next == manner) {
        reply = read_response(*response, clock_.now());
        break;
      }
      manners_.at(name) = next;
      log::info("the server lacks a feature; asking it in another way",
                {{"component", "llm"}, {"model", name}, {"status", response->status}});
    }
    const bool worked = reply.kind == Kind::answered || reply.kind == Kind::unusable;
    if (worked && reply.prompt_tokens > 0 && sent > 1000 &&
        static_cast<double>(reply.prompt_tokens) < cut_off_share * static_cast<double>(sent)) {
      reply.kind = Kind::too_long;
      reply.detail = "the server read only " + std::to_string(reply.prompt_tokens) + " of about " +
                     std::to_string(sent) + " tokens: give it a larger context, or reading.llm.context a smaller value";
    }
    if (reply.kind == Kind::answered && reply.prompt_tokens == 0) {
      reply.prompt_tokens = sent;
      reply.reply_tokens = flow::estimate_tokens(reply.json);
      reply.estimated = true;
    }
    co_return reply;
  }

  const std::string& model(Effort effort) const override {
    return effort == Effort::score ? settings_.score_model : settings_.read_model;
  }

  std::int64_t price(Effort effort, std::int64_t prompt_tokens, std::int64_t reply_tokens) const override {
    const auto at = settings_.prices.find(model(effort));
    if (at == settings_.prices.end()) return 0;
    const double sum = static_cast<double>(prompt_tokens) * static_cast<double>(at->second.prompt) +
                       static_cast<double>(reply_tokens) * static_cast<double>(at->second.reply);
    return std::llround(std::ceil(sum / 1e6));
  }

  int context_tokens() const override { return settings_.context_tokens; }
  int concurrency() const override { return settings_.concurrency; }

 private:
  net::Request request_for(const Question& question, const std::string& name, Manner manner) const {
    net::Request request;
    request.method = "POST";
    request.url = settings_.base_url + "/chat/completions";
    request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
    if (!settings_.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + settings_.token.reveal());
    request.body = request_body(question, name, settings_.reasoning_effort, manner);
    request.timeout = settings_.timeout;
    request.max_body = longest_answer;
    return request;
  }

  // A token bucket of a minute's requests.
  async::Awaitable<> come() {
    async::Turn turn(turns_);
    co_await turn.come();
    for (;;) {
      const Steady::time_point now = Steady::now();
      const std::chrono::duration<double, std::ratio<60>> passed = now - counted_at_;
      counted_at_ = now;
      allowance_ = std::min<double>(settings_.per_minute, allowance_ + passed.count() * settings_.per_minute);
      if (allowance_ >= 1) break;
      const Duration wait(static_cast<std::int64_t>(std::ceil((1 - allowance_) * 60'000 / settings_.per_minute)));
      co_await async::sleep_for(wait);
    }
    allowance_ -= 1;
  }

  Settings settings_;
  net::Client& client_;
  const Clock& clock_;
  std::map<std::string, Manner> manners_;  // by model: what was found out about it
  async::Turns turns_;
  double allowance_;
  Steady::time_point counted_at_;
};

std::int64_t price_of(const settings::Node& node) {
  return std::llround(node.number(0, 0, 100'000) * 1e6);
}

Offer read(const settings::Node& section) {
  Settings settings;
  const settings::Node base_url = section.at("base_url");
  settings.base_url = base_url.required_text();
  while (settings.base_url.ends_with('/')) settings.base_url.pop_back();
  if (!settings.base_url.empty()) {
    const std::string fault = net::fault_of_secret_url(settings.base_url, "https://api.openai.com/v1");
    if (!fault.empty()) base_url.complain(fault);
  }
  if (const std::optional<Secret> secret = section.secret("token", "llm_token")) settings.token = *secret;
  const settings::Node models = section.at("models");
  const settings::Node read = models.at("read");
  settings.read_model = read.required_text();
  settings.score_model = models.at("score").text(settings.read_model);
  for (const auto& [model, price] : section.at("prices").entries()) {
    settings.prices[model] = {price_of(price.at("prompt")), price_of(price.at("reply"))};
    if (model != settings.read_model && model != settings.score_model) {
      price.complain("'" + model + "' is none of the models");
    }
  }
  static constexpr int least_context = 3000;
  settings.context_tokens =
      static_cast<int>(section.at("context").integer(settings.context_tokens, least_context, 2'000'000));
  settings.reasoning_effort = section.at("reasoning_effort").text();
  settings.timeout =
      section.at("timeout").duration(settings.timeout, std::chrono::seconds(1), std::chrono::minutes(30));
  settings.concurrency = static_cast<int>(section.at("concurrency").integer(settings.concurrency, 1, 16));
  settings.per_minute = static_cast<int>(section.at("per_minute").integer(settings.per_minute, 1, 10'000));
  Offer offer;
  offer.reader = [settings](const Toolbox& tools) { return make_reader(settings, tools); };
  return offer;
}

}  // namespace

std::unique_ptr<flow::Reader> make_reader(Settings settings, const Toolbox& tools) {
  return std::make_unique<LlmReader>(std::move(settings), tools);
}

extern const Plugin plugin;
const Plugin plugin{"llm", Plugin::Kind::reader, &read};

}  // namespace paperboy::integrations::llm

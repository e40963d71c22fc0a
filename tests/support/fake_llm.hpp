#pragma once
// An OpenAI-compatible server: refuses what the real ones refuse, in their words (the reference of OpenAI's API and
// openai-python's types; its page on structured outputs for the schemas).
#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "tests/support/provider.hpp"

namespace paperboy::test {

class FakeLlm final : public Provider {
 public:
  static constexpr std::string_view token = "sk-fake";
  static constexpr std::string_view reader = "reader-1", scorer = "scorer-1";
  static constexpr std::string_view reasoner = "reasoner-1";  // refuses max_tokens, as OpenAI's reasoning models do

  explicit FakeLlm(boost::asio::io_context& loop, unsigned short port = 0);

  std::string base_url() const { return url("/v1"); }

  bool schemas = true, objects = true;  // knows these kinds of response_format
  int context_tokens = 100'000;         // prompt and reply together; more is refused
  bool usage = true;                    // tells how many tokens it has counted
  std::string finish_reason = "stop";

  // What the model writes, given a request that is right. Unless a test says otherwise, honest().
  std::function<std::string(const boost::json::object& request)> write;

  // A model that does what Paperboy's prompts ask: each sentence is one of the paper's, or says in Chinese that it is.
  static std::string honest(const boost::json::object& request);
  // One whose every sentence is wrong, in a way of its own: numbers, prizes and links that no paper has, quotes that
  // none has, the contrary of a quote, another language.
  static std::string lying(const boost::json::object& request);

  // What a server says about a request: "" if nothing is wrong with it, else the error's code; `message` explains.
  std::string check(const boost::json::object& request, std::string& message) const;

  Duration pause{};  // before it answers

 protected:
  // POST /_fake/model {"lies": true, "pause_ms": 100}
  Answer control(const HttpRequest& request) override;
  async::Awaitable<> before_answer(const HttpRequest& request) override;
  // Requests that were right are kept in applied(), each with its "reply".
  Answer answer(const HttpRequest& request) override;
};

// The papers in a prompt, in its order, with the sentences below each, and the prompt's own words.
struct PaperInPrompt {
  std::string id, title;
  std::vector<std::string> sentences;
};
std::vector<PaperInPrompt> papers_in_prompt(const boost::json::object& request);
// The words after `label` in the prompt, to the line's end ("language: zh").
std::string said_in_prompt(const boost::json::object& request, std::string_view label);

}  // namespace paperboy::test

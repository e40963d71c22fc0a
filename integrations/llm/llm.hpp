#pragma once
// A language model behind an OpenAI-compatible endpoint.
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "integrations/plugin.hpp"

namespace paperboy::integrations::llm {

struct Price {
  std::int64_t prompt = 0, reply = 0;  // millionths of the currency for a million tokens
};

struct Settings {
  std::string base_url;  // with the version part, without a slash at the end
  Secret token;          // empty: a server that wants none
  std::string read_model, score_model;
  std::map<std::string, Price> prices;  // by model
  std::string reasoning_effort;         // empty: as the model likes
  int context_tokens = 16'000;
  Duration timeout = std::chrono::minutes(3);
  int concurrency = 2;
  int per_minute = 60;
};

std::unique_ptr<flow::Reader> make_reader(Settings settings, const Toolbox& tools);

}  // namespace paperboy::integrations::llm

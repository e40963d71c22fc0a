#pragma once
// Chat completions as OpenAI, Gemini, Ollama, llama.cpp, vLLM and OpenRouter speak them (the reference of OpenAI's API,
// "Create chat completion", and each server's own page on its compatibility): what is sent, and what an answer means.
// Pure.
#include <string>
#include <string_view>

#include "daemon/flow/reader.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::llm {

// How a server is asked for JSON, from the most to the least it may know.
enum class Form { schema, object, plain };

// OpenAI's reasoning models refuse max_tokens, Ollama does not know the other.
enum class LimitField { max_tokens, max_completion_tokens };

struct Manner {
  Form form = Form::schema;
  LimitField limit = LimitField::max_tokens;
  friend bool operator==(const Manner&, const Manner&) = default;
};

// The body of a request; `effort_word` is sent as reasoning_effort unless it is empty.
std::string request_body(const flow::Question& question, const std::string& model, const std::string& effort_word,
                         Manner manner);

// What came back means this. Tokens are filled in as far as the server says; the caller counts what it does not.
flow::Reply read_response(const net::Response& response, Time now);

// The manner to go on with where a refusal of `manner` was about a feature; the same one if it was not.
Manner after_refusal(const net::Response& response, Manner manner);

// The first JSON object in what a model wrote, thoughts and code fences left out; empty if there is none that is whole
// (nested at most 32 deep).
std::string extract_object(std::string_view written);

}  // namespace paperboy::integrations::llm

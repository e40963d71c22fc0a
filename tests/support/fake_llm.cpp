#include "tests/support/fake_llm.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "daemon/base/text.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;

// Every field of a request that the reference lists and some server of the facts knows.
constexpr std::array<std::string_view, 22> known_fields{"model",
                                                        "messages",
                                                        "max_tokens",
                                                        "max_completion_tokens",
                                                        "temperature",
                                                        "top_p",
                                                        "seed",
                                                        "stop",
                                                        "stream",
                                                        "stream_options",
                                                        "n",
                                                        "response_format",
                                                        "tools",
                                                        "reasoning_effort",
                                                        "presence_penalty",
                                                        "frequency_penalty",
                                                        "user",
                                                        "logprobs",
                                                        "store",
                                                        "metadata",
                                                        "parallel_tool_calls",
                                                        "service_tier"};
constexpr std::array<std::string_view, 6> known_roles{"system", "developer", "user", "assistant", "tool", "function"};
constexpr std::array<std::string_view, 12> schema_fields{"type",  "properties",  "required", "additionalProperties",
                                                         "items", "description", "enum",     "anyOf",
                                                         "$defs", "$ref",        "title",    "const"};
constexpr int deepest_schema = 10;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Answer error(int status, const std::string& message, const std::string& type, const std::string& code) {
  const json::value code_value = code.empty() ? json::value(nullptr) : json::value(code);
  const json::object inside{{"message", message}, {"type", type}, {"param", nullptr}, {"code", code_value}};
  return {status, json::serialize(json::object{{"error", inside}})};
}

// The strict subset of JSON Schema.
std::string wrong_with_schema(const json::value& value, int depth) {
  const json::object* schema = value.if_object();
  if (schema == nullptr) return "schema must be an object";
  if (depth > deepest_schema) return "the schema is nested too deep";
  for (const auto& [key, unused] : *schema) {
    if (std::find(schema_fields.begin(), schema_fields.end(), std::string_view(key)) == schema_fields.end()) {
      return "'" + std::string(key) + "' is not permitted";
    }
  }
  if (schema->contains("$ref")) return {};
  const std::string type = text_of(*schema, "type");
  if (type == "object") {
    const json::value* closed = schema->if_contains("additionalProperties");
    if (closed == nullptr || !closed->is_bool() || closed->as_bool()) {
      return "'additionalProperties' is required to be supplied and to be false";
    }
    const json::value* properties = schema->if_contains("properties");
    const json::value* required = schema->if_contains("required");
    if (properties == nullptr || !properties->is_object()) return "'properties' is missing";
    std::set<std::string> names, listed;
    for (const auto& [key, below] : properties->as_object()) {
      names.insert(std::string(key));
      const std::string wrong = wrong_with_schema(below, depth + 1);
      if (!wrong.empty()) return wrong;
    }
    if (required != nullptr && required->is_array()) {
      for (const json::value& name : required->as_array()) {
        if (name.is_string()) listed.insert(std::string(name.as_string()));
      }
    }
    return names == listed ? "" : "'required' is required to be an array including every key in properties";
  }
  if (type == "array") {
    const json::value* items = schema->if_contains("items");
    return items == nullptr ? "'items' is missing" : wrong_with_schema(*items, depth + 1);
  }
  return type.empty() ? "a schema must have a 'type'" : "";
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string all_content(const json::object& request) {
  std::string all;
  for (const json::value& message : request.at("messages").as_array()) {
    all += text_of(message.as_object(), "content") + "\n";
  }
  return all;
}

std::int64_t tokens(std::string_view text) {
  return static_cast<std::int64_t>(text.size() / 4 + 1);
}

}  // namespace

FakeLlm::FakeLlm(boost::asio::io_context& loop, unsigned short port) : Provider(loop, port), write(&FakeLlm::honest) {}

std::string FakeLlm::check(const json::object& request, std::string& message) const {
  const auto wrong = [&message](std::string what, std::string code) {
    message = std::move(what);
    return code;
  };
  for (const auto& [key, value] : request) {
    if (std::find(known_fields.begin(), known_fields.end(), std::string_view(key)) == known_fields.end()) {
      return wrong("Unrecognized request argument supplied: " + std::string(key), "unknown_parameter");
    }
  }
  const std::string model = text_of(request, "model");
  if (model != reader && model != scorer && model != reasoner) {
    return wrong("The model `" + model + "` does not exist or you do not have access to it.", "model_not_found");
  }
  const json::value* list = request.if_contains("messages");
  if (list == nullptr || !list->is_array() || list->as_array().empty()) {
    return wrong("Missing required parameter: 'messages'.", "missing_required_parameter");
  }
  for (const json::value& item : list->as_array()) {
    const json::object* object = item.if_object();
    const std::string role = object == nullptr ? "" : text_of(*object, "role");
    if (std::find(known_roles.begin(), known_roles.end(), role) == known_roles.end()) {
      return wrong("Invalid value: '" + role + "'. Supported values are: 'system', 'user', ...", "invalid_value");
    }
    const json::value* content = object->if_contains("content");
    if (content == nullptr || !content->is_string() || content->as_string().empty()) {
      return wrong("Invalid type for 'messages.content'.", "invalid_type");
    }
    if (text::sanitize(text_of(*object, "content")) != text_of(*object, "content")) {
      return wrong("We could not parse the JSON body of your request.", "invalid_json");
    }
  }
  const json::value* old_limit = request.if_contains("max_tokens");
  const json::value* new_limit = request.if_contains("max_completion_tokens");
  if (old_limit != nullptr && model == reasoner) {
    return wrong(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "unsupported_parameter");
  }
  if (old_limit != nullptr && new_limit != nullptr) {
    return wrong("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
                 "invalid_parameter_combination");
  }
  const json::value* limit = old_limit != nullptr ? old_limit : new_limit;
  std::int64_t reply = 0;
  if (limit != nullptr) {
    if (!limit->is_int64() || limit->as_int64() < 1) return wrong("Invalid type for 'max_tokens'.", "invalid_type");
    reply = limit->as_int64();
  }
  if (const json::value* stream = request.if_contains("stream"); stream != nullptr && !stream->is_bool()) {
    return wrong("Invalid type for 'stream'.", "invalid_type");
  }
  if (tokens(all_content(request)) + reply > context_tokens) {
    return wrong("This model's maximum context length is " + std::to_string(context_tokens) + " tokens.",
                 "context_length_exceeded");
  }
  const json::value* format = request.if_contains("response_format");
  if (format == nullptr) return {};
  const json::object* object = format->if_object();
  const std::string type = object == nullptr ? "" : text_of(*object, "type");
  if (type == "json_object") {
    if (!objects) return wrong("response_format type json_object is not supported", "invalid_request_error");
    if (text::to_lower_ascii(all_content(request)).find("json") == std::string::npos) {
      return wrong(
          "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
          "invalid_request_error");
    }
    return {};
  }
  if (type == "text") return {};
  if (type != "json_schema") return wrong("Invalid value for 'response_format.type'.", "invalid_value");
  if (!schemas) return wrong("This response_format type is unavailable now", "invalid_request_error");
  const json::value* inside = object->if_contains("json_schema");
  if (inside == nullptr || !inside->is_object() || !is_name(text_of(inside->as_object(), "name"))) {
    return wrong("Invalid 'response_format.json_schema.name': string does not match pattern.", "invalid_value");
  }
  const json::value* schema = inside->as_object().if_contains("schema");
  const std::string fault = schema == nullptr ? "schema is missing" : wrong_with_schema(*schema, 1);
  if (!fault.empty()) {
    return wrong("Invalid schema for response_format '" + text_of(inside->as_object(), "name") + "': " + fault,
                 "invalid_json_schema");
  }
  return {};
}

Answer FakeLlm::answer(const HttpRequest& request) {
  const auto authorization = request.headers.find("authorization");
  if (authorization == request.headers.end() || authorization->second != "Bearer " + std::string(token)) {
    return error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");
  }
  if (request.method == "GET" && request.target == "/v1/models") {
    json::array models;
    for (const std::string_view id : {reader, scorer, reasoner}) {
      models.push_back(json::object{{"id", id}, {"object", "model"}, {"created", 1793700000}, {"owned_by", "fake"}});
    }
    return {200, json::serialize(json::object{{"object", "list"}, {"data", std::move(models)}})};
  }
  if (request.method != "POST" || request.target != "/v1/chat/completions") {
    return error(404, "Invalid URL (" + request.method + " " + request.target + ")", "invalid_request_error", "");
  }
  const auto type = request.headers.find("content-type");
  boost::system::error_code trouble;
  const json::value value = json::parse(request.body, trouble);
  if (trouble || !value.is_object() || type == request.headers.end() || !type->second.starts_with("application/json")) {
    return error(400, "We could not parse the JSON body of your request.", "invalid_request_error", "");
  }
  const json::object& body = value.as_object();
  std::string message;
  const std::string code = check(body, message);
  if (code == "model_not_found") return error(404, message, "invalid_request_error", code);
  if (!code.empty()) return error(400, message, "invalid_request_error", code);
  const std::string reply = write(body);
  json::object kept = body;
  kept["reply"] = reply;
  applied_.push_back(kept);
  json::object choice{{"index", 0},
                      {"finish_reason", finish_reason},
                      {"logprobs", nullptr},
                      {"message", json::object{{"role", "assistant"}, {"refusal", nullptr}, {"content", reply}}}};
  json::object answer{{"id", "chatcmpl-" + std::to_string(applied_.size())},
                      {"object", "chat.completion"},
                      {"created", 1793700000},
                      {"model", body.at("model")},
                      {"choices", json::array{std::move(choice)}}};
  const std::int64_t prompt = tokens(all_content(body)), written = tokens(reply);
  if (usage) {
    answer["usage"] =
        json::object{{"prompt_tokens", prompt}, {"completion_tokens", written}, {"total_tokens", prompt + written}};
  }
  return {200, json::serialize(answer)};
}

// --- a model that does as it is asked

std::string said_in_prompt(const json::object& request, std::string_view label) {
  const std::string all = all_content(request);
  const std::size_t at = all.find("\n" + std::string(label) + ": ");
  if (at == all.npos) return {};
  const std::size_t begin = at + label.size() + 3;
  return all.substr(begin, all.find('\n', begin) - begin);
}

std::vector<PaperInPrompt> papers_in_prompt(const json::object& request) {
  std::vector<PaperInPrompt> papers;
  bool inside = false;
  const std::string all = all_content(request);
  for (const std::string_view line : text::split(all, '\n')) {
    if (line.starts_with("BEGIN ")) {
      inside = true;
    } else if (line.starts_with("END ")) {
      inside = false;
    } else if (!inside || line.empty()) {
      continue;
    } else if (line.starts_with("paper: ")) {
      papers.push_back({std::string(line.substr(7)), "", {}});
    } else if (papers.empty()) {
      continue;
    } else if (line.starts_with("title: ")) {
      papers.back().title = std::string(line.substr(7));
    } else if (!line.starts_with("[")) {
      std::size_t begin = 0;
      for (std::size_t stop = line.find(". "); begin < line.size(); stop = line.find(". ", begin)) {
        const std::size_t end = stop == line.npos ? line.size() : stop + 1;
        papers.back().sentences.emplace_back(text::trim(line.substr(begin, end - begin)));
        begin = end;
      }
    }
  }
  return papers;
}

std::string FakeLlm::honest(const json::object& request) {
  const std::vector<PaperInPrompt> papers = papers_in_prompt(request);
  const std::string task = said_in_prompt(request, "task");
  const bool chinese = said_in_prompt(request, "language").starts_with("Chinese");
  std::vector<std::string> parts;
  const std::string listed = said_in_prompt(request, "parts");
  for (const std::string_view part : text::split(listed, ',')) parts.emplace_back(text::trim(part));
  const auto sentence = [chinese](const std::string& text) {
    return chinese ? "论文的原文对此是这样写道的：" + text : text;
  };
  // Words of a sentence, few enough for a sentence about them to be Chinese.
  const auto quoted = [chinese](const std::string& text) {
    static constexpr std::size_t most = 48;
    if (!chinese || text.size() <= most) return text;
    return text.substr(0, text.rfind(' ', most));
  };
  if (task == "scores") {
    json::array scores;
    for (const PaperInPrompt& paper : papers) {
      const std::string quote = quoted(paper.sentences.empty() ? paper.title : paper.sentences.front());
      scores.push_back(json::object{{"paper", paper.id},
                                    {"relevance", 4},
                                    {"significance", 3},
                                    {"reason", sentence(quote)},
                                    {"quotes", json::array{quote}}});
    }
    return json::serialize(json::object{{"scores", std::move(scores)}});
  }
  json::array out;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    json::array statements;
    for (std::size_t i = 0; i < papers.size(); ++i) {
      const PaperInPrompt& paper = papers[i];
      if (paper.sentences.empty() || (task == "overview" && i % parts.size() != at)) continue;
      const std::string quote = quoted(paper.sentences[at % paper.sentences.size()]);
      json::object statement{{"sentence", sentence(quote)}};
      if (task == "overview") {
        statement["quotes"] = json::array{json::object{{"paper", paper.id}, {"quote", quote}}};
      } else {
        statement["quotes"] = json::array{quote};
      }
      statements.push_back(std::move(statement));
    }
    out.push_back(json::object{{"part", parts[at]}, {"statements", std::move(statements)}});
  }
  json::object reply{{"parts", std::move(out)}};
  if (task == "analysis") reply["paper"] = papers.empty() ? "" : papers.front().id;
  return json::serialize(reply);
}

std::string FakeLlm::lying(const json::object& request) {
  const bool overview = said_in_prompt(request, "task") == "overview";
  json::value reply = json::parse(honest(request));
  int lie = 0;
  for (json::value& part : reply.as_object()["parts"].as_array()) {
    for (json::value& each : part.as_object()["statements"].as_array()) {
      json::object& statement = each.as_object();
      json::value& quote = statement["quotes"].as_array()[0];
      json::value& words = overview ? quote.as_object()["quote"] : quote;
      const std::string said(statement["sentence"].as_string());
      switch (lie++ % 6) {
        case 0:
          statement["sentence"] = said + " It is 480 times faster.";
          break;
        case 1:
          statement["sentence"] = "The authors were given a prize for this.";
          words = "The authors were given a prize for this in Paris.";
          break;
        case 2:
          statement["sentence"] = said + " https://evil.example/";
          break;
        case 3:
          statement["sentence"] = "<img src=https://evil.example/x.png>" + said;
          break;
        case 4:
          statement["sentence"] = "It is never the case that " + said;
          break;
        default:
          statement["sentence"] = "それは大きな部屋を描画する。";
      }
    }
  }
  return json::serialize(reply);
}

Answer FakeLlm::control(const HttpRequest& request) {
  if (request.method != "POST" || request.target != "/_fake/model") return Provider::control(request);
  const json::object wish = parse_json(request.body).as_object();
  if (const json::value* lies = wish.if_contains("lies")) write = lies->as_bool() ? &FakeLlm::lying : &FakeLlm::honest;
  if (const json::value* wait = wish.if_contains("pause_ms")) pause = std::chrono::milliseconds(wait->as_int64());
  return {200, "{}"};
}

async::Awaitable<> FakeLlm::before_answer(const HttpRequest&) {
  if (pause > Duration::zero()) co_await async::sleep_for(pause);
}

}  // namespace paperboy::test

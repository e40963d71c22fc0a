#include "integrations/llm/wire.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::llm {
namespace {

namespace json = boost::json;
using flow::Reply;
using Kind = Reply::Kind;

constexpr std::size_t longest_detail = 300;
constexpr int deepest = 32;
constexpr double longest_wait = 86'400;  // seconds a provider may ask for

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

const json::object* object_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::int64_t count_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  std::int64_t count = 0;
  if (value != nullptr && value->is_int64()) count = value->as_int64();
  return std::clamp<std::int64_t>(count, 0, 100'000'000);
}

std::string one_line(std::string_view text) {
  return text::ellipsize(text::collapse_space(text::sanitize(text)), longest_detail);
}

bool has(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// --- errors, in all the forms servers give them

struct Trouble {
  int status = 0;
  std::string message, type, code;
  // In lower case: what is looked through for words.
  std::string all() const { return text::to_lower_ascii(message + " " + type + " " + code); }
};

void take_error(const json::value& value, Trouble& trouble) {
  if (const json::string* text = value.if_string()) {
    trouble.message = std::string(*text);
  } else if (const json::array* list = value.if_array()) {  // Gemini: [{"error":...}]; FastAPI: a list of places
    for (const json::value& item : *list) {
      if (const json::object* object = item.if_object()) {
        const json::value* error = object->if_contains("error");
        take_error(error != nullptr ? *error : json::value(text_at(*object, "msg")), trouble);
      }
    }
  } else if (const json::object* object = value.if_object()) {
    if (const json::value* error = object->if_contains("error")) return take_error(*error, trouble);
    if (const json::value* detail = object->if_contains("detail")) return take_error(*detail, trouble);
    trouble.message = text_at(*object, "message");
    trouble.type = text_at(*object, "type") + " " + text_at(*object, "status");
    const json::value* code = object->if_contains("code");
    if (code != nullptr && code->is_string()) trouble.code = std::string(code->as_string());
    if (code != nullptr && code->is_int64() && trouble.status < 400)
      trouble.status = static_cast<int>(code->as_int64());
    if (const json::value* details = object->if_contains("details")) trouble.code += " " + json::serialize(*details);
  }
}

Trouble trouble_of(const net::Response& response) {
  Trouble trouble;
  trouble.status = response.status;
  boost::system::error_code error;
  const json::value value = json::parse(response.body, error);
  if (!error) take_error(value, trouble);
  return trouble;
}

std::optional<double> number(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || !std::isfinite(value) || value < 0) {
    return std::nullopt;
  }
  return value;
}

// retry-after-ms, else Retry-After, which some write with a fraction.
std::optional<Duration> asked_wait(const net::Response& response, Time now) {
  if (const auto ms = number(response.header("retry-after-ms"))) {
    return Duration(static_cast<std::int64_t>(std::min(*ms, longest_wait * 1000)));
  }
  if (const auto seconds = number(response.header("retry-after"))) {
    return Duration(static_cast<std::int64_t>(std::min(*seconds, longest_wait) * 1000));
  }
  return net::retry_after(response, now);
}

Reply failure(const Trouble& trouble, std::optional<Duration> wait) {
  const std::string all = trouble.all();
  Reply reply;
  reply.wait = wait;
  reply.detail = "status " + std::to_string(trouble.status);
  if (!trouble.message.empty()) reply.detail += ": " + one_line(trouble.message);
  switch (trouble.status) {
    case 401:
    case 403:
      reply.kind = Kind::misconfigured;
      reply.detail = "the server does not accept the token (" + reply.detail + ")";
      break;
    case 402:
      reply.kind = Kind::exhausted;
      break;
    case 404:
      reply.kind = Kind::misconfigured;
      reply.detail = "there is no such model or address (" + reply.detail + ")";
      break;
    case 413:
      reply.kind = Kind::too_long;
      break;
    case 429: {
      // The same status for "slower" and for "no more money".
      const bool money = has(all, {"insufficient_quota", "billing", "perday", "credit"});
      reply.kind = money ? Kind::exhausted : Kind::later;
      break;
    }
    case 400:
    case 422: {
      const bool key = has(all, {"api key", "api_key"});
      const bool length = has(all, {"context_length", "maximum context", "context size", "exceed_context", "too long"});
      reply.kind = key ? Kind::misconfigured : length ? Kind::too_long : Kind::unusable;
      break;
    }
    default: {
      const bool passes = trouble.status == 408 || trouble.status == 409 || trouble.status >= 500;
      reply.kind = passes ? Kind::later : Kind::unusable;
    }
  }
  return reply;
}

// --- answers

// Mostly text; from some servers a list of parts.
std::string content_of(const json::object& message) {
  const json::value* content = message.if_contains("content");
  if (content == nullptr) return {};
  if (const json::string* text = content->if_string()) return std::string(*text);
  std::string all;
  if (const json::array* parts = content->if_array()) {
    for (const json::value& part : *parts) {
      if (const json::object* object = part.if_object()) all += text_at(*object, "text");
    }
  }
  return all;
}

// What stands between <think> and </think>, or before a </think> whose beginning the server kept.
std::string without_thoughts(std::string_view written) {
  static constexpr std::string_view begin = "<think>", end = "</think>";
  std::string out(written);
  for (std::size_t closed = out.find(end); closed != out.npos; closed = out.find(end)) {
    const std::size_t opened = out.rfind(begin, closed);
    const std::size_t from = opened == out.npos ? 0 : opened;
    out.erase(from, closed + end.size() - from);
  }
  const std::size_t opened = out.find(begin);
  if (opened != out.npos) out.erase(opened);
  return out;
}

// The end of the object that begins at `at`, or npos.
std::size_t end_of_object(std::string_view text, std::size_t at) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' && ++depth > deepest) {
      return text.npos;
    } else if (c == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return text.npos;
}

}  // namespace

std::string extract_object(std::string_view written) {
  const std::string text = without_thoughts(written);
  for (std::size_t at = text.find('{'); at != text.npos; at = text.find('{', at + 1)) {
    const std::size_t end = end_of_object(text, at);
    if (end == text.npos) return {};
    const std::string object = text.substr(at, end - at);
    json::parse_options options;
    options.max_depth = deepest;
    boost::system::error_code error;
    const json::value value = json::parse(object, error, {}, options);
    if (!error) return object;
    at = end - 1;  // not JSON: prose in braces
  }
  return {};
}

std::string request_body(const flow::Question& question, const std::string& model, const std::string& effort_word,
                         Manner manner) {
  json::object body{{"model", model},
                    {"messages", json::array{json::object{{"role", "system"}, {"content", question.system}},
                                             json::object{{"role", "user"}, {"content", question.user}}}},
                    {"stream", false}};
  body[manner.limit == LimitField::max_tokens ? "max_tokens" : "max_completion_tokens"] = question.most_tokens;
  if (!effort_word.empty()) body["reasoning_effort"] = effort_word;
  if (manner.form == Form::schema) {
    json::object schema{{"name", question.schema_name}, {"strict", true}, {"schema", json::parse(question.schema)}};
    body["response_format"] = json::object{{"type", "json_schema"}, {"json_schema", std::move(schema)}};
  } else if (manner.form == Form::object) {
    body["response_format"] = json::object{{"type", "json_object"}};
  }
  return json::serialize(body);
}

Manner after_refusal(const net::Response& response, Manner manner) {
  if (response.status != 400 && response.status != 422) return manner;
  const std::string all = trouble_of(response).all();
  const LimitField other =
      manner.limit == LimitField::max_tokens ? LimitField::max_completion_tokens : LimitField::max_tokens;
  const std::string_view named = manner.limit == LimitField::max_tokens ? "max_tokens" : "max_completion_tokens";
  if (has(all, {"response_format", "json_schema", "json_object", "schema", "structured", "grammar"})) {
    if (manner.form == Form::schema) return {Form::object, manner.limit};
    if (manner.form == Form::object) return {Form::plain, manner.limit};
  } else if (has(all, {named}) && has(all, {"unsupported", "not supported", "unrecognized", "extra", "unknown"})) {
    return {manner.form, other};
  }
  return manner;
}

Reply read_response(const net::Response& response, Time now) {
  if (response.status != 200) return failure(trouble_of(response), asked_wait(response, now));
  boost::system::error_code error;
  const json::value value = json::parse(response.body, error);
  const json::object* body = error ? nullptr : value.if_object();
  Reply reply;
  if (body == nullptr) {
    reply.kind = Kind::later;
    reply.detail = "the answer is no JSON; is the address right, or does a proxy stand before it?";
    return reply;
  }
  if (const json::object* usage = object_at(*body, "usage")) {
    reply.prompt_tokens = count_at(*usage, "prompt_tokens");
    reply.reply_tokens = count_at(*usage, "completion_tokens");
  }
  const json::value* choices = body->if_contains("choices");
  const json::array* list = choices == nullptr ? nullptr : choices->if_array();
  const json::object* choice = list == nullptr || list->empty() ? nullptr : list->front().if_object();
  // OpenRouter hands on the trouble of those behind it with status 200.
  const json::object* wrong = choice == nullptr ? body : choice;
  if (const json::value* inside = wrong->if_contains("error"); inside != nullptr && !inside->is_null()) {
    Trouble trouble;
    take_error(*inside, trouble);
    if (trouble.status < 400) trouble.status = 500;
    const Reply failed = failure(trouble, asked_wait(response, now));
    reply.kind = failed.kind;
    reply.detail = failed.detail;
    reply.wait = failed.wait;
    return reply;
  }
  reply.kind = Kind::unusable;
  const json::object* message = choice == nullptr ? nullptr : object_at(*choice, "message");
  if (message == nullptr) {
    reply.detail = "the answer has no message";
    return reply;
  }
  const std::string finish = text_at(*choice, "finish_reason");
  if (!text_at(*message, "refusal").empty()) {
    reply.detail = "the model refuses";
  } else if (finish == "length") {
    reply.detail = "the reply is cut off";
  } else if (finish == "content_filter") {
    reply.detail = "the provider's filter blocks the reply";
  } else {
    reply.json = extract_object(content_of(*message));
    reply.kind = reply.json.empty() ? Kind::unusable : Kind::answered;
    if (reply.json.empty()) reply.detail = "the reply holds no JSON object";
  }
  return reply;
}

}  // namespace paperboy::integrations::llm

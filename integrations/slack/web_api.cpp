#include "integrations/slack/web_api.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;

Answer read_answer(const net::Response& response, Time now) {
  Answer answer;
  answer.reply.status = response.status;
  answer.reply.retry_after = net::retry_after(response, now);
  boost::system::error_code error;
  json::value value = json::parse(response.body, error);
  if (error || !value.is_object()) return answer;
  answer.object = std::make_shared<const json::object>(std::move(value.as_object()));
  const json::object& body = answer.body();
  const json::value* ok = body.if_contains("ok");
  answer.reply.parsed = ok != nullptr && ok->is_bool();
  answer.reply.ok = answer.reply.parsed && ok->as_bool();
  answer.reply.error = text_at(body, "error");
  const std::string needed = text_at(body, "needed");
  if (!needed.empty()) answer.reply.hint = "needed: " + needed;
  const json::object* metadata = object_at(body, "response_metadata");
  const json::value* messages = metadata == nullptr ? nullptr : metadata->if_contains("messages");
  if (messages != nullptr && messages->is_array()) {
    for (const json::value& message : messages->as_array()) {
      if (!message.is_string()) continue;
      answer.reply.hint += (answer.reply.hint.empty() ? "" : "; ") + std::string(message.as_string());
    }
  }
  answer.reply.hint = text::ellipsize(text::collapse_space(text::sanitize(answer.reply.hint)), 300);
  return answer;
}

}  // namespace

const json::object& Answer::body() const {
  static const json::object none;
  return object ? *object : none;
}

async::Awaitable<Answer> WebApi::call(const Secret& token, std::string method, std::string_view type, std::string body,
                                      Step step, Duration timeout) {
  net::Request request;
  request.method = "POST";
  request.url = url_ + "/" + method;
  request.headers = {{"Authorization", "Bearer " + token.reveal()}, {"Content-Type", std::string(type)}};
  request.body = std::move(body);
  request.timeout = timeout;
  request.max_body = 16u << 20;
  return post(std::move(request), step);
}

async::Awaitable<Answer> WebApi::respond(std::string url, std::string body, Duration timeout) {
  net::Request request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers = {{"Content-Type", std::string(json_type)}};
  request.body = std::move(body);
  request.timeout = timeout;
  request.max_body = 1u << 20;
  return post(std::move(request), Step::post);
}

async::Awaitable<Answer> WebApi::post(net::Request request, Step step) {
  Answer answer;
  try {
    const net::Response response = co_await client_.fetch(std::move(request));
    answer = read_answer(response, clock_.now());
  } catch (const net::NetError& error) {
    answer.lost = outcome_of(error, step);
  } catch (const Error& error) {
    answer.lost = outcome_of(net::NetError(error.what(), net::Phase::before_request), step);
  }
  co_return answer;
}

}  // namespace paperboy::integrations::slack

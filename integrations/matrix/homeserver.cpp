#include "integrations/matrix/homeserver.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::matrix {
namespace {

constexpr std::size_t largest_answer = 8u << 20;

}  // namespace

std::string path_part(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string text_at(const std::string& body, const char* key) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  if (error || !value.is_object()) return {};
  const boost::json::value* at = value.get_object().if_contains(key);
  return at != nullptr && at->is_string() ? std::string(at->get_string()) : std::string();
}

async::Awaitable<Reply> fetch(const Toolbox& tools, net::Request request) {
  try {
    const net::Response response = co_await tools.client.fetch(std::move(request));
    co_return reply_of(response, tools.clock.now());
  } catch (const net::NetError& error) {
    co_return reply_of(error);
  }
}

async::Awaitable<Reply> ask(const Toolbox& tools, std::string method, std::string base, std::string path,
                            std::string body, Secret token, Duration timeout) {
  net::Request request;
  request.method = std::move(method);
  request.url = base + "/_matrix/client" + path;
  request.timeout = timeout;
  request.max_body = largest_answer;
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token.reveal());
  if (request.method != "GET") {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.empty() ? "{}" : std::move(body);
  }
  Reply reply = co_await fetch(tools, std::move(request));
  if (!token.empty()) reply.error = text::replace_all(reply.error, token.reveal(), "(token)");
  co_return reply;
}

async::Awaitable<Reply> ask(const Toolbox& tools, std::string method, Session session, std::string path,
                            std::string body) {
  return ask(tools, std::move(method), std::move(session.base), std::move(path), std::move(body),
             std::move(session.token), request_timeout);
}

}  // namespace paperboy::integrations::matrix

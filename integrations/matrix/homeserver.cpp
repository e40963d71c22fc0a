#include "integrations/matrix/homeserver.hpp"

#include "daemon/base/text.hpp"

namespace paperboy::integrations::matrix {
async::Awaitable<Reply> fetch(const Toolbox& tools, net::Request request) {
  try {
    const net::Response response = co_await tools.client.fetch(std::move(request));
    co_return reply_of(response, tools.clock.now());
  } catch (const net::NetError& error) {
    co_return reply_of(error);
  }
}

async::Awaitable<Reply> ask(const Toolbox& tools, std::string method, std::string base, std::string path,
                            std::string body, Secret token, Duration timeout, std::size_t most_bytes) {
  net::Request request;
  request.method = std::move(method);
  request.url = base + "/_matrix/client" + path;
  request.timeout = timeout;
  request.max_body = most_bytes;
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

#include "integrations/telegram/api.hpp"

#include <utility>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::integrations::telegram {
namespace {

constexpr std::size_t largest_answer = 16u << 20;  // getUpdates stops at about 4 MB

}  // namespace

async::Awaitable<net::Response> Api::call(std::string method, std::string parameters, Duration timeout) const {
  net::Request request;
  request.method = "POST";
  request.url = url_ + "/bot" + token_.reveal() + "/" + method;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::move(parameters);
  request.timeout = timeout;
  request.max_body = largest_answer;
  return client_.fetch(std::move(request));
}

async::Awaitable<net::Response> Api::download(std::string file_path, std::size_t most) const {
  net::Request request;
  request.url = url_ + "/file/bot" + token_.reveal() + "/" + file_path;
  request.timeout = usual_timeout;
  request.max_body = most;
  return client_.fetch(std::move(request));
}

std::string Api::without_token(std::string text) const {
  const std::string& token = token_.reveal();
  if (token.empty()) return text;
  text = text::replace_all(text, token, "<token>");
  return text::replace_all(text, token.substr(token.find(':') + 1), "<token>");
}

std::string Api::derived(std::string_view purpose) const {
  return hash_of({purpose, token_.reveal()});
}

}  // namespace paperboy::integrations::telegram

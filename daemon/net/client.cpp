#include "daemon/net/client.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"

namespace paperboy::net {

std::optional<std::string_view> Response::header(std::string_view lower_case_name) const {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == lower_case_name; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

async::Awaitable<std::unique_ptr<WebSocket>> Client::open_websocket(WebSocketRequest) {
  throw NetError("there are no WebSockets here", Phase::before_request);
  co_return nullptr;
}

std::optional<Duration> retry_after(const Response& response, Time now) {
  const auto header = response.header("retry-after");
  if (!header) return std::nullopt;
  const std::string_view value = text::trim(*header);
  if (value.empty()) return std::nullopt;
  if (value.find_first_not_of("0123456789") == std::string_view::npos) {
    constexpr std::size_t longest = 9;  // thirty years of seconds; more is no statement about this program's life
    if (value.size() > longest) return std::nullopt;
    return std::chrono::seconds(std::stol(std::string(value)));
  }
  const auto date = parse_rfc5322(value);
  if (!date) return std::nullopt;
  return std::max(*date - now, Duration::zero());
}

}  // namespace paperboy::net

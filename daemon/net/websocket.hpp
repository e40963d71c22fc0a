#pragma once
// WebSocket (RFC 6455) on Boost.Beast, without extensions. Inside the room: Client::open_websocket is the door.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/net/client.hpp"
#include "daemon/net/smtp.hpp"
#include "daemon/net/trust.hpp"

namespace paperboy::net {

struct WebSocketAddress {
  bool tls = false;
  std::string host;  // without brackets
  int port = 80;
  std::string authority;  // as the header Host says it
  std::string target;     // "/link/?ticket=1"
};

// "wss://HOST[:PORT][/PATH][?QUERY]" (RFC 6455 section 3); nothing if it is not of this form, names a user, or holds
// what may not stand in a request line. Pure.
std::optional<WebSocketAddress> websocket_address(std::string_view url);

async::Awaitable<std::unique_ptr<WebSocket>> open_websocket(Connect connect, std::shared_ptr<Trust> trust,
                                                            std::string user_agent, WebSocketRequest request);

}  // namespace paperboy::net

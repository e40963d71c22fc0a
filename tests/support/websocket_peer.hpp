#pragma once
// The server's side of a WebSocket (RFC 6455), frame by frame, so that a test can also send what no library would.
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/scripted_server.hpp"

namespace paperboy::test {

struct Frame {
  enum Opcode { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
  int opcode = text;
  std::string payload;
  bool fin = true;
};

// Is it a proper request for an upgrade (section 4.2.1)?
bool wants_websocket(const HttpRequest& request);
// The 101 that belongs to it.
std::string websocket_answer(const HttpRequest& request);
// A server's frame.
std::string frame_bytes(const Frame& frame);
std::string close_payload(unsigned code, std::string_view reason = "");
// The client's next frame, unmasked. Throws std::runtime_error at what section 5 forbids a client: an unmasked frame,
// reserved bits, a control frame that is long or torn.
async::Awaitable<Frame> read_frame(std::shared_ptr<Peer> peer);

}  // namespace paperboy::test

#include "tests/support/websocket_peer.hpp"

#include <openssl/evp.h>

#include <stdexcept>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::test {
namespace {

std::string header(const HttpRequest& request, const std::string& name) {
  const auto at = request.headers.find(name);
  return at == request.headers.end() ? std::string() : at->second;
}

bool has_token(const std::string& list, std::string_view token) {
  for (const std::string_view one : text::split(list, ',')) {
    if (text::iequals_ascii(text::trim(one), token)) return true;
  }
  return false;
}

std::uint64_t number(const std::string& bytes) {
  std::uint64_t value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

bool wants_websocket(const HttpRequest& request) {
  return request.method == "GET" && text::iequals_ascii(header(request, "upgrade"), "websocket") &&
         has_token(header(request, "connection"), "upgrade") && header(request, "sec-websocket-version") == "13" &&
         header(request, "sec-websocket-key").size() == 24 && !header(request, "host").empty();
}

std::string websocket_answer(const HttpRequest& request) {
  const std::string text = header(request, "sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char sha1[20];
  EVP_Digest(text.data(), text.size(), sha1, nullptr, EVP_sha1(), nullptr);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         base64(std::string_view(reinterpret_cast<const char*>(sha1), sizeof sha1)) + "\r\n\r\n";
}

std::string frame_bytes(const Frame& frame) {
  const std::size_t size = frame.payload.size();
  std::string out(1, static_cast<char>((frame.fin ? 0x80 : 0) | frame.opcode));
  int bytes = 0;
  if (size < 126) {
    out += static_cast<char>(size);
  } else if (size < 65536) {
    out += '\x7e';
    bytes = 2;
  } else {
    out += '\x7f';
    bytes = 8;
  }
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(size >> (8 * i) & 0xff);
  return out + frame.payload;
}

std::string close_payload(unsigned code, std::string_view reason) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + std::string(reason);
}

async::Awaitable<Frame> read_frame(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_exactly(2);
  const auto first = static_cast<unsigned char>(head[0]), second = static_cast<unsigned char>(head[1]);
  Frame frame;
  frame.fin = (first & 0x80) != 0;
  frame.opcode = first & 0x0f;
  std::uint64_t size = second & 0x7f;
  if ((first & 0x70) != 0) throw std::runtime_error("reserved bits without an extension");
  if ((second & 0x80) == 0) throw std::runtime_error("a client's frame that is not masked");
  if (frame.opcode >= 8 && (!frame.fin || size > 125)) throw std::runtime_error("a control frame that is long or torn");
  if (size > 125) {
    const std::string length = co_await peer->read_exactly(size == 126 ? 2 : 8);
    size = number(length);
  }
  const std::string mask = co_await peer->read_exactly(4);
  frame.payload = co_await peer->read_exactly(size);
  for (std::size_t i = 0; i < frame.payload.size(); ++i) frame.payload[i] ^= mask[i % 4];
  co_return frame;
}

}  // namespace paperboy::test

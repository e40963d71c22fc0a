#pragma once
// Which addresses a fetched URL may lead to (server-side request forgery). Pure.
#include <span>

namespace paperboy::net {

// Is the address (IPv4: 4 bytes, IPv6: 16 bytes, network order) an ordinary public one? False for everything in the
// IANA special-purpose registries (RFC 6890 and its updates): loopback, private, link-local, CGNAT, documentation,
// benchmarking, 0/8, 240/4, 6to4, Teredo, and for multicast, site-local, IPv4-compatible and all IPv6 space outside
// 2000::/3. The v4-mapped
// (::ffff:0:0/96) and NAT64 (64:ff9b::/96) forms are judged by the IPv4 address inside. Any other length: false.
bool is_public_address(std::span<const unsigned char> address);

}  // namespace paperboy::net

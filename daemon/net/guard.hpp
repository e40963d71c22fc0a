#pragma once
// Which addresses a fetched URL may lead to (server-side request forgery). Pure.
#include <span>
#include <string_view>

namespace paperboy::net {

// Is the address (IPv4: 4 bytes, IPv6: 16 bytes, network order) globally reachable? False for everything in the IANA special-purpose
// registries (RFC 6890): loopback, private, link-local, CGNAT, documentation, benchmarking, multicast, 0/8, 240/4, and for the
// IPv4 address inside v4-mapped, 6to4, Teredo and NAT64 (64:ff9b::/96) forms.
bool is_public_address(std::span<const unsigned char> address);

}  // namespace paperboy::net

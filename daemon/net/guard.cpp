#include "daemon/net/guard.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace paperboy::net {
namespace {

using Bytes = std::span<const unsigned char>;

struct Ipv4Block {
  std::array<unsigned char, 4> prefix;
  int bits;
};

// IANA IPv4 Special-Purpose Address Registry, and multicast.
constexpr Ipv4Block ipv4_blocks[] = {
    {{0, 0, 0, 0}, 8},        // "this network"
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // shared (CGNAT)
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local, cloud metadata
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // IETF protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation 1
    {{192, 31, 196, 0}, 24},  // AS112
    {{192, 52, 193, 0}, 24},  // AMT
    {{192, 88, 99, 0}, 24},   // 6to4 relay anycast
    {{192, 168, 0, 0}, 16},   // private
    {{192, 175, 48, 0}, 24},  // AS112 direct delegation
    {{198, 18, 0, 0}, 15},    // benchmarking
    {{198, 51, 100, 0}, 24},  // documentation 2
    {{203, 0, 113, 0}, 24},   // documentation 3
    {{224, 0, 0, 0}, 4},      // multicast
    {{240, 0, 0, 0}, 4},      // reserved, limited broadcast
};

struct Ipv6Block {
  std::array<unsigned char, 6> prefix;
  int bits;
};

// IANA IPv6 Special-Purpose Address Registry, as far as it lies in the global unicast space 2000::/3.
constexpr Ipv6Block ipv6_blocks[] = {
    {{0x20, 0x01, 0x00}, 23},        // IETF protocol assignments: Teredo, benchmarking, ORCHID, AS112, AMT, drones
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112 direct delegation
    {{0x3f, 0xff, 0x00}, 20},                    // documentation
};

bool has_prefix(Bytes address, Bytes prefix, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(prefix.begin(), prefix.begin() + bits / 8, address.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
  return (address[whole] & mask) == (prefix[whole] & mask);
}

bool is_public_ipv4(Bytes address) {
  return std::none_of(std::begin(ipv4_blocks), std::end(ipv4_blocks),
                      [&](const Ipv4Block& block) { return has_prefix(address, block.prefix, block.bits); });
}

bool is_public_ipv6(Bytes address) {
  constexpr unsigned char v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
  if (has_prefix(address, v4_mapped, 96) || has_prefix(address, nat64, 96)) return is_public_ipv4(address.subspan(12));
  if ((address[0] & 0xe0) != 0x20) return false;
  return std::none_of(std::begin(ipv6_blocks), std::end(ipv6_blocks),
                      [&](const Ipv6Block& block) { return has_prefix(address, block.prefix, block.bits); });
}

}  // namespace

bool is_public_address(std::span<const unsigned char> address) {
  if (address.size() == 4) return is_public_ipv4(address);
  if (address.size() == 16) return is_public_ipv6(address);
  return false;
}

}  // namespace paperboy::net

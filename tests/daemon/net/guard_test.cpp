#include "daemon/net/guard.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>
#include <string>

namespace paperboy::net {
namespace {

bool is_public(const std::string& text) {
  const auto address = boost::asio::ip::make_address(text);
  if (address.is_v4()) return is_public_address(address.to_v4().to_bytes());
  return is_public_address(address.to_v6().to_bytes());
}

struct Vector {
  const char* address;
  bool expected;
};

// Each block of the registries at its first and last address, and its neighbours outside.
constexpr Vector ipv4[] = {
    {"0.0.0.0", false},         {"0.255.255.255", false},   {"1.0.0.0", true},          {"9.255.255.255", true},
    {"10.0.0.0", false},        {"10.255.255.255", false},  {"11.0.0.0", true},         {"100.63.255.255", true},
    {"100.64.0.0", false},      {"100.127.255.255", false}, {"100.128.0.0", true},      {"126.255.255.255", true},
    {"127.0.0.1", false},       {"127.255.255.255", false}, {"128.0.0.0", true},        {"169.253.255.255", true},
    {"169.254.0.0", false},     {"169.254.169.254", false}, {"169.254.255.255", false}, {"169.255.0.0", true},
    {"172.15.255.255", true},   {"172.16.0.0", false},      {"172.31.255.255", false},  {"172.32.0.0", true},
    {"191.255.255.255", true},  {"192.0.0.0", false},       {"192.0.0.255", false},     {"192.0.1.0", true},
    {"192.0.2.0", false},       {"192.0.2.255", false},     {"192.0.3.0", true},        {"192.31.195.255", true},
    {"192.31.196.1", false},    {"192.31.197.0", true},     {"192.52.193.1", false},    {"192.52.194.0", true},
    {"192.88.98.255", true},    {"192.88.99.1", false},     {"192.88.100.0", true},     {"192.167.255.255", true},
    {"192.168.0.0", false},     {"192.168.255.255", false}, {"192.169.0.0", true},      {"192.175.48.1", false},
    {"192.175.49.0", true},     {"198.17.255.255", true},   {"198.18.0.0", false},      {"198.19.255.255", false},
    {"198.20.0.0", true},       {"198.51.99.255", true},    {"198.51.100.7", false},    {"198.51.101.0", true},
    {"203.0.112.255", true},    {"203.0.113.7", false},     {"203.0.114.0", true},      {"223.255.255.255", true},
    {"224.0.0.1", false},       {"239.255.255.255", false}, {"240.0.0.0", false},       {"255.255.255.254", false},
    {"255.255.255.255", false}, {"8.8.8.8", true},          {"151.101.67.42", true},
};

constexpr Vector ipv6[] = {
    {"::", false},
    {"::1", false},
    {"::2", false},
    {"::127.0.0.1", false},  // IPv4-compatible, deprecated
    {"::8.8.8.8", false},
    {"::ffff:127.0.0.1", false},
    {"::ffff:10.1.2.3", false},
    {"::ffff:169.254.169.254", false},
    {"::ffff:0.0.0.0", false},
    {"::ffff:8.8.8.8", true},
    {"::ffff:0:127.0.0.1", false},  // IPv4-translated (SIIT)
    {"64:ff9b::127.0.0.1", false},
    {"64:ff9b::192.168.1.1", false},
    {"64:ff9b::169.254.169.254", false},
    {"64:ff9b::8.8.8.8", true},
    {"64:ff9b:0:0:0:1:808:808", false},  // outside the /96
    {"64:ff9b:1::8.8.8.8", false},       // local-use NAT64
    {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false},
    {"100::1", false},  // discard-only
    {"100:0:0:1::1", false},
    {"1fff:ffff::1", false},
    {"2000::1", true},
    {"2001::1", false},  // Teredo
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
    {"2001:1::1", false},
    {"2001:2::1", false},         // benchmarking
    {"2001:3::1", false},         // AMT
    {"2001:4:112::1", false},     // AS112
    {"2001:10::1", false},        // ORCHID
    {"2001:20::1", false},        // ORCHIDv2
    {"2001:30::1", false},        // drone remote id
    {"2001:1ff:ffff::1", false},  // end of 2001::/23
    {"2001:200::1", true},
    {"2001:db7:ffff::1", true},
    {"2001:db8::1", false},
    {"2001:db8:ffff:ffff::1", false},
    {"2001:db9::1", true},
    {"2001:4860:4860::8888", true},
    {"2001:ffff::1", true},
    {"2002::1", false},
    {"2002:7f00:1::1", false},  // 6to4 of 127.0.0.1
    {"2002:808:808::1", false},
    {"2003::1", true},
    {"2606:4700::1111", true},
    {"2620:4f:7fff::1", true},
    {"2620:4f:8000::1", false},
    {"2620:4f:8001::1", true},
    {"3ffe:ffff::1", true},
    {"3fff::1", false},
    {"3fff:fff:ffff::1", false},
    {"3fff:1000::1", true},
    {"4000::1", false},
    {"5f00::1", false},  // SRv6
    {"fbff::1", false},
    {"fc00::1", false},
    {"fd12:3456:789a::1", false},
    {"fe80::1", false},
    {"febf::1", false},
    {"fec0::1", false},  // site-local, deprecated
    {"ff02::1", false},
    {"ff0e::1", false},
};

TEST(Guard, JudgesEveryBlockOfTheIpv4Registry) {
  for (const auto& [address, expected] : ipv4) EXPECT_EQ(is_public(address), expected) << address;
}

TEST(Guard, JudgesEveryBlockOfTheIpv6Registry) {
  for (const auto& [address, expected] : ipv6) EXPECT_EQ(is_public(address), expected) << address;
}

TEST(Guard, RefusesWhatIsNoAddress) {
  const unsigned char bytes[17] = {8, 8, 8, 8};
  for (const std::size_t length : {0, 1, 3, 5, 15, 17}) EXPECT_FALSE(is_public_address({bytes, length})) << length;
}

}  // namespace
}  // namespace paperboy::net

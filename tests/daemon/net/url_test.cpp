#include "daemon/net/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paperboy::net {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(SecretUrl, GoesOverHttpsOrNoFurtherThanThisMachine) {
  for (const char* url : {"https://api.example.org", "https://api.example.org:8443/v1/", "https://192.0.2.7/",
                          "https://[2001:db8::1]:443", "https://[2001:db8::1]/x", "http://127.0.0.1",
                          "http://127.0.0.1/", "http://127.8.9.10:8081/bot", "http://localhost", "http://LocalHost:1",
                          "http://[::1]", "http://[0:0:0:0:0:0:0:1]:65535/x"}) {
    EXPECT_THAT(fault_of_secret_url(url, "https://a.example"), IsEmpty()) << url;
  }
}

TEST(SecretUrl, IsRefusedInClearToAnotherHostHoweverItIsWritten) {
  for (const char* url : {"http://api.example.org",
                          "http://192.168.1.2:8008",
                          "http://10.0.0.1",
                          "http://bot-api:8081",
                          "http://127.0.0.1.example.org",
                          "http://127.0.0.1.",
                          "http://127.1",
                          "http://2130706433",
                          "http://0177.0.0.1",
                          "http://128.0.0.1",
                          "http://0.0.0.0",
                          "http://localhost.example.org",
                          "http://notlocalhost",
                          "http://localhost.",
                          "http://[::2]",
                          "http://[::ffff:127.0.0.1]",
                          "http://[::]",
                          "http://[fe80::1%25lo]",
                          "http://[::1",
                          "http://::1"}) {
    EXPECT_THAT(fault_of_secret_url(url, "https://a.example"), HasSubstr("https://a.example")) << url;
  }
  EXPECT_THAT(fault_of_secret_url("http://api.example.org", "https://a.example"), HasSubstr("could read the token"));
}

TEST(SecretUrl, IsAPlainAddressAndNotRepeated) {
  const std::string long_one = "http://" + std::string(1u << 20, 'a') + ":s3cret";
  for (const std::string& url :
       {std::string(), std::string("api.example.org/s3cret"), std::string("ftp://s3cret"), std::string("HTTPS//s3cret"),
        std::string("https://"), std::string("https:///s3cret"), std::string("https://:8080/s3cret"),
        std::string("https://user:s3cret@api.example.org"), std::string("http://127.0.0.1@s3cret.example.org"),
        std::string("http://127.0.0.1\\@s3cret.example.org"), std::string("http://127.0.0.1#@s3cret"),
        std::string("https://a.example/?s3cret"), std::string("https://a.example:s3cret"),
        std::string("https://a.example:0/s3cret"), std::string("https://a.example:65536/s3cret"),
        std::string("https://a.example/\ns3cret"), std::string("https://a.example\0s3cret", 25),
        std::string("https://\xff\xfe"
                    "s3cret"),
        long_one}) {
    const std::string fault = fault_of_secret_url(url, "https://a.example");
    EXPECT_THAT(fault, HasSubstr("https://a.example")) << url.substr(0, 60);
    EXPECT_THAT(fault, Not(HasSubstr("s3cret")));
    EXPECT_LT(fault.size(), 300u);
  }
}

}  // namespace
}  // namespace paperboy::net

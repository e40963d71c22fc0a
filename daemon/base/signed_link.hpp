#pragma once
// Addresses that nobody can guess and nobody needs a password for: what a link is for and about, signed with
// HMAC-SHA-256 (RFC 2104), in the alphabet of URLs (RFC 4648 section 5).
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.hpp"
#include "daemon/base/secret.hpp"

namespace paperboy {

class SignedLinks {
 public:
  // `key`: at least 32 random bytes; whoever knows it can make links. Throws std::invalid_argument if it is shorter.
  explicit SignedLinks(Secret key);

  // "SUBJECT.MAC"; the subject is readable in it. Of another purpose the token is worth nothing.
  std::string sign(std::string_view purpose, std::string_view subject) const;
  // The subject, if `token` was signed for `purpose`; compared in constant time. Takes any bytes.
  std::optional<std::string> verify(std::string_view purpose, std::string_view token) const;

  // The same with an end, which is signed with the subject, to the second. A purpose has an end always or never.
  std::string sign(std::string_view purpose, std::string_view subject, Time until) const;
  struct Verified {
    std::string subject;
    Time until{};  // the first moment at which it is worth nothing
    bool expired = false;
  };
  // What has ended is told from what was never signed.
  std::optional<Verified> verify(std::string_view purpose, std::string_view token, Time now) const;

 private:
  std::string mac(std::string_view purpose, std::string_view subject) const;
  Secret key_;
};

}  // namespace paperboy

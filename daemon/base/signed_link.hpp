#pragma once
// Addresses that nobody can guess and nobody needs a password for: what a link is for and about, signed with
// HMAC-SHA-256 (RFC 2104), in the alphabet of URLs (RFC 4648 section 5).
#include <optional>
#include <string>
#include <string_view>

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

 private:
  std::string mac(std::string_view purpose, std::string_view subject) const;
  Secret key_;
};

}  // namespace paperboy

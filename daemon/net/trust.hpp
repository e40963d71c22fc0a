#pragma once
// Whose certificates are believed. Inside the room.
#include <array>
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <string>

namespace paperboy::net {

// Files of certificates, parsed once, and again when they have changed: parsing the system's takes 20 ms, a handshake
// 0.4. One thread.
class Trust {
 public:
  // `system_file`: the system's certificates; empty: where OpenSSL looks by itself.
  explicit Trust(std::string system_file) : system_file_(std::move(system_file)) {}
  Trust(const Trust&) = delete;

  // Connections made with `context` from now on believe what `file` (PEM; empty: the one that $SSL_CERT_FILE names, or
  // the system's) holds at this moment. Throws Error if it cannot be read or holds no certificate.
  void apply(SSL_CTX* context, const std::string& file);

 private:
  struct Kept {
    std::array<long long, 6> stamp{};  // changes whenever the file is written or replaced
    std::shared_ptr<X509_STORE> store;
  };
  X509_STORE* current(const std::string& file);

  std::string system_file_;
  std::map<std::string, Kept> kept_;
};

// The handshake to come asks for `host` (SNI, RFC 6066 section 3, unless it is an address) and fails if the certificate
// is not for it.
void expect_host(SSL* ssl, const std::string& host);

}  // namespace paperboy::net

#pragma once
// Certificates made for one run: an authority of the test's own, and what it signed.
#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace paperboy::test {

struct Certificate {
  std::string pem;      // the certificate
  std::string key_pem;  // its key
};

// A self-signed authority.
class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  const std::string& pem() const { return pem_; }
  // For a DNS name or an IP address; valid from now + `from_hours` to now + `to_hours`.
  Certificate issue(const std::string& host, long from_hours = -1, long to_hours = 24) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string pem_;
};

// A server's TLS with that certificate.
boost::asio::ssl::context server_tls(const Certificate& certificate);

// A file with that text, removed with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  std::string path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace paperboy::test

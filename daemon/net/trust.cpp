#include "daemon/net/trust.hpp"

#include <sys/stat.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "daemon/base/error.hpp"

namespace paperboy::net {
namespace {

std::array<long long, 6> stamp_of(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    throw Error("cannot read the certificates in " + file + ": " + std::strerror(errno));
  }
  return {static_cast<long long>(status.st_dev),
          static_cast<long long>(status.st_ino),
          static_cast<long long>(status.st_size),
          status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec * 1'000'000'000LL + status.st_ctim.tv_nsec};
}

using Store = std::shared_ptr<X509_STORE>;

// An intermediate certificate in the file is believed as it is (libcurl's rule).
Store new_store() {
  Store store(X509_STORE_new(), &X509_STORE_free);
  if (!store) throw Error("OpenSSL cannot keep certificates");
  X509_STORE_set_flags(store.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

Store parsed(const std::string& file) {
  Store store = new_store();
  const bool read = X509_STORE_load_locations(store.get(), file.c_str(), nullptr) == 1;
  ERR_clear_error();
  if (!read) throw Error("cannot read the certificates in " + file + ": there is none in PEM form");
  return store;
}

}  // namespace

X509_STORE* Trust::current(const std::string& file) {
  Kept& kept = kept_[file];
  if (file.empty()) {
    if (!kept.store) {
      kept.store = new_store();
      X509_STORE_set_default_paths(kept.store.get());
    }
    return kept.store.get();
  }
  const auto stamp = stamp_of(file);
  if (!kept.store || kept.stamp != stamp) {
    kept.store = parsed(file);
    kept.stamp = stamp;
  }
  return kept.store.get();
}

void Trust::apply(SSL_CTX* context, const std::string& file) {
  const char* chosen = std::getenv("SSL_CERT_FILE");
  const std::string system = chosen != nullptr && *chosen != '\0' ? chosen : system_file_;
  SSL_CTX_set1_cert_store(context, current(file.empty() ? system : file));
}

void expect_host(SSL* ssl, const std::string& host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(host, ec);
  if (ec) {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), host.c_str(), host.size());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  }
}

}  // namespace paperboy::net

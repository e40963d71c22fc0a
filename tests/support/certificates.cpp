#include "tests/support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <stdexcept>

namespace paperboy::test {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Cert = std::unique_ptr<X509, Free>;

template <class Write>
std::string to_pem(Write write) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

void add_extension(X509* cert, int nid, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  if (!extension) throw std::runtime_error("bad certificate extension " + value);
  X509_add_ext(cert, extension.get(), -1);
}

Cert make(const std::string& name, EVP_PKEY* key, long serial, long from_hours, long to_hours) {
  Cert cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), from_hours * 3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), to_hours * 3600);
  X509_set_pubkey(cert.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return cert;
}

}  // namespace

struct Authority::State {
  Key key;
  Cert cert;
};

Authority::Authority(const std::string& name) : state_(std::make_unique<State>()) {
  state_->key.reset(EVP_EC_gen("P-256"));
  state_->cert = make(name, state_->key.get(), 1, -1, 24);
  X509* cert = state_->cert.get();
  X509_set_issuer_name(cert, X509_get_subject_name(cert));
  add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(cert, NID_key_usage, "critical,keyCertSign,cRLSign");
  X509_sign(cert, state_->key.get(), EVP_sha256());
  pem_ = to_pem([&](BIO* bio) { PEM_write_bio_X509(bio, cert); });
}

Authority::~Authority() = default;

Certificate Authority::issue(const std::string& host, long from_hours, long to_hours) const {
  const Key key(EVP_EC_gen("P-256"));
  static long serial = 100;
  const Cert cert = make(host, key.get(), ++serial, from_hours, to_hours);
  X509_set_issuer_name(cert.get(), X509_get_subject_name(state_->cert.get()));
  const bool address = host.find_first_not_of("0123456789.:") == std::string::npos;
  add_extension(cert.get(), NID_subject_alt_name, (address ? "IP:" : "DNS:") + host);
  X509_sign(cert.get(), state_->key.get(), EVP_sha256());
  Certificate result;
  result.pem = to_pem([&](BIO* bio) { PEM_write_bio_X509(bio, cert.get()); });
  result.key_pem =
      to_pem([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  return result;
}

boost::asio::ssl::context server_tls(const Certificate& certificate) {
  namespace ssl = boost::asio::ssl;
  ssl::context context(ssl::context::tls_server);
  context.use_certificate_chain(boost::asio::buffer(certificate.pem));
  context.use_private_key(boost::asio::buffer(certificate.key_pem), ssl::context::pem);
  return context;
}

TemporaryFile::TemporaryFile(const std::string& text) {
  path_ = (std::filesystem::temp_directory_path() / "paperboy-test-XXXXXX").string();
  const int fd = ::mkstemp(path_.data());
  if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("cannot write " + path_);
  }
  ::close(fd);
}

TemporaryFile::~TemporaryFile() {
  ::unlink(path_.c_str());
}

}  // namespace paperboy::test

#include "daemon/base/signed_link.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "daemon/base/hash.hpp"

namespace paperboy {
namespace {

constexpr std::size_t longest_token = 1024;

std::string url_base64(std::string_view bytes) {
  std::string text = base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  return text;
}

std::optional<std::string> from_url_base64(std::string_view text) {
  std::string padded(text);
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  const std::size_t padding = (4 - padded.size() % 4) % 4;
  padded.append(padding, '=');
  std::string bytes(padded.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  if (padding > 2 || size < static_cast<int>(padding)) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

}  // namespace

SignedLinks::SignedLinks(Secret key) : key_(std::move(key)) {
  if (key_.reveal().size() < 32) throw std::invalid_argument("a key of links has at least 32 bytes");
}

std::string SignedLinks::mac(std::string_view purpose, std::string_view subject) const {
  // The hash separates the parts: purpose "a" with subject "bc" is not "ab" with "c".
  const std::string message = hash_of({purpose, subject});
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key_.reveal().data(), static_cast<int>(key_.reveal().size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), out, &size) == nullptr) {
    throw std::runtime_error("HMAC-SHA-256 is not to be had");
  }
  return url_base64(std::string_view(reinterpret_cast<const char*>(out), 16));  // 128 bits
}

std::string SignedLinks::sign(std::string_view purpose, std::string_view subject) const {
  return url_base64(subject) + "." + mac(purpose, subject);
}

std::optional<std::string> SignedLinks::verify(std::string_view purpose, std::string_view token) const {
  const std::size_t dot = token.find('.');
  if (token.size() > longest_token || dot == token.npos) return std::nullopt;
  const std::optional<std::string> subject = from_url_base64(token.substr(0, dot));
  if (!subject) return std::nullopt;
  // The whole token is compared: what the decoder forgives is no second way to write it.
  return equal_secrets(sign(purpose, *subject), token) ? subject : std::nullopt;
}

std::string SignedLinks::sign(std::string_view purpose, std::string_view subject, Time until) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(until).time_since_epoch().count();
  return sign(purpose, std::to_string(seconds) + "\n" + std::string(subject));
}

std::optional<SignedLinks::Verified> SignedLinks::verify(std::string_view purpose, std::string_view token,
                                                         Time now) const {
  const std::optional<std::string> whole = verify(purpose, token);
  const std::size_t line = whole ? whole->find('\n') : std::string::npos;
  if (line == std::string::npos) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(whole->data(), whole->data() + line, seconds);
  if (error != std::errc() || end != whole->data() + line) return std::nullopt;
  Verified verified{whole->substr(line + 1), Time{std::chrono::seconds(seconds)}};
  verified.expired = verified.until <= now;
  return verified;
}

}  // namespace paperboy

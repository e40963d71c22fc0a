#pragma once
// Digests and randomness (OpenSSL's libcrypto, wrapped once).
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace paperboy {

// SHA-256 over the parts, each preceded by its length so that ("ab","c") and ("a","bc") differ; lower-case hex, 64
// characters.
std::string hash_of(std::initializer_list<std::string_view> parts);
std::string sha256_hex(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104), lower-case hex.
std::string hmac_sha256_hex(std::string_view key, std::string_view message);
// Compares in a time that says nothing of where they differ.
bool equal_secrets(std::string_view a, std::string_view b);

// `bytes` random bytes as lower-case hex, from the system's generator. Throws std::runtime_error if it has none to
// give.
std::string random_hex(std::size_t bytes);
// RFC 9562 UUID version 7 (48 bits of `epoch_ms`, then random): ids that sort by time.
std::string uuid_v7(std::int64_t epoch_ms);

std::string base64(std::string_view bytes);  // RFC 4648 section 4, padded, one line

}  // namespace paperboy

#pragma once
// The addresses of this installation's own pages: what messages link to and what the web answers. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/signed_link.hpp"

namespace paperboy::flow {

class Pages {
 public:
  // `public_url`: https://paperboy.example.org, as readers reach it, without a slash at the end.
  Pages(std::string public_url, SignedLinks links) : public_url_(std::move(public_url)), links_(std::move(links)) {}

  // The archive page of a digest.
  std::string archive(std::string_view digest_id) const;
  // Where a destination stops its messages: GET asks, POST acts (RFC 8058).
  std::string unsubscribe(std::string_view channel, std::string_view destination) const;

  // What the last segment of such an address means; nothing if it was not made here.
  std::optional<std::string> archived(std::string_view token) const;
  std::optional<std::pair<std::string, std::string>> unsubscribed(std::string_view token) const;

  static constexpr std::string_view archive_path = "/digest/";
  static constexpr std::string_view unsubscribe_path = "/unsubscribe/";

 private:
  std::string public_url_;
  SignedLinks links_;
};

}  // namespace paperboy::flow

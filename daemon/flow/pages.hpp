#pragma once
// The addresses of this installation's own pages: what messages link to and what the web answers. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/clock.hpp"
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

  // --- what acts for a person: whoever has the address has the right, for 90 days after `issued`
  // The preferences; their token opens the person's archive and their export, too.
  std::string home(std::string_view person, Time issued) const;
  // One action, "more/2512.07197": GET asks, POST acts.
  std::string action(std::string_view person, std::string_view what, Time issued) const;
  // A digest with its actions. It is for its reader alone; archive() is the address to pass on.
  std::string own_digest(std::string_view person, std::string_view digest_id, Time issued) const;
  // What an action: link of the person's messages leads to ("preferences", "archive", "more/..."); empty if to no page.
  std::string url_of(std::string_view action, std::string_view person, Time issued) const;

  // What the last segment of such an address means; nothing if it was not made here.
  std::optional<std::string> archived(std::string_view token) const;
  std::optional<std::pair<std::string, std::string>> unsubscribed(std::string_view token) const;
  struct Grant {
    std::string person;
    std::string about;  // the action, the digest
    Time issued{};
    Time until{};
    bool expired = false;
  };
  std::optional<Grant> homed(std::string_view token, Time now) const;
  std::optional<Grant> acting(std::string_view token, Time now) const;
  std::optional<Grant> owned(std::string_view token, Time now) const;

  // "https://paperboy.example.org": what a browser calls the origin of these pages (RFC 6454).
  std::string origin() const;

  static constexpr std::string_view archive_path = "/digest/";
  static constexpr std::string_view unsubscribe_path = "/unsubscribe/";
  static constexpr std::string_view home_path = "/home/";
  static constexpr std::string_view action_path = "/act/";
  static constexpr std::string_view list_path = "/archive/";
  static constexpr std::string_view export_path = "/export/";
  static constexpr Duration lifetime = std::chrono::days(90);

 private:
  std::optional<Grant> granted(std::string_view purpose, std::string_view token, Time now) const;

  std::string public_url_;
  SignedLinks links_;
};

}  // namespace paperboy::flow

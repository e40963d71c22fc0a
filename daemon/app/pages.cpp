#include "daemon/app/pages.hpp"

#include "daemon/base/hash.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::app {

std::optional<flow::Pages> pages_of(const Settings& settings, store::Database& database, Time now) {
  if (settings.public_url.empty()) return std::nullopt;
  const std::string key = database.transact_blocking([now](store::Tx& tx) {
    std::string kept = store::cursor(tx, "web:key");
    if (kept.empty()) {
      kept = random_hex(32);
      store::put_cursor(tx, "web:key", kept, now);
    }
    return kept;
  });
  return flow::Pages(settings.public_url, SignedLinks(Secret(key)));
}

}  // namespace paperboy::app

#pragma once
// The preferences as a page. Pure.
#include <optional>
#include <string>
#include <vector>

#include "daemon/match/profiles.hpp"
#include "daemon/web/change.hpp"
#include "daemon/web/form.hpp"
#include "daemon/web/reader.hpp"
#include "daemon/web/words.hpp"

namespace paperboy::web {

struct HomeView {
  const Reader& reader;
  const std::vector<std::string>& languages;  // that can be chosen
  Time until{};                               // when the address ends
  std::string said;                           // a word of Words::said; others say nothing
  std::string export_url;
  bool tells_learned = false;        // learned_page() can be asked for
  const Form* form = nullptr;        // what could not be taken, to be shown again
  const Problem* problem = nullptr;  // and why
};

// The HTML of the body.
std::string home_page(const HomeView& view, const Words& words);
// What speaks for a paper and what against it, topic by topic, and the ways to take it back.
std::string learned_page(const Reader& reader, const std::vector<match::Profiles::TopicLearned>& learned,
                         const Words& words);
// Asks before what cannot be undone: "reset" or "forget".
std::string confirm_page(std::string_view what, const Words& words);

}  // namespace paperboy::web

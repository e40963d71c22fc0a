#include "integrations/arxiv/witness.hpp"

namespace paperboy::integrations::arxiv {
namespace {

constexpr auto kept = std::chrono::days(10);
constexpr std::size_t named = 5;  // ids in a note

std::string list(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size() && i < named; ++i) text += (i ? ", " : "") + ids[i];
  if (ids.size() > named) text += ", ...";
  return text;
}

}  // namespace

Witnesses::Sight& Witnesses::sight(const std::string& category, Day day) {
  while (!sights_.empty() && sights_.begin()->first.first < day - kept) sights_.erase(sights_.begin());
  return sights_[{day, category}];
}

void Witnesses::feed_saw(const std::string& category, Day day, Ids all, Ids fresh) {
  Sight& seen = sight(category, day);
  seen.feed = true;
  seen.feed_all = std::move(all);
  seen.feed_fresh = std::move(fresh);
}

void Witnesses::harvest_saw(const std::string& category, Day day, Ids fresh,
                            std::function<bool(const std::string&)> knows) {
  Sight& seen = sight(category, day);
  seen.harvest = true;
  seen.harvest_fresh = std::move(fresh);
  seen.harvest_knows = std::move(knows);
}

Witnesses::Difference Witnesses::compare(const std::string& category, Day day) const {
  Difference difference;
  const auto at = sights_.find({day, category});
  if (at == sights_.end() || !at->second.feed || !at->second.harvest) return difference;
  const Sight& seen = at->second;
  for (const std::string& id : seen.harvest_fresh) {
    if (!seen.feed_all.contains(id)) difference.only_harvest.push_back(id);
  }
  for (const std::string& id : seen.feed_fresh) {
    if (!seen.harvest_knows(id)) difference.only_feed.push_back(id);
  }
  return difference;
}

std::string Witnesses::Difference::note() const {
  std::string text;
  if (!only_harvest.empty())
    text = std::to_string(only_harvest.size()) + " only in OAI-PMH (" + list(only_harvest) + ")";
  if (!only_feed.empty()) {
    text +=
        (text.empty() ? "" : "; ") + std::to_string(only_feed.size()) + " only in the feed (" + list(only_feed) + ")";
  }
  return text;
}

}  // namespace paperboy::integrations::arxiv

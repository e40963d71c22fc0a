#pragma once
// Two witnesses of one mailing, the feed and OAI-PMH: what one saw and the other did not. In memory; each source fills
// in its side again from its cursor after a restart.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/clock.hpp"

namespace paperboy::integrations::arxiv {

using Ids = std::set<std::string>;

// Io thread.
class Witnesses {
 public:
  // The feed of `category` on `day`: the ids of all entries, and of those that are new papers.
  void feed_saw(const std::string& category, Day day, Ids all, Ids fresh);
  // OAI-PMH: the new papers of the mailing in the category. `knows`: was the paper in a harvest at all?
  void harvest_saw(const std::string& category, Day day, Ids fresh, std::function<bool(const std::string&)> knows);

  struct Difference {
    std::vector<std::string> only_harvest;  // new papers that the feed does not list
    std::vector<std::string> only_feed;     // new papers of the feed that no harvest has brought
    std::string note() const;               // for people; empty if there is none
  };
  // Empty unless both have spoken.
  Difference compare(const std::string& category, Day day) const;

 private:
  struct Sight {
    bool feed = false, harvest = false;
    Ids feed_all, feed_fresh, harvest_fresh;
    std::function<bool(const std::string&)> harvest_knows;
  };
  Sight& sight(const std::string& category, Day day);
  std::map<std::pair<Day, std::string>, Sight> sights_;
};

}  // namespace paperboy::integrations::arxiv

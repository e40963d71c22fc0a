#pragma once
// arXiv's announcement feeds, RSS 2.0 and Atom (info.arxiv.org/help/rss_specifications). Pure.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/paper.hpp"
#include "integrations/arxiv/record.hpp"

namespace paperboy::integrations::arxiv {

struct RssItem {
  paper::Paper paper;  // `announced` is the caller's to say: the feed's dates cannot be trusted
  paper::AnnounceKind kind = paper::AnnounceKind::new_paper;
  // Tells one announcement from another: id, version and kind ("2611.00123v1 new").
  std::string key() const;
};

struct RssFeed {
  std::string title;
  std::vector<RssItem> items;           // in the feed's order
  int listed = 0;                       // entries in the feed, those that could not be read included
  std::vector<std::string> unreadable;  // why, one line each
};

// A feed of today, which may be empty (weekends, small categories). An error: not such a feed, or arXiv's own "Feed
// error for query" document, whose description is then the error.
Read<RssFeed> read_rss(std::string_view bytes);

// A feed holds at most this many entries; arXiv cuts the rest, the new papers first.
constexpr int rss_limit = 2000;

}  // namespace paperboy::integrations::arxiv

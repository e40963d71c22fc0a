#pragma once
// Feeds of any kind as papers: RSS 0.90-2.0, RSS 1.0 (RDF) and Atom. Pure.
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/paper.hpp"

namespace paperboy::integrations::feed {

struct Feed {
  std::string title;
  std::vector<paper::Paper>
      papers;      // in the feed's order, each id once; `published` is the item's day where it has one
  int listed = 0;  // items in the feed
  std::vector<std::string> unreadable;  // why an item is no paper, one line each
  // What the publisher asks of readers.
  std::optional<Duration> ttl;   // RSS <ttl>
  std::set<int> skip_hours;      // GMT
  std::set<unsigned> skip_days;  // std::chrono::weekday::c_encoding()
};

struct Reading {
  std::optional<Feed> feed;
  std::string error;  // one line for people; empty with a feed
};

// `content_type` as the HTTP header says it; `url` is the feed's own address, which relative links refer to. Identity
// of an item: an arXiv id or a DOI in it, else its guid, else its link, else its title. A DOCTYPE is refused (entity
// bombs need one).
Reading read_feed(std::string_view bytes, std::string_view content_type, const std::string& url);

// "A. Author, B. Author", "Author, A., Other, B.", "Doe, Jane; Roe, Richard", "mail@example.org (Jane Doe)" -> names.
std::vector<std::string> split_names(std::string_view text);

}  // namespace paperboy::integrations::feed

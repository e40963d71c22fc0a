#pragma once
// What the section `sources.arxiv` says (arxiv.yaml documents it).
#include <string>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/settings/node.hpp"

namespace paperboy::integrations::arxiv {

struct Settings {
  std::vector<std::string> categories;  // canonical, groups expanded, each once, in the order written
  bool rss = true, oai = true;
  std::string rss_url = "https://rss.arxiv.org/rss";
  std::string oai_url = "https://oaipmh.arxiv.org/oai";
  std::string api_url = "https://export.arxiv.org/api/query";
  std::string html_url = "https://arxiv.org/html";
  std::string pdf_url = "https://arxiv.org/pdf";
  Duration gap = std::chrono::seconds(3);  // between two requests
  int look_back_days = 7;                  // how far the first harvest goes back
  std::string contact;                     // empty: the daemon's
};

// Findings go to the node; the result is usable only if there were none.
Settings read_settings(const settings::Node& section);

}  // namespace paperboy::integrations::arxiv

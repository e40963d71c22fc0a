// The integration `feed`: any RSS or Atom feed as a source of papers.
#include <memory>
#include <set>

#include "daemon/paper/taxonomy.hpp"
#include "integrations/feed/source.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::integrations::feed {
namespace {

constexpr Duration least_every = std::chrono::minutes(30);
constexpr Duration most_every = std::chrono::hours(24);

FeedSettings read_one(const settings::Node& node, std::set<std::string>& names, std::set<std::string>& urls) {
  FeedSettings read;
  read.name = node.at("name").required_text();
  read.url = node.at("url").required_text();
  read.every = node.at("every").duration(read.every, least_every, most_every);
  read.private_addresses = node.at("private_addresses").truth(read.private_addresses);
  if (!read.url.empty() && !read.url.starts_with("https://") && !read.url.starts_with("http://")) {
    node.at("url").complain("'" + read.url + "' is not an http or https address");
  }
  const std::string authority = read.url.substr(0, read.url.find('/', std::string_view("https://").size()));
  if (read.url.starts_with("http://") && authority.find('@') != std::string::npos) {
    node.at("url").complain("over http:// everyone on the way could read the password in this address; use https://");
  }
  if (!read.url.empty() && !urls.insert(read.url).second) node.at("url").complain("this feed is listed twice");
  if (!read.name.empty() && !names.insert(read.name).second)
    node.at("name").complain("two feeds are called '" + read.name + "'");
  if (paper::known_group(read.name)) {
    node.at("name").complain("'" + read.name + "' is a category of arXiv: call the feed something else");
  }
  return read;
}

}  // namespace

Offer read(const settings::Node& section) {
  std::vector<FeedSettings> feeds;
  std::set<std::string> names, urls;
  for (const settings::Node& node : section.items()) feeds.push_back(read_one(node, names, urls));
  Offer offer;
  offer.sources = [feeds](const Toolbox& tools) {
    std::vector<std::unique_ptr<flow::Source>> sources;
    for (const FeedSettings& feed : feeds) {
      sources.push_back(std::make_unique<FeedSource>(feed, tools.contact, tools.client, tools.clock));
    }
    return sources;
  };
  return offer;
}

extern const Plugin plugin;
const Plugin plugin{"feed", Plugin::Kind::source, &read};

}  // namespace paperboy::integrations::feed

#include "integrations/arxiv/settings.hpp"

#include <algorithm>

#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::integrations::arxiv {
namespace {

// One feed is asked per category, 3 s apart, several times a night: more than this is a burden and takes minutes.
constexpr std::size_t many_categories = 40;

std::vector<std::string> read_categories(const settings::Node& list) {
  std::vector<std::string> categories;
  const auto add = [&](std::string category) {
    if (std::find(categories.begin(), categories.end(), category) == categories.end())
      categories.push_back(std::move(category));
  };
  const std::vector<settings::Node> items = list.items();
  if (items.empty()) list.complain("name at least one category, for example [cs.CV, hep-th, \"astro-ph.*\"]");
  for (const settings::Node& item : items) {
    const std::string name = item.text();
    if (const auto category = paper::canonical_category(name);
        category && paper::category_name(*category) != *category) {
      add(*category);
    } else if (paper::known_group(name)) {
      for (const paper::Category& each : paper::categories()) {
        if (paper::in_group(each.id, name)) add(std::string(each.id));
      }
    } else {
      std::vector<std::string> known;
      for (const paper::Category& each : paper::categories()) known.emplace_back(each.id);
      const auto near = text::nearest(name, known);
      item.complain("'" + name + "' is no arXiv category or archive" +
                    (near ? "; did you mean '" + *near + "'?" : std::string()));
    }
  }
  return categories;
}

std::string read_url(const settings::Node& node, const std::string& fallback) {
  std::string url = node.text(fallback);
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    node.complain("'" + url + "' is not an http or https URL");
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Settings read_settings(const settings::Node& section) {
  Settings read;
  const Settings defaults;
  read.categories = read_categories(section.at("categories"));
  if (read.categories.size() > many_categories) {
    log::warn("many arXiv categories: every feed is asked on its own, 3 s apart",
              {{"component", "arxiv"}, {"categories", std::uint64_t{read.categories.size()}}});
  }
  read.rss = section.at("rss").truth(defaults.rss);
  read.oai = section.at("oai").truth(defaults.oai);
  if (!read.rss && !read.oai) section.complain("'rss' and 'oai' are both off: papers would never arrive");
  read.rss_url = read_url(section.at("rss_url"), defaults.rss_url);
  read.oai_url = read_url(section.at("oai_url"), defaults.oai_url);
  read.api_url = read_url(section.at("api_url"), defaults.api_url);
  read.html_url = read_url(section.at("html_url"), defaults.html_url);
  read.pdf_url = read_url(section.at("pdf_url"), defaults.pdf_url);
  const settings::Node gap = section.at("gap");
  read.gap = gap.duration(defaults.gap, Duration{0}, std::chrono::minutes(5));
  const bool arxiv_itself = (read.rss_url + read.oai_url + read.api_url).find("arxiv.org") != std::string::npos;
  if (arxiv_itself && read.gap < defaults.gap)
    gap.complain("arXiv's terms of use ask for at least 3s between two requests");
  read.look_back_days = static_cast<int>(section.at("look_back_days").integer(defaults.look_back_days, 1, 90));
  read.contact = section.at("contact").text();
  return read;
}

}  // namespace paperboy::integrations::arxiv

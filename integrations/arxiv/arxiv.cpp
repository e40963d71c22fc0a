// The integration `arxiv`: sources arxiv-oai and arxiv-rss, and the lookup of single papers.
#include <memory>

#include "integrations/arxiv/lookup.hpp"
#include "integrations/arxiv/oai_source.hpp"
#include "integrations/arxiv/office.hpp"
#include "integrations/arxiv/paper_texts.hpp"
#include "integrations/arxiv/rss_source.hpp"
#include "integrations/arxiv/settings.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::integrations::arxiv {
namespace {

// Sources and lookup are made by two functions and share one lane: whoever is made first opens the office.
class Founder {
 public:
  explicit Founder(Settings settings) : settings_(std::move(settings)) {}
  std::shared_ptr<Office> office(const Toolbox& tools) {
    if (!office_) {
      const std::string& contact = settings_.contact.empty() ? tools.contact : settings_.contact;
      office_ = std::make_shared<Office>(settings_, contact, tools.client, tools.lane_memory, tools.clock);
    }
    return office_;
  }

 private:
  Settings settings_;
  std::shared_ptr<Office> office_;
};

}  // namespace

Offer read(const settings::Node& section) {
  const Settings settings = read_settings(section);
  const auto founder = std::make_shared<Founder>(settings);
  Offer offer;
  offer.listings = settings.categories;
  offer.sources = [founder, settings](const Toolbox& tools) {
    std::vector<std::unique_ptr<flow::Source>> sources;
    if (settings.oai) sources.push_back(std::make_unique<OaiSource>(founder->office(tools)));
    if (settings.rss) sources.push_back(std::make_unique<RssSource>(founder->office(tools)));
    return sources;
  };
  offer.lookup = [founder](const Toolbox& tools) { return std::make_unique<ApiLookup>(founder->office(tools)); };
  offer.texts = [founder](const Toolbox& tools, const TextShelf& shelf) {
    return std::make_unique<PaperTexts>(founder->office(tools), shelf.folder, shelf.bytes);
  };
  return offer;
}

extern const Plugin plugin;
const Plugin plugin{"arxiv", Plugin::Kind::source, &read};

}  // namespace paperboy::integrations::arxiv

#include "integrations/arxiv/rss.hpp"

#include <pugixml.hpp>

#include "daemon/base/text.hpp"
#include "integrations/arxiv/xml.hpp"

namespace paperboy::integrations::arxiv {
namespace {

constexpr std::string_view error_title = "Feed error for query";

// "arXiv:2611.00123v1 Announce Type: new \nAbstract: We show" -> "We show".
std::string_view abstract_part(std::string_view description) {
  constexpr std::string_view mark = "Abstract:";
  const std::size_t at = description.find(mark);
  if (!text::starts_with_ci(text::trim(description), "arXiv:") || at == std::string_view::npos) return description;
  return description.substr(at + mark.size());
}

// An <item> of RSS or an <entry> of Atom: the two differ in the names of three elements.
Read<RssItem> read_item(const pugi::xml_node& node, bool atom) {
  const std::string guid = one_line(child_text(node, atom ? "id" : "guid"));
  std::string link = one_line(atom ? child(node, "link").attribute("href").value() : child_text(node, "link"));
  auto id = paper::parse_reference(guid);
  if (!id) id = paper::parse_reference(link);
  if (!id || !id->id.is_arxiv()) {
    return {std::nullopt, "no arXiv id in '" + text::ellipsize(guid.empty() ? link : guid, 80) + "'"};
  }
  RssItem item;
  paper::Paper& paper = item.paper;
  paper.id = id->id;
  paper.version = id->version;

  const std::string description = text::sanitize(child_text(node, atom ? "summary" : "description"));
  const std::string kind = one_line(child_text(node, "announce_type"));
  const auto known = paper::announce_kind(kind);
  if (!known) return {std::nullopt, id->id.str() + ": announce type '" + text::ellipsize(kind, 40) + "' is unknown"};
  item.kind = *known;

  set_title(paper, child_text(node, "title"));
  if (paper.title.empty()) return {std::nullopt, id->id.str() + ": no title"};
  set_abstract(paper, abstract_part(description));
  set_authors(paper, child_text(node, "creator"));
  std::vector<std::string> categories;
  for (const pugi::xml_node& each : node.children()) {
    if (local_name(each.name()) != "category") continue;
    categories.push_back(one_line(atom ? std::string(each.attribute("term").value()) : text_of(each)));
  }
  set_categories(paper, categories);
  paper.license = one_line(child_text(node, "rights"));
  paper.journal_ref = one_line(child_text(node, "journal_reference"));
  set_doi(paper, child_text(node, "DOI"));
  paper.withdrawn = paper::says_withdrawn(paper);
  return {std::move(item), {}};
}

}  // namespace

std::string RssItem::key() const {
  return paper.id.str() + "v" + std::to_string(paper.version) + " " + std::string(paper::to_string(kind));
}

Read<RssFeed> read_rss(std::string_view bytes) {
  pugi::xml_document document;
  if (auto wrong = load_xml(bytes, document)) return {std::nullopt, *wrong};
  const pugi::xml_node root = document.document_element();
  const std::string_view name = local_name(root.name());
  const bool atom = name == "feed";
  const pugi::xml_node channel = atom ? root : child(root, "channel");
  if (name != "rss" && !atom) {
    return {std::nullopt, "not a feed: the root element is <" + text::ellipsize(one_line(root.name()), 40) + ">"};
  }
  if (!channel) return {std::nullopt, "not a feed: <rss> without <channel>"};

  RssFeed feed;
  feed.title = one_line(child_text(channel, "title"));
  if (feed.title.starts_with(error_title)) {
    std::string why = one_line(child_text(channel, atom ? "subtitle" : "description"));
    return {std::nullopt, why.empty() ? feed.title : why};
  }
  for (const pugi::xml_node& node : channel.children()) {
    if (local_name(node.name()) != (atom ? "entry" : "item")) continue;
    ++feed.listed;
    Read<RssItem> item = read_item(node, atom);
    if (item.value) {
      feed.items.push_back(std::move(*item.value));
    } else {
      feed.unreadable.push_back(std::move(item.error));
    }
  }
  return {std::move(feed), {}};
}

}  // namespace paperboy::integrations::arxiv

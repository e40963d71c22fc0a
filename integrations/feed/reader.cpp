#include "integrations/feed/reader.hpp"

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <charconv>
#include <pugixml.hpp>
#include <sstream>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "daemon/paper/tex.hpp"
#include "integrations/feed/encoding.hpp"
#include "integrations/feed/html_text.hpp"

namespace paperboy::integrations::feed {
namespace {

constexpr std::size_t title_from_text = 120;  // code points, for items without a title

// --- XML

// What stands before the root element may hold a DOCTYPE, and only that.
bool has_doctype(std::string_view rest) {
  for (;;) {
    rest = text::trim(rest);
    if (rest.starts_with("<?") || rest.starts_with("<!--")) {
      const std::string_view close = rest[1] == '?' ? "?>" : "-->";
      const std::size_t end = rest.find(close, 2);
      if (end == std::string_view::npos) return false;
      rest.remove_prefix(end + close.size());
    } else {
      return text::starts_with_ci(rest, "<!DOCTYPE");
    }
  }
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The first child called exactly so, prefix included.
pugi::xml_node child(const pugi::xml_node& node, const char* name) {
  return node.child(name);
}

std::string line(std::string_view text) {
  return text::collapse_space(text::sanitize(text));
}

// Character data; elements that stand between it (unescaped markup) as their source.
std::string inner(const pugi::xml_node& node) {
  std::ostringstream out;
  for (const pugi::xml_node& each : node.children()) {
    if (each.type() == pugi::node_pcdata || each.type() == pugi::node_cdata) {
      out << each.value();
    } else if (each.type() == pugi::node_element) {
      each.print(out, "", pugi::format_raw);
    }
  }
  return out.str();
}

bool has_elements(const pugi::xml_node& node) {
  return std::any_of(node.begin(), node.end(),
                     [](const pugi::xml_node& each) { return each.type() == pugi::node_element; });
}

// The text of an element that may hold HTML. Atom says so in `type`; everything else is guessed.
std::string readable(const pugi::xml_node& node) {
  const std::string raw = inner(node);
  const std::string_view type = node.attribute("type").value();
  const bool html = type == "html" || type == "xhtml" || type == "text/html" || has_elements(node);
  if (html || (type != "text" && looks_like_html(raw))) return html_to_text(raw);
  return text::sanitize(raw);
}

// --- the fields of an item

// An absolute http or https address; empty if there is none to be made of it.
std::string absolute(std::string_view reference, const std::string& base) {
  std::string tidy = line(reference);
  std::string spaced;
  for (const char c : tidy) {
    if (c == ' ') {
      spaced += "%20";
    } else {
      spaced += c;
    }
  }
  const auto parsed = boost::urls::parse_uri_reference(spaced);
  if (parsed.has_error())
    return spaced.starts_with("http://") || spaced.starts_with("https://") ? spaced : std::string();
  boost::urls::url resolved;
  if (parsed->has_scheme()) {
    resolved = *parsed;
  } else {
    const auto from = boost::urls::parse_uri(base);
    if (from.has_error() || boost::urls::resolve(*from, *parsed, resolved).has_error()) return {};
  }
  if (resolved.scheme() != "http" && resolved.scheme() != "https") return {};
  return std::string(resolved.buffer());
}

std::string base_of(const pugi::xml_node& node, const std::string& outer) {
  const std::string_view base = node.attribute("xml:base").value();
  if (base.empty()) return outer;
  std::string resolved = absolute(base, outer);
  return resolved.empty() ? outer : resolved;
}

std::string link_of(const pugi::xml_node& item, const std::string& base) {
  std::string best;
  for (const pugi::xml_node& each : item.children("link")) {
    const pugi::xml_attribute href = each.attribute("href");  // Atom; text in RSS
    const std::string_view rel = each.attribute("rel").value();
    if (href && !rel.empty() && rel != "alternate") continue;
    best = absolute(href ? std::string(href.value()) : inner(each), base);
    if (!best.empty()) return best;
  }
  const pugi::xml_attribute about = item.attribute("rdf:about");
  return about ? absolute(about.value(), base) : best;
}

std::optional<Time> date_of(const pugi::xml_node& item, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::string text = line(inner(child(item, name)));
    if (text.empty()) continue;
    if (const auto t = parse_rfc5322(text)) return t;
    if (const auto t = parse_rfc3339(text)) return t;
    if (const auto day = parse_day(text.substr(0, 10))) return Time{*day};
  }
  return std::nullopt;
}

std::string doi_of(const pugi::xml_node& item) {
  for (const char* name : {"prism:doi", "dc:identifier", "dcterms:identifier", "arxiv:DOI", "doi"}) {
    const std::string text = line(inner(child(item, name)));
    if (const auto id = paper::PaperId::doi(text)) {
      if (id->is_arxiv()) return "10.48550/arXiv." + id->str();
      return id->str().substr(std::string_view("doi:").size());
    }
  }
  return {};
}

std::vector<std::string> authors_of(const pugi::xml_node& item) {
  std::vector<std::string> atom, creators;
  for (const pugi::xml_node& each : item.children()) {
    const std::string_view name = each.name();
    if (name == "author" && has_elements(each)) {
      atom.push_back(line(inner(child(each, "name"))));
    } else if (name == "dc:creator" || name == "author") {
      creators.push_back(line(html_to_text(inner(each))));
    }
  }
  std::vector<std::string> names = std::move(atom);
  for (const std::string& creator : creators) {
    for (std::string& name : split_names(creator)) names.push_back(std::move(name));
  }
  std::erase(names, std::string());
  for (std::string& name : names) name = paper::tex_name_to_unicode(name);
  return names;
}

// Prefix every further line with blanks: clean_abstract takes that for a new paragraph.
std::string as_paragraphs(std::string_view text) {
  return text::replace_all(text, "\n", "\n  ");
}

struct ItemReading {
  std::optional<paper::Paper> paper;
  std::string error;
};

ItemReading read_item(const pugi::xml_node& item, const std::string& feed_url, const std::string& outer_base) {
  const std::string base = base_of(item, outer_base);
  const std::string link = link_of(item, base);
  std::string guid = line(inner(child(item, "guid")));
  if (guid.empty()) guid = line(inner(child(item, "id")));
  paper::Paper paper;
  paper.doi = doi_of(item);

  std::string title = line(readable(child(item, "title")));
  if (title.empty()) title = line(readable(child(item, "dc:title")));
  std::string summary;
  for (const char* name : {"description", "summary", "dc:description", "content:encoded", "content"}) {
    summary = readable(child(item, name));
    if (!text::trim(summary).empty()) break;
  }
  if (title.empty()) title = text::ellipsize(text::collapse_space(summary), title_from_text);
  if (title.empty())
    return {std::nullopt, "an item without title and text (" + (link.empty() ? "no link" : link) + ")"};

  for (const std::string& reference : {link, guid, paper.doi}) {
    if (reference.empty()) continue;
    if (const auto named = paper::parse_reference(reference)) {
      if (!paper.id.empty() && !named->id.is_arxiv()) continue;
      paper.id = named->id;
      paper.version = named->version;
      if (named->id.is_arxiv()) break;
    }
  }
  if (paper.id.empty()) {
    const std::string& unique = !guid.empty() ? guid : (!link.empty() ? link : title);
    paper.id = paper::PaperId::feed_item(feed_url, unique);
  }
  if (paper.doi.empty() && !paper.id.is_arxiv() && paper.id.str().starts_with("doi:"))
    paper.doi = paper.id.str().substr(4);
  if (paper.id.is_arxiv() && text::starts_with_ci(paper.doi, "10.48550/")) paper.doi.clear();
  if (!paper.id.is_arxiv()) paper.url = link;

  paper.title = paper::clean_title(title);
  if (paper.title != title) paper.title_raw = title;
  const std::string abstract = as_paragraphs(text::trim(summary));
  paper.abstract = paper::clean_abstract(abstract);
  if (paper.abstract != abstract) paper.abstract_raw = abstract;
  paper.authors = authors_of(item);
  paper.authors_raw = text::join(paper.authors, ", ");
  std::vector<std::string> categories, others;
  for (const pugi::xml_node& each : item.children()) {
    if (local_name(each.name()) != "category") continue;
    const pugi::xml_attribute term = each.attribute("term");
    categories.push_back(line(term ? std::string(term.value()) : inner(each)));
  }
  paper.categories = paper::canonical_categories(categories, &others);
  if (const auto t =
          date_of(item, {"published", "pubDate", "dc:date", "prism:publicationDate", "dcterms:issued", "updated"})) {
    paper.published = std::chrono::floor<std::chrono::days>(*t);
  }
  if (const auto t = date_of(item, {"updated", "dcterms:modified"}))
    paper.updated = std::chrono::floor<std::chrono::days>(*t);
  paper.withdrawn = paper::says_withdrawn(paper);
  return {std::move(paper), {}};
}

// --- the channel

int number(std::string_view text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void read_wishes(const pugi::xml_node& channel, Feed& feed) {
  const int ttl = number(line(inner(child(channel, "ttl"))));
  if (ttl > 0) feed.ttl = std::chrono::minutes(ttl);
  for (const pugi::xml_node& hour : child(channel, "skipHours").children("hour")) {
    const int value = number(line(inner(hour)));
    if (value >= 0 && value <= 24) feed.skip_hours.insert(value % 24);
  }
  constexpr std::array<std::string_view, 7> names = {"sunday",   "monday", "tuesday", "wednesday",
                                                     "thursday", "friday", "saturday"};
  for (const pugi::xml_node& day : child(channel, "skipDays").children("day")) {
    const std::string name = text::to_lower_ascii(line(inner(day)));
    const auto at = std::find(names.begin(), names.end(), name);
    if (at != names.end()) feed.skip_days.insert(static_cast<unsigned>(at - names.begin()));
  }
}

// "P.-L.", "R. J.", "A": initials, not a name.
bool is_initials(std::string_view text) {
  int letters = 0;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      ++letters;
    } else if (c != '.' && c != '-' && c != ' ') {
      return false;
    }
  }
  return letters >= 1 && letters <= 4;
}

}  // namespace

std::vector<std::string> split_names(std::string_view raw) {
  std::string text = text::collapse_space(text::sanitize(raw));
  if (const std::size_t mail = text.find("(mailto:"); mail != std::string::npos) {
    text.resize(mail);  // Jane Doe (mailto:mail@example.org)
  } else if (text.find('@') != std::string::npos) {
    // mail@example.org (Jane Doe); an address alone names nobody.
    const std::size_t open = text.find('('), close = text.rfind(')');
    const bool named = open != std::string::npos && close != std::string::npos && open < close;
    text = named ? text.substr(open + 1, close - open - 1) : std::string();
  }
  std::vector<std::string> names;
  const auto add = [&](std::string_view name) {
    name = text::trim(name);
    if (text::starts_with_ci(name, "and ")) name = text::trim(name.substr(4));
    if (!name.empty()) names.emplace_back(name);
  };
  if (text.find(';') != std::string::npos) {
    for (const std::string_view part : text::split(text, ';')) {
      const std::size_t comma = part.find(',');
      if (comma == std::string_view::npos) {
        add(part);
      } else {
        add(paper::display_name(text::trim(part.substr(0, comma)), text::trim(part.substr(comma + 1)), ""));
      }
    }
    return names;
  }
  const std::vector<std::string_view> parts = text::split(text, ',');
  bool pairs = parts.size() >= 2 && parts.size() % 2 == 0;
  for (std::size_t i = 1; pairs && i < parts.size(); i += 2) pairs = is_initials(text::trim(parts[i]));
  if (pairs) {
    for (std::size_t i = 0; i < parts.size(); i += 2) {
      add(paper::display_name(text::trim(parts[i]), text::trim(parts[i + 1]), ""));
    }
    return names;
  }
  for (const std::string_view part : parts) {
    const std::size_t conjunction = part.find(" and ");
    add(part.substr(0, conjunction));
    if (conjunction != std::string_view::npos) add(part.substr(conjunction + 5));
  }
  return names;
}

Reading read_feed(std::string_view bytes, std::string_view content_type, const std::string& url) {
  const std::string utf8 = to_utf8(bytes, content_type);
  const std::string_view start = text::trim(utf8);
  if (start.empty()) return {std::nullopt, "the answer is empty"};
  if (text::starts_with_ci(start, "<!DOCTYPE html") || text::starts_with_ci(start, "<html")) {
    return {std::nullopt, "a web page, not a feed"};
  }
  if (start.front() == '{')
    return {std::nullopt, "a JSON feed, which is not read here: use the publisher's RSS or Atom address"};
  if (has_doctype(start)) return {std::nullopt, "the feed has a DOCTYPE, which is refused"};
  pugi::xml_document document;
  const pugi::xml_parse_result result =
      document.load_buffer(start.data(), start.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    return {std::nullopt, std::string("not well-formed XML: ") + result.description() + " at byte " +
                              std::to_string(result.offset) + " of " + std::to_string(start.size())};
  }

  const pugi::xml_node root = document.document_element();
  const std::string_view kind = local_name(root.name());
  pugi::xml_node channel = root, items = root;
  const char* item_name = "item";
  if (kind == "rss") {
    channel = items = child(root, "channel");
    if (!channel) return {std::nullopt, "<rss> without <channel>"};
  } else if (kind == "RDF") {
    channel = child(root, "channel");  // items stand beside it
  } else if (kind == "feed") {
    item_name = "entry";
  } else {
    return {std::nullopt, "not a feed: the root element is <" + text::ellipsize(line(root.name()), 40) + ">"};
  }

  Feed feed;
  feed.title = line(readable(child(channel, "title")));
  read_wishes(channel, feed);
  const std::string base = base_of(channel, base_of(root, url));
  std::set<paper::PaperId> ids;
  for (const pugi::xml_node& node : items.children(item_name)) {
    ++feed.listed;
    ItemReading item = read_item(node, url, base);
    if (!item.paper) {
      feed.unreadable.push_back(std::move(item.error));
    } else if (ids.insert(item.paper->id).second) {
      feed.papers.push_back(std::move(*item.paper));
    }
  }
  return {std::move(feed), {}};
}

}  // namespace paperboy::integrations::feed

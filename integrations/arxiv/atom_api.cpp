#include "integrations/arxiv/atom_api.hpp"

#include <charconv>
#include <pugixml.hpp>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "integrations/arxiv/xml.hpp"

namespace paperboy::integrations::arxiv {
namespace {

Read<paper::Paper> read_entry(const pugi::xml_node& node) {
  const std::string link = one_line(child_text(node, "id"));  // http://arxiv.org/abs/2404.01234v2
  const auto id = paper::parse_reference(link);
  if (!id || !id->id.is_arxiv()) return {std::nullopt, "no arXiv id in '" + text::ellipsize(link, 80) + "'"};
  paper::Paper paper;
  paper.id = id->id;
  paper.version = id->version;
  set_title(paper, child_text(node, "title"));
  if (paper.title.empty()) return {std::nullopt, paper.id.str() + ": no title"};
  set_abstract(paper, child_text(node, "summary"));

  // The primary category leads; the others follow in the API's order, MSC and ACM terms among them.
  std::vector<std::string> categories = {one_line(child(node, "primary_category").attribute("term").value())};
  for (const pugi::xml_node& each : node.children()) {
    const std::string_view name = local_name(each.name());
    if (name == "category") {
      const std::string term = one_line(each.attribute("term").value());
      if (term.find_first_of(",; ") == std::string::npos) {
        categories.push_back(term);
      } else {
        add_classes(paper, term);
      }
    } else if (name == "author") {
      const std::string author = one_line(child_text(each, "name"));
      if (!author.empty()) paper.authors.push_back(author);
    }
  }
  if (categories.front().empty()) categories.erase(categories.begin());
  set_categories(paper, categories);
  paper.authors_raw = text::join(paper.authors, ", ");
  paper.comments = one_line(child_text(node, "comment"));
  paper.journal_ref = one_line(child_text(node, "journal_ref"));
  set_doi(paper, child_text(node, "doi"));
  if (const auto t = parse_rfc3339(one_line(child_text(node, "published")))) paper.published = day_of(*t);
  if (const auto t = parse_rfc3339(one_line(child_text(node, "updated")))) paper.updated = day_of(*t);
  paper.withdrawn = paper::says_withdrawn(paper);
  return {std::move(paper), {}};
}

}  // namespace

Read<ApiPage> read_api(std::string_view bytes) {
  pugi::xml_document document;
  if (auto wrong = load_xml(bytes, document)) return {std::nullopt, *wrong};
  const pugi::xml_node root = document.document_element();
  if (local_name(root.name()) != "feed") {
    return {std::nullopt, "not an Atom feed: the root element is <" + text::ellipsize(one_line(root.name()), 40) + ">"};
  }
  ApiPage page;
  const std::string total = one_line(child_text(root, "totalResults"));
  std::from_chars(total.data(), total.data() + total.size(), page.total);
  for (const pugi::xml_node& node : root.children()) {
    if (local_name(node.name()) != "entry") continue;
    ++page.listed;
    if (one_line(child_text(node, "id")).find("/api/errors") != std::string::npos) {
      const std::string why = one_line(child_text(node, "summary"));
      return {std::nullopt, why.empty() ? "the API answered with an error entry" : why};
    }
    Read<paper::Paper> paper = read_entry(node);
    if (paper.value) {
      page.papers.push_back(std::move(*paper.value));
    } else {
      page.unreadable.push_back(std::move(paper.error));
    }
  }
  return {std::move(page), {}};
}

}  // namespace paperboy::integrations::arxiv

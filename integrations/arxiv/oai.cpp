#include "integrations/arxiv/oai.hpp"

#include <algorithm>
#include <pugixml.hpp>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "integrations/arxiv/xml.hpp"

namespace paperboy::integrations::arxiv {
namespace {

// "v3" -> 3.
int version_number(std::string_view text) {
  if (!text.starts_with('v') || text.size() < 2 || text.size() > 4) return 0;
  int number = 0;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + (c - '0');
  }
  return number;
}

// What arXiv and arXivRaw have in common. <acm-class> is left out: the server prints the MSC class there.
void read_common(const pugi::xml_node& node, paper::Paper& paper) {
  set_title(paper, child_text(node, "title"));
  set_abstract(paper, child_text(node, "abstract"));
  set_categories(paper, child_text(node, "categories"));
  add_classes(paper, child_text(node, "msc-class"));
  paper.comments = one_line(child_text(node, "comments"));
  paper.journal_ref = one_line(child_text(node, "journal-ref"));
  paper.report_number = one_line(child_text(node, "report-no"));
  paper.license = one_line(child_text(node, "license"));
  set_doi(paper, child_text(node, "doi"));
}

void read_raw(const pugi::xml_node& node, paper::Paper& paper) {
  read_common(node, paper);
  set_authors(paper, child_text(node, "authors"));
  for (const pugi::xml_node& each : node.children("version")) {
    paper::Version version;
    version.number = version_number(each.attribute("version").value());
    const auto submitted = parse_rfc5322(one_line(child_text(each, "date")));
    if (version.number == 0 || !submitted) continue;
    version.submitted = *submitted;
    version.size = one_line(child_text(each, "size"));
    version.source_type = one_line(child_text(each, "source_type"));
    paper.versions.push_back(std::move(version));
  }
  std::sort(paper.versions.begin(), paper.versions.end(),
            [](const paper::Version& a, const paper::Version& b) { return a.number < b.number; });
  if (!paper.versions.empty()) {
    const paper::Version& newest = paper.versions.back();
    paper.version = newest.number;
    paper.updated = day_of(newest.submitted);
    if (paper.versions.front().number == 1) paper.published = day_of(paper.versions.front().submitted);
    paper.withdrawn = newest.source_type.find('I') != std::string::npos;
  }
  paper.withdrawn = paper.withdrawn || paper::says_withdrawn(paper);
}

void read_arxiv(const pugi::xml_node& node, paper::Paper& paper) {
  read_common(node, paper);
  std::vector<std::string> raw;
  for (const pugi::xml_node& author : child(node, "authors").children("author")) {
    const std::string name =
        paper::display_name(one_line(child_text(author, "keyname")), one_line(child_text(author, "forenames")),
                            one_line(child_text(author, "suffix")));
    if (!name.empty()) paper.authors.push_back(name);
  }
  paper.authors_raw = text::join(paper.authors, ", ");
  // The server before 2025 gave the first version's day as <created>; the one since gives the current version's. An id
  // bears the month of its first version (or the next one), which tells the two apart.
  const auto created = parse_day(one_line(child_text(node, "created")));
  const auto updated = parse_day(one_line(child_text(node, "updated")));
  if (created) {
    const std::string day = format_day(*created);
    const std::string next = format_day(*created + std::chrono::days(7));
    const std::string& id = paper.id.str();
    const std::size_t digits = id.find('/') == std::string::npos ? 0 : id.find('/') + 1;
    const std::string_view month = std::string_view(id).substr(digits, 4);
    const auto bears = [month](const std::string& d) {
      return d.substr(2, 2) == month.substr(0, 2) && d.substr(5, 2) == month.substr(2, 2);
    };
    if (bears(day) || bears(next)) paper.published = created;
  }
  paper.updated = updated ? updated : created;
  paper.withdrawn = paper::says_withdrawn(paper);
}

Read<OaiRecord> read_record(const pugi::xml_node& node) {
  const pugi::xml_node header = child(node, "header");
  const std::string identifier = one_line(child_text(header, "identifier"));
  const auto refused = [&](const std::string& why) {
    return Read<OaiRecord>{std::nullopt, "record '" + text::ellipsize(identifier, 60) + "': " + why};
  };
  if (std::string_view(header.attribute("status").value()) == "deleted") return refused("deleted");
  const auto id = paper::parse_reference(identifier);
  if (!id || !id->id.is_arxiv()) return refused("no arXiv id");
  const auto datestamp = parse_rfc3339(one_line(child_text(header, "datestamp")));
  if (!datestamp) return refused("no datestamp");

  OaiRecord record;
  record.paper.id = id->id;
  record.datestamp = day_of(*datestamp);
  for (const pugi::xml_node& set : header.children("setSpec")) record.sets.push_back(one_line(text_of(set)));

  const pugi::xml_node metadata = child(node, "metadata").first_child();
  const std::string_view format = local_name(metadata.name());
  if (format == "arXivRaw") {
    read_raw(metadata, record.paper);
  } else if (format == "arXiv") {
    read_arxiv(metadata, record.paper);
  } else {
    return refused(format.empty() ? "no metadata"
                                  : "metadata in <" + text::ellipsize(one_line(metadata.name()), 40) +
                                        ">, which is not read here: ask for metadataPrefix=arXivRaw");
  }
  if (record.paper.title.empty()) return refused("no title");
  if (format == "arXivRaw" && record.paper.versions.empty()) return refused("no version with a date");
  return {std::move(record), {}};
}

}  // namespace

OaiAnswer read_oai(std::string_view bytes) {
  OaiAnswer answer;
  pugi::xml_document document;
  if (auto wrong = load_xml(bytes, document)) {
    answer.error = *wrong;
    return answer;
  }
  const pugi::xml_node root = document.document_element();
  if (local_name(root.name()) != "OAI-PMH") {
    answer.error = "not an OAI-PMH answer: the root element is <" + text::ellipsize(one_line(root.name()), 40) + ">";
    return answer;
  }
  if (const pugi::xml_node error = child(root, "error")) {
    answer.error_code = one_line(error.attribute("code").value());
    if (answer.error_code.empty()) answer.error_code = "unnamed";
    answer.error = one_line(text_of(error));
    if (answer.error.empty()) answer.error = answer.error_code;
    return answer;
  }
  pugi::xml_node list = child(root, "ListRecords");
  if (!list) list = child(root, "GetRecord");
  if (!list) {
    answer.error =
        "an OAI-PMH answer without records (" + text::ellipsize(one_line(root.last_child().name()), 40) + ")";
    return answer;
  }

  OaiPage page;
  page.response_date = parse_rfc3339(one_line(child_text(root, "responseDate")));
  for (const pugi::xml_node& node : list.children("record")) {
    ++page.listed;
    Read<OaiRecord> record = read_record(node);
    if (record.value) {
      page.records.push_back(std::move(*record.value));
    } else {
      page.unreadable.push_back(std::move(record.error));
    }
  }
  page.resumption_token = std::string(text::trim(child_text(list, "resumptionToken")));
  answer.page = std::move(page);
  return answer;
}

std::string oai_set(std::string_view category) {
  constexpr std::string_view groups[] = {"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"};
  const std::string archive(paper::archive_of(category));
  const bool own = std::find(std::begin(groups), std::end(groups), archive) != std::end(groups);
  std::string set = (own ? archive : std::string("physics")) + ":" + archive;
  const std::size_t dot = category.find('.');
  if (dot != std::string_view::npos) set += ":" + std::string(category.substr(dot + 1));
  return set;
}

std::string common_set(const std::vector<std::string>& categories) {
  if (categories.empty()) return {};
  const std::string first = oai_set(categories.front());
  std::vector<std::string_view> common = text::split(first, ':');
  for (const std::string& category : categories) {
    const std::string set = oai_set(category);
    const std::vector<std::string_view> parts = text::split(set, ':');
    std::size_t same = 0;
    while (same < common.size() && same < parts.size() && common[same] == parts[same]) ++same;
    common.resize(same);
  }
  std::string joined;
  for (const std::string_view part : common) joined += (joined.empty() ? "" : ":") + std::string(part);
  return joined;
}

}  // namespace paperboy::integrations::arxiv

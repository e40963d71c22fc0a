#include "integrations/arxiv/jsonl.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/tex.hpp"
#include "integrations/arxiv/record.hpp"

namespace paperboy::integrations::arxiv {
namespace {

namespace json = boost::json;

// A field of the wrong kind: the line is refused with its name. Never leaves this file.
struct WrongField : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The field's value; null if it is absent or null.
const json::value* field(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

std::string_view text_field(const json::object& object, std::string_view name) {
  const json::value* value = field(object, name);
  if (!value) return {};
  if (!value->is_string()) throw WrongField("'" + std::string(name) + "' is not a string");
  return value->get_string();
}

std::optional<Day> day_field(const json::object& object, std::string_view name) {
  const std::string_view text = text_field(object, name);
  if (text.empty()) return std::nullopt;
  const auto day = parse_day(text);
  if (!day)
    throw WrongField("'" + std::string(name) + "' is not a day (YYYY-MM-DD): '" +
                     text::ellipsize(text::sanitize(text), 40) + "'");
  return day;
}

std::vector<std::string> texts(const json::array& array, std::string_view name) {
  std::vector<std::string> list;
  list.reserve(array.size());
  for (const json::value& each : array) {
    if (!each.is_string()) throw WrongField("'" + std::string(name) + "' holds something that is not a string");
    list.push_back(one_line(each.get_string()));
  }
  return list;
}

void read_authors(const json::object& object, paper::Paper& paper) {
  const json::value* authors = field(object, "authors");
  if (authors && authors->is_array()) {
    for (std::string& name : texts(authors->get_array(), "authors")) {
      if (!name.empty()) paper.authors.push_back(paper::tex_name_to_unicode(name));
    }
    return;
  }
  const json::value* parsed = field(object, "authors_parsed");
  if (!parsed) {
    set_authors(paper, text_field(object, "authors"));
    return;
  }
  paper.authors_raw = one_line(text_field(object, "authors"));
  if (!parsed->is_array()) throw WrongField("'authors_parsed' is not a list");
  for (const json::value& each : parsed->get_array()) {
    if (!each.is_array()) throw WrongField("'authors_parsed' holds something that is not a list");
    std::vector<std::string> parts = texts(each.get_array(), "authors_parsed");
    parts.resize(3);  // surname, forenames, suffix; affiliations after them
    for (std::string& part : parts) part = paper::tex_name_to_unicode(part);
    std::string name = paper::display_name(parts[0], parts[1], parts[2]);
    if (!name.empty()) paper.authors.push_back(std::move(name));
  }
}

void read_versions(const json::object& object, paper::Paper& paper) {
  const json::value* versions = field(object, "versions");
  if (!versions) return;
  if (!versions->is_array()) throw WrongField("'versions' is not a list");
  for (const json::value& each : versions->get_array()) {
    if (!each.is_object()) throw WrongField("'versions' holds something that is not an object");
    const std::string_view name = text_field(each.get_object(), "version");
    const auto created = parse_rfc5322(text_field(each.get_object(), "created"));
    paper::Version version;
    for (const char c : name.substr(std::min<std::size_t>(1, name.size()), 4)) {
      if (c >= '0' && c <= '9') version.number = version.number * 10 + (c - '0');
    }
    if (version.number == 0 || !created) throw WrongField("'versions' holds one without number or date");
    version.submitted = *created;
    paper.versions.push_back(version);
  }
  if (paper.versions.empty()) return;
  paper.version = paper.versions.back().number;
  if (paper.versions.front().number == 1) paper.published = day_of(paper.versions.front().submitted);
  paper.updated = day_of(paper.versions.back().submitted);
}

paper::Paper read(const json::object& object) {
  paper::Paper paper;
  const std::string_view id = text::trim(text_field(object, "id"));
  const auto canonical = paper::PaperId::arxiv(id);
  if (!canonical)
    throw WrongField(id.empty() ? "no 'id'" : "'id' is no arXiv id: '" + text::ellipsize(text::sanitize(id), 60) + "'");
  paper.id = *canonical;
  set_title(paper, text_field(object, "title"));
  if (paper.title.empty()) throw WrongField(paper.id.str() + ": no 'title'");
  set_abstract(paper, text_field(object, "abstract"));
  read_authors(object, paper);

  const json::value* categories = field(object, "categories");
  if (categories && categories->is_array()) {
    set_categories(paper, texts(categories->get_array(), "categories"));
  } else {
    set_categories(paper, text_field(object, "categories"));
  }
  if (const json::value* classes = field(object, "classes")) {
    if (!classes->is_array()) throw WrongField("'classes' is not a list");
    for (const std::string& each : texts(classes->get_array(), "classes")) add_classes(paper, each);
  }
  paper.comments = one_line(text_field(object, "comments"));
  paper.report_number = one_line(text_field(object, "report-no"));
  paper.license = one_line(text_field(object, "license"));
  // The snapshot writes journal-ref, others journal_ref.
  const std::string_view journal = text_field(object, "journal-ref");
  paper.journal_ref = one_line(journal.empty() ? text_field(object, "journal_ref") : journal);
  set_doi(paper, text_field(object, "doi"));

  paper.published = day_field(object, "published");
  paper.updated = day_field(object, "updated");
  paper.announced = day_field(object, "announced");
  if (const json::value* version = field(object, "version")) {
    if (!version->is_int64() || version->get_int64() < 0 || version->get_int64() > 9999) {
      throw WrongField("'version' is not a version number");
    }
    paper.version = static_cast<int>(version->get_int64());
  }
  read_versions(object, paper);
  if (!paper.updated) paper.updated = day_field(object, "update_date");
  paper.withdrawn = paper::says_withdrawn(paper);
  return paper;
}

}  // namespace

JsonLine parse_json_line(std::string_view line) {
  // Ill-formed UTF-8 is mended field by field, as everywhere; the rest of the syntax is strict.
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  thread_local std::array<unsigned char, 128 << 10> arena;
  json::monotonic_resource memory(arena.data(), arena.size());
  boost::system::error_code wrong;
  const json::value value = json::parse(line, wrong, &memory, options);
  if (wrong) return {std::nullopt, "not JSON: " + wrong.message()};
  if (!value.is_object()) return {std::nullopt, "not a JSON object"};
  try {
    return {read(value.get_object()), {}};
  } catch (const WrongField& bad) {
    return {std::nullopt, bad.what()};
  }
}

}  // namespace paperboy::integrations::arxiv

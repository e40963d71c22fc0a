// The message: what templates are filled with, and the document that comes out.
#include "daemon/digest/digest.hpp"

#include <algorithm>
#include <cstdio>

#include "daemon/base/text.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/digest/links.hpp"
#include "daemon/digest/values.hpp"
#include "daemon/paper/schedule.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::digest {
namespace {

using Value = Templates::Value;
using List = Value::List;
using Map = Value::Map;

constexpr std::size_t most_authors = 12;  // all of them up to here, else the first ten and the last
constexpr std::size_t first_authors = 10;
constexpr std::size_t preheader_length = 140;
constexpr std::size_t summary_from = 3;  // papers that make a summary worth reading
constexpr double nearly_all = 0.85;      // of the abstract: findings that repeat it are left out

std::string decimal(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

std::string number_text(std::size_t n) {
  return n == 0 ? std::string() : text::group_digits(static_cast<std::int64_t>(n));
}

// A link's target in a template: parentheses would end it.
std::string link(std::string_view url) {
  return text::replace_all(text::replace_all(checked_url(url), "(", "%28"), ")", "%29");
}

std::string paper_url(const paper::Paper& paper) {
  const std::string url = paper::abs_url(paper.id);
  return link(url.empty() ? paper.url : url);
}

List lines(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) {
    list.push_back(Map{
        {"text", text::collapse_space(text)}, {"first", &text == &texts.front()}, {"last", &text == &texts.back()}});
  }
  return list;
}

// --- papers
// ------------------------------------------------------------------------------------------------------------------

List reasons(const Entry& entry) {
  using paper::ReasonKind;
  List list;
  for (const paper::Reason& reason : entry.reasons) {
    const auto is = [&reason](ReasonKind kind) { return reason.kind == kind; };
    const auto id = is(ReasonKind::example) ? paper::PaperId::from_canonical(reason.text) : std::nullopt;
    list.push_back(Map{{"phrase", is(ReasonKind::phrase)},
                       {"word", is(ReasonKind::word)},
                       {"prefix", is(ReasonKind::prefix)},
                       {"author", is(ReasonKind::author)},
                       {"category", is(ReasonKind::category)},
                       {"example", is(ReasonKind::example)},
                       {"text", reason.text},
                       {"link", id ? link(paper::abs_url(*id)) : std::string()},
                       {"in_title", reason.field == "title"},
                       {"in_abstract", reason.field == "abstract"},
                       {"similarity", is(ReasonKind::example) ? reason.field : std::string()},
                       {"last", &reason == &entry.reasons.back()}});
  }
  return list;
}

List categories(const paper::Paper& paper) {
  List list;
  for (const std::string& id : paper.categories) {
    const std::string name = paper::category_name(id);
    list.push_back(
        Map{{"id", id}, {"name", name == id ? std::string() : name}, {"last", &id == &paper.categories.back()}});
  }
  return list;
}

// The sentences of the abstract are no news below it if they are all of it.
std::vector<std::string> findings(const Entry& entry) {
  std::size_t length = 0;
  for (const std::string& finding : entry.findings) length += finding.size();
  const bool all = static_cast<double>(length) > nearly_all * static_cast<double>(entry.paper.abstract.size());
  return all ? std::vector<std::string>() : entry.findings;
}

std::vector<std::string> paragraphs(const std::string& text) {
  std::vector<std::string> list;
  for (const std::string_view line : text::split(text, '\n')) {
    if (std::string paragraph = text::collapse_space(line); !paragraph.empty()) list.push_back(std::move(paragraph));
  }
  return list;
}

enum class Form { full, brief };

Value paper_value(const Entry& entry, std::size_t number, const std::string& language, Form form) {
  using paper::AnnounceKind;
  const paper::Paper& paper = entry.paper;
  const bool many = paper.authors.size() > most_authors;
  const auto shown = std::span(paper.authors).first(many ? first_authors : paper.authors.size());
  const bool revision = entry.kind == AnnounceKind::replacement || entry.kind == AnnounceKind::replacement_cross;
  const std::vector<std::string> found = findings(entry);
  const bool on_arxiv = paper.id.is_arxiv();
  const std::string id = paper.id.str();
  return Map{{"number", std::to_string(number)},
             {"id", id},
             {"anchor", anchor_of(id)},
             {"title", paper.title.empty() ? id : text::collapse_space(paper.title)},
             {"url", paper_url(paper)},
             {"authors", text::join(shown, ", ")},
             {"last_author", many ? paper.authors.back() : std::string()},
             {"author_count", number_text(paper.authors.size())},
             {"published", paper.published ? plain_date(*paper.published, language) : std::string()},
             {"updated",
              paper.updated && paper.updated != paper.published ? plain_date(*paper.updated, language) : std::string()},
             {"version", paper.version > 0 ? std::to_string(paper.version) : std::string()},
             {"new", entry.kind == AnnounceKind::new_paper},
             {"cross_list", entry.kind == AnnounceKind::cross_list},
             {"revision", revision},
             {"withdrawn", paper.withdrawn},
             {"categories", categories(paper)},
             {"has_categories", !paper.categories.empty()},
             {"comments", text::collapse_space(paper.comments)},
             {"journal", text::collapse_space(paper.journal_ref)},
             {"doi", paper.doi},
             {"doi_url", paper.doi.empty() ? std::string() : link("https://doi.org/" + paper.doi)},
             {"report_number", paper.report_number},
             {"score", decimal(entry.score)},
             {"reasons", reasons(entry)},
             {"also_topics", lines(entry.also_topics)},
             {"abstract", form == Form::full ? lines(paragraphs(paper.abstract)) : List()},
             {"findings", lines(found)},
             {"has_findings", !found.empty()},
             {"arxiv_url", on_arxiv ? paper_url(paper) : std::string()},
             {"pdf_url", link(paper::pdf_url(paper.id))},
             {"html_url", link(paper::html_url(paper.id))},
             {"code_url", link(entry.code_url)},
             {"citations_url", on_arxiv ? link("https://www.semanticscholar.org/arxiv/" + id) : std::string()},
             {"more_action", "action:more/" + id},
             {"less_action", "action:less/" + id},
             {"save_action", "action:save/" + id}};
}

// --- where a paper stands
// ------------------------------------------------------------------------------------------------------

struct Place {
  const Entry* entry = nullptr;
  std::size_t number = 0;  // 0: named without a number
};
using Places = std::map<std::string, Place>;

Value pointer(const Place& place, bool last) {
  const Entry& entry = *place.entry;
  const std::string id = entry.paper.id.str();
  return Map{{"number", place.number > 0 ? std::to_string(place.number) : std::string()},
             {"title", entry.paper.title.empty() ? id : text::collapse_space(entry.paper.title)},
             {"anchor", anchor_of(id)},
             {"url", paper_url(entry.paper)},
             {"finding", entry.findings.empty() ? std::string() : entry.findings.back()},
             {"comments", text::collapse_space(entry.paper.comments)},
             {"code_url", link(entry.code_url)},
             {"topic_count", entry.also_topics.empty() ? std::string() : std::to_string(entry.also_topics.size() + 1)},
             {"last", last}};
}

List pointers(const std::vector<std::string>& ids, const Places& places) {
  std::vector<const Place*> known;
  for (const std::string& id : ids) {
    if (const auto at = places.find(id); at != places.end()) known.push_back(&at->second);
  }
  List list;
  for (const Place* place : known) list.push_back(pointer(*place, place == known.back()));
  return list;
}

List themes(const std::vector<Theme>& from, const Places& places) {
  List list;
  for (const Theme& theme : from) {
    std::vector<std::string> shown;  // papers without a number are only counted
    for (const std::string& id : theme.paper_ids) {
      if (const auto at = places.find(id); at != places.end() && at->second.number > 0) shown.push_back(id);
    }
    list.push_back(Map{{"term", theme.term},
                       {"count", number_text(theme.paper_ids.size())},
                       {"papers", pointers(shown, places)},
                       {"more", number_text(theme.paper_ids.size() - shown.size())},
                       {"last", &theme == &from.back()}});
  }
  return list;
}

// --- the whole
// ------------------------------------------------------------------------------------------------------------------

Value values(const DigestInput& input, const std::string& language, Form form) {
  Places places;
  std::size_t count = 0;
  std::size_t number = 0;
  List sections;
  std::vector<std::string> busy;
  for (const Section& section : input.sections) {
    List papers;
    for (const Entry& entry : section.entries) {
      papers.push_back(paper_value(entry, ++number, language, form));
      places[entry.paper.id.str()] = {&entry, number};
    }
    List overflow;
    for (const Entry& entry : section.overflow) {
      places[entry.paper.id.str()] = {&entry, 0};
      overflow.push_back(pointer({&entry, 0}, &entry == &section.overflow.back()));
    }
    count += section.entries.size() + section.overflow.size();
    sections.push_back(Map{{"topic", section.topic},
                           {"anchor", "topic-" + std::to_string(sections.size() + 1)},
                           {"count", number_text(section.entries.size() + section.overflow.size())},
                           {"papers", std::move(papers)},
                           {"overflow", std::move(overflow)},
                           {"overflow_count", number_text(section.overflow.size())}});
    busy.push_back(section.topic);
  }

  std::vector<std::string> topics;
  std::vector<std::string> idle;
  for (const paper::Topic& topic : input.person.topics) {
    topics.push_back(topic.name);
    if (std::find(busy.begin(), busy.end(), topic.name) == busy.end()) idle.push_back(topic.name);
  }
  std::vector<std::string> mailings;
  for (const Day day : input.coverage.mailings) mailings.push_back(short_date(day, language));

  List shared = themes(input.summary.themes, places);
  List emerging = themes(input.summary.emerging, places);
  List highlights = pointers(input.summary.highlights, places);
  List read_in_full = pointers(input.summary.read_in_full, places);
  const bool summary =
      count >= summary_from && !(shared.empty() && emerging.empty() && highlights.empty() && read_in_full.empty());
  return Map{{"name", input.person.name},
             {"full", form == Form::full},
             {"date", long_date(input.date, language)},
             {"short_date", short_date(input.date, language)},
             {"time", paper::format_local(input.person.schedule.time_zone, input.now)},
             {"count", number_text(count)},
             {"one", count == 1},
             {"announced", number_text(static_cast<std::size_t>(std::max(input.coverage.announced, 0)))},
             {"mailings", lines(mailings)},
             {"has_mailings", !mailings.empty()},
             {"topics", lines(topics)},
             {"idle_topics", lines(idle)},
             {"has_idle_topics", !idle.empty()},
             {"missing", lines(input.coverage.missing)},
             {"has_missing", !input.coverage.missing.empty()},
             {"late", lines(input.coverage.late)},
             {"has_late", !input.coverage.late.empty()},
             {"failed", lines(input.coverage.failed)},
             {"has_failed", !input.coverage.failed.empty()},
             {"has_summary", summary},
             {"has_themes", !shared.empty()},
             {"themes", std::move(shared)},
             {"has_highlights", !highlights.empty()},
             {"highlights", std::move(highlights)},
             {"has_emerging", !emerging.empty()},
             {"emerging", std::move(emerging)},
             {"has_read_in_full", !read_in_full.empty()},
             {"read_in_full", std::move(read_in_full)},
             {"sections", std::move(sections)},
             {"contact", input.contact},
             {"contact_url", input.contact.empty() ? std::string() : link("mailto:" + input.contact)},
             {"browser_action", "action:browser"},
             {"stop_action", "action:stop"}};
}

const Node* first(const Node& root, Node::Kind kind) {
  const auto at =
      std::find_if(root.children.begin(), root.children.end(), [kind](const Node& node) { return node.kind == kind; });
  return at == root.children.end() ? nullptr : &*at;
}

}  // namespace

std::string_view to_string(MessageKind kind) {
  switch (kind) {
    case MessageKind::digest:
      return "digest";
    case MessageKind::quiet:
      return "quiet";
    case MessageKind::late:
      return "late";
    case MessageKind::partial:
      return "partial";
    case MessageKind::failure:
      return "failure";
  }
  return "digest";
}

namespace {

Document filled(const Templates& templates, std::string_view name, const std::string& language, const Value& with) {
  Document document = parse_markdown(templates.render(name, language, with), language);
  linkify(document.root);
  return document;
}

// Title and preheader are the template's: its first heading and the beginning of its first paragraph.
Built titled(Document document, std::string otherwise) {
  Built built;
  built.document = std::move(document);
  const Node* heading = first(built.document.root, Node::Kind::heading);
  const Node* paragraph = first(built.document.root, Node::Kind::paragraph);
  built.title = heading == nullptr ? std::move(otherwise) : text::collapse_space(plain_text(*heading));
  if (paragraph != nullptr)
    built.preheader = text::ellipsize(text::collapse_space(plain_text(*paragraph)), preheader_length);
  return built;
}

}  // namespace

Built build(const DigestInput& input, const Templates& templates) {
  const std::string_view name = to_string(input.kind);
  const std::string language = templates.resolve(name, input.person.language);
  Built built =
      titled(filled(templates, name, language, values(input, language, Form::full)), long_date(input.date, language));
  built.brief = filled(templates, name, language, values(input, language, Form::brief));
  return built;
}

Built build(const Undelivered& notice, const Templates& templates) {
  constexpr std::string_view name = "undelivered";
  const std::string language = templates.resolve(name, notice.language);
  const Value with = Map{{"message", notice.message},
                         {"reader", notice.reader},
                         {"channel", notice.channel},
                         {"destination", notice.destination},
                         {"cause", notice.cause},
                         {"doubtful", notice.doubtful},
                         {"archive_url", link(notice.archive_url)},
                         {"stopped", notice.stopped}};
  Built built = titled(filled(templates, name, language, with), notice.message);
  built.brief = built.document;
  return built;
}

Built build(const Subscription& state, const Templates& templates) {
  constexpr std::string_view name = "subscription";
  const std::string language = templates.resolve(name, state.language);
  const Value with = Map{{"channel", state.channel}, {"destination", state.destination}, {"stopped", state.stopped}};
  return titled(filled(templates, name, language, with), state.destination);
}

}  // namespace paperboy::digest

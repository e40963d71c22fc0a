#include "daemon/digest/paper_values.hpp"

#include <algorithm>
#include <cstdio>
#include <span>

#include "daemon/base/text.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/digest/escape.hpp"
#include "daemon/digest/links.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::digest {
namespace {

using Value = Templates::Value;
using List = Value::List;
using Map = Value::Map;

constexpr std::size_t most_authors = 12;  // all of them up to here, else the first ten and the last
constexpr std::size_t first_authors = 10;
constexpr double nearly_all = 0.85;  // of the abstract: findings that repeat it are left out

constexpr std::size_t preheader_length = 140;

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
std::vector<std::string> news(const std::vector<std::string>& findings, const paper::Paper& paper) {
  std::size_t length = 0;
  for (const std::string& finding : findings) length += finding.size();
  const bool all = static_cast<double>(length) > nearly_all * static_cast<double>(paper.abstract.size());
  return all ? std::vector<std::string>() : findings;
}

std::vector<std::string> paragraphs(const std::string& text) {
  std::vector<std::string> list;
  for (const std::string_view line : text::split(text, '\n')) {
    if (std::string paragraph = text::collapse_space(line); !paragraph.empty()) list.push_back(std::move(paragraph));
  }
  return list;
}

const Node* first(const Node& root, Node::Kind kind) {
  const auto at =
      std::find_if(root.children.begin(), root.children.end(), [kind](const Node& node) { return node.kind == kind; });
  return at == root.children.end() ? nullptr : &*at;
}

// Backslashes mean nothing in a code span, so the escapes of values would be seen there.
void unescape_code(Node& node) {
  if (node.kind == Node::Kind::code) {
    std::string text;
    for (std::size_t i = 0; i < node.text.size(); ++i) {
      if (node.text[i] == '\\' && i + 1 < node.text.size() && is_ascii_punct(node.text[i + 1])) ++i;
      if (node.text.compare(i, 5, "&#32;") == 0 && (i == 0 || node.text[i - 1] != '\\')) {
        text += ' ';
        i += 4;
      } else {
        text += node.text[i];
      }
    }
    node.text = std::move(text);
  }
  for (Node& child : node.children) unescape_code(child);
}

// As messages show it: markup of feeds taken out.
paper::Paper without_markup(paper::Paper paper) {
  for (std::string* text : {&paper.title, &paper.abstract, &paper.comments}) *text = without_tags(*text);
  return paper;
}

}  // namespace

std::string decimal(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

std::string number_text(std::size_t n) {
  return n == 0 ? std::string() : text::group_digits(static_cast<std::int64_t>(n));
}

// Parentheses would end it.
std::string link_target(std::string_view url) {
  return text::replace_all(text::replace_all(checked_url(url), "(", "%28"), ")", "%29");
}

std::string paper_url(const paper::Paper& paper) {
  const std::string url = paper::abs_url(paper.id);
  return link_target(url.empty() ? paper.url : url);
}

List line_values(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) {
    list.push_back(Map{
        {"text", text::collapse_space(text)}, {"first", &text == &texts.front()}, {"last", &text == &texts.back()}});
  }
  return list;
}

List reason_values(const std::vector<paper::Reason>& reasons) {
  using paper::ReasonKind;
  List list;
  for (const paper::Reason& reason : reasons) {
    const auto is = [&reason](ReasonKind kind) { return reason.kind == kind; };
    const auto id = is(ReasonKind::example) ? paper::PaperId::from_canonical(reason.text) : std::nullopt;
    list.push_back(Map{{"phrase", is(ReasonKind::phrase)},
                       {"word", is(ReasonKind::word)},
                       {"prefix", is(ReasonKind::prefix)},
                       {"author", is(ReasonKind::author)},
                       {"category", is(ReasonKind::category)},
                       {"example", is(ReasonKind::example)},
                       {"text", reason.text},
                       {"link", id ? link_target(paper::abs_url(*id)) : std::string()},
                       {"in_title", reason.field == "title"},
                       {"in_abstract", reason.field == "abstract"},
                       {"similarity", is(ReasonKind::example) ? reason.field : std::string()},
                       {"last", &reason == &reasons.back()}});
  }
  return list;
}

Map revision_values(const paper::Revision& revision) {
  using Field = paper::Change::Field;
  List changes;
  const std::size_t count = revision.changes.size();
  for (std::size_t i = 0; i < count; ++i) {
    const paper::Change& change = revision.changes[i];
    const auto is = [&change](Field field) { return change.field == field; };
    changes.push_back(Map{{"is_title", is(Field::title)},
                          {"is_abstract", is(Field::abstract)},
                          {"is_authors", is(Field::authors)},
                          {"is_categories", is(Field::categories)},
                          {"is_comments", is(Field::comments)},
                          {"is_journal", is(Field::journal)},
                          {"is_doi", is(Field::doi)},
                          {"before", text::collapse_space(change.before)},
                          {"after", text::collapse_space(change.after)},
                          {"comma", i + 2 < count},
                          {"and", i + 2 == count}});
  }
  return Map{{"unchanged", changes.empty()},
             {"changed_since", revision.since + 1 < revision.number ? std::to_string(revision.since) : std::string()},
             {"has_changes", !changes.empty()},
             {"changes", std::move(changes)}};
}

namespace {

// What templates are told of a paper, whoever reads it, when and in which language.
Map lasting_values(const paper::Paper& paper, const std::vector<std::string>& findings, const std::string& code_url) {
  const bool many = paper.authors.size() > most_authors;
  const auto shown = std::span(paper.authors).first(many ? first_authors : paper.authors.size());
  const std::vector<std::string> found = news(findings, paper);
  const bool on_arxiv = paper.id.is_arxiv();
  const std::string id = paper.id.str();
  const bool sayable = on_arxiv || paper::parse_reference(id).has_value();
  const auto action = [&id](const char* what) { return link_target(std::string("action:") + what + "/" + id); };
  const auto newest = std::find_if(paper.revisions.begin(), paper.revisions.end(),
                                   [&paper](const paper::Revision& each) { return each.number == paper.version; });
  Map value =
      newest == paper.revisions.end() ? Map{{"unchanged", false}, {"has_changes", false}} : revision_values(*newest);
  value.reserve(40);
  value.add("id", id);
  value.add("reference", sayable ? id : std::string());
  value.add("anchor", anchor_of(id));
  value.add("title", paper.title.empty() ? id : text::collapse_space(paper.title));
  value.add("url", paper_url(paper));
  value.add("authors", text::join(shown, ", "));
  value.add("first_author", paper.authors.empty() ? std::string() : paper.authors.front());
  value.add("several_authors", paper.authors.size() > 1);
  value.add("last_author", many ? paper.authors.back() : std::string());
  value.add("author_count", number_text(paper.authors.size()));
  value.add("version", paper.version > 0 ? std::to_string(paper.version) : std::string());
  value.add("withdrawn", paper.withdrawn);
  value.add("categories", categories(paper));
  value.add("has_categories", !paper.categories.empty());
  value.add("comments", text::collapse_space(paper.comments));
  value.add("journal", text::collapse_space(paper.journal_ref));
  value.add("doi", paper.doi);
  value.add("doi_url", paper.doi.empty() ? std::string() : link_target("https://doi.org/" + paper.doi));
  value.add("report_number", paper.report_number);
  value.add("abstract", line_values(paragraphs(paper.abstract)));
  value.add("findings", line_values(found));
  value.add("has_findings", !found.empty());
  value.add("arxiv_url", on_arxiv ? paper_url(paper) : std::string());
  value.add("pdf_url", link_target(paper::pdf_url(paper.id)));
  value.add("html_url", link_target(paper::html_url(paper.id)));
  value.add("code_url", link_target(code_url));
  value.add("citations_url", on_arxiv ? link_target("https://www.semanticscholar.org/arxiv/" + id) : std::string());
  value.add("more_action", action("more"));
  value.add("less_action", action("less"));
  value.add("save_action", action("save"));
  value.add("why_action", action("why"));
  value.add("abstract_action", action("abstract"));
  value.add("similar_action", action("similar"));
  value.add("cite_action", action("cite"));
  return value;
}

std::shared_ptr<const Map> lasting_values(const Entry& entry) {
  if (!entry.prepared) return std::make_shared<const Map>(lasting_values(entry.paper, entry.findings, entry.code_url));
  return {entry.prepared, &std::get<Map>(entry.prepared->values->data)};
}

}  // namespace

Value pointer(const Place& place, bool last) {
  const Entry& entry = *place.entry;
  Map value(lasting_values(entry));
  value.reserve(6);
  value.add("number", place.number > 0 ? std::to_string(place.number) : std::string());
  value.add("finding", entry.findings.empty() ? std::string() : entry.findings.back());
  value.add("topic_count", entry.also_topics.empty() ? std::string() : std::to_string(entry.also_topics.size() + 1));
  value.add("last", last);
  return value;
}

List passage_values(const paper::Reading& reading, const Places& places) {
  List passages;
  for (const paper::Passage& passage : reading.passages) {
    List statements;
    for (const paper::Statement& statement : passage.statements) {
      List quotes;
      std::vector<const Place*> papers;
      for (const paper::Quote& quote : statement.quotes) {
        quotes.push_back(Map{{"text", text::collapse_space(quote.text)},
                             {"place", quote.place},
                             {"last", &quote == &statement.quotes.back()}});
        const auto at = places.find(quote.paper);
        if (at == places.end() || std::find(papers.begin(), papers.end(), &at->second) != papers.end()) continue;
        papers.push_back(&at->second);
      }
      List named;
      for (const Place* place : papers) named.push_back(pointer(*place, place == papers.back()));
      Map one{{"text", text::collapse_space(statement.text)},
              {"quotes", std::move(quotes)},
              {"last", &statement == &passage.statements.back()}};
      if (!places.empty()) one["papers"] = std::move(named);
      statements.push_back(std::move(one));
    }
    Map said;
    said.add("statements", std::move(statements)).add("is_" + passage.part, true);
    passages.push_back(std::move(said));
  }
  return passages;
}

std::shared_ptr<const Prepared> prepare(const paper::Paper& paper) {
  auto prepared = std::make_shared<Prepared>();
  const paper::Paper plain = without_markup(paper);
  prepared->title = plain.title;
  prepared->abstract = plain.abstract;
  prepared->comments = plain.comments;
  prepared->findings = key_findings(plain);
  prepared->code_url = stated_code_url(plain);
  prepared->likeness = Likeness(plain);
  prepared->terms = PaperTerms(plain);
  prepared->values = std::make_shared<const Value>(lasting_values(plain, prepared->findings, prepared->code_url));
  prepared->from = paper;
  return prepared;
}

// Alone: there is nothing it would be compared with.
Entry entry_of(paper::Paper paper, paper::AnnounceKind kind) {
  Entry entry;
  entry.paper = without_markup(std::move(paper));
  entry.kind = kind;
  entry.findings = key_findings(entry.paper);
  entry.code_url = stated_code_url(entry.paper);
  return entry;
}

Entry entry_of(paper::Paper paper, paper::AnnounceKind kind, std::shared_ptr<const Prepared> prepared) {
  Entry entry;
  entry.paper = std::move(paper);
  entry.paper.title = prepared->title;
  entry.paper.abstract = prepared->abstract;
  entry.paper.comments = prepared->comments;
  entry.kind = kind;
  entry.findings = prepared->findings;
  entry.code_url = prepared->code_url;
  entry.prepared = std::move(prepared);
  return entry;
}

Map paper_value(const Entry& entry, std::size_t number, const std::string& language, bool full) {
  using paper::AnnounceKind;
  const paper::Paper& paper = entry.paper;
  const bool revision = entry.kind == AnnounceKind::replacement || entry.kind == AnnounceKind::replacement_cross;
  const auto cited = static_cast<std::size_t>(entry.citations ? std::max<std::int64_t>(entry.citations->count, 0) : 0);
  Map value(lasting_values(entry));
  value.reserve(24);
  value.add("number", std::to_string(number));
  value.add("published", paper.published ? plain_date(*paper.published, language) : std::string());
  value.add("updated",
            paper.updated && paper.updated != paper.published ? plain_date(*paper.updated, language) : std::string());
  value.add("mailing", entry.mailing ? plain_date(*entry.mailing, language) : std::string());
  value.add("citations", number_text(cited));
  value.add("one_citation", cited == 1);
  value.add("citations_date", cited > 0 ? plain_date(entry.citations->counted, language) : std::string());
  value.add("new", entry.kind == AnnounceKind::new_paper);
  value.add("cross_list", entry.kind == AnnounceKind::cross_list);
  value.add("revision", revision);
  value.add("score", decimal(entry.score));
  value.add("relevance", entry.rating ? std::to_string(entry.rating->relevance) : std::string());
  value.add("significance", entry.rating ? std::to_string(entry.rating->significance) : std::string());
  value.add("rating_reason",
            entry.rating && entry.rating->reason ? text::collapse_space(entry.rating->reason->text) : std::string());
  value.add("has_reading", entry.reading && !entry.reading->empty());
  value.add("passages", entry.reading ? passage_values(*entry.reading, {}) : List());
  value.add("reading_model", entry.reading ? entry.reading->model : std::string());
  value.add("reading_date", entry.reading ? plain_date(entry.reading->made, language) : std::string());
  value.add("read_whole", entry.reading && entry.reading->source != "abstract");
  value.add("reasons", reason_values(entry.reasons));
  value.add("also_topics", line_values(entry.also_topics));
  if (!full) value.add("abstract", List());
  return value;
}

Document read_message(std::string_view markdown, std::string language) {
  Document document = parse_markdown(markdown, std::move(language));
  unescape_code(document.root);
  linkify(document.root);
  return document;
}

Document filled(const Templates& templates, std::string_view name, const std::string& language,
                const Templates::Value& with) {
  return read_message(templates.render(name, language, with), language);
}

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

}  // namespace paperboy::digest

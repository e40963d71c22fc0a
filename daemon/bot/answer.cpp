#include "daemon/bot/answer.hpp"

#include <algorithm>
#include <span>

#include "daemon/base/text.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/digest/paper_values.hpp"
#include "daemon/digest/render.hpp"

namespace paperboy::bot {
namespace {

using digest::Templates;
using Value = Templates::Value;
using List = Value::List;
using Map = Value::Map;

constexpr std::size_t longest_title = 100;
constexpr std::string_view block_mark = "\xee\x80\x80";  // U+E000: where a template wants the block

// Text that stands between backticks in a template.
std::string in_code(std::string_view text) {
  return text::replace_all(text::collapse_space(text::sanitize(text)), "`", "'");
}

std::string day_text(const std::optional<Day>& day, std::string_view language) {
  return day && *day != Day::max() ? digest::short_date(*day, language) : std::string();
}

// What a template is filled with, and what stands in its code block.
struct Filling {
  Map values;
  std::string block;
};

// --- papers

Map listed_value(const Listed& listed, std::size_t number, const std::string& language) {
  digest::Entry entry = digest::entry_of(listed.paper, paper::AnnounceKind::new_paper);
  entry.score = listed.score;
  entry.reasons = listed.reasons;
  Map value = digest::paper_value(entry, number, language, false);
  value["has_score"] = listed.score > 0;
  return value;
}

List versions_of(const paper::Paper& paper, const std::string& language) {
  List list;
  for (const paper::Version& version : paper.versions) {
    const Day day = std::chrono::floor<std::chrono::days>(version.submitted);
    list.push_back(Map{{"number", std::to_string(version.number)},
                       {"date", version.submitted == Time{} ? std::string() : digest::plain_date(day, language)},
                       {"size", version.size},
                       {"withdrawn", version.source_type == "I"},
                       {"last", &version == &paper.versions.back()}});
  }
  return list;
}

// The versions whose changes were seen, and the numbers of the others but the first.
void add_revisions(Map& value, const paper::Paper& paper, const std::string& language) {
  List revised;
  for (const paper::Revision& revision : paper.revisions) {
    Map one = digest::revision_values(revision);
    const auto version = std::find_if(paper.versions.begin(), paper.versions.end(),
                                      [&](const paper::Version& each) { return each.number == revision.number; });
    const bool dated = version != paper.versions.end() && version->submitted != Time{};
    one["number"] = std::to_string(revision.number);
    one["date"] =
        dated ? digest::plain_date(std::chrono::floor<std::chrono::days>(version->submitted), language) : std::string();
    one["last"] = &revision == &paper.revisions.back();
    revised.push_back(std::move(one));
  }
  std::vector<std::string> unseen;
  int first = 0, last = 0;
  for (int number = 2; number <= paper.version; ++number) {
    const bool seen = std::any_of(paper.revisions.begin(), paper.revisions.end(), [number](const auto& revision) {
      return revision.since < number && number <= revision.number;
    });
    if (seen) continue;
    unseen.push_back("v" + std::to_string(number));
    first = first == 0 ? number : first;
    last = number;
  }
  constexpr std::size_t most_named = 3;
  const bool row = last - first + 1 == static_cast<int>(unseen.size());
  if (row && unseen.size() > most_named) unseen = {unseen.front() + "–" + unseen.back()};
  value["has_unseen"] = !unseen.empty();
  value["unseen"] = digest::line_values(unseen);
  value["revised"] = std::move(revised);
}

Filling filling(const PaperAnswer& answer, const Voice&, const std::string& language) {
  const paper::Paper& paper = answer.paper;
  digest::Entry entry = digest::entry_of(paper, paper::AnnounceKind::new_paper);
  entry.citations = answer.citations;
  Map value = digest::paper_value(entry, 1, language, answer.with_abstract);
  const bool old = answer.asked_version > 0 && answer.asked_version < paper.version;
  const bool unknown = paper.version > 0 && answer.asked_version > paper.version;
  value["unknown_version"] = unknown ? std::to_string(answer.asked_version) : std::string();
  value["asked_version"] = old ? std::to_string(answer.asked_version) : std::string();
  value["asked_url"] = old ? digest::link_target(paper::abs_url(paper.id, answer.asked_version)) : std::string();
  value["versions"] = versions_of(paper, language);
  value["several_versions"] = paper.versions.size() > 1;
  add_revisions(value, paper, language);
  List matches;
  for (const paper::Match& match : answer.matches) {
    matches.push_back(Map{{"topic", match.topic},
                          {"score", digest::decimal(match.score)},
                          {"reasons", digest::reason_values(match.reasons)}});
  }
  value["has_matches"] = !matches.empty();
  value["matches"] = std::move(matches);
  value["has_topics"] = answer.has_topics;
  List similar;
  for (const Listed& listed : answer.similar) similar.push_back(listed_value(listed, similar.size() + 1, language));
  value["has_similar"] = !similar.empty();
  value["similar"] = std::move(similar);
  value["only_why"] = answer.only_why;
  if (answer.only_why || answer.with_abstract) value["has_findings"] = false;
  return {Map{{"papers", List{std::move(value)}}}, {}};
}

Filling filling(const PapersAnswer& answer, const Voice&, const std::string& language) {
  using What = PapersAnswer::What;
  List papers;
  for (const Listed& listed : answer.papers) papers.push_back(listed_value(listed, papers.size() + 1, language));
  const std::size_t found = std::max(answer.found, papers.size());
  return {Map{{"by_search", answer.what == What::search},
              {"by_similar", answer.what == What::similar},
              {"by_saved", answer.what == What::saved},
              {"by_title", answer.what == What::title},
              {"asked", in_code(answer.asked)},
              {"found", digest::number_text(found)},
              {"one", found == 1},
              {"more_found", digest::number_text(found - papers.size())},
              {"since", answer.since ? digest::plain_date(*answer.since, language) : std::string()},
              {"papers", std::move(papers)}},
          {}};
}

Filling filling(const TrialAnswer& answer, const Voice&, const std::string& language) {
  using Width = match::TrialReport::Width;
  using Suggested = match::TrialReport::Suggestion::Kind;
  constexpr std::size_t shown_best = 5, shown_near = 3, shown_suggestions = 3, shown_terms = 10;
  const match::TrialReport& report = answer.report;
  const auto few = [](const auto& list, std::size_t most) {
    return std::span(list).first(std::min(list.size(), most));
  };
  const auto titled = [&](const paper::Paper& paper) { return listed_value({paper, 0, {}}, 1, language); };
  List best, terms, near, suggestions;
  for (const match::TrialReport::Hit& hit : few(report.best, shown_best))
    best.push_back(listed_value({hit.paper, hit.score, hit.reasons}, best.size() + 1, language));
  // A query of one term is carried by it.
  for (const match::TrialReport::Term& term : few(report.terms, report.terms.size() > 1 ? shown_terms : 0)) {
    terms.push_back(Map{{"term", in_code(term.written)},
                        {"with", std::to_string(term.with)},
                        {"only", digest::number_text(term.only)},
                        {"all", term.only > 0 && term.only == report.met.met},
                        {"anywhere", std::to_string(term.anywhere)}});
  }
  for (const match::TrialReport::Near& each : few(report.near, shown_near)) {
    Map one = titled(each.paper);
    one["clause"] = in_code(each.clause);
    one["excluded"] = each.excluded;
    one["in_categories"] = each.in_categories;
    near.push_back(std::move(one));
  }
  for (const match::TrialReport::Suggestion& each : few(report.suggestions, shown_suggestions)) {
    const auto is = [&each](Suggested kind) { return each.kind == kind; };
    suggestions.push_back(Map{{"any_order", is(Suggested::any_order)},
                              {"beginnings", is(Suggested::beginnings)},
                              {"any_field", is(Suggested::any_field)},
                              {"without", is(Suggested::without)},
                              {"everywhere", is(Suggested::everywhere)},
                              {"side_by_side", is(Suggested::side_by_side)},
                              {"in_titles", is(Suggested::in_titles)},
                              {"in_category", is(Suggested::in_category)},
                              {"what", in_code(each.what)},
                              {"topic", in_code(as_said(each.query, each.categories))},
                              {"found", std::to_string(each.met.met)},
                              {"one", each.met.met == 1},
                              {"median", digest::number_text(each.met.median)}});
  }
  return {Map{{"asked", in_code(answer.asked)},
              {"since", answer.since ? digest::plain_date(*answer.since, language) : std::string()},
              {"tried", digest::number_text(report.papers)},
              {"found", digest::number_text(report.met.met)},
              {"one", report.met.met == 1},
              {"median", digest::number_text(report.met.median)},
              {"most", digest::number_text(report.met.most)},
              {"fullest", report.met.fullest ? digest::short_date(*report.met.fullest, language) : std::string()},
              {"known", digest::number_text(report.known)},
              {"broad", report.width == Width::broad},
              {"narrow", report.width == Width::narrow},
              {"limit", std::to_string(match::Trial::too_many)},
              {"has_best", !best.empty()},
              {"best", std::move(best)},
              {"has_terms", !terms.empty()},
              {"terms", std::move(terms)},
              {"near_count", digest::number_text(report.near_count)},
              {"near", std::move(near)},
              {"has_suggestions", !suggestions.empty()},
              {"suggestions", std::move(suggestions)}},
          {}};
}

Filling filling(const Citation& answer, const Voice&, const std::string&) {
  const std::string title = text::collapse_space(answer.paper.title);
  return {Map{{"heading", title.empty() ? answer.paper.id.str() : title}}, bibtex(answer.paper)};
}

Filling filling(const TextAnswer& answer, const Voice&, const std::string&) {
  return {Map{{"heading", text::collapse_space(answer.title)}}, text::sanitize(answer.text)};
}

// --- the person

List follows_of(const paper::Person& person, const std::string& language) {
  List list;
  for (const paper::Topic& topic : person.topics) {
    list.push_back(Map{{"number", std::to_string(list.size() + 1)},
                       {"name", text::collapse_space(topic.name)},
                       {"query", in_code(topic.query)},
                       {"exclude", in_code(topic.exclude)},
                       {"categories", digest::line_values(topic.categories)},
                       {"has_categories", !topic.categories.empty()},
                       {"authors", digest::line_values(topic.authors)},
                       {"has_authors", !topic.authors.empty()},
                       {"examples", digest::number_text(topic.examples.size())},
                       {"one_example", topic.examples.size() == 1},
                       {"muted", topic.muted},
                       {"until", topic.muted ? day_text(topic.muted_until, language) : std::string()}});
  }
  return list;
}

Filling filling(const TopicsAnswer& answer, const Voice& voice, const std::string& language) {
  const paper::Person& person = answer.person;
  List follows = follows_of(person, language);
  const bool muted = std::any_of(person.topics.begin(), person.topics.end(), [](const auto& t) { return t.muted; });
  std::string next;
  if (answer.next_digest) {
    const std::string zone = paper::known_time_zone(voice.time_zone) ? voice.time_zone : "UTC";
    next = digest::short_date(paper::local_day(zone, *answer.next_digest), language) +
           paper::format_local(zone, *answer.next_digest).substr(std::string_view("2026-11-24").size());
  }
  return {Map{{"has_follows", !follows.empty()},
              {"follows", std::move(follows)},
              {"any_muted", muted},
              {"schedule", in_words(person.schedule, language)},
              {"next_digest", next},
              {"paused", person.paused_until.has_value()},
              {"until", day_text(person.paused_until, language)},
              {"saved_count", digest::number_text(person.saved.size())}},
          {}};
}

List feature_values(const std::vector<paper::Reason>& features) {
  std::vector<std::string> texts;
  for (const paper::Reason& feature : features) texts.push_back(feature.text);
  return digest::line_values(texts);
}

Filling filling(const LearnedAnswer& answer, const Voice& voice, const std::string& language) {
  const std::string zone = paper::known_time_zone(voice.time_zone) ? voice.time_zone : "UTC";
  List choices;
  for (const paper::Choice& choice : answer.choices) {
    const auto title = std::find_if(answer.titles.begin(), answer.titles.end(),
                                    [&](const auto& known) { return known.first == choice.subject; });
    choices.push_back(Map{
        {"text", text::collapse_space(in_words(choice, language))},
        {"title", title == answer.titles.end() ? std::string() : text::collapse_space(title->second)},
        {"date", choice.at == Time{} ? std::string() : digest::plain_date(paper::local_day(zone, choice.at), language)},
        {"last", &choice == &answer.choices.back()}});
  }
  List learned;
  for (const match::Profiles::TopicLearned& each : answer.features) {
    learned.push_back(Map{{"topic", each.topic == paper::liked_topic ? std::string() : each.topic},
                          {"toward", feature_values(each.learned.toward)},
                          {"away", feature_values(each.learned.away)}});
  }
  return {Map{{"has_choices", !choices.empty()},
              {"choices", std::move(choices)},
              {"has_learned", !learned.empty()},
              {"learned", std::move(learned)}},
          {}};
}

// --- words

Filling filling(const HelpAnswer& answer, const Voice&, const std::string&) {
  struct Group {
    std::string_view subject;
    const char* name;
  };
  static constexpr Group groups[] = {
      {"ask", "help_papers"},       {"why", "help_papers"},        {"abstract", "help_papers"},
      {"cite", "help_papers"},      {"similar", "help_papers"},    {"more", "help_taste"},
      {"less", "help_taste"},       {"save", "help_taste"},        {"saved", "help_taste"},
      {"like", "help_taste"},       {"follow", "help_follow"},     {"follow author", "help_follow"},
      {"unfollow", "help_follow"},  {"topics", "help_follow"},     {"mute", "help_mute"},
      {"unmute", "help_mute"},      {"search", "help_search"},     {"test", "help_search"},
      {"query", "help_query"},      {"digest", "help_digest"},     {"dates", "help_dates"},
      {"pause", "help_pause"},      {"resume", "help_pause"},      {"language", "help_language"},
      {"learned", "help_data"},     {"reset", "help_data"},        {"undo", "help_data"},
      {"export", "help_data"},      {"forget me", "help_data"},    {"link", "help_link"},
      {"preferences", "help_data"}, {"status", "help_admin"},      {"people", "help_admin"},
      {"ingest now", "help_admin"}, {"dead letters", "help_admin"}};
  const auto group = std::find_if(std::begin(groups), std::end(groups),
                                  [&](const Group& each) { return each.subject == answer.subject; });
  const bool known = group != std::end(groups) && (answer.admin || std::string_view(group->name) != "help_admin");
  return {Map{{known ? group->name : "help_all", true}, {"admin", answer.admin}}, {}};
}

std::string_view name_of(Said::What what) {
  static constexpr std::string_view names[] = {
      "hello",         "looking_up",      "unknown_paper",   "malformed_paper", "which_paper",
      "lookup_failed", "followed",        "followed_author", "unfollowed",      "muted",
      "unmuted",       "not_muted",       "no_such_topic",   "which_topic",     "no_topics",
      "liked",         "disliked",        "saved",           "scheduled",       "digest_coming",
      "digest_empty",  "paused",          "resumed",         "language_set",    "no_such_language",
      "undone",        "nothing_to_undo", "reset_done",      "forget_sure",     "forgotten",
      "link_code",     "linked",          "link_wrong",      "your_page",       "link_here",
      "not_allowed",   "admins_only",     "slow_down",       "unclear_verb",    "unclear_rest",
      "ingest_started"};
  static_assert(std::size(names) == static_cast<std::size_t>(Said::What::ingest_started) + 1);
  return names[static_cast<std::size_t>(what)];
}

Filling filling(const Said& said, const Voice&, const std::string& language) {
  const bool mail = digest::is_mail_address(said.contact);
  return {
      Map{{std::string(name_of(said.what)), true},
          {"subject", in_code(said.subject)},
          {"detail", in_code(said.detail)},
          {"contact", text::collapse_space(said.contact)},
          {"contact_url", mail ? digest::link_target("mailto:" + said.contact) : std::string()},
          {"page_url", said.what == Said::What::your_page ? digest::link_target(said.subject) : std::string()},
          {"count", digest::number_text(static_cast<std::size_t>(std::max<std::int64_t>(said.count, 0)))},
          {"one", said.count == 1},
          {"a_day", digest::number_text(static_cast<std::size_t>(std::max<std::int64_t>(said.a_day, 0)))},
          {"broad", said.broad},
          {"arrived", said.arrived},
          {"stays", said.stays},
          {"missing", in_code(said.missing)},
          {"later", digest::number_text(static_cast<std::size_t>(std::max<std::int64_t>(said.later, 0)))},
          {"limit", std::to_string(match::Trial::too_many)},
          {"column", said.column > 0 && said.detail.find("column") == std::string::npos ? std::to_string(said.column)
                                                                                        : std::string()},
          {"until", day_text(said.until, language)}},
      {}};
}

// --- the message

void put_block(digest::Node& node, const std::string& block) {
  if (node.kind == digest::Node::Kind::code_block && text::trim(node.text) == block_mark) {
    node.text = block.ends_with('\n') ? block : block + "\n";
  }
  for (digest::Node& child : node.children) put_block(child, block);
}

std::string_view template_of(const Answer& answer) {
  static constexpr std::string_view names[] = {"answer_paper",  "answer_text",    "answer_papers",
                                               "answer_topics", "answer_learned", "answer_help",
                                               "answer_text",   "answer",         "answer_trial"};
  static_assert(std::size(names) == std::variant_size_v<Answer>);
  return names[answer.index()];
}

}  // namespace

std::string as_said(std::string_view query, const std::vector<std::string>& categories) {
  std::string said(query);
  if (!categories.empty()) said += (said.empty() ? "" : " in ") + text::join(categories, " ");
  return said;
}

digest::Built build(const Answer& answer, const Voice& voice, const Templates& templates) {
  const std::string_view name = template_of(answer);
  const std::string language = templates.resolve(name, voice.language);
  Filling with = std::visit([&](const auto& one) { return filling(one, voice, language); }, answer);
  with.values["call"] = voice.call_sign.empty() ? std::string() : in_code(voice.call_sign) + " ";
  with.values["block"] = std::string(block_mark);
  digest::Document document = digest::filled(templates, name, language, with.values);
  put_block(document.root, with.block);
  digest::Built built = digest::titled(std::move(document), {});
  if (built.title.empty()) built.title = text::ellipsize(built.preheader, longest_title);
  built.brief = built.document;
  return built;
}

}  // namespace paperboy::bot

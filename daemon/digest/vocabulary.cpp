// The names of templates/README.md, which explains each.
#include "daemon/digest/values.hpp"

namespace paperboy::digest {
namespace {

using Names = std::vector<Name>;

const Names& line() {
  static const Names names{{"text", {}}, {"first", {}}, {"last", {}}};
  return names;
}

const Names& reason() {
  static const Names names{{"phrase", {}},   {"word", {}},        {"prefix", {}},     {"author", {}},
                           {"category", {}}, {"example", {}},     {"text", {}},       {"link", {}},
                           {"in_title", {}}, {"in_abstract", {}}, {"similarity", {}}, {"last", {}}};
  return names;
}

const Names& change() {
  static const Names names{{"is_title", {}},    {"is_abstract", {}}, {"is_authors", {}}, {"is_categories", {}},
                           {"is_comments", {}}, {"is_journal", {}},  {"is_doi", {}},     {"before", {}},
                           {"after", {}},       {"comma", {}},       {"and", {}}};
  return names;
}

const Names& category() {
  static const Names names{{"id", {}}, {"name", {}}, {"last", {}}};
  return names;
}

const Names& pointer() {
  static const Names names{{"number", {}},   {"title", {}},    {"anchor", {}},      {"url", {}}, {"finding", {}},
                           {"comments", {}}, {"code_url", {}}, {"topic_count", {}}, {"last", {}}};
  return names;
}

// A passage of an analysis, or of an overview, whose statements name papers.
Names passage(std::initializer_list<std::string_view> parts, bool names_papers) {
  Names statement{{"text", {}}, {"quotes", {{"text", {}}, {"place", {}}, {"last", {}}}}, {"last", {}}};
  if (names_papers) statement.push_back({"papers", pointer()});
  Names names{{"statements", statement}};
  for (const std::string_view part : parts) names.push_back({part, {}});
  return names;
}

const Names& analysis() {
  static const Names names =
      passage({"is_abstract", "is_motivation", "is_method", "is_comparison", "is_experiments", "is_guide", "is_core",
               "is_contribution", "is_innovation", "is_impact", "is_areas", "is_limitations"},
              false);
  return names;
}

const Names& overview() {
  static const Names names = passage({"is_themes", "is_highlights", "is_emerging", "is_read_in_full"}, true);
  return names;
}

const Names& paper() {
  static const Names names{{"number", {}},
                           {"id", {}},
                           {"anchor", {}},
                           {"title", {}},
                           {"url", {}},
                           {"authors", {}},
                           {"last_author", {}},
                           {"author_count", {}},
                           {"published", {}},
                           {"updated", {}},
                           {"mailing", {}},
                           {"citations", {}},
                           {"one_citation", {}},
                           {"citations_date", {}},
                           {"version", {}},
                           {"new", {}},
                           {"cross_list", {}},
                           {"revision", {}},
                           {"has_changes", {}},
                           {"changes", change()},
                           {"changed_since", {}},
                           {"unchanged", {}},
                           {"withdrawn", {}},
                           {"categories", category()},
                           {"comments", {}},
                           {"journal", {}},
                           {"doi", {}},
                           {"doi_url", {}},
                           {"report_number", {}},
                           {"score", {}},
                           {"relevance", {}},
                           {"significance", {}},
                           {"rating_reason", {}},
                           {"has_reading", {}},
                           {"passages", analysis()},
                           {"reading_model", {}},
                           {"reading_date", {}},
                           {"read_whole", {}},
                           {"reasons", reason()},
                           {"also_topics", line()},
                           {"abstract", line()},
                           {"findings", line()},
                           {"has_findings", {}},
                           {"has_categories", {}},
                           {"arxiv_url", {}},
                           {"pdf_url", {}},
                           {"html_url", {}},
                           {"code_url", {}},
                           {"citations_url", {}},
                           {"more_action", {}},
                           {"less_action", {}},
                           {"save_action", {}},
                           {"first_author", {}},
                           {"several_authors", {}},
                           {"reference", {}},
                           {"why_action", {}},
                           {"abstract_action", {}},
                           {"similar_action", {}},
                           {"cite_action", {}}};
  return names;
}

}  // namespace

const std::vector<Name>& vocabulary() {
  static const Names theme{{"term", {}}, {"count", {}}, {"papers", pointer()}, {"more", {}}, {"last", {}}};
  static const Names named = [] {
    Names names = pointer();
    names.push_back({"like_number", {}});
    names.push_back({"like_anchor", {}});
    return names;
  }();
  static const Names section{{"topic", {}},       {"anchor", {}},      {"count", {}},
                             {"papers", paper()}, {"overflow", named}, {"overflow_count", {}}};
  static const Names names{{"name", {}},
                           {"full", {}},
                           {"message", {}},
                           {"reader", {}},
                           {"channel", {}},
                           {"destination", {}},
                           {"cause", {}},
                           {"doubtful", {}},
                           {"stopped", {}},
                           {"archive_url", {}},
                           {"date", {}},
                           {"short_date", {}},
                           {"time", {}},
                           {"count", {}},
                           {"one", {}},
                           {"announced", {}},
                           {"mailings", line()},
                           {"has_mailings", {}},
                           {"topics", line()},
                           {"idle_topics", line()},
                           {"has_idle_topics", {}},
                           {"missing", line()},
                           {"has_missing", {}},
                           {"late", line()},
                           {"has_late", {}},
                           {"failed", line()},
                           {"has_failed", {}},
                           {"from_arxiv", {}},
                           {"has_summary", {}},
                           {"has_overview", {}},
                           {"overview", overview()},
                           {"overview_model", {}},
                           {"overview_date", {}},
                           {"themes", theme},
                           {"has_themes", {}},
                           {"highlights", pointer()},
                           {"has_highlights", {}},
                           {"emerging", theme},
                           {"has_emerging", {}},
                           {"read_in_full", pointer()},
                           {"has_read_in_full", {}},
                           {"sections", section},
                           {"contact", {}},
                           {"contact_url", {}},
                           {"browser_action", {}},
                           {"preferences_action", {}},
                           {"stop_action", {}}};
  return names;
}

const std::vector<Name>& answer_vocabulary() {
  static const Names version{{"number", {}}, {"date", {}}, {"size", {}}, {"withdrawn", {}}, {"last", {}}};
  static const Names revised{{"number", {}},        {"date", {}},      {"has_changes", {}}, {"changes", change()},
                             {"changed_since", {}}, {"unchanged", {}}, {"last", {}}};
  static const Names match{{"topic", {}}, {"score", {}}, {"reasons", reason()}};
  static const Names asked = [] {  // a paper, and what is known besides
    Names names = paper();
    for (const char* flag : {"asked_version", "asked_url", "unknown_version", "several_versions", "has_unseen",
                             "has_matches", "has_topics", "has_similar", "only_why", "has_score"})
      names.push_back({flag, {}});
    Names similar = paper();
    similar.push_back({"has_score", {}});
    names.push_back({"versions", version});
    names.push_back({"revised", revised});
    names.push_back({"unseen", line()});
    names.push_back({"matches", match});
    names.push_back({"similar", similar});
    return names;
  }();
  static const Names follow{{"number", {}},         {"name", {}},           {"query", {}},       {"exclude", {}},
                            {"categories", line()}, {"has_categories", {}}, {"authors", line()}, {"has_authors", {}},
                            {"examples", {}},       {"one_example", {}},    {"muted", {}},       {"until", {}}};
  static const Names choice{{"text", {}}, {"title", {}}, {"date", {}}, {"last", {}}};
  static const Names best = [] {
    Names names = paper();
    names.push_back({"has_score", {}});
    return names;
  }();
  static const Names near = [] {
    Names names = best;
    for (const char* name : {"clause", "excluded", "in_categories"}) names.push_back({name, {}});
    return names;
  }();
  static const Names term{{"term", {}}, {"with", {}}, {"only", {}}, {"all", {}}, {"anywhere", {}}};
  static const Names suggestion{{"any_order", {}},  {"beginnings", {}},   {"any_field", {}}, {"without", {}},
                                {"everywhere", {}}, {"side_by_side", {}}, {"in_titles", {}}, {"in_category", {}},
                                {"what", {}},       {"topic", {}},        {"found", {}},     {"one", {}},
                                {"median", {}}};
  static const Names learned{{"topic", {}}, {"toward", line()}, {"away", line()}};
  static const Names names{{"call", {}},
                           {"tried", {}},
                           {"median", {}},
                           {"most", {}},
                           {"fullest", {}},
                           {"known", {}},
                           {"broad", {}},
                           {"narrow", {}},
                           {"limit", {}},
                           {"a_day", {}},
                           {"arrived", {}},
                           {"stays", {}},
                           {"missing", {}},
                           {"later", {}},
                           {"has_best", {}},
                           {"best", best},
                           {"has_terms", {}},
                           {"terms", term},
                           {"near_count", {}},
                           {"near", near},
                           {"has_suggestions", {}},
                           {"suggestions", suggestion},
                           {"subject", {}},
                           {"detail", {}},
                           {"column", {}},
                           {"until", {}},
                           {"count", {}},
                           {"one", {}},
                           {"contact", {}},
                           {"contact_url", {}},
                           {"hello", {}},
                           {"looking_up", {}},
                           {"unknown_paper", {}},
                           {"malformed_paper", {}},
                           {"which_paper", {}},
                           {"lookup_failed", {}},
                           {"followed", {}},
                           {"followed_author", {}},
                           {"unfollowed", {}},
                           {"muted", {}},
                           {"unmuted", {}},
                           {"not_muted", {}},
                           {"no_such_topic", {}},
                           {"which_topic", {}},
                           {"no_topics", {}},
                           {"liked", {}},
                           {"disliked", {}},
                           {"saved", {}},
                           {"scheduled", {}},
                           {"digest_coming", {}},
                           {"digest_empty", {}},
                           {"paused", {}},
                           {"resumed", {}},
                           {"language_set", {}},
                           {"no_such_language", {}},
                           {"undone", {}},
                           {"nothing_to_undo", {}},
                           {"reset_done", {}},
                           {"forget_sure", {}},
                           {"forgotten", {}},
                           {"link_code", {}},
                           {"your_page", {}},
                           {"page_url", {}},
                           {"linked", {}},
                           {"link_wrong", {}},
                           {"link_here", {}},
                           {"not_allowed", {}},
                           {"admins_only", {}},
                           {"slow_down", {}},
                           {"unclear_verb", {}},
                           {"unclear_rest", {}},
                           {"ingest_started", {}},
                           {"by_search", {}},
                           {"by_similar", {}},
                           {"by_saved", {}},
                           {"by_title", {}},
                           {"asked", {}},
                           {"found", {}},
                           {"more_found", {}},
                           {"since", {}},
                           {"schedule", {}},
                           {"next_digest", {}},
                           {"has_follows", {}},
                           {"saved_count", {}},
                           {"any_muted", {}},
                           {"has_choices", {}},
                           {"heading", {}},
                           {"block", {}},
                           {"admin", {}},
                           {"help_all", {}},
                           {"help_papers", {}},
                           {"help_taste", {}},
                           {"help_follow", {}},
                           {"help_mute", {}},
                           {"help_search", {}},
                           {"help_query", {}},
                           {"help_dates", {}},
                           {"help_digest", {}},
                           {"help_pause", {}},
                           {"help_language", {}},
                           {"help_data", {}},
                           {"help_link", {}},
                           {"help_admin", {}},
                           {"papers", asked},
                           {"follows", follow},
                           {"choices", choice},
                           {"has_learned", {}},
                           {"learned", learned}};
  return names;
}

}  // namespace paperboy::digest

// The names of templates/README.md, which explains each.
#include "daemon/digest/values.hpp"

namespace paperboy::digest {

const std::vector<Name>& vocabulary() {
  static const std::vector<Name> line{{"text", {}}, {"first", {}}, {"last", {}}};
  static const std::vector<Name> pointer{{"number", {}},   {"title", {}},       {"anchor", {}},
                                         {"url", {}},      {"finding", {}},     {"comments", {}},
                                         {"code_url", {}}, {"topic_count", {}}, {"last", {}}};
  static const std::vector<Name> theme{{"term", {}}, {"count", {}}, {"papers", pointer}, {"more", {}}, {"last", {}}};
  static const std::vector<Name> reason{{"phrase", {}},   {"word", {}},        {"prefix", {}},     {"author", {}},
                                        {"category", {}}, {"example", {}},     {"text", {}},       {"link", {}},
                                        {"in_title", {}}, {"in_abstract", {}}, {"similarity", {}}, {"last", {}}};
  static const std::vector<Name> category{{"id", {}}, {"name", {}}, {"last", {}}};
  static const std::vector<Name> paper{
      {"number", {}},        {"id", {}},          {"anchor", {}},       {"title", {}},
      {"url", {}},           {"authors", {}},     {"last_author", {}},  {"author_count", {}},
      {"published", {}},     {"updated", {}},     {"version", {}},      {"new", {}},
      {"cross_list", {}},    {"revision", {}},    {"withdrawn", {}},    {"categories", category},
      {"comments", {}},      {"journal", {}},     {"doi", {}},          {"doi_url", {}},
      {"report_number", {}}, {"score", {}},       {"reasons", reason},  {"also_topics", line},
      {"abstract", line},    {"findings", line},  {"has_findings", {}}, {"has_categories", {}},
      {"arxiv_url", {}},     {"pdf_url", {}},     {"html_url", {}},     {"code_url", {}},
      {"citations_url", {}}, {"more_action", {}}, {"less_action", {}},  {"save_action", {}}};
  static const std::vector<Name> section{{"topic", {}},     {"anchor", {}},        {"count", {}},
                                         {"papers", paper}, {"overflow", pointer}, {"overflow_count", {}}};
  static const std::vector<Name> names{{"name", {}},
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
                                       {"mailings", line},
                                       {"has_mailings", {}},
                                       {"topics", line},
                                       {"idle_topics", line},
                                       {"has_idle_topics", {}},
                                       {"missing", line},
                                       {"has_missing", {}},
                                       {"late", line},
                                       {"has_late", {}},
                                       {"failed", line},
                                       {"has_failed", {}},
                                       {"has_summary", {}},
                                       {"themes", theme},
                                       {"has_themes", {}},
                                       {"highlights", pointer},
                                       {"has_highlights", {}},
                                       {"emerging", theme},
                                       {"has_emerging", {}},
                                       {"read_in_full", pointer},
                                       {"has_read_in_full", {}},
                                       {"sections", section},
                                       {"contact", {}},
                                       {"contact_url", {}},
                                       {"browser_action", {}},
                                       {"stop_action", {}}};
  return names;
}

}  // namespace paperboy::digest

// The message: what templates are filled with, and the document that comes out.
#include "daemon/digest/digest.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/digest/paper_values.hpp"
#include "daemon/paper/schedule.hpp"

namespace paperboy::digest {
namespace {

using Value = Templates::Value;
using List = Value::List;
using Map = Value::Map;

constexpr std::size_t summary_from = 3;  // papers that make a summary worth reading
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

Value values(const DigestInput& input, const std::string& language, bool full) {
  Places places;
  std::size_t count = 0;
  std::size_t number = 0;
  const Coverage& coverage = input.coverage;
  bool from_arxiv = !(coverage.mailings.empty() && coverage.missing.empty() && coverage.late.empty());
  List sections;
  std::vector<std::string> busy;
  for (const Section& section : input.sections) {
    List papers;
    for (const Entry& entry : section.entries) {
      from_arxiv = from_arxiv || entry.paper.id.is_arxiv();
      papers.push_back(paper_value(entry, ++number, language, full));
      places[entry.paper.id.str()] = {&entry, number};
    }
    List overflow;
    for (const Entry& entry : section.overflow) {
      from_arxiv = from_arxiv || entry.paper.id.is_arxiv();
      places[entry.paper.id.str()] = {&entry, 0};
      Value named = pointer({&entry, 0}, &entry == &section.overflow.back());
      if (const auto like = places.find(entry.like); like != places.end()) {
        Map& names = std::get<Map>(named.data);
        names["like_number"] = std::to_string(like->second.number);
        names["like_anchor"] = anchor_of(entry.like);
      }
      overflow.push_back(std::move(named));
    }
    count += section.entries.size() + section.overflow.size();
    Map shown{{"topic", section.topic},
              {"anchor", "topic-" + std::to_string(sections.size() + 1)},
              {"count", number_text(section.entries.size() + section.overflow.size())},
              {"overflow_count", number_text(section.overflow.size())}};
    shown.add("papers", std::move(papers)).add("overflow", std::move(overflow));  // not in the braces: they copy
    sections.push_back(std::move(shown));
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
  List overview;
  const bool written = input.overview && count >= summary_from;
  if (written) {
    overview = passage_values(*input.overview, places);
    for (const paper::Passage& passage : input.overview->passages) {
      if (passage.part == "themes") shared.clear();
      if (passage.part == "emerging") emerging.clear();
      if (passage.part == "highlights") highlights.clear();
      if (passage.part == "read_in_full") read_in_full.clear();
    }
  }
  const bool summary = count >= summary_from && !(overview.empty() && shared.empty() && emerging.empty() &&
                                                  highlights.empty() && read_in_full.empty());
  Map all;
  all.reserve(64);
  all.add("name", input.person.name);
  all.add("full", full);
  all.add("date", long_date(input.date, language));
  all.add("short_date", short_date(input.date, language));
  all.add("time", paper::format_local(input.person.schedule.time_zone, input.now));
  all.add("count", number_text(count));
  all.add("one", count == 1);
  all.add("announced", number_text(static_cast<std::size_t>(std::max(input.coverage.announced, 0))));
  all.add("mailings", line_values(mailings));
  all.add("has_mailings", !mailings.empty());
  all.add("topics", line_values(topics));
  all.add("idle_topics", line_values(idle));
  all.add("has_idle_topics", !idle.empty());
  all.add("missing", line_values(input.coverage.missing));
  all.add("has_missing", !input.coverage.missing.empty());
  all.add("late", line_values(input.coverage.late));
  all.add("has_late", !input.coverage.late.empty());
  all.add("failed", line_values(input.coverage.failed));
  all.add("has_failed", !input.coverage.failed.empty());
  all.add("has_summary", summary);
  all.add("has_overview", !overview.empty());
  all.add("overview", std::move(overview));
  all.add("overview_model", written ? input.overview->model : std::string());
  all.add("overview_date", written ? plain_date(input.overview->made, language) : std::string());
  all.add("has_themes", !shared.empty());
  all.add("themes", std::move(shared));
  all.add("has_highlights", !highlights.empty());
  all.add("highlights", std::move(highlights));
  all.add("has_emerging", !emerging.empty());
  all.add("emerging", std::move(emerging));
  all.add("has_read_in_full", !read_in_full.empty());
  all.add("read_in_full", std::move(read_in_full));
  all.add("from_arxiv", from_arxiv);
  all.add("contact", input.contact);
  all.add("contact_url", input.contact.empty() ? std::string() : link_target("mailto:" + input.contact));
  all.add("browser_action", "action:browser");
  all.add("stop_action", "action:stop");
  all.add("preferences_action", "action:preferences");
  all.add("sections", std::move(sections));
  return all;
}

// Title and preheader of a message that is not read as a whole.
Built titled_by_beginning(std::string_view markdown, const std::string& language, const std::string& otherwise) {
  // A heading of level 2 that begins a line ends whatever stands before it, and what follows changes none of that.
  Built built = titled(read_message(markdown.substr(0, markdown.find("\n## ")), language), "");
  if (built.title.empty() || built.preheader.empty()) built = titled(read_message(markdown, language), otherwise);
  built.document = {};
  return built;
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

Built build(const DigestInput& input, const Templates& templates, Forms forms) {
  const std::string_view name = to_string(input.kind);
  const std::string language = templates.resolve(name, input.person.language);
  const std::string otherwise = long_date(input.date, language);
  std::string markdown = templates.render(name, language, values(input, language, true));
  Built built = forms.document ? titled(read_message(markdown, language), otherwise)
                               : titled_by_beginning(markdown, language, otherwise);
  built.markdown = std::move(markdown);
  if (forms.brief) built.brief = filled(templates, name, language, values(input, language, false));
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
                         {"archive_url", link_target(notice.archive_url)},
                         {"stopped", notice.stopped}};
  std::string markdown = templates.render(name, language, with);
  Built built = titled(read_message(markdown, language), notice.message);
  built.markdown = std::move(markdown);
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

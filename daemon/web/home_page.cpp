#include "daemon/web/home_page.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

#include "daemon/base/text.hpp"
#include "daemon/bot/answer.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/paper/id.hpp"
#include "daemon/web/html.hpp"

namespace paperboy::web {
namespace {

constexpr std::size_t most_shown = 50;  // of choices, of saved papers

std::string clock_of(int minute_of_day) {
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d", minute_of_day / 60, minute_of_day % 60);
  return text;
}

// The newest choice, or all of them.
void take_back(Html& out, const paper::Choice& newest, const Words& words) {
  out.raw("<div class=\"buttons\">\n");
  out.button("undo", words.undo_newest, "number", std::to_string(newest.number), bot::in_words(newest, words.tag));
  out.raw("<p>").link("?confirm=reset", words.reset).raw("</p>\n</div>\n");
}

void features(Html& out, std::string_view label, const std::vector<paper::Reason>& list, std::string_view separator) {
  if (list.empty()) return;
  std::vector<std::string> texts;
  for (const paper::Reason& each : list) texts.push_back(each.text);
  out.raw("<p><strong>").text(label).raw("</strong> ").text(text::join(texts, separator)).raw("</p>\n");
}

class HomePage {
 public:
  HomePage(const HomeView& view, const Words& words) : v_(view), w_(words), person_(view.reader.person) {}

  std::string write() {
    out_.element("h1", w_.preferences);
    status();
    out_.element("p", with(w_.who, person_.name + " (" + person_.id + ")"));
    out_.element("p", "class=\"meta\"", with(w_.secret, date(paper::local_day(person_.schedule.time_zone, v_.until))));
    topics();
    add_topic();
    schedule();
    pause();
    places();
    language();
    learned();
    saved();
    data();
    return out_.take();
  }

 private:
  std::string date(Day day) const { return digest::long_date(day, w_.tag); }

  // What became of the last form, where the eyes and the screen reader begin.
  void status() {
    if (v_.problem != nullptr) {
      out_.raw("<div class=\"status wrong\" role=\"alert\" id=\"said\" tabindex=\"-1\"><p><strong>").text(w_.problem);
      out_.raw("</strong></p><p>");
      const std::string& field = v_.problem->field;
      if (!field.empty()) out_.raw("<a href=\"#").text(field == "day" ? "day-mon" : field).raw("\">");
      problem_text();
      out_.raw(field.empty() ? "</p></div>\n" : "</a></p></div>\n");
      return;
    }
    const auto said = std::find_if(w_.said.begin(), w_.said.end(), [&](const auto& s) { return s.first == v_.said; });
    if (said == w_.said.end()) return;
    out_.element("p", "class=\"status\" role=\"status\" id=\"said\" tabindex=\"-1\"", said->second);
  }

  void problem_text() {
    out_.text(v_.problem->text);
    if (v_.problem->detail.empty()) return;
    out_.raw("<span lang=\"en\">").text(v_.problem->detail).raw("</span>");
  }

  bool is_wrong(std::string_view field) const { return v_.problem != nullptr && v_.problem->field == field; }
  // What was typed, if this form was sent and could not be taken; else how things stand.
  std::string typed(std::string_view action, std::string_view field, std::string fallback) const {
    const bool sent = v_.form != nullptr && v_.form->text("action") == action;
    return sent ? v_.form->text(field) : fallback;
  }

  void error(std::string_view field) {
    if (!is_wrong(field)) return;
    out_.raw("<p class=\"error\" id=\"").text(field).raw("-error\">");
    problem_text();
    out_.raw("</p>\n");
  }

  // A labelled field of one line.
  void field(std::string_view name, std::string_view label, std::string_view hint, const std::string& value,
             std::size_t longest, std::string_view attributes = "") {
    out_.raw("<div class=\"field\"><label for=\"").text(name).raw("\">").text(label).raw("</label>\n");
    if (!hint.empty()) out_.raw("<p class=\"hint\" id=\"").text(name).raw("-hint\">").text(hint).raw("</p>\n");
    error(name);
    out_.raw("<input type=\"text\" id=\"").text(name).raw("\" name=\"").text(name).raw("\" value=\"").text(value);
    out_.raw("\" maxlength=\"").text(std::to_string(longest)).raw("\" autocomplete=\"off\"");
    std::string described = hint.empty() ? "" : std::string(name) + "-hint";
    if (is_wrong(name)) described += (described.empty() ? "" : " ") + std::string(name) + "-error";
    if (!described.empty()) out_.raw(" aria-describedby=\"").text(described).raw("\"");
    if (is_wrong(name)) out_.raw(" aria-invalid=\"true\"");
    out_.raw(attributes.empty() ? "" : " ").raw(attributes).raw("></div>\n");
  }

  void how_long(const std::string& id, std::string_view label, std::string_view about) {
    out_.raw("<label for=\"").text(id).raw("\">").text(label);
    if (!about.empty()) out_.raw("<span class=\"hidden\">: ").text(about).raw("</span>");
    out_.raw("</label>\n<select id=\"").text(id).raw("\" name=\"for\">");
    for (const auto& [value, text] : {std::pair<std::string_view, std::string_view>("", w_.open_end),
                                      {"7", w_.one_week},
                                      {"14", w_.two_weeks},
                                      {"28", w_.four_weeks}}) {
      out_.raw("<option value=\"").text(value).raw("\">").text(text).raw("</option>");
    }
    out_.raw("</select>\n");
  }

  void part(std::string_view label, const std::vector<std::string>& values) {
    if (!values.empty()) out_.raw("<div>").text(label).raw(": ").text(text::join(values, ", ")).raw("</div>\n");
  }

  void topics() {
    out_.element("h2", "id=\"topics\"", w_.topics);
    if (person_.topics.empty()) out_.element("p", w_.no_topics);
    std::size_t number = 0;
    for (const paper::Topic& topic : person_.topics) {
      const std::string id = "mute-" + std::to_string(++number);
      out_.element("h3", topic.name);
      out_.raw("<div class=\"meta\">\n");
      if (!topic.query.empty())
        out_.raw("<div>").text(w_.query).raw(": <code>").text(topic.query).raw("</code></div>\n");
      if (!topic.exclude.empty())
        out_.raw("<div>").text(w_.excluded).raw(": <code>").text(topic.exclude).raw("</code></div>\n");
      part(w_.categories, topic.categories);
      part(w_.authors, topic.authors);
      part(w_.examples, topic.examples);
      out_.raw("</div>\n");
      if (topic.muted) {
        out_.element("p", topic.muted_until ? with(w_.muted_until, date(*topic.muted_until)) : std::string(w_.muted));
      }
      out_.raw("<div class=\"buttons\">\n");
      if (topic.muted) {
        out_.button("unmute", w_.unmute, "topic", topic.name, topic.name);
      } else {
        out_.raw("<form method=\"post\">").hidden("topic", topic.name);
        how_long(id, w_.mute_for, topic.name);
        out_.submit("mute", w_.mute, topic.name).raw("</form>\n");
      }
      out_.button("unfollow", w_.unfollow, "topic", topic.name, topic.name).raw("</div>\n");
    }
  }

  void add_topic() {
    out_.element("h3", "id=\"add\"", w_.add_topic).raw("<form method=\"post\">\n");
    const std::string optional = " " + std::string(w_.optional);
    field("query", w_.query, w_.query_hint, typed("follow", "query", ""), longest_query,
          "spellcheck=\"false\" autocapitalize=\"none\"");
    field("categories", std::string(w_.categories) + optional, w_.categories_hint, typed("follow", "categories", ""),
          longest_categories, "spellcheck=\"false\" autocapitalize=\"none\"");
    field("name", std::string(w_.topic_name) + optional, w_.topic_name_hint, typed("follow", "name", ""), longest_name);
    out_.submit("follow", w_.follow).raw("</form>\n");
  }

  void choice(std::string_view type, std::string_view name, std::string_view id, std::string_view value,
              std::string_view label, bool chosen) {
    out_.raw("<div class=\"choice\"><input type=\"").raw(type).raw("\" id=\"").text(id).raw("\" name=\"").text(name);
    out_.raw("\" value=\"").text(value).raw(chosen ? "\" checked>" : "\">");
    out_.raw("<label for=\"").text(id).raw("\">").text(label).raw("</label></div>\n");
  }

  void schedule() {
    const paper::Schedule& now = person_.schedule;
    out_.element("h2", "id=\"schedule\"", w_.schedule);
    out_.element("p", with(w_.schedule_now, bot::in_words(now, w_.tag)));
    out_.raw("<form method=\"post\">\n<fieldset><legend>").text(w_.when).raw("</legend>\n");
    const std::string when = typed("schedule", "when",
                                   now.cadence == paper::Cadence::on_announcement ? "announcement"
                                   : now.cadence == paper::Cadence::instant       ? "instant"
                                                                                  : "days");
    choice("radio", "when", "when-days", "days", w_.on_days, when == "days");
    choice("radio", "when", "when-announcement", "announcement", w_.on_announcement, when == "announcement");
    choice("radio", "when", "when-instant", "instant", w_.instant, when == "instant");
    out_.raw("</fieldset>\n<fieldset class=\"days\"");
    if (is_wrong("day")) out_.raw(" aria-describedby=\"day-error\"");
    out_.raw("><legend>").text(w_.which_days).raw("</legend>\n");
    error("day");
    const bool sent = v_.form != nullptr && v_.form->text("action") == "schedule";
    const std::vector<std::string> chosen = sent ? v_.form->texts("day") : std::vector<std::string>();
    for (std::size_t day = 0; day < 7; ++day) {
      const std::string word(day_words[day]);
      const bool on = sent ? std::find(chosen.begin(), chosen.end(), word) != chosen.end() : now.days.at(day);
      choice("checkbox", "day", "day-" + word, word, w_.days.at(day), on);
    }
    out_.raw("</fieldset>\n");
    field("at", w_.time, w_.time_hint, typed("schedule", "at", clock_of(now.minute_of_day)), 5,
          "inputmode=\"numeric\"");
    field("zone", w_.zone, w_.zone_hint, typed("schedule", "zone", now.time_zone), 64, "spellcheck=\"false\"");
    out_.submit("schedule", w_.save_schedule).raw("</form>\n");
  }

  void pause() {
    out_.element("h2", "id=\"pause\"", w_.pause);
    if (person_.paused_until) {
      const bool open = *person_.paused_until == Day::max();
      out_.element("p", open ? std::string(w_.paused_open) : with(w_.paused, date(*person_.paused_until)));
      out_.button("resume", w_.resume_button);
      return;
    }
    out_.raw("<form method=\"post\">\n<div class=\"field\">");
    how_long("pause-for", w_.pause_for, "");
    out_.raw("</div>\n").submit("pause", w_.pause_button).raw("</form>\n");
  }

  void places() {
    out_.element("h2", "id=\"places\"", w_.places);
    if (person_.addresses.empty()) out_.element("p", w_.no_places);
    out_.raw(person_.addresses.empty() ? "" : "<ul class=\"rows\">\n");
    for (const paper::Address& address : person_.addresses) {
      const std::string name = name_of(address);
      out_.raw("<li><p>").text(address.channel + ": " + address.destination).raw("</p>\n");
      const auto closed = v_.reader.closed.find(name);
      if (closed == v_.reader.closed.end()) {
        out_.button("drop", w_.drop, "place", name, name);
      } else if (closed->second.code == unsubscribed_code) {
        out_.element("p", w_.stopped_here).button("release", w_.release, "place", name, name);
      } else {
        out_.element("p", with(w_.refused_here, closed->second.detail));
      }
      out_.raw("</li>\n");
    }
    out_.raw(person_.addresses.empty() ? "" : "</ul>\n");
    if (v_.reader.dropped.empty()) return;
    out_.element("h3", w_.dropped).raw("<ul class=\"rows\">\n");
    for (const paper::Address& address : v_.reader.dropped) {
      const std::string name = name_of(address);
      out_.raw("<li><p>").text(address.channel + ": " + address.destination).raw("</p>\n");
      out_.button("add", w_.add_back, "place", name, name).raw("</li>\n");
    }
    out_.raw("</ul>\n");
  }

  void language() {
    out_.element("h2", "id=\"language\"", w_.language).raw("<form method=\"post\">\n<div class=\"field\">");
    out_.raw("<label for=\"language-field\">").text(w_.language).raw("</label>\n");
    out_.raw("<select id=\"language-field\" name=\"language\">");
    for (const std::string& tag : v_.languages) {
      const bool chosen = tag == person_.language || person_.language.starts_with(tag + "-");
      const std::string name = tag == "en" ? "English" : tag == "zh" ? "中文" : tag;
      out_.raw("<option value=\"").text(tag).raw("\" lang=\"").text(tag).raw(chosen ? "\" selected>" : "\">");
      out_.text(name).raw("</option>");
    }
    out_.raw("</select></div>\n").submit("language", w_.save_language).raw("</form>\n");
  }

  std::string title_of(const std::string& paper) const {
    const auto known = v_.reader.titles.find(paper);
    return known == v_.reader.titles.end() ? "" : known->second;
  }

  void learned() {
    const std::vector<paper::Choice>& choices = v_.reader.choices;
    out_.element("h2", "id=\"learned\"", w_.learned);
    if (v_.tells_learned && has_taste()) out_.raw("<p>").link("?show=learned", w_.features_link).raw("</p>\n");
    if (choices.empty()) {
      out_.element("p", w_.nothing_learned);
      return;
    }
    out_.element("p", w_.learned_hint).raw("<ol class=\"rows\">\n");
    const std::size_t shown = std::min(choices.size(), most_shown);
    for (std::size_t i = 0; i < shown; ++i) {
      const paper::Choice& each = choices[choices.size() - 1 - i];
      const Day day = paper::local_day(person_.schedule.time_zone, each.at);
      out_.raw("<li>").text(digest::short_date(day, w_.tag)).raw(": ").text(bot::in_words(each, w_.tag));
      if (const std::string title = title_of(each.subject); !title.empty()) out_.text(" – " + title);
      out_.raw("</li>\n");
    }
    out_.raw("</ol>\n");
    if (choices.size() > shown) out_.element("p", with(w_.more_choices, std::to_string(choices.size() - shown)));
    take_back(out_, choices.back(), w_);
  }

  bool has_taste() const {
    return std::any_of(person_.topics.begin(), person_.topics.end(),
                       [](const paper::Topic& topic) { return !topic.muted && !topic.examples.empty(); });
  }

  void saved() {
    const std::vector<std::string>& papers = person_.saved;
    out_.element("h2", "id=\"saved\"", w_.saved);
    if (papers.empty()) {
      out_.element("p", w_.nothing_saved);
      return;
    }
    out_.raw("<ul class=\"rows\">\n");
    const std::size_t shown = std::min(papers.size(), most_shown);
    for (std::size_t i = 0; i < shown; ++i) {
      const std::string& id = papers[papers.size() - 1 - i];
      const std::string title = title_of(id);
      const auto paper = paper::PaperId::from_canonical(id);
      const std::string url = paper ? paper::abs_url(*paper) : "";
      out_.raw("<li><p>");
      if (url.empty()) {
        out_.text(title.empty() ? id : title);
      } else {
        out_.raw("<a rel=\"noopener noreferrer\" href=\"")
            .text(url)
            .raw("\">")
            .text(title.empty() ? id : title)
            .raw("</a>");
      }
      out_.raw("</p>\n").button("unsave", w_.unsave, "paper", id, title.empty() ? id : title).raw("</li>\n");
    }
    out_.raw("</ul>\n");
    if (papers.size() > shown) out_.element("p", with(w_.more_choices, std::to_string(papers.size() - shown)));
  }

  void data() {
    out_.element("h2", "id=\"data\"", w_.data).raw("<ul>\n<li>").link(v_.export_url, w_.export_link);
    out_.raw("</li>\n<li>").link("?confirm=forget", w_.forget).raw("</li>\n</ul>\n");
  }

  const HomeView& v_;
  const Words& w_;
  const paper::Person& person_;
  Html out_;
};

}  // namespace

std::string home_page(const HomeView& view, const Words& words) {
  return HomePage(view, words).write();
}

std::string learned_page(const Reader& reader, const std::vector<match::Profiles::TopicLearned>& learned,
                         const Words& words) {
  Html out;
  out.element("h1", words.features).element("p", words.features_hint);
  if (learned.empty()) out.element("p", words.no_features);
  for (const match::Profiles::TopicLearned& each : learned) {
    out.element("h2", each.topic == paper::liked_topic ? words.liked_papers : std::string_view(each.topic));
    features(out, words.features_for, each.learned.toward, words.comma);
    features(out, words.features_against, each.learned.away, words.comma);
    if (each.learned.toward.empty() && each.learned.away.empty()) out.element("p", words.features_nameless);
  }
  if (!reader.choices.empty()) {
    const paper::Choice& newest = reader.choices.back();
    const auto title = reader.titles.find(newest.subject);
    const std::string about = title == reader.titles.end() ? "" : " – " + title->second;
    out.element("p", with(words.newest_choice, bot::in_words(newest, words.tag) + about));
    take_back(out, newest, words);
  }
  out.raw("<p>").link("?", words.back).raw("</p>\n");
  return out.take();
}

std::string confirm_page(std::string_view what, const Words& words) {
  const bool reset = what == "reset";
  Html out;
  out.element("h1", reset ? words.reset_ask : words.forget_ask);
  out.element("p", reset ? words.reset_what : words.forget_what);
  out.button(what, reset ? words.reset_button : words.forget_button);
  out.raw("<p>").link("?", words.back).raw("</p>\n");
  return out.take();
}

}  // namespace paperboy::web

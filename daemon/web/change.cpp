#include "daemon/web/change.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/base/text.hpp"
#include "daemon/flow/people.hpp"
#include "daemon/match/query.hpp"

namespace paperboy::web {
namespace {

using Kind = paper::Choice::Kind;

Change wrong(std::string field, std::string text, std::string detail = "") {
  Change change;
  change.problem = Problem{std::move(field), std::move(text), std::move(detail)};
  return change;
}

paper::Choice choice(Kind kind, const Reader& reader, std::string subject = "") {
  paper::Choice made;
  made.kind = kind;
  made.at = reader.now;
  made.subject = std::move(subject);
  return made;
}

Change wish(paper::Choice made, std::string_view said) {
  Change change;
  change.choices.push_back(std::move(made));
  change.said = said;
  return change;
}

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                   : std::nullopt;
}

// The first day on which it ends, of a field that offers 7, 14, 28 days and no end ("").
std::optional<Day> end_of(const Form& form, const Reader& reader, bool& offered) {
  const std::string days = form.text("for");
  offered = days.empty() || days == "7" || days == "14" || days == "28";
  if (!offered || days.empty()) return std::nullopt;
  return reader.today + std::chrono::days(*number_of(days));
}

const paper::Topic* topic_of(const Form& form, const Reader& reader) {
  const std::string name = form.text("topic");
  for (const paper::Topic& topic : reader.person.topics) {
    if (topic.name == name) return &topic;
  }
  return nullptr;
}

std::optional<Problem> too_long(const Form& form, const char* field, std::size_t most, const Words& words) {
  if (text::count_code_points(form.text(field)) <= most) return std::nullopt;
  return Problem{field, with(words.too_long, std::to_string(most)), ""};
}

Change follow(const Form& form, const Reader& reader, const Words& words) {
  for (const auto& [field, most] : {std::pair("query", longest_query), std::pair("categories", longest_categories),
                                    std::pair("name", longest_name)}) {
    if (auto problem = too_long(form, field, most, words)) return wrong(problem->field, problem->text);
  }
  paper::Choice made = choice(Kind::follow, reader);
  made.query = text::collapse_space(form.text("query"));
  const std::string categories = text::collapse_space(text::replace_all(form.text("categories"), ",", " "));
  if (made.query.empty() && categories.empty()) return wrong("query", std::string(words.need_query));
  if (!made.query.empty()) {
    try {
      match::parse(made.query);
    } catch (const match::QueryError& error) {
      return wrong("query", with(words.query_at, std::to_string(error.column())), error.what());
    }
  }
  if (!categories.empty()) {
    for (const std::string_view written : text::split(categories, ' ')) {
      flow::CheckedCategory checked = flow::check_category(std::string(written));
      if (!checked.category) return wrong("categories", "", checked.problem);
      const auto& known = made.categories;
      if (std::find(known.begin(), known.end(), *checked.category) == known.end())
        made.categories.push_back(std::move(*checked.category));
    }
  }
  made.subject = text::collapse_space(form.text("name"));
  if (made.subject.empty()) {
    std::string name = made.query.empty() ? text::join(made.categories, ", ") : made.query;
    std::erase(name, '"');
    made.subject = text::ellipsize(text::collapse_space(name), 60);
  }
  const auto& topics = reader.person.topics;
  const bool taken = std::any_of(topics.begin(), topics.end(), [&](const paper::Topic& topic) {
    return text::fold(topic.name) == text::fold(made.subject);
  });
  if (taken) return wrong("name", std::string(words.name_taken));
  if (topics.size() >= most_topics) return wrong("query", std::string(words.too_many_topics));
  return wish(std::move(made), "followed");
}

Change schedule(const Form& form, const Reader& reader, const Words& words) {
  paper::Schedule schedule = reader.person.schedule;
  const std::string when = form.text("when");
  if (when == "announcement") {
    schedule.cadence = paper::Cadence::on_announcement;
  } else if (when == "instant") {
    schedule.cadence = paper::Cadence::instant;
  } else if (when == "days") {
    std::size_t count = 0;
    schedule.days.fill(false);
    for (const std::string& day : form.texts("day")) {
      const auto at = std::find(std::begin(day_words), std::end(day_words), day);
      if (at == std::end(day_words)) return wrong("", std::string(words.not_offered));
      bool& chosen = schedule.days.at(static_cast<std::size_t>(at - std::begin(day_words)));
      count += chosen ? 0 : 1;
      chosen = true;
    }
    if (count == 0) return wrong("day", std::string(words.need_day));
    const std::optional<int> minute = flow::parse_minute_of_day(form.text("at"));
    if (!minute) return wrong("at", std::string(words.bad_time));
    schedule.minute_of_day = *minute;
    schedule.cadence = count == 1 ? paper::Cadence::weekly : paper::Cadence::daily;
  } else {
    return wrong("", std::string(words.not_offered));
  }
  const std::string written = form.text("zone");
  constexpr std::size_t longest_zone = 64;
  const bool sane = written.size() <= longest_zone;
  const std::optional<std::string> zone = sane ? paper::time_zone_called(written) : std::nullopt;
  if (!zone) {
    const std::optional<std::string> near = sane ? paper::nearest_time_zone(written) : std::nullopt;
    return wrong("zone", near ? with(words.zone_meant, *near) : std::string(words.bad_zone));
  }
  schedule.time_zone = *zone;
  paper::Choice made = choice(Kind::schedule, reader);
  made.schedule = schedule;
  return wish(std::move(made), "scheduled");
}

Change of_topic(const std::string& action, const Form& form, const Reader& reader, const Words& words) {
  const paper::Topic* topic = topic_of(form, reader);
  bool offered = true;
  const std::optional<Day> until = action == "mute" ? end_of(form, reader, offered) : std::nullopt;
  if (topic == nullptr || !offered) return wrong("", std::string(words.not_offered));
  if (action == "unfollow") return wish(choice(Kind::unfollow, reader, topic->name), "unfollowed");
  if (action == "unmute") return wish(choice(Kind::unmute, reader, topic->name), "unmuted");
  paper::Choice made = choice(Kind::mute, reader, topic->name);
  made.until = until;
  return wish(std::move(made), "muted");
}

Change of_place(const std::string& action, const Form& form, const Reader& reader, const Words& words) {
  const std::string name = form.text("place");
  const auto is_it = [&](const paper::Address& address) { return name_of(address) == name; };
  const auto& used = reader.person.addresses;
  const auto in_use = std::find_if(used.begin(), used.end(), is_it);
  if (action == "add") {
    const auto before = std::find_if(reader.dropped.begin(), reader.dropped.end(), is_it);
    if (before != reader.dropped.end()) return wish(choice(Kind::address, reader, "add " + name), "added");
  } else if (action == "drop") {
    if (in_use != used.end()) return wish(choice(Kind::address, reader, "drop " + name), "dropped");
  } else if (in_use != used.end() && reader.closed.contains(name)) {
    Change change;
    if (reader.closed.at(name).code == unsubscribed_code) {
      change.release = *in_use;
      change.said = "added";
      return change;
    }
  }
  return wrong("", std::string(words.not_offered));
}

Change pause(const Form& form, const Reader& reader, const Words& words) {
  bool offered = true;
  paper::Choice made = choice(Kind::pause, reader);
  made.until = end_of(form, reader, offered);
  if (!offered) return wrong("", std::string(words.not_offered));
  return wish(std::move(made), "paused");
}

// Takes back the choices that `is_meant`.
template <class IsMeant>
Change take_back(const Reader& reader, std::string_view said, const IsMeant& is_meant) {
  Change change;
  for (const paper::Choice& each : reader.choices) {
    if (is_meant(each)) change.taken_back.push_back(each.number);
  }
  change.said = change.taken_back.empty() ? "unchanged" : said;
  return change;
}

}  // namespace

Change read_change(const Form& form, const Reader& reader, const std::vector<std::string>& languages,
                   const Words& words) {
  const std::string action = form.text("action");
  if (action == "follow") return follow(form, reader, words);
  if (action == "schedule") return schedule(form, reader, words);
  if (action == "mute" || action == "unmute" || action == "unfollow") return of_topic(action, form, reader, words);
  if (action == "add" || action == "drop" || action == "release") return of_place(action, form, reader, words);
  if (action == "pause") return pause(form, reader, words);
  if (action == "resume") return wish(choice(Kind::resume, reader), "resumed");
  if (action == "language") {
    const std::string language = form.text("language");
    const bool known = std::find(languages.begin(), languages.end(), language) != languages.end();
    return known ? wish(choice(Kind::language, reader, language), "language")
                 : wrong("", std::string(words.not_offered));
  }
  if (action == "undo") {
    const std::optional<std::int64_t> number = number_of(form.text("number"));
    return take_back(reader, "undone", [&](const paper::Choice& each) { return each.number == number; });
  }
  if (action == "unsave") {
    const std::string paper = form.text("paper");
    return take_back(reader, "unsaved",
                     [&](const paper::Choice& each) { return each.kind == Kind::save && each.subject == paper; });
  }
  Change change;
  change.reset = action == "reset";
  change.forget = action == "forget";
  if (!change.reset && !change.forget) return wrong("", std::string(words.not_offered));
  change.said = "reset";
  return change;
}

}  // namespace paperboy::web

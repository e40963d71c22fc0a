// What people want from now on, who they are, and what administrators may.
#include <algorithm>
#include <span>
#include <sstream>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/base/version.hpp"
#include "daemon/flow/bot_question.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/store/outbox_admin.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"
#include "daemon/store/topics.hpp"

namespace paperboy::flow {
namespace {

using Kind = bot::Command::Kind;
using What = bot::Said::What;
using Wish = paper::Choice::Kind;
using Replies = std::vector<Bot::Handled::Reply>;

constexpr auto preview = std::chrono::days(30);
constexpr auto lately = std::chrono::days(9);  // at least seven mailings
constexpr auto status_days = std::chrono::days(7);
constexpr Duration code_lifetime = std::chrono::minutes(10);
constexpr int most_attempts = 5;  // of an account in an hour
constexpr int most_dead_letters = 20;

Replies one(bot::Answer answer) {
  Replies replies;
  replies.push_back({"done", std::move(answer), ""});
  return replies;
}

paper::Choice choice(Wish kind, const Bot::Question& question, std::string subject = "") {
  paper::Choice made;
  made.kind = kind;
  made.at = question.now;
  made.subject = std::move(subject);
  made.until = question.command.until;
  return made;
}

// Whose choices these are; a stranger who is on the list joins with the first of them.
std::string chooser(store::Tx& tx, const Bot::Question& question) {
  if (question.person) return question.person->id;
  const Event& event = question.event;
  return store::join(tx, question.row.channel, event.account, event.account_name, question.voice.language,
                     question.now);
}

// The places of the topics that `written` may name: by its number in the list, else its name as it stands, else its
// name or query in any case, else the beginning of that.
std::vector<std::size_t> topics_named(const std::vector<paper::Topic>& topics, std::string_view written) {
  const bool digits = !written.empty() && written.size() < 4 &&
                      std::all_of(written.begin(), written.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    const std::size_t number = std::stoul(std::string(written));
    if (number >= 1 && number <= topics.size()) return {number - 1};
  }
  const std::string_view name = text::trim(written);
  const std::string wanted = text::fold(name);
  const auto that = [&topics](const auto& is_meant) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < topics.size(); ++i) {
      if (is_meant(topics[i])) places.push_back(i);
    }
    return places;
  };
  auto meant = that([&](const paper::Topic& topic) { return topic.name == name; });
  if (meant.empty()) {
    meant = that([&](const paper::Topic& topic) {
      return text::fold(topic.name) == wanted || (!topic.query.empty() && text::fold(topic.query) == wanted);
    });
  }
  if (meant.empty() && !wanted.empty())
    meant = that([&](const paper::Topic& topic) { return text::fold(topic.name).starts_with(wanted); });
  constexpr std::string_view author = "author ";
  if (meant.empty() && text::starts_with_ci(name, author)) return topics_named(topics, name.substr(author.size()));
  return meant;
}

std::string nearest_topic(const paper::Person& person, std::string_view written) {
  std::vector<std::string> names;
  for (const paper::Topic& topic : person.topics) names.push_back(topic.name);
  return text::nearest(written, names).value_or("");
}

// The topic of the person that the paper meets best; empty if it meets none.
std::string best_topic(const match::Profiles& profiles, const paper::Paper& paper, const std::string& person) {
  std::string topic;
  double best = 0;
  for (const paper::Match& match : profiles.match(paper)) {
    if (match.person != person || match.score <= best) continue;
    best = match.score;
    topic = match.topic;
  }
  return topic;
}

// Eight letters and digits that are not taken for others, of 40 random bits.
std::string new_code() {
  constexpr std::string_view letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789AB";
  const std::string random = random_hex(8);
  std::string code;
  for (std::size_t i = 0; i < 16; i += 2) {
    const int byte = std::stoi(random.substr(i, 2), nullptr, 16);
    code += letters[static_cast<std::size_t>(byte) % 30];
    if (i == 6) code += '-';
  }
  return code;
}

std::string hash_of_code(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c >= 'a' && c <= 'z') {
      plain += static_cast<char>(c - 'a' + 'A');
    } else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      plain += c;
    }
  }
  return hash_of({"link", plain});
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t shown = text::display_width(text);
  if (shown < width) text.append(width - shown, ' ');
  return text;
}

std::vector<std::string> channels_of(const paper::Person& person) {
  std::vector<std::string> channels;
  for (const paper::Address& address : person.addresses) {
    if (std::find(channels.begin(), channels.end(), address.channel) == channels.end())
      channels.push_back(address.channel);
  }
  return channels;
}

std::string status_text(store::Tx& tx, Time now) {
  std::ostringstream out;
  out << "Paperboy " << version << ", " << format_rfc3339(now) << "\n"
      << store::active_people(tx).size() << " people, " << store::count_papers(tx) << " papers\n\nlistings\n";
  const Day today = paper::AnnouncementCalendar::eastern_day(now);
  for (const paper::LedgerEntry& entry : store::ledger_between(tx, today - std::chrono::days(1), today + status_days)) {
    out << "  " << format_day(entry.day) << " " << padded(entry.source + " " + entry.category, 24)
        << paper::to_string(entry.state) << " " << entry.ingested;
    if (entry.expected > 0) out << " of " << entry.expected;
    if (!entry.note.empty()) out << "  " << entry.note;
    out << "\n";
  }
  out << "\noutbox\n";
  for (const store::OutboxCount& count : store::outbox_counts(tx))
    out << "  " << padded(count.channel + " " + count.state, 24) << count.messages << "\n";
  return out.str();
}

std::string people_text(store::Tx& tx) {
  std::ostringstream out;
  for (const paper::Person& person : store::active_people(tx)) {
    out << padded(person.id, 24) << " " << padded(person.name, 24) << " " << person.topics.size() << " topics, "
        << text::join(channels_of(person), ", ") << "\n";
  }
  return out.str();
}

std::string dead_letters_text(store::Tx& tx) {
  std::ostringstream out;
  store::DeliveryFilter filter;
  filter.states = {"dead", "expired"};
  filter.limit = most_dead_letters;
  for (const store::DeliveryInfo& info : store::list_deliveries(tx, filter)) {
    out << format_rfc3339(info.created_at) << " " << info.channel << ":" << info.destination << " " << info.state
        << "  " << (info.title.empty() ? "an answer of the bot" : info.title) << "  " << info.last_error << "\n";
  }
  return out.str().empty() ? "none" : out.str();
}

}  // namespace

// The choices of whoever asked, and the words that tell of them.
Bot::Handled Bot::choose(Asked asked, std::vector<paper::Choice> choices, bot::Said said, std::string about) {
  Handled handled;
  handled.people_changed = true;
  handled.act = [asked, choices = std::move(choices), said = std::move(said), about = std::move(about)](store::Tx& tx) {
    const std::string person = chooser(tx, *asked);
    for (const paper::Choice& each : choices) store::add_choice(tx, person, each);
    Replies replies = one(said);
    replies.front().about = about;
    return replies;
  };
  return handled;
}

async::Awaitable<Bot::Handled> Bot::follow(Asked asked) {
  const bot::Command& command = asked->command;
  const bool author = command.kind == Kind::follow_author;
  paper::Topic topic;
  paper::Choice wish;
  bot::Said said;
  if (author) {
    wish = choice(Wish::follow_author, *asked, command.text);
    topic.name = command.text;
    topic.authors = {command.text};
    said.what = What::followed_author;
    said.subject = command.text;
  } else {
    wish = choice(Wish::follow, *asked, command.name);
    wish.query = topic.query = command.text;
    wish.categories = topic.categories = command.categories;
    topic.name = command.name;
    said.what = What::followed;
    said.subject = command.name;
    said.detail = bot::as_said(command.text, command.categories);
  }
  match::TrialLimits limits;
  limits.whole = false;
  limits.hits = 0;
  const match::TrialReport report = co_await tried(asked, std::move(topic), asked->today - preview, limits);
  said.count = static_cast<std::int64_t>(report.met.met);
  said.a_day = static_cast<std::int64_t>(report.met.median);
  auto look = [since = asked->today - lately](store::Tx& tx) { return store::has_arrived_since(tx, since); };
  const bool arrived = co_await ground_.database.transact(look);
  said.arrived = arrived;
  said.broad = report.width == match::TrialReport::Width::broad;
  co_return choose(asked, {std::move(wish)}, std::move(said));
}

// Of a few papers that are not stored it is found out first whether there are such.
async::Awaitable<Bot::Handled> Bot::rate(Asked asked) {
  const std::vector<paper::VersionedId>& ids = asked->command.papers;
  Known known = co_await stored(ids);
  std::vector<std::string> unknown;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!known[i]) unknown.push_back(ids[i].id.str());
  }
  if (lookup_ == nullptr || unknown.empty() || unknown.size() > most_asked) {
    Handled rated = co_await rate(asked, std::move(known), "");
    co_return rated;
  }
  Handled handled;
  bot::Said said{.what = What::looking_up, .subject = text::join(unknown, ", ")};
  handled.replies.push_back({std::string(looking_key), std::move(said), ""});
  handled.looks_up = true;
  co_return handled;
}

async::Awaitable<Bot::Handled> Bot::rate(Asked asked, Known known, std::string trouble) {
  const Kind kind = asked->command.kind;
  const std::vector<paper::VersionedId>& ids = asked->command.papers;
  const bool liked = kind == Kind::more || kind == Kind::like;
  std::shared_ptr<const match::Profiles> profiles;
  if (liked && asked->person) profiles = co_await match_.profiles();
  const Wish wish = liked ? Wish::like : kind == Kind::less ? Wish::dislike : Wish::save;
  // Of a long list, what is not known is looked up when papers are matched (flow/match.cpp).
  const auto unknown =
      static_cast<std::size_t>(std::count_if(known.begin(), known.end(), [](const auto& paper) { return !paper; }));
  const bool later = lookup_ != nullptr && unknown > most_asked;
  std::vector<paper::Choice> choices;
  std::vector<std::string> missing;
  bot::Said said;
  said.what = liked ? What::liked : kind == Kind::less ? What::disliked : What::saved;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    paper::Choice made = choice(wish, *asked, ids[i].id.str());
    if (!known[i] && !later) {
      missing.push_back(made.subject);
      continue;
    }
    if (known[i] && profiles) made.topic = best_topic(*profiles, *known[i], asked->person->id);
    if (said.subject.empty()) {
      said.subject = known[i] ? known[i]->title : made.subject;
      said.detail = made.topic;
    }
    choices.push_back(std::move(made));
  }
  said.count = static_cast<std::int64_t>(choices.size());
  said.later = later ? static_cast<std::int64_t>(unknown) : 0;
  const std::size_t named = std::min(missing.size(), most_asked);
  said.missing = text::join(std::span(missing).first(named), ", ");
  if (missing.size() > named) said.missing += " …";
  if (choices.empty() && !trouble.empty()) co_return Handled::say(What::lookup_failed, said.missing, trouble);
  if (choices.empty()) co_return Handled::say(What::unknown_paper, said.missing);
  if (!asked->command.text.empty()) said.missing += (said.missing.empty() ? "" : ", ") + asked->command.text;
  const std::string about = choices.size() == 1 ? choices.front().subject : "";
  co_return choose(asked, std::move(choices), std::move(said), about);
}

// What they told, and which features of papers follow from it.
async::Awaitable<Bot::Handled> Bot::learned(Asked asked) {
  if (!asked->event.direct) co_return Handled::say(What::link_here);
  const paper::Person person = asked->person.value_or(paper::Person{});
  auto answer = std::make_shared<bot::LearnedAnswer>();
  auto read = [person, answer](store::Tx& tx) {
    answer->choices = store::choices_of(tx, person.id);
    for (const paper::Choice& each : answer->choices) {
      const auto id = paper::PaperId::from_canonical(each.subject);
      if (!id) continue;
      if (const auto paper = store::find_paper(tx, *id)) answer->titles.emplace_back(each.subject, paper->title);
    }
  };
  co_await ground_.database.transact(read);
  answer->features = co_await match_.learned(person);
  co_return Handled::say(std::move(*answer));
}

async::Awaitable<Bot::Handled> Bot::digest_now(Asked asked) {
  if (!asked->person || asked->person->topics.empty()) co_return Handled::say(What::no_topics);
  // In a group the digest goes where its reader reads, not before everybody.
  std::vector<paper::Address> addresses{{asked->row.channel, asked->event.place}};
  if (!asked->event.direct) addresses = asked->person->addresses;
  const std::string key = "asked:" + asked->row.channel + ":" + asked->row.event_key;
  co_await match_.catch_up();
  const bool made = co_await digests_.make_now(*asked->person, key, std::move(addresses));
  if (made && asked->event.direct) co_return Handled{};
  co_return Handled::say(made ? What::digest_coming : What::digest_empty);
}

Bot::Handled Bot::about_topic(Asked asked) {
  const bot::Command& command = asked->command;
  if (!asked->person || asked->person->topics.empty()) return Handled::say(What::no_topics);
  const std::vector<paper::Topic>& topics = asked->person->topics;
  std::vector<std::size_t> meant = topics_named(topics, command.text);
  if (meant.empty())
    return Handled::say(What::no_such_topic, command.text, nearest_topic(*asked->person, command.text));
  if (meant.size() > 1 && command.kind != Kind::unfollow) {  // of those, one that can be muted or unmuted
    std::vector<std::size_t> fitting = meant;
    std::erase_if(fitting, [&](std::size_t i) { return topics[i].muted != (command.kind == Kind::unmute); });
    if (!fitting.empty()) meant = std::move(fitting);
  }
  if (meant.size() > 1) {
    std::vector<std::string> numbers;
    for (const std::size_t i : meant) numbers.push_back(std::to_string(i + 1));
    return Handled::say(What::which_topic, command.text, text::join(numbers, ", "));
  }
  const paper::Topic& topic = topics[meant.front()];
  if (command.kind == Kind::unmute && !topic.muted) return Handled::say(What::not_muted, topic.name);
  bot::Said said{.what = What::unfollowed, .subject = topic.name};
  Wish wish = Wish::unfollow;
  if (command.kind == Kind::mute) {
    said.what = What::muted;
    said.until = command.until;
    wish = Wish::mute;
  } else if (command.kind == Kind::unmute) {
    said.what = What::unmuted;
    wish = Wish::unmute;
  }
  return choose(asked, {choice(wish, *asked, topic.name)}, std::move(said));
}

Bot::Handled Bot::steer(Asked asked) {
  const Question& q = *asked;
  const bot::Command& command = q.command;
  switch (command.kind) {
    case Kind::topics: {
      if (!q.person || q.person->topics.empty()) return Handled::say(What::no_topics);
      bot::TopicsAnswer answer{*q.person, std::nullopt};
      if (const auto slot = paper::next_slot(q.person->schedule, q.now)) answer.next_digest = slot->at;
      return Handled::say(std::move(answer));
    }
    case Kind::mute:
    case Kind::unmute:
    case Kind::unfollow:
      return about_topic(asked);
    case Kind::digest_at: {
      paper::Choice wish = choice(Wish::schedule, q);
      wish.schedule = command.schedule;
      paper::Schedule whole = command.schedule.value_or(paper::Schedule{});
      if (whole.time_zone.empty()) whole.time_zone = q.voice.time_zone;
      bot::Said said{.what = What::scheduled, .detail = bot::in_words(whole, q.voice.language)};
      if (const auto slot = paper::next_slot(whole, q.now)) said.until = slot->local_day;
      return choose(asked, {std::move(wish)}, std::move(said));
    }
    case Kind::pause:
      return choose(asked, {choice(Wish::pause, q)}, {.what = What::paused, .until = command.until});
    case Kind::resume:
      return choose(asked, {choice(Wish::resume, q)}, {.what = What::resumed});
    case Kind::language: {
      const std::vector<std::string> languages = templates_.languages();
      if (std::find(languages.begin(), languages.end(), command.text) == languages.end())
        return Handled::say(What::no_such_language, command.text, text::join(languages, ", "));
      asked->voice.language = command.text;  // the answer is in it already
      return choose(asked, {choice(Wish::language, q, command.text)},
                    {.what = What::language_set, .subject = command.text});
    }
    case Kind::undo:
    case Kind::reset:
    case Kind::export_all:
    case Kind::forget_confirm:
      return own_record(asked);
    case Kind::forget:
      return Handled::say(What::forget_sure);
    case Kind::preferences:
      // Whoever has the address acts for the person: it is told to nobody else.
      if (!q.event.direct) return Handled::say(What::link_here);
      if (!q.person) return Handled::say(What::no_topics);
      return Handled::say(What::your_page, composer_.home_url(q.person->id, q.now));
    case Kind::help:
      return Handled::say(bot::HelpAnswer{command.text, q.admin});
    case Kind::hello:
      return Handled::say(What::hello, q.person ? q.person->name : "");
    default:
      break;
  }
  if (command.of_some_paper) {
    constexpr std::size_t most_named = 5;
    std::vector<std::string> papers = q.may_mean;
    if (papers.size() > most_named) papers.resize(most_named);
    return Handled::say(What::which_paper, command.suggestion, text::join(papers, ", "));
  }
  if (bot::resembles_an_id(command.text)) return Handled::say(What::malformed_paper, command.text);
  if (!command.problem.empty()) {
    bot::Said said{.what = What::unclear_rest, .subject = command.text, .detail = command.problem};
    said.column = command.column;
    return Handled::say(std::move(said));
  }
  return Handled::say(What::unclear_verb, command.text, command.suggestion);
}

// What is kept of the person who asks.
Bot::Handled Bot::own_record(Asked asked) {
  const Kind kind = asked->command.kind;
  if (!asked->event.direct && kind == Kind::export_all) return Handled::say(What::link_here);
  Handled handled;
  handled.people_changed = kind != Kind::export_all;
  handled.nameless = kind == Kind::forget_confirm;
  handled.act = [asked, kind](store::Tx& tx) -> Replies {
    const std::string person = asked->person ? asked->person->id : "";
    const std::vector<paper::Choice> choices = store::choices_of(tx, person);
    if (kind == Kind::export_all) {
      const paper::Person whole = asked->person.value_or(paper::Person{});
      return one(bot::TextAnswer{"paperboy.yaml", bot::export_of(whole, choices)});
    }
    bot::Said said;
    if (kind == Kind::undo) {
      const std::optional<paper::Choice> undone = store::undo_choice(tx, person, asked->now);
      said.what = undone ? What::undone : What::nothing_to_undo;
      if (undone) said.subject = bot::in_words(*undone, asked->voice.language);
    } else if (kind == Kind::reset) {
      said.what = What::reset_done;
      said.count = store::reset_choices(tx, person, asked->now);
    } else {
      said.what = What::forgotten;
      if (asked->person) said.stays = !store::forget_person(tx, person);
    }
    return one(std::move(said));
  };
  return handled;
}

Bot::Handled Bot::link(Asked asked) {
  if (!asked->event.direct) return Handled::say(What::link_here);
  Handled handled;
  handled.people_changed = true;
  handled.act = [asked](store::Tx& tx) -> Replies {
    const Question& q = *asked;
    bot::Said said;
    if (q.command.text.empty()) {
      const std::string code = new_code();
      store::put_link_code(tx, hash_of_code(code), chooser(tx, q), q.now + code_lifetime);
      said.what = What::link_code;
      said.subject = code;
      said.count = std::chrono::duration_cast<std::chrono::minutes>(code_lifetime).count();
      return one(std::move(said));
    }
    said.what = What::link_wrong;
    const auto person =
        store::redeem_link_code(tx, hash_of_code(q.command.text), q.row.channel, q.event.account, most_attempts, q.now);
    if (!person || !store::link_account(tx, q.row.channel, q.event.account, *person, q.now))
      return one(std::move(said));
    said.what = What::linked;
    if (const std::optional<paper::Person> known = store::find_person(tx, *person)) {
      said.subject = known->name;
      said.detail = text::join(channels_of(*known), ", ");
    }
    return one(std::move(said));
  };
  return handled;
}

Bot::Handled Bot::administer(Asked asked) {
  if (!asked->admin) return Handled::say(What::admins_only);
  if (!asked->event.direct) return Handled::say(What::link_here);
  if (asked->command.kind == Kind::ingest_now) {
    if (settings_.ingest_now) settings_.ingest_now();
    return Handled::say(What::ingest_started);
  }
  Handled handled;
  handled.act = [asked](store::Tx& tx) -> Replies {
    switch (asked->command.kind) {
      case Kind::people:
        return one(bot::TextAnswer{"people", people_text(tx)});
      case Kind::dead_letters:
        return one(bot::TextAnswer{"dead letters", dead_letters_text(tx)});
      default:
        return one(bot::TextAnswer{"status", status_text(tx, asked->now)});
    }
  };
  return handled;
}

}  // namespace paperboy::flow

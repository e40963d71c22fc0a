#include "daemon/flow/people.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/match/query.hpp"
#include "daemon/paper/id.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::flow {
namespace {

using paper::Cadence;
using settings::Node;

const std::vector<std::string> day_words{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
const std::vector<std::string> cadence_words{"daily", "weekly", "on_announcement", "instant"};
constexpr std::array<Cadence, 4> cadences{Cadence::daily, Cadence::weekly, Cadence::on_announcement, Cadence::instant};

std::string suggestion(std::string_view word, std::span<const std::string> candidates, const std::string& otherwise) {
  const auto near = text::nearest(word, candidates);
  return near ? "; did you mean '" + *near + "'?" : "; " + otherwise;
}

// --- when

void read_time(const Node& node, std::string_view text, paper::Schedule& schedule) {
  if (const auto minute = parse_minute_of_day(text)) {
    schedule.minute_of_day = *minute;
  } else {
    node.complain("'" + std::string(text) + "' is no time of day; write it as 07:30 (24 hours)");
  }
}

std::optional<std::size_t> read_day(const Node& node, std::string_view word) {
  const std::string lower = text::to_lower_ascii(word);
  const auto day = std::find(day_words.begin(), day_words.end(), lower);
  if (day != day_words.end()) return static_cast<std::size_t>(day - day_words.begin());
  node.complain("'" + std::string(word) + "' is no day; days are " + text::join(day_words, ", "));
  return std::nullopt;
}

void read_schedule_map(const Node& node, paper::Schedule& schedule) {
  schedule.cadence = cadences[node.at("cadence").choice(cadence_words, 0)];
  const bool at_a_time = schedule.cadence == Cadence::daily || schedule.cadence == Cadence::weekly;
  const Node days = node.at("days"), at = node.at("at");
  if (days.present()) {
    schedule.days.fill(false);
    std::size_t count = 0;
    for (const std::string& word : days.texts()) {
      if (const auto day = read_day(days, word)) {
        count += schedule.days[*day] ? 0 : 1;
        schedule.days[*day] = true;
      }
    }
    if (count == 0) {
      days.complain("a digest needs at least one day");
    } else if (schedule.cadence == Cadence::weekly && count > 1) {
      days.complain("weekly takes one day; for more use 'cadence: daily' with these days");
    }
  } else if (schedule.cadence == Cadence::weekly) {
    node.complain("weekly needs a day, such as 'days: [mon]'");
  }
  if (at.present()) {
    read_time(at, at.text(), schedule);
  } else if (at_a_time) {
    node.complain("a digest needs a time, such as 'at: \"07:30\"'");
  }
  if (!at_a_time && (days.present() || at.present())) {
    node.complain("'days' and 'at' go with 'cadence: daily' and 'cadence: weekly' only");
  }
}

// "daily 07:30", "weekly mon 07:30", "on_announcement", "instant".
void read_schedule_line(const Node& node, paper::Schedule& schedule) {
  const std::string line = text::collapse_space(node.text());
  const std::vector<std::string_view> words = text::split(line, ' ');
  const auto cadence = std::find(cadence_words.begin(), cadence_words.end(), words.front());
  if (cadence == cadence_words.end()) {
    node.complain("'" + line + "' is no schedule" +
                  suggestion(words.front(), cadence_words,
                             "write 'daily 07:30', 'weekly mon 07:30', 'on_announcement' or 'instant'"));
    return;
  }
  schedule.cadence = cadences[static_cast<std::size_t>(cadence - cadence_words.begin())];
  if (schedule.cadence == Cadence::daily && words.size() == 2) {
    read_time(node, words[1], schedule);
  } else if (schedule.cadence == Cadence::weekly && words.size() == 3) {
    if (const auto day = read_day(node, words[1])) {
      schedule.days.fill(false);
      schedule.days[*day] = true;
    }
    read_time(node, words[2], schedule);
  } else if (schedule.cadence == Cadence::daily) {
    node.complain("write 'daily 07:30'; for chosen days the form {cadence: daily, days: [mon, thu], at: \"07:30\"}");
  } else if (schedule.cadence == Cadence::weekly) {
    node.complain("write 'weekly mon 07:30'");
  } else if (words.size() > 1) {
    node.complain("nothing follows '" + *cadence + "': it goes by the papers, not by the clock");
  }
}

// The names of zone1970.tab, only to suggest one; which names are known is paper::known_time_zone's to say.
std::vector<std::string> time_zone_names() {
  std::vector<std::string> names{"UTC"};
  std::ifstream table("/usr/share/zoneinfo/zone1970.tab");
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with("#")) continue;
    const auto fields = text::split(line, '\t');
    if (fields.size() >= 3) names.emplace_back(fields[2]);
  }
  return names;
}

void read_schedule(const Node& root, paper::Schedule& schedule) {
  const Node zone = root.at("time_zone"), digest = root.at("digest");
  schedule.time_zone = zone.text(schedule.time_zone);
  if (!paper::known_time_zone(schedule.time_zone)) {
    zone.complain("'" + schedule.time_zone + "' is no time zone" +
                  suggestion(schedule.time_zone, time_zone_names(), "zones have names such as Europe/Berlin"));
  }
  if (!digest.present()) {
    root.complain("'digest' is missing: when is it wanted? For example 'digest: daily 07:30'");
  } else if (digest.is_map()) {
    read_schedule_map(digest, schedule);
  } else {
    read_schedule_line(digest, schedule);
  }
}

// --- where

std::vector<paper::Address> read_addresses(const Node& channels, const PeopleRules& rules) {
  std::vector<paper::Address> addresses;
  for (const Node& item : channels.items()) {
    for (const auto& [channel, destination] : item.entries()) {
      paper::Address address{channel, destination.required_text()};
      if (address.destination.empty()) continue;
      if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
        destination.complain("'" + channel + ": " + address.destination + "' stands twice");
        continue;
      }
      if (rules.check_address) {
        if (const auto wrong = rules.check_address(address)) destination.complain(*wrong);
      }
      addresses.push_back(std::move(address));
    }
  }
  return addresses;
}

// Who the person is in the channels: as named, and where only they read.
std::vector<paper::Account> read_accounts(const Node& list, std::span<const paper::Address> addresses,
                                          const PeopleRules& rules) {
  std::vector<paper::Account> accounts;
  const auto add = [&accounts](paper::Account account) {
    const bool known = std::find(accounts.begin(), accounts.end(), account) != accounts.end();
    if (!known) accounts.push_back(std::move(account));
    return !known;
  };
  for (const Node& item : list.items()) {
    for (const auto& [channel, name] : item.entries()) {
      paper::Account account{channel, name.required_text()};
      if (account.name.empty()) continue;
      const std::string written = account.name;
      if (!add(std::move(account))) name.complain("'" + channel + ": " + written + "' stands twice");
    }
  }
  for (const paper::Address& address : addresses) {
    const auto name = rules.account_of ? rules.account_of(address) : std::nullopt;
    if (name) add({address.channel, *name});
  }
  std::sort(accounts.begin(), accounts.end(), [](const paper::Account& a, const paper::Account& b) {
    return std::tie(a.channel, a.name) < std::tie(b.channel, b.name);
  });
  return accounts;
}

// --- what

std::string read_query(const Node& node, bool stem) {
  if (!node.present()) return {};
  const std::string query = node.required_text();
  if (text::trim(query).empty()) return {};
  try {
    match::parse(query, {.stem = stem});
  } catch (const match::QueryError& error) {
    node.complain_at(error.column(), error.what());
  }
  return query;
}

// The texts of a list, each brought into its one form by `form` (which complains and returns nothing where there is
// none).
template <class Form>
std::vector<std::string> read_list(const Node& list, const Form& form) {
  std::vector<std::string> out;
  for (const Node& item : list.items()) {
    const std::string written = item.required_text();
    if (text::trim(written).empty()) continue;
    const std::optional<std::string> value = form(item, written);
    if (!value) continue;
    if (std::find(out.begin(), out.end(), *value) != out.end()) {
      item.complain("'" + written + "' stands twice");
    } else {
      out.push_back(*value);
    }
  }
  return out;
}

std::optional<std::string> category(const Node& node, const std::string& written) {
  CheckedCategory checked = check_category(written);
  if (!checked.category) node.complain(checked.problem);
  return std::move(checked.category);
}

std::optional<std::string> author(const Node& node, const std::string& written) {
  if (!paper::surname_key(written).empty()) return text::collapse_space(written);
  node.complain("'" + written + "' is no name; write 'Ada Lovelace', 'A. Lovelace' or 'Lovelace'");
  return std::nullopt;
}

std::optional<std::string> example(const Node& node, const std::string& written) {
  if (const auto reference = paper::parse_reference(written)) return reference->id.str();
  node.complain("'" + written +
                "' names no paper; write an arXiv id (2308.04079, hep-th/9901001), its address, or a DOI");
  return std::nullopt;
}

paper::Topic read_topic(const Node& node) {
  const paper::Topic defaults;
  paper::Topic topic;
  topic.name = text::collapse_space(node.at("name").required_text());
  topic.stem = node.at("stem").truth(defaults.stem);
  topic.query = read_query(node.at("query"), topic.stem);
  topic.exclude = read_query(node.at("exclude"), topic.stem);
  topic.categories = read_list(node.at("categories"), category);
  topic.authors = read_list(node.at("authors"), author);
  topic.examples = read_list(node.at("examples"), example);
  topic.weight = node.at("weight").number(defaults.weight, 0.01, 100);
  topic.threshold = node.at("threshold").number(defaults.threshold, 0, 1);
  topic.limit = static_cast<int>(node.at("limit").integer(defaults.limit, 1, 1000));
  topic.revisions = node.at("revisions").truth(defaults.revisions);
  topic.cross_lists = node.at("cross_lists").truth(defaults.cross_lists);
  const bool says_something = node.at("query").present() || node.at("authors").present() ||
                              node.at("examples").present() || node.at("categories").present();
  if (!says_something && !node.broken())
    node.complain("this topic meets no paper: give it a query, authors, examples or categories");
  return topic;
}

std::vector<paper::Topic> read_topics(const Node& root) {
  std::vector<paper::Topic> topics;
  const Node list = root.at("topics");
  std::map<std::string, int> lines;
  for (const Node& item : list.items()) {
    topics.push_back(read_topic(item));
    const std::string key = text::fold(topics.back().name);
    if (key.empty()) continue;
    if (const auto [first, is_new] = lines.emplace(key, item.line()); !is_new) {
      item.at("name").complain("the topic of line " + std::to_string(first->second) + " has this name already");
    }
  }
  if (topics.empty() && !list.broken()) root.complain("there are no topics: what should the digest bring?");
  return topics;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// The shape of BCP 47: "en", "zh", "pt-BR".
bool is_language(std::string_view tag) {
  const auto parts = text::split(tag, '-');
  const auto is_word = [](std::string_view word, std::size_t least, std::size_t most) {
    return word.size() >= least && word.size() <= most && std::all_of(word.begin(), word.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           });
  };
  return is_word(parts.front(), 2, 3) &&
         std::all_of(parts.begin() + 1, parts.end(), [&](std::string_view part) { return is_word(part, 1, 8); });
}

}  // namespace

CheckedCategory check_category(const std::string& written) {
  if (auto canonical = paper::canonical_category(written)) return {std::move(canonical), ""};
  if (paper::known_group(written)) return {written, ""};
  std::set<std::string> known;
  for (const paper::Category& each : paper::categories()) {
    known.emplace(each.id);
    known.emplace(paper::archive_of(each.id));
  }
  const std::vector<std::string> candidates(known.begin(), known.end());
  return {std::nullopt,
          "arXiv has no category '" + written + "'" +
              suggestion(written, candidates, "a category is written cs.CV, a whole archive cs or astro-ph")};
}

std::optional<int> parse_minute_of_day(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || text.size() != colon + 3) return std::nullopt;
  int hours = 0, minutes = 0;
  for (const char c : text.substr(0, colon)) {
    if (c < '0' || c > '9') return std::nullopt;
    hours = hours * 10 + (c - '0');
  }
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    minutes = minutes * 10 + (c - '0');
  }
  if (hours > 23 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

paper::Person read_person(const Node& root, const PeopleRules& rules) {
  paper::Person person;
  if (root.broken()) return person;
  const Node id = root.at("id"), language = root.at("language"), channels = root.at("channels");
  person.id = id.required_text();
  if (!person.id.empty() && !is_id(person.id)) {
    id.complain("'" + person.id + "' is no id: use a-z, 0-9, '-' and '_', at most 64");
  }
  person.name = text::collapse_space(root.at("name").required_text());
  person.language = language.text(rules.language);
  if (!is_language(person.language)) {
    language.complain("'" + person.language + "' is no language tag; write en, zh or pt-BR");
  }
  read_schedule(root, person.schedule);
  person.quiet_days = root.at("quiet_days").truth(person.quiet_days);
  person.addresses = read_addresses(channels, rules);
  if (channels.items().empty() && !channels.broken())
    root.complain("there are no channels: where should the digest go?");
  person.accounts = read_accounts(root.at("accounts"), person.addresses, rules);
  person.topics = read_topics(root);
  root.reject_unknown();
  return person;
}

std::vector<paper::Person> read_people(std::span<const std::filesystem::path> files, const PeopleRules& rules,
                                       settings::Findings& findings) {
  std::vector<paper::Person> people;
  std::map<std::string, std::string> file_of;
  std::map<std::pair<std::string, std::string>, std::string> owner_of;
  for (const auto& file : files) {
    const Node root = Node::load(file, findings);
    people.push_back(read_person(root, rules));
    const std::string& id = people.back().id;
    for (const paper::Account& account : people.back().accounts) {
      const auto [first, is_new] = owner_of.emplace(std::pair(account.channel, account.name), file.string());
      if (!is_new)
        root.complain("the account '" + account.channel + ": " + account.name + "' is that of " + first->second +
                      " already");
    }
    if (id.empty()) continue;
    if (const auto [first, is_new] = file_of.emplace(id, file.string()); !is_new) {
      root.at("id").complain("the id '" + id + "' is that of " + first->second + " already");
    }
  }
  return people;
}

}  // namespace paperboy::flow

#include "daemon/paper/choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace paperboy::paper {
namespace {

using Kind = Choice::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 13> words{{{Kind::follow, "follow"},
                                                                   {Kind::follow_author, "follow_author"},
                                                                   {Kind::unfollow, "unfollow"},
                                                                   {Kind::mute, "mute"},
                                                                   {Kind::unmute, "unmute"},
                                                                   {Kind::like, "like"},
                                                                   {Kind::dislike, "dislike"},
                                                                   {Kind::save, "save"},
                                                                   {Kind::schedule, "schedule"},
                                                                   {Kind::pause, "pause"},
                                                                   {Kind::resume, "resume"},
                                                                   {Kind::language, "language"},
                                                                   {Kind::address, "address"}}};

Topic* find_topic(Person& person, std::string_view name) {
  const auto at =
      std::find_if(person.topics.begin(), person.topics.end(), [&](const Topic& topic) { return topic.name == name; });
  return at == person.topics.end() ? nullptr : &*at;
}

Topic& topic_called(Person& person, std::string_view name) {
  if (Topic* known = find_topic(person, name)) return *known;
  Topic& added = person.topics.emplace_back();
  added.name = name;
  return added;
}

// The newest word about a thing is the last.
void put_last(std::vector<std::string>& list, const std::string& entry) {
  std::erase(list, entry);
  list.push_back(entry);
}

void follow(Person& person, const Choice& choice) {
  Topic topic;
  topic.name = choice.subject;
  topic.query = choice.query;
  topic.categories = choice.categories;
  topic_called(person, choice.subject) = std::move(topic);
}

void like(Person& person, const Choice& choice) {
  std::erase(person.disliked, choice.subject);
  Topic* topic = choice.topic.empty() ? nullptr : find_topic(person, choice.topic);
  if (topic == nullptr) topic = &topic_called(person, liked_topic);
  put_last(topic->examples, choice.subject);
}

void dislike(Person& person, const Choice& choice) {
  for (Topic& topic : person.topics) std::erase(topic.examples, choice.subject);
  put_last(person.disliked, choice.subject);
}

void change_address(Person& person, const Choice& choice) {
  const std::size_t blank = choice.subject.find(' '), colon = choice.subject.find(':');
  if (blank == std::string::npos || colon == std::string::npos || colon < blank) return;
  const Address address{choice.subject.substr(blank + 1, colon - blank - 1), choice.subject.substr(colon + 1)};
  std::erase(person.addresses, address);
  if (choice.subject.starts_with("add ")) person.addresses.push_back(address);
}

void apply(Person& person, const Choice& choice) {
  switch (choice.kind) {
    case Kind::follow:
      return follow(person, choice);
    case Kind::follow_author:
      return put_last(topic_called(person, choice.subject).authors, choice.subject);
    case Kind::unfollow:
      std::erase_if(person.topics, [&](const Topic& topic) { return topic.name == choice.subject; });
      return;
    case Kind::mute:
      if (Topic* topic = find_topic(person, choice.subject)) {
        topic->muted = true;
        topic->muted_until = choice.until;
      }
      return;
    case Kind::unmute:
      if (Topic* topic = find_topic(person, choice.subject)) {
        topic->muted = false;
        topic->muted_until.reset();
      }
      return;
    case Kind::like:
      return like(person, choice);
    case Kind::dislike:
      return dislike(person, choice);
    case Kind::save:
      return put_last(person.saved, choice.subject);
    case Kind::schedule:
      if (choice.schedule) {
        const std::string zone = person.schedule.time_zone;
        person.schedule = *choice.schedule;
        if (person.schedule.time_zone.empty()) person.schedule.time_zone = zone;
      }
      return;
    case Kind::pause:
      person.paused_until = choice.until.value_or(Day::max());
      return;
    case Kind::resume:
      person.paused_until.reset();
      return;
    case Kind::language:
      person.language = choice.subject;
      return;
    case Kind::address:
      return change_address(person, choice);
  }
}

}  // namespace

std::string_view to_string(Kind kind) {
  for (const auto& [known, word] : words) {
    if (known == kind) return word;
  }
  return {};
}

std::optional<Kind> choice_kind(std::string_view word) {
  for (const auto& [kind, known] : words) {
    if (known == word) return kind;
  }
  return std::nullopt;
}

Person with_choices(Person person, std::span<const Choice> choices) {
  for (const Choice& choice : choices) apply(person, choice);
  return person;
}

Person as_of(Person person, Day today) {
  for (Topic& topic : person.topics) {
    if (!topic.muted_until || today < *topic.muted_until) continue;
    topic.muted = false;
    topic.muted_until.reset();
  }
  if (person.paused_until && *person.paused_until <= today) person.paused_until.reset();
  return person;
}

}  // namespace paperboy::paper

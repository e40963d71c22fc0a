#pragma once
// What the parts of the bot hand to each other. Inside flow/ only: bot.cpp, bot_ask.cpp, bot_steer.cpp.
#include "daemon/base/hash.hpp"
#include "daemon/flow/bot.hpp"

namespace paperboy::flow {

// An event, read: who wants what.
struct Bot::Question {
  store::InboxRow row;
  Event event;
  bool readable = true;                 // the row holds an event
  std::optional<paper::Person> person;  // as of today; nothing: a stranger
  bool allowed = false;                 // a person, or on the list
  bool admin = false;
  Time now{};
  Day today{};  // where the person lives
  bot::Command command;
  std::vector<std::string> may_mean;  // of a verb of papers without one: those that were talked about there
  bot::Voice voice;
};

// What comes of it.
struct Bot::Handled {
  // One answer. `key` names it among the answers to the event: the same again is not said again.
  struct Reply {
    std::string key;
    bot::Answer answer;
    std::string about;  // the paper it is about
  };
  std::vector<Reply> replies;
  // The effect, in the transaction that closes the event; what it says comes after `replies`.
  std::function<std::vector<Reply>(store::Tx&)> act{};
  bool looks_up = false;        // the event stays, and waits for papers to be fetched
  bool nameless = false;        // the answer is kept under nobody's name
  bool people_changed = false;  // what the stages know of people is no longer true

  static Handled say(bot::Answer answer) {
    Handled handled;
    handled.replies.push_back({"0", std::move(answer), ""});
    return handled;
  }
  static Handled say(bot::Said::What what, std::string subject = "", std::string detail = "") {
    bot::Said said;
    said.what = what;
    said.subject = std::move(subject);
    said.detail = std::move(detail);
    return say(std::move(said));
  }
};

constexpr std::size_t most_asked = 5;  // papers answered, and looked up, at once

// The answer that says that papers are looked for: the first one found takes its place.
inline constexpr std::string_view looking_key = "looking";
// Why nothing is sent to who has left; ends when they speak again.
inline constexpr std::string_view gone_code = "gone";

inline std::string seed_of(const Bot::Question& question, std::string_view key) {
  return hash_of({"reply", question.row.channel, question.row.event_key, key});
}
// Of the first part of that answer.
inline std::string dedup_key_of(const Bot::Question& question, std::string_view key) {
  return hash_of({seed_of(question, key), "1"});
}

}  // namespace paperboy::flow
